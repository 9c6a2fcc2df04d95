use hikyaku_sim::Sim;
use serde_json::{Value, json};

use super::{families, letters, of_message, of_request, times, url, with};
use crate::http::post;

/// Checks a message at a limit and one beyond it.
async fn check(sim: &Sim, rows: Vec<(Value, Value, Value)>) {
    for (good, bad, answer) in rows {
        let told = judge(sim, &good).await;
        assert_eq!(told, (200, json!({})), "{}", start(&good));
        assert_eq!(judge(sim, &bad).await, (400, answer), "{}", start(&bad));
    }
}

async fn judge(sim: &Sim, message: &Value) -> (u16, Value) {
    let body = json!({ "messages": [message] }).to_string();
    let answer = post(sim, "/v2/bot/message/validate/push", &body).await;
    (answer.status, answer.json())
}

fn start(message: &Value) -> String {
    message.to_string().chars().take(300).collect()
}

fn tap() -> Value {
    json!({ "type": "message", "label": "a", "text": "a" })
}

/// One field of a message, at its limit and beyond.
fn field(
    message: &Value,
    name: &str,
    good: impl Into<Value>,
    bad: impl Into<Value>,
    answer: Value,
) -> (Value, Value, Value) {
    let set = |value: Value| with(message.clone(), json!({ name: value }));
    (set(good.into()), set(bad.into()), answer)
}

/// A field deep in a message.
fn deep(
    message: &Value,
    pointer: &str,
    good: impl Into<Value>,
    bad: impl Into<Value>,
    words: &str,
) -> (Value, Value, Value) {
    let set = |value: Value| {
        let mut message = message.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        message.pointer_mut(parent).unwrap()[name] = value;
        message
    };
    // The paths of a Flex container begin at it, with a slash.
    let property = match pointer.strip_prefix("/contents") {
        Some(inside) => inside,
        None => &pointer[1..],
    };
    (set(good.into()), set(bad.into()), of_message(&[(property, words)]))
}

fn at_most(number: usize) -> String {
    format!("must not be longer than {number} characters")
}

fn length(field: &str, number: usize) -> Value {
    of_request(&[(field, &format!("Length must be between 0 and {number}"))])
}

#[tokio::test]
async fn texts() {
    let sim = Sim::builder().rate_limits(false).start().await.unwrap();
    let text = json!({ "type": "text", "text": "$".repeat(21) });
    let v2 = json!({ "type": "textV2", "text": "hi" });
    let emojis = |count: u32| -> Value {
        let emoji = |index| json!({ "index": index, "productId": "1", "emojiId": "001" });
        (0..count).map(emoji).collect()
    };
    let keys = |count: usize, value: Value| -> Value {
        Value::Object((0..count).map(|key| (format!("k{key}"), value.clone())).collect())
    };
    let all_keys =
        |count: usize| (0..count).map(|key| format!("{{k{key}}}")).collect::<Vec<_>>().concat();
    let emoji = json!({ "type": "emoji", "productId": "1", "emojiId": "001" });
    let all = json!({ "type": "mention", "mentionee": { "type": "all" } });
    let substituted = |count, value: &Value| {
        with(
            v2.clone(),
            json!({ "text": all_keys(count), "substitution": keys(count, value.clone()) }),
        )
    };
    let long = length("messages[0].text", 5000);
    let named = |key: &str| {
        with(v2.clone(), json!({ "text": format!("{{{key}}}"), "substitution": { key: all } }))
    };
    check(
        &sim,
        vec![
            field(&text, "text", letters(5000), letters(5001), long.clone()),
            field(&text, "text", "\u{1F600}".repeat(2500), "\u{1F600}".repeat(2500) + "x", long.clone()),
            field(&text, "text", "a", "", of_request(&[("messages[0].text", "May not be empty")])),
            field(
                &text,
                "emojis",
                emojis(20),
                emojis(21),
                of_request(&[("messages[0].emojis", "Size must be between 0 and 20")]),
            ),
            field(&v2, "text", letters(5000), letters(5001), long),
            (
                substituted(20, &all),
                substituted(21, &all),
                of_request(&[("messages[0].substitution", "Size must be between 0 and 20")]),
            ),
            (
                substituted(20, &emoji),
                substituted(21, &emoji),
                of_request(&[("messages[0].substitution", "Size must be between 0 and 20")]),
            ),
            (
                named(&letters(20)),
                named(&letters(21)),
                of_message(&[
                    (
                        "text",
                        "The key 'xxxxxxxxxxxxxxxxxxxxx' enclosed in '{}' does not match the pattern '^[a-zA-Z0-9_]{1,20}$'.",
                    ),
                    ("substitution/xxxxxxxxxxxxxxxxxxxxx", "must match ^[a-zA-Z0-9_]{1,20}$"),
                ]),
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn media_places_and_coupons() {
    let sim = Sim::builder().rate_limits(false).start().await.unwrap();
    let image =
        json!({ "type": "image", "originalContentUrl": url(20), "previewImageUrl": url(20) });
    let video = with(image.clone(), json!({ "type": "video" }));
    let audio = json!({ "type": "audio", "originalContentUrl": url(20), "duration": 1 });
    let place =
        json!({ "type": "location", "title": "a", "address": "a", "latitude": 0, "longitude": 0 });
    let sticker = json!({ "type": "sticker", "packageId": "446", "stickerId": "1988" });
    let coupon = json!({ "type": "coupon", "couponId": "01JYNW8JMQVFBNWF1APF8Z3FS7" });
    let mut rows = Vec::new();
    for message in [&image, &video] {
        for name in ["originalContentUrl", "previewImageUrl"] {
            let property = format!("messages[0].{name}");
            rows.push(field(message, name, url(2000), url(2001), length(&property, 2000)));
            let scheme = of_message(&[(name, "invalid uri scheme")]);
            rows.push(field(message, name, url(20), "http://example.com/a.png", scheme));
            let empty = of_request(&[(&property, "May not be empty")]);
            rows.push(field(message, name, url(20), Value::Null, empty));
        }
    }
    let range = |name: &str, most: i64| {
        of_request(&[(
            &format!("messages[0].{name}"),
            &format!("Must be between -{most} and {most}"),
        )])
    };
    rows.extend([
        field(
            &video,
            "trackingId",
            "a-.=,+*()%$&;:@{}!?<>[]",
            "a/b",
            of_message(&[("trackingId", "must match [a-zA-Z0-9-.=,+*()%$&;:@{}!?<>\\[\\]]+")]),
        ),
        field(
            &video,
            "trackingId",
            letters(100),
            letters(101),
            length("messages[0].trackingId", 100),
        ),
        field(
            &audio,
            "originalContentUrl",
            url(2000),
            url(2001),
            length("messages[0].originalContentUrl", 2000),
        ),
        field(
            &audio,
            "duration",
            1,
            0,
            of_request(&[("messages[0].duration", "Must be between 1 and 9223372036854775807")]),
        ),
        field(&place, "title", letters(100), letters(101), length("messages[0].title", 100)),
        field(&place, "address", letters(100), letters(101), length("messages[0].address", 100)),
        field(&place, "latitude", 90, 90.1, range("latitude", 90)),
        field(&place, "longitude", -180, -180.1, range("longitude", 180)),
        field(
            &sticker,
            "packageId",
            "446",
            "",
            of_request(&[("messages[0].packageId", "May not be empty")]),
        ),
        field(
            &sticker,
            "stickerId",
            "1988",
            Value::Null,
            of_request(&[("messages[0].stickerId", "May not be empty")]),
        ),
        field(
            &coupon,
            "deliveryTag",
            letters(30),
            letters(31),
            length("messages[0].deliveryTag", 30),
        ),
        field(
            &coupon,
            "deliveryTag",
            "a_B9",
            "a-b",
            of_message(&[("deliveryTag", "must match [A-Za-z0-9_]{1,30}")]),
        ),
    ]);
    check(&sim, rows).await;
}

#[tokio::test]
async fn what_every_message_can_have() {
    let sim = Sim::builder().rate_limits(false).start().await.unwrap();
    let item = json!({ "type": "action", "action": tap() });
    let text =
        json!({ "type": "text", "text": "a", "sender": {}, "quickReply": { "items": [item] } });
    check(
        &sim,
        vec![
            deep(&text, "/sender/name", letters(20), letters(21), &at_most(20)),
            deep(&text, "/sender/iconUrl", url(2000), url(2001), &at_most(2000)),
            deep(
                &text,
                "/quickReply/items",
                times(13, &item),
                times(14, &item),
                "Size must be between 1 and 13",
            ),
            deep(
                &text,
                "/quickReply/items",
                json!([item]),
                json!([]),
                "Size must be between 1 and 13",
            ),
            deep(&text, "/quickReply/items/0/imageUrl", url(2000), url(2001), &at_most(2000)),
            deep(
                &text,
                "/quickReply/items/0/action/label",
                families(20),
                families(21),
                &at_most(20),
            ),
            deep(
                &text,
                "/quickReply/items/0/action/text",
                families(300),
                families(301),
                &at_most(300),
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn templates() {
    let sim = Sim::builder().rate_limits(false).start().await.unwrap();
    let message =
        |template: Value| json!({ "type": "template", "altText": "a", "template": template });
    let buttons = message(json!({ "type": "buttons", "text": "a", "actions": [tap()] }));
    let titled =
        message(json!({ "type": "buttons", "title": "a", "text": "a", "actions": [tap()] }));
    let thumbed = message(
        json!({ "type": "buttons", "thumbnailImageUrl": url(20), "text": "a", "actions": [tap()] }),
    );
    let confirm = message(json!({ "type": "confirm", "text": "a", "actions": [tap(), tap()] }));
    let column = json!({ "text": "a", "actions": [tap()] });
    let carousel = message(json!({ "type": "carousel", "columns": [column] }));
    let headed = message(
        json!({ "type": "carousel", "columns": [{ "title": "a", "text": "a", "actions": [tap()] }] }),
    );
    let picture = json!({ "imageUrl": url(20), "action": tap() });
    let pictures = message(json!({ "type": "image_carousel", "columns": [picture] }));
    let size = |least: u32, most: u32| format!("Size must be between {least} and {most}");
    check(
        &sim,
        vec![
            field(
                &buttons,
                "altText",
                letters(1500),
                letters(1501),
                length("messages[0].altText", 1500),
            ),
            deep(&buttons, "/template/text", families(160), families(161), &at_most(160)),
            deep(&titled, "/template/text", families(60), families(61), &at_most(60)),
            deep(&thumbed, "/template/text", families(60), families(61), &at_most(60)),
            deep(&titled, "/template/title", families(40), families(41), &at_most(40)),
            deep(&thumbed, "/template/thumbnailImageUrl", url(2000), url(2001), &at_most(2000)),
            deep(&buttons, "/template/actions", times(4, &tap()), times(5, &tap()), &size(1, 4)),
            deep(&buttons, "/template/actions/0/label", families(20), families(21), &at_most(20)),
            deep(&buttons, "/template/actions/0/label", "a", "", "must be specified"),
            deep(&confirm, "/template/text", families(240), families(241), &at_most(240)),
            deep(&confirm, "/template/actions", times(2, &tap()), times(1, &tap()), &size(2, 2)),
            deep(&confirm, "/template/actions", times(2, &tap()), times(3, &tap()), &size(2, 2)),
            deep(
                &carousel,
                "/template/columns",
                times(10, &column),
                times(11, &column),
                &size(1, 10),
            ),
            deep(
                &carousel,
                "/template/columns/0/text",
                families(120),
                families(121),
                &at_most(120),
            ),
            deep(&headed, "/template/columns/0/text", families(60), families(61), &at_most(60)),
            deep(&headed, "/template/columns/0/title", families(40), families(41), &at_most(40)),
            deep(
                &carousel,
                "/template/columns/0/actions",
                times(3, &tap()),
                times(4, &tap()),
                &size(1, 3),
            ),
            deep(
                &pictures,
                "/template/columns",
                times(10, &picture),
                times(11, &picture),
                &size(1, 10),
            ),
            deep(&pictures, "/template/columns/0/imageUrl", url(2000), url(2001), &at_most(2000)),
            deep(
                &pictures,
                "/template/columns/0/action/label",
                families(12),
                families(13),
                &at_most(12),
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn imagemaps() {
    let sim = Sim::builder().rate_limits(false).start().await.unwrap();
    let area = json!({ "x": 0, "y": 0, "width": 10, "height": 10 });
    let action = |more: Value| with(json!({ "type": "message", "text": "a", "area": area }), more);
    let map = |action: Value| {
        json!({
            "type": "imagemap", "baseUrl": url(20), "altText": "a", "baseSize": { "width": 1040, "height": 520 },
            "actions": [action],
            "video": {
                "originalContentUrl": url(20), "previewImageUrl": url(20), "area": area,
                "externalLink": { "linkUri": url(20), "label": "a" },
            },
        })
    };
    let says = map(action(json!({})));
    let opens = map(action(json!({ "type": "uri", "text": null, "linkUri": url(20) })));
    let copies = map(action(json!({ "type": "clipboard", "text": null, "clipboardText": "a" })));
    check(
        &sim,
        vec![
            field(
                &says,
                "altText",
                letters(1500),
                letters(1501),
                length("messages[0].altText", 1500),
            ),
            field(&says, "baseUrl", url(2000), url(2001), length("messages[0].baseUrl", 2000)),
            field(
                &says,
                "actions",
                times(50, &action(json!({}))),
                times(51, &action(json!({}))),
                of_request(&[("messages[0].actions", "Size must be between 0 and 50")]),
            ),
            deep(&says, "/baseSize/width", 1040, 1041, "Must be between 1040 and 1040"),
            deep(&says, "/actions/0/text", letters(400), letters(401), &at_most(400)),
            deep(&says, "/actions/0/label", families(100), families(101), &at_most(100)),
            deep(&opens, "/actions/0/linkUri", url(1000), url(1001), &at_most(1000)),
            deep(&copies, "/actions/0/clipboardText", letters(1000), letters(1001), &at_most(1000)),
            deep(&says, "/video/externalLink/label", letters(30), letters(31), &at_most(30)),
            deep(&says, "/video/externalLink/linkUri", url(1000), url(1001), &at_most(1000)),
            deep(&says, "/video/originalContentUrl", url(2000), url(2001), &at_most(2000)),
            deep(&says, "/video/previewImageUrl", url(2000), url(2001), &at_most(2000)),
        ],
    )
    .await;
}

#[tokio::test]
async fn actions() {
    let sim = Sim::builder().rate_limits(false).start().await.unwrap();
    let message = |action: Value| json!({ "type": "template", "altText": "a", "template": { "type": "buttons", "text": "a", "actions": [action] } });
    let postback = message(json!({ "type": "postback", "label": "a", "data": "a" }));
    let fills = message(
        json!({ "type": "postback", "label": "a", "data": "a", "inputOption": "openKeyboard" }),
    );
    let opens = message(json!({ "type": "uri", "label": "a", "uri": url(20) }));
    let says = message(tap());
    let picks =
        message(json!({ "type": "datetimepicker", "label": "a", "data": "a", "mode": "date" }));
    let copies = message(json!({ "type": "clipboard", "label": "a", "clipboardText": "a" }));
    let at = |name: &str| format!("/template/actions/0/{name}");
    check(
        &sim,
        vec![
            deep(&postback, &at("data"), letters(300), letters(301), &at_most(300)),
            deep(&postback, &at("displayText"), families(300), families(301), &at_most(300)),
            deep(&postback, &at("text"), families(300), families(301), &at_most(300)),
            deep(&fills, &at("fillInText"), families(300), families(301), &at_most(300)),
            deep(&says, &at("text"), families(300), families(301), &at_most(300)),
            deep(&opens, &at("uri"), url(1000), url(1001), &at_most(1000)),
            deep(
                &opens,
                &at("uri"),
                "tel:+81312345678",
                "mailto:a@example.com",
                "invalid uri scheme",
            ),
            deep(&opens, &at("uri"), url(20), "https://example.com/a b", "invalid uri"),
            deep(&picks, &at("data"), letters(300), letters(301), &at_most(300)),
            deep(
                &picks,
                &at("max"),
                "2100-12-31",
                "2101-01-01",
                "must match yyyy-MM-dd, from 1900-01-01 to 2100-12-31",
            ),
            deep(&copies, &at("clipboardText"), letters(1000), letters(1001), &at_most(1000)),
        ],
    )
    .await;
}

#[tokio::test]
async fn flex() {
    let sim = Sim::builder().rate_limits(false).start().await.unwrap();
    let message = |contents: Value| json!({ "type": "flex", "altText": "a", "contents": contents });
    let text = json!({ "type": "text", "text": "a" });
    let body =
        |contents: Value| json!({ "type": "box", "layout": "vertical", "contents": contents });
    let bubble = message(json!({ "type": "bubble", "body": body(json!([text])) }));
    let button = |action: Value| {
        message(
            json!({ "type": "bubble", "body": body(json!([{ "type": "button", "action": action }])) }),
        )
    };
    let says = button(tap());
    let opens = button(json!({ "type": "uri", "label": "a", "uri": url(20) }));
    let small = json!({ "type": "bubble", "body": body(json!([text])) });
    let carousel = message(json!({ "type": "carousel", "contents": [small] }));
    let image = message(json!({ "type": "bubble", "hero": { "type": "image", "url": url(20) } }));
    // The JSON of a container has so many bytes.
    let heavy = |container: &Value, pointer: &str, bytes: usize| {
        let mut container = container.clone();
        let now = container["contents"].to_string().len();
        *container.pointer_mut(pointer).unwrap() = letters(bytes - now + 1).into();
        assert_eq!(container["contents"].to_string().len(), bytes);
        container
    };
    let inside = "/contents/body/contents/0/text";
    let first = "/contents/contents/0/body/contents/0/text";
    let two = message(json!({ "type": "carousel", "contents": [small, small] }));
    let second = "/contents/contents/1/body/contents/0/text";
    let half = heavy(&two, first, 25 << 10);
    check(
        &sim,
        vec![
            field(
                &bubble,
                "altText",
                letters(1500),
                letters(1501),
                length("messages[0].altText", 1500),
            ),
            deep(
                &carousel,
                "/contents/contents",
                times(12, &small),
                times(13, &small),
                "Size must be between 1 and 12",
            ),
            deep(
                &says,
                "/contents/body/contents/0/action/label",
                families(40),
                families(41),
                &at_most(40),
            ),
            deep(
                &opens,
                "/contents/body/contents/0/action/uri",
                url(1000),
                url(1001),
                &at_most(1000),
            ),
            deep(&image, "/contents/hero/url", url(2000), url(2001), &at_most(2000)),
            deep(
                &image,
                "/contents/hero/aspectRatio",
                "1:3",
                "1:3.1",
                "must not be higher than three times its width",
            ),
            deep(&bubble, "/contents/body/contents/0/text", "a", "", "must be specified"),
            (
                heavy(&bubble, inside, 30 << 10),
                heavy(&bubble, inside, (30 << 10) + 1),
                of_message(&[("/", "must be at most 30720 bytes of JSON, has 30721")]),
            ),
            (
                heavy(&half, second, 50 << 10),
                heavy(&half, second, (50 << 10) + 1),
                of_message(&[("/", "must be at most 51200 bytes of JSON, has 51201")]),
            ),
        ],
    )
    .await;
}
