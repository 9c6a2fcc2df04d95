//! Markdown as Flex Messages.

use hikyaku_model::{
    Check as _,
    message::{FlexMessage, Message, MessageKind, from_markdown, plain_text},
};
use proptest::prelude::*;
use serde_json::{Value, json};

/// The JSON of the only message, which must be Flex.
fn body(markdown: &str) -> Value {
    let messages = from_markdown(markdown);
    assert_eq!(messages.len(), 1, "{markdown}");
    let json = serde_json::to_value(&messages[0]).unwrap();
    assert_eq!(json["type"], "flex", "{markdown}");
    json["contents"]["body"]["contents"].clone()
}

fn flex(message: &Message) -> Option<&FlexMessage> {
    match &message.kind {
        MessageKind::Flex(flex) => Some(flex),
        _ => None,
    }
}

/// What a reader sees, in order.
fn seen(json: &Value, all: &mut String) {
    match json {
        Value::Array(items) => items.iter().for_each(|it| seen(it, all)),
        Value::Object(object) => {
            if let Some(Value::String(text)) = object.get("text") {
                all.push_str(text);
            }
            for name in ["contents", "body"] {
                seen(object.get(name).unwrap_or(&Value::Null), all);
            }
        }
        _ => {}
    }
}

fn all_seen(messages: &[Message]) -> String {
    let mut all = String::new();
    seen(&serde_json::to_value(messages).unwrap(), &mut all);
    all
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// A line of Markdown; the words are few, so that marks meet.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-c*_`~ ]{0,30}",
        "#{1,7} [a-c* ]{0,12}",
        " {0,6}[-+*] [a-c`* ]{0,12}",
        "[0-9]{1,3}[.)] [a-c ]{0,12}",
        ">{1,3} ?[a-c* ]{0,12}",
        "\\|?[a-c ]{0,5}\\|[a-c* ]{0,5}\\|?",
        "\\|?:?-{1,3}:?\\|:?-{1,3}\\|?",
        Just("```".to_owned()),
        Just("---".to_owned()),
        Just(String::new()),
        "\\PC{0,30}".prop_map(|it| it.replace(['[', 'h'], "")),
        Just("飛脚は走る。".repeat(300)),
        Just("x".repeat(12_000)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_markdown_is_valid_and_loses_nothing_but_its_marks(lines in prop::collection::vec(line(), 0..14)) {
        let markdown = lines.join("\n");
        let messages = from_markdown(&markdown);
        for message in &messages {
            prop_assert!(message.validate().is_ok(), "{:?}", message.validate());
        }
        prop_assert_eq!(letters(&all_seen(&messages)), letters(&plain_text(&markdown)), "{}", markdown);
    }

    #[test]
    fn any_address_is_tapped_or_shown(label in "[a-c *`]{0,9}", address in "(https?|tel|line|ftp|javascript):[^\\s()]{0,40}") {
        let markdown = format!("# t\nsee [{label}]({address})");
        let messages = from_markdown(&markdown);
        prop_assert!(messages.iter().all(|it| it.validate().is_ok()), "{:?}", messages);
        let json = serde_json::to_string(&messages).unwrap();
        let scheme = address.split_once(':').unwrap().0;
        let is_tapped = json.contains(r#""action":{"type":"uri""#);
        prop_assert!(is_tapped || all_seen(&messages).contains(&address), "{}", json);
        prop_assert!(!is_tapped || !matches!(scheme, "ftp" | "javascript"), "{}", json);
    }
}

#[test]
fn blocks_look_like_what_they_are() {
    assert_eq!(
        body("# Hours\n\nWe open **early**, *often* and ~~late~~ `daily`."),
        json!([
            { "type": "text", "size": "xl", "weight": "bold", "wrap": true, "margin": "lg",
              "contents": [{ "type": "span", "text": "Hours" }] },
            { "type": "text", "wrap": true, "margin": "md", "contents": [
                { "type": "span", "text": "We open " },
                { "type": "span", "text": "early", "weight": "bold" },
                { "type": "span", "text": ", " },
                { "type": "span", "text": "often", "style": "italic" },
                { "type": "span", "text": " and " },
                { "type": "span", "text": "late", "decoration": "line-through" },
                { "type": "span", "text": " " },
                { "type": "span", "text": "daily", "color": "#a51d2d" },
                { "type": "span", "text": "." },
            ] },
        ])
    );
    let list = body("- one\n  two\n  1. three");
    assert_eq!(list[0]["layout"], "horizontal");
    assert_eq!(list[0]["contents"][0]["text"], "•");
    assert_eq!(list[0]["contents"][1]["contents"][2]["text"], "two");
    assert_eq!(
        (&list[1]["contents"][0]["text"], &list[1]["paddingStart"]),
        (&"1.".into(), &"16px".into())
    );
    let quote = body("> one\n> two");
    assert_eq!(quote[0]["contents"][0]["width"], "4px");
    assert_eq!(quote[0]["contents"][1]["contents"][2]["text"], "two");
    let code = body("```rust\nlet a = 1;\n\n# no heading\n```");
    assert_eq!(code[0]["contents"][0]["text"], "let a = 1;\n\n# no heading");
    let indented = body("```\nif a {\n    b  = 1\n\tc\n}\n```");
    assert_eq!(
        indented[0]["contents"][0]["text"],
        "if a {\n\u{a0}\u{a0}\u{a0}\u{a0}b\u{a0} = 1\n\u{2003}c\n}"
    );
    let table = body("| a | b |\n|---|:-:|\n| 1 | **2** |\n| 3 |");
    let rows = table[0]["contents"].as_array().unwrap();
    assert_eq!(
        rows.iter().map(|it| it["type"].as_str().unwrap()).collect::<Vec<_>>(),
        ["box", "separator", "box", "box"]
    );
    assert_eq!(rows[0]["contents"][1]["weight"], "bold");
    assert_eq!(
        rows[2]["contents"][1]["contents"][0],
        json!({ "type": "span", "text": "2", "weight": "bold" })
    );
    assert_eq!(
        rows[3]["contents"][1],
        json!({ "type": "box", "layout": "vertical", "contents": [], "flex": 1 })
    );
    assert_eq!(body("# a\n***\nb")[1]["type"], "separator");
}

#[test]
fn links_are_tapped_where_flex_has_a_place_for_it() {
    let one = body("see [the map](https://example.com/a_(b)?q=日本)");
    assert_eq!(
        one[0]["action"],
        json!({ "type": "uri", "uri": "https://example.com/a_(b)?q=%E6%97%A5%E6%9C%AC" })
    );
    let one = body("- read https://example.com/地図.");
    assert_eq!(one[0]["contents"][1]["action"]["uri"], "https://example.com/");
    let one = body("- read [it](https://example.com/地図)");
    assert_eq!(one[0]["contents"][1]["action"]["uri"], "https://example.com/%E5%9C%B0%E5%9B%B3");
    let two = body("[one](https://example.com/1) or [two](tel:+8112345678)");
    assert_eq!(two[0]["action"], Value::Null);
    assert_eq!(
        two[2],
        json!({
            "type": "text", "text": "two", "size": "sm", "color": "#1a5fb4", "decoration": "underline", "wrap": true,
            "margin": "sm", "action": { "type": "uri", "uri": "tel:+8112345678" },
        })
    );
    let bad = body("**see** [it](javascript:alert)");
    assert_eq!(bad[0]["contents"][2]["text"], "it (javascript:alert)");
    assert_eq!(bad[0]["action"], Value::Null);
}

#[test]
fn a_text_without_form_stays_a_text() {
    for text in
        ["Just a text.\n\nWith https://example.com/a_b_c in it.", "2 * 3, snake_case_name", "---"]
    {
        let messages = from_markdown(text);
        assert!(
            matches!(&messages[..], [it] if it.kind == Message::text(text).kind),
            "{text}: {messages:?}"
        );
    }
    assert!(from_markdown(" \n\n").is_empty() && from_markdown("> ").is_empty());
}

#[test]
fn what_is_too_large_for_a_bubble_goes_on_in_the_next_or_as_text() {
    let list: Vec<_> = (0..400).map(|n| format!("- item **{n}** of the long list\n")).collect();
    let messages = from_markdown(&list.concat());
    assert!(
        messages.len() > 2 && messages.iter().all(|it| flex(it).is_some()),
        "{}",
        messages.len()
    );
    let alt = &flex(&messages[1]).unwrap().alt_text;
    assert!(alt.encode_utf16().count() == 1500 && alt.starts_with("• item ") && alt.ends_with('…'));
    let code = format!("# Log\n```\n{}\n```\n**end**", "x".repeat(31_000));
    let messages = from_markdown(&code);
    let kinds: Vec<_> = messages.iter().map(|it| flex(it).is_some()).collect();
    assert_eq!(kinds, [true, false, false, false, false, false, false, false, true]);
    assert!(messages.iter().all(|it| it.validate().is_ok()));
}
