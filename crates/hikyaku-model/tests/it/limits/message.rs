use hikyaku_model::{Check, Message};
use serde_json::json;

use super::{check, families, letters, tap, times, url, with};

#[test]
fn a_text_has_5000_utf16_units() {
    let text = |text: String| json!({"type": "text", "text": text});
    check(text(letters(5000)), &[]);
    check(text(letters(5001)), &["text: must have at most 5000 UTF-16 code units, has 5001"]);
    check(text("😀".repeat(2500)), &[]);
    check(text("あ".repeat(5000)), &[]);
    check(text("😀".repeat(2501)), &["text: must have at most 5000 UTF-16 code units, has 5002"]);
    check(text("\r\n".repeat(2501)), &["text: must have at most 5000 UTF-16 code units, has 5002"]);
    check(text(String::new()), &["text: must not be empty"]);
}

#[test]
fn each_emoji_stands_for_a_dollar_sign() {
    let text = |index: u32| {
        let emoji = json!({"index": index, "productId": "p", "emojiId": "1"});
        json!({"type": "text", "text": "😀$ $", "emojis": [emoji]})
    };
    let misplaced = ["emojis[0].index: must be the place of a $ in the text"];
    check(text(1), &misplaced);
    check(text(2), &[]);
    check(text(3), &misplaced);
    check(text(4), &[]);
    check(text(5), &misplaced);
    let emoji = json!({"index": 0, "productId": "p", "emojiId": "1"});
    check(json!({"type": "text", "text": "$", "emojis": times(20, emoji.clone())}), &[]);
    check(
        json!({"type": "text", "text": "$", "emojis": times(21, emoji)}),
        &["emojis: must have 0 to 20 items, has 21"],
    );
    check(
        json!({"type": "text", "text": "$", "emojis": [{"index": 0, "productId": "", "emojiId": ""}]}),
        &["emojis[0].productId: must not be empty", "emojis[0].emojiId: must not be empty"],
    );
}

#[test]
fn placeholders_are_defined_and_braces_are_paired() {
    let text = |text: &str| json!({"type": "textV2", "text": text, "substitution": {"a": {"type": "emoji", "productId": "p", "emojiId": "e"}}});
    check(text("no placeholder"), &[]);
    check(text("{a} and {a}"), &[]);
    check(text("{{a}} {{ }} {{{a}}}"), &[]);
    check(text("{b}"), &["text: has the placeholder {b}, which the substitution does not define"]);
    let name = "whose name must match ^[a-zA-Z0-9_]{1,20}$";
    check(text("{!owe}"), &[&format!("text: has the placeholder {{!owe}}, {name}")]);
    check(text("{}"), &[&format!("text: has the placeholder {{}}, {name}")]);
    let brace = ["text: has a brace without its partner; a literal brace is written {{ or }}"];
    for unpaired in ["{", "}", "{a", "a}", "{a}}", "{{a}", "{a{a}}"] {
        check(text(unpaired), &brace);
    }
    check(
        json!({"type": "textV2", "text": "{a}"}),
        &["text: has the placeholder {a}, which the substitution does not define"],
    );
    check(
        json!({"type": "textV2", "text": letters(5001)}),
        &["text: must have at most 5000 UTF-16 code units, has 5001"],
    );
}

#[test]
fn substitutions_have_a_number_and_a_form() {
    let many = |count: usize, by: serde_json::Value| {
        let map: serde_json::Map<_, _> =
            (0..count).map(|key| (key.to_string(), by.clone())).collect();
        json!({"type": "textV2", "text": "hi", "substitution": map})
    };
    let all = json!({"type": "mention", "mentionee": {"type": "all"}});
    let emoji = json!({"type": "emoji", "productId": "p", "emojiId": "e"});
    check(many(20, all.clone()), &[]);
    check(many(21, all), &["substitution: must have 0 to 20 items, has 21"]);
    check(many(20, emoji.clone()), &[]);
    check(many(21, emoji.clone()), &["substitution: must have 0 to 20 items, has 21"]);
    check(
        many(101, emoji.clone()),
        &[
            "substitution: must have 0 to 100 items, has 101",
            "substitution: must have 0 to 20 items, has 101",
        ],
    );
    check(
        json!({"type": "textV2", "text": "hi", "substitution": {
            "a-b": emoji,
            "c": {"type": "emoji", "productId": "", "emojiId": ""},
            "d": {"type": "mention", "mentionee": {"type": "user", "userId": "C0123456789abcdef0123456789abcdef"}},
        }}),
        &[
            "substitution.a-b: must match ^[a-zA-Z0-9_]{1,20}$",
            "substitution.c.productId: must not be empty",
            "substitution.c.emojiId: must not be empty",
            "substitution.d.mentionee.userId: is the id of a group; a different kind of id goes here",
        ],
    );
}

#[test]
fn urls_of_media_are_https_and_have_2000_characters() {
    let image = |url: &str| json!({"type": "image", "originalContentUrl": url, "previewImageUrl": "https://example.com"});
    check(image(&url(2000)), &[]);
    check(
        image(&url(2001)),
        &["originalContentUrl: must have at most 2000 UTF-16 code units, has 2001"],
    );
    check(image(""), &["originalContentUrl: must not be empty"]);
    check(
        image("http://example.com/"),
        &["originalContentUrl: must be a URI that begins with https"],
    );
    check(
        image("https://example.com/ä"),
        &["originalContentUrl: must be an absolute URI, percent-encoded"],
    );
    check(
        json!({"type": "image", "originalContentUrl": "", "previewImageUrl": ""}),
        &["originalContentUrl: must not be empty", "previewImageUrl: must not be empty"],
    );
    let both = json!({"originalContentUrl": "", "previewImageUrl": ""});
    check(
        with(both, json!({"type": "video"})),
        &["originalContentUrl: must not be empty", "previewImageUrl: must not be empty"],
    );
}

#[test]
fn the_other_plain_messages_have_their_limits() {
    let video = |id: String| json!({"type": "video", "originalContentUrl": "https://a", "previewImageUrl": "https://a", "trackingId": id});
    check(video(letters(100)), &[]);
    check(video("aZ0-.=,+*()%$&;:@{}!?<>[]".into()), &[]);
    check(video(letters(101)), &["trackingId: must have at most 100 UTF-16 code units, has 101"]);
    check(video("a b".into()), &["trackingId: must match [a-zA-Z0-9-.=,+*()%$&;:@{}!?<>\\[\\]]+"]);
    let audio = |duration: u64| json!({"type": "audio", "originalContentUrl": "https://a", "duration": duration});
    check(audio(1), &[]);
    check(audio(0), &["duration: must be between 1 and 9223372036854775807"]);
    check(audio(u64::MAX), &["duration: must be between 1 and 9223372036854775807"]);
    let place = json!({"type": "location", "title": letters(100), "address": letters(100), "latitude": -90, "longitude": 180.0});
    check(place.clone(), &[]);
    check(
        with(
            place,
            json!({"title": letters(101), "address": "", "latitude": 90.1, "longitude": -181}),
        ),
        &[
            "title: must have at most 100 UTF-16 code units, has 101",
            "address: must not be empty",
            "latitude: must be between -90 and 90",
            "longitude: must be between -180 and 180",
        ],
    );
    let nowhere = Message::location("t", "a", f64::NAN, f64::INFINITY).validate().unwrap_err();
    assert_eq!(nowhere.iter().len(), 2);
    let coupon = |tag: String| json!({"type": "coupon", "couponId": "c", "deliveryTag": tag});
    check(coupon(letters(30)), &[]);
    check(coupon(letters(31)), &["deliveryTag: must have at most 30 UTF-16 code units, has 31"]);
    check(coupon("a-b".into()), &["deliveryTag: must match [A-Za-z0-9_]{1,30}"]);
    check(json!({"type": "coupon", "couponId": ""}), &["couponId: must not be empty"]);
    check(
        json!({"type": "sticker", "packageId": "", "stickerId": ""}),
        &["packageId: must not be empty", "stickerId: must not be empty"],
    );
}

#[test]
fn quick_replies_and_senders_have_their_limits() {
    let text = json!({"type": "text", "text": "hi"});
    let items = |count: usize| {
        let item = json!({"type": "action", "imageUrl": "https://a", "action": tap()});
        with(text.clone(), json!({"quickReply": {"items": times(count, item)}}))
    };
    check(items(13), &[]);
    check(items(14), &["quickReply.items: must have 1 to 13 items, has 14"]);
    check(items(0), &["quickReply.items: must have 1 to 13 items, has 0"]);
    check(
        with(
            text.clone(),
            json!({"quickReply": {"items": [{"type": "action", "imageUrl": "http://a", "action": tap()}]}}),
        ),
        &["quickReply.items[0].imageUrl: must be a URI that begins with https"],
    );
    let sender = |name: String, icon: String| {
        with(text.clone(), json!({"sender": {"name": name, "iconUrl": icon}}))
    };
    check(sender(letters(20), url(2000)), &[]);
    check(
        sender(letters(21), url(2001)),
        &[
            "sender.name: must have at most 20 UTF-16 code units, has 21",
            "sender.iconUrl: must have at most 2000 UTF-16 code units, has 2001",
        ],
    );
}

#[test]
fn imagemaps_have_their_limits() {
    let area = json!({"x": 0, "y": 0, "width": 1, "height": 1});
    let map = json!({
        "type": "imagemap", "baseUrl": "https://a", "altText": letters(1500),
        "baseSize": {"width": 1040, "height": 1},
        "actions": times(50, json!({"type": "message", "label": families(100), "text": letters(400), "area": area})),
        "video": {
            "originalContentUrl": "https://a", "previewImageUrl": "https://a", "area": area,
            "externalLink": {"linkUri": url(1000), "label": letters(30)},
        },
    });
    check(map.clone(), &[]);
    check(
        with(
            map.clone(),
            json!({"altText": letters(1501), "baseUrl": "http://a", "baseSize": {"width": 1041, "height": 0}}),
        ),
        &[
            "baseUrl: must be a URI that begins with https",
            "altText: must have at most 1500 UTF-16 code units, has 1501",
            "baseSize.width: must be between 1040 and 1040",
            "baseSize.height: must be between 1 and 2147483647",
        ],
    );
    let action = json!({"type": "uri", "linkUri": url(1000), "area": area});
    check(
        with(map.clone(), json!({"actions": times(51, action)})),
        &["actions: must have 0 to 50 items, has 51"],
    );
    check(
        with(
            map.clone(),
            json!({"actions": [
                {"type": "uri", "linkUri": url(1001), "label": families(101), "area": area},
                {"type": "message", "text": letters(401), "area": area},
                {"type": "clipboard", "clipboardText": letters(1001), "area": area},
                {"type": "clipboard", "clipboardText": "", "area": area},
                {"type": "camera", "area": area},
            ]}),
        ),
        &[
            "actions[0].linkUri: must have at most 1000 UTF-16 code units, has 1001",
            "actions[0].label: must have at most 100 characters, has 101",
            "actions[1].text: must have at most 400 UTF-16 code units, has 401",
            "actions[2].clipboardText: must have at most 1000 UTF-16 code units, has 1001",
            "actions[3].clipboardText: must not be empty",
            "actions[4].type: must be one of message, uri, clipboard",
        ],
    );
    check(
        with(
            map.clone(),
            json!({"video": {
                "originalContentUrl": "", "previewImageUrl": "http://a", "area": area,
                "externalLink": {"linkUri": "ftp://a", "label": letters(31)},
            }}),
        ),
        &[
            "video.originalContentUrl: must not be empty",
            "video.previewImageUrl: must be a URI that begins with https",
            "video.externalLink.linkUri: must be a URI that begins with http, https, line, tel",
            "video.externalLink.label: must have at most 30 UTF-16 code units, has 31",
        ],
    );
}
