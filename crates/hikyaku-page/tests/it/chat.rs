use hikyaku_model::{Message, message::from_json};
use hikyaku_page::{
    KnownCoupon, Lang, Look,
    chat::{self, Entry, Time},
};

use crate::markup::Markup;

fn read(json: &str) -> Message {
    from_json(json).unwrap().pop().unwrap()
}

/// One message of the account.
fn draw(json: &str) -> String {
    let message = read(json);
    let look = Look::default().name("U1", "Mira");
    chat::draw(&[Entry::message(&message, "/0").by("Shop")], &look).into()
}

/// What stands in the line of each message.
fn drawn(messages: &[&str]) -> String {
    let one = |json: &&str| {
        let html = draw(json);
        let (_, line) = html.split_once("<span class=\"who\">Shop</span>").unwrap();
        let line = line.strip_suffix("</div></div></div>").unwrap();
        format!("{json}\n  {line}\n\n")
    };
    messages.iter().map(one).collect()
}

fn snapshot(name: &str, drawing: &str) {
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(name, drawing) });
}

#[test]
fn words() {
    snapshot(
        "words",
        &drawn(&[
            r#"{"type":"text","text":"plain <b>\nand more"}"#,
            r#"{"type":"text","text":"see https://example.com/a?b=c&d=e, or https://ex ample. http://no"}"#,
            r#"{"type":"text","text":"🦀$ and $","emojis":[{"index":2,"productId":"p","emojiId":"001"},{"index":99,"productId":"p","emojiId":"002"}]}"#,
            r#"{"type":"text","text":"yes","quoteToken":"q"}"#,
            r#"{"type":"textV2","text":"{who}, {other}, {all} {smile} {{literally}} {none} } {","substitution":{"who":{"type":"mention","mentionee":{"type":"user","userId":"U1"}},"other":{"type":"mention","mentionee":{"type":"user","userId":"U2"}},"all":{"type":"mention","mentionee":{"type":"all"}},"smile":{"type":"emoji","productId":"p","emojiId":"1"}}}"#,
            r#"{"type":"hologram"}"#,
        ]),
    );
}

#[test]
fn media() {
    snapshot(
        "media",
        &drawn(&[
            r#"{"type":"sticker","packageId":"446","stickerId":"1988"}"#,
            r#"{"type":"image","originalContentUrl":"https://example.com/o.jpg","previewImageUrl":"https://example.com/p.jpg"}"#,
            r#"{"type":"video","originalContentUrl":"https://example.com/v.mp4","previewImageUrl":"https://example.com/p.jpg"}"#,
            r#"{"type":"audio","originalContentUrl":"https://example.com/a.m4a","duration":61001}"#,
            r#"{"type":"location","title":"Here","address":"1-8 Nihonbashi","latitude":35.68381,"longitude":-139.7}"#,
            r#"{"type":"coupon","couponId":"01HZX"}"#,
        ]),
    );
}

#[test]
fn templates() {
    let actions = r#"[{"type":"message","label":"One","text":"1"},{"type":"uri","label":"Two","uri":"https://example.com/"}]"#;
    let column = format!(r#"{{"title":"T","text":"words","actions":{actions}}}"#);
    snapshot(
        "templates",
        &drawn(&[
            &format!(
                r##"{{"type":"template","altText":"alt","template":{{"type":"buttons","title":"Menu","text":"Pick","thumbnailImageUrl":"https://example.com/a.jpg","imageAspectRatio":"square","imageSize":"contain","imageBackgroundColor":"#ff0000","defaultAction":{{"type":"uri","label":"all","uri":"https://example.com/"}},"actions":{actions}}}}}"##
            ),
            &format!(
                r#"{{"type":"template","altText":"alt","template":{{"type":"confirm","text":"Sure?","actions":{actions}}}}}"#
            ),
            &format!(
                r#"{{"type":"template","altText":"alt","template":{{"type":"carousel","columns":[{column},{column}]}}}}"#
            ),
            r#"{"type":"template","altText":"alt","template":{"type":"image_carousel","columns":[{"imageUrl":"https://example.com/a.jpg","action":{"type":"message","label":"A","text":"a"}}]}}"#,
            r#"{"type":"template","altText":"alt","template":{"type":"hologram"}}"#,
        ]),
    );
}

#[test]
fn an_imagemap() {
    snapshot(
        "an_imagemap",
        &drawn(&[
            r#"{"type":"imagemap","baseUrl":"https://example.com/map","altText":"alt","baseSize":{"width":1040,"height":520},
            "video":{"originalContentUrl":"https://example.com/v.mp4","previewImageUrl":"https://example.com/p.jpg","area":{"x":0,"y":0,"width":1040,"height":260}},
            "actions":[{"type":"message","text":"left","area":{"x":0,"y":260,"width":520,"height":260}},
            {"type":"uri","label":"Right","linkUri":"https://example.com/","area":{"x":520,"y":260,"width":520,"height":260}},{"type":"hologram"}]}"#,
        ]),
    );
}

#[test]
fn a_conversation() {
    let texts = ["hi", "anybody?", "yes"].map(Message::text);
    let [hi, anybody, yes] = &texts;
    let more = read(
        r#"{"type":"text","text":"more","sender":{"name":"Sora","iconUrl":"https://example.com/i.png"},
        "quickReply":{"items":[{"type":"action","imageUrl":"https://example.com/i.png","action":{"type":"message","label":"Thanks","text":"t"}},
        {"type":"action","action":{"type":"location","label":"Here"}}]}}"#,
    );
    let html = chat::draw(
        &[
            Entry::notice("Today"),
            Entry::message(hi, "/0").mine().at(Time { hour: 9, minute: 5 }).read(),
            Entry::message(anybody, "/1").mine(),
            Entry::message(yes, "/2")
                .by("Shop")
                .at(Time { hour: 23, minute: 59 })
                .quoting("Me", "hi"),
            Entry::file("note <1>.pdf", 1_610_612).mine(),
            Entry::message(&more, "/3").by("Shop"),
        ],
        &Look::new(Lang::Japanese),
    );
    let by_line = html.as_str().replace("<div class=\"row", "\n<div class=\"row");
    snapshot("a_conversation", &by_line);
}

#[test]
fn quick_replies_are_gone_once_something_follows() {
    let asked = read(
        r#"{"type":"text","text":"?","quickReply":{"items":[{"type":"action","action":{"type":"message","label":"A","text":"a"}}]}}"#,
    );
    let answer = Message::text("a");
    let look = Look::default();
    let last = chat::draw(&[Entry::message(&asked, "/0")], &look);
    assert!(last.as_str().contains("data-ptr=\"/0/quickReply/items/0/action\""));
    let gone =
        chat::draw(&[Entry::message(&asked, "/0"), Entry::message(&answer, "/1").mine()], &look);
    assert!(!gone.as_str().contains("quickReply"));
}

#[test]
fn what_can_be_tapped_has_the_pointer_of_its_action() {
    let action = |text: &str| format!(r#"{{"type":"message","label":"l","text":"{text}"}}"#);
    let list = format!(
        r#"[{{"type":"template","altText":"a","template":{{"type":"buttons","text":"t","defaultAction":{},"actions":[{},{}]}}}},
        {{"type":"template","altText":"a","template":{{"type":"confirm","text":"t","actions":[{},{}]}}}},
        {{"type":"template","altText":"a","template":{{"type":"carousel","columns":[{{"text":"t","actions":[{}]}},{{"text":"t","defaultAction":{},"actions":[]}}]}}}},
        {{"type":"template","altText":"a","template":{{"type":"image_carousel","columns":[{{"imageUrl":"https://example.com/","action":{}}}]}}}},
        {{"type":"imagemap","altText":"a","baseUrl":"https://example.com/a","baseSize":{{"width":1040,"height":1040}},
            "actions":[{{"type":"message","text":"map","area":{{"x":0,"y":0,"width":1,"height":1}}}}]}},
        {{"type":"flex","altText":"a","contents":{{"type":"bubble","action":{}}}}}]"#,
        action("1"),
        action("2"),
        action("3"),
        action("4"),
        action("5"),
        action("6"),
        action("7"),
        action("8"),
        action("9"),
    );
    let messages = from_json(&list).unwrap();
    let value: serde_json::Value = serde_json::from_str(&list).unwrap();
    let mut seen = 0;
    for (index, message) in messages.iter().enumerate() {
        let html = chat::draw(&[Entry::message(message, &format!("/{index}"))], &Look::default());
        for (element, pointer) in Markup::read(html.as_str()).with("data-ptr") {
            let text = &value.pointer(pointer).unwrap()["text"];
            assert_eq!(element.attributes["title"], text.as_str().unwrap(), "{pointer}");
            seen += 1;
        }
    }
    assert_eq!(seen, 10);
}

#[test]
fn mentions_of_people_are_marked_where_they_stand() {
    let drawn = |text: &str, mentions: &[(u64, u64)]| {
        let message = Message::text(text);
        let entry = Entry::message(&message, "").mentioning(mentions);
        let html = chat::draw(&[entry], &Look::default());
        let words = html.as_str().split("class=\"words\">").nth(1).unwrap();
        words.split("</div>").next().unwrap().to_owned()
    };
    let mention = |name: &str| format!("<span class=\"mention\">{name}</span>");
    let text = "\u{1f600} @Mira Novak, <b> @All";
    let expected = format!("\u{1f600} {}, &lt;b&gt; {}", mention("@Mira Novak"), mention("@All"));
    assert_eq!(drawn(text, &[(3, 11), (20, 4)]), expected);
    let plain = "\u{1f600} @Mira Novak, &lt;b&gt; @All";
    for beyond in [(3, 100), (100, 3), (u64::MAX, u64::MAX), (5, 0)] {
        assert_eq!(drawn(text, &[beyond]), plain, "{beyond:?}");
    }
    assert_eq!(drawn("@ab", &[(0, 3), (1, 2)]), mention("@ab"), "one that overlaps is text");
}

#[test]
fn what_went_wrong_can_lead_somewhere() {
    let message = Message::text("hello");
    let entry = Entry::message(&message, "").mine().edited().problem("500 <b>");
    let html = chat::draw(std::slice::from_ref(&entry), &Look::default());
    assert!(html.as_str().contains("<p class=\"problem\">500 &lt;b&gt;</p>"), "{html}");
    assert!(html.as_str().contains("<span class=\"edited\">Edited</span>"), "{html}");
    let html = chat::draw(&[entry.problem_act("entry", "w3")], &Look::default());
    let button = "<button class=\"problem\" type=\"button\" data-do=\"entry\" data-to=\"w3\">";
    assert!(html.as_str().contains(button), "{html}");
}

#[test]
fn a_message_with_a_sender_says_whose_account_it_is() {
    let html = draw(r#"{"type":"text","text":"hi","sender":{"name":"Cony <1>"}}"#);
    assert!(
        html.contains("<span class=\"who\">Cony &lt;1&gt; from &#39;Shop&#39;</span>"),
        "{html}"
    );
    let message = read(r#"{"type":"text","text":"hi","sender":{"name":"Cony"}}"#);
    let html = chat::draw(&[Entry::message(&message, "")], &Look::default());
    assert!(html.as_str().contains("<span class=\"who\">Cony</span>"), "{html}");
}

#[test]
fn a_coupon_is_called_by_its_title_where_that_is_known() {
    let coupon = |id: &str| {
        let message = read(&format!(r#"{{"type":"coupon","couponId":"{id}"}}"#));
        let known = [
            ("new".to_owned(), KnownCoupon::Running("10 % <off>".to_owned())),
            ("old".to_owned(), KnownCoupon::Closed("Summer".to_owned())),
        ];
        let look = Look::default().coupons(known);
        let html = String::from(chat::draw(&[Entry::message(&message, "")], &look));
        let part = |class: &str| {
            let rest = html.split(&format!("class=\"{class}\">")).nth(1).unwrap();
            rest.split('<').next().unwrap().to_owned()
        };
        (part("card-title"), part("card-fine"))
    };
    let pair = |title: &str, words: &str| (title.to_owned(), words.to_owned());
    assert_eq!(coupon("new"), pair("10 % &lt;off&gt;", "Coupon"));
    assert_eq!(coupon("old"), pair("Summer", "No longer available"));
    assert_eq!(coupon("none"), pair("Coupon", "No such coupon: none"));
}
