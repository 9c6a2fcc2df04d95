//! Long texts as several, Markdown as text, and texts without mentions.

use hikyaku_model::{
    Check as _,
    event::{Event, SharedStr},
    message::{Message, TEXT, plain_text, split_text},
};
use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation as _;

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

fn solid(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Text of all kinds, some of it long and without any good place to cut it.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-z ]{0,80}",
        "\\PC{0,40}",
        Just("\n\n".to_owned()),
        Just("\r\n".to_owned()),
        Just("。".to_owned()),
        Just(" . ".to_owned()),
        Just("👩\u{200d}👩\u{200d}👧\u{200d}👦".repeat(300)),
        Just("é".repeat(900)),
        Just("飛脚は走る。".repeat(400)),
        Just("x".repeat(6000)),
        Just("\u{3000}".repeat(6000)),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50))]

    #[test]
    fn a_split_text_loses_nothing_and_every_part_can_be_sent(text in any_text()) {
        let parts = split_text(&text);
        prop_assert_eq!(solid(&parts.concat()), solid(&text));
        for part in &parts {
            prop_assert!((1..=TEXT.max).contains(&units(part)) && !part.trim().is_empty());
            prop_assert!(Message::text(part).validate().is_ok());
        }
        // Each part is a stretch of the text, and each of its ends lies between two characters.
        let boundaries: Vec<usize> =
            text.grapheme_indices(true).map(|(at, _)| at).chain([text.len()]).collect();
        let mut from = 0;
        for part in &parts {
            let at = from + text[from..].find(part.as_str()).expect("a stretch of the text");
            from = at + part.len();
            prop_assert!(boundaries.binary_search(&at).is_ok() && boundaries.binary_search(&from).is_ok());
        }
    }

    #[test]
    fn no_text_breaks_the_reading_of_markdown(text in "[a-z*_`#\\[\\]()!> \n~-]{0,200}|\\PC{0,100}") {
        let plain = plain_text(&text);
        let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
        prop_assert!(letters(&plain) <= letters(&text));
    }
}

#[test]
fn a_text_is_cut_where_it_hurts_least() {
    let (a, b) = ("a".repeat(3000), "b".repeat(3000));
    for between in ["\n\n", "\n", ". ", " ", "。"] {
        let parts = split_text(&format!("{a}{between}{b}"));
        assert_eq!(parts, [format!("{a}{between}").trim_end(), &b], "{between:?}");
    }
    // The best place wins over the last one.
    let text = format!("{a}\n\nOne. Two.\n{b}");
    assert_eq!(split_text(&text)[0], a);
    assert_eq!(
        split_text(&"x".repeat(12_000)).iter().map(String::len).collect::<Vec<_>>(),
        [5000, 5000, 2000]
    );
    assert_eq!(
        split_text(&"😀".repeat(2501)).iter().map(|it| units(it)).collect::<Vec<_>>(),
        [5000, 2]
    );
    assert!(split_text(" \n\u{3000} ").is_empty());
    // A character that no text can hold is the one that is cut.
    let monster = format!("e{}", "\u{301}".repeat(7000));
    assert_eq!(split_text(&monster).iter().map(|it| units(it)).collect::<Vec<_>>(), [5000, 2001]);
}

#[test]
fn markdown_becomes_text_that_reads_well() {
    for (markdown, plain) in [
        ("# Title\n\ntext", "Title\n\ntext"),
        ("**bold**, *soft*, __bold__, _soft_, ~~gone~~", "bold, soft, bold, soft, gone"),
        ("***both***", "both"),
        ("**`a` is b**", "a is b"),
        ("[a](https://a.example/b_(c))", "a (https://a.example/b_(c))"),
        ("see https://a.example/_b_?c=*d*!", "see https://a.example/_b_?c=*d*!"),
        ("a * b * c, 2**3, snake_case, _", "a * b * c, 2**3, snake_case, _"),
        ("* one\n  + two\n1. three", "• one\n  • two\n1. three"),
        ("`let a = *b;`", "let a = *b;"),
        ("```rust\nlet a = **b;\n# no heading\n```\nend", "let a = **b;\n# no heading\nend"),
        ("[here](https://a.example/)", "here (https://a.example/)"),
        ("[https://a.example/](https://a.example/)", "https://a.example/"),
        ("![](https://a.example/p.png)", "(https://a.example/p.png)"),
        ("[1] and (2)", "[1] and (2)"),
        ("> quoted **well**", "quoted well"),
        ("#hashtag, 飛脚**です**。", "#hashtag, 飛脚です。"),
    ] {
        assert_eq!(plain_text(markdown), plain, "{markdown}");
    }
}

fn said(text: &str, mentions: &[(u64, u64, bool)]) -> Event<SharedStr> {
    let mentionees = mentions.iter().map(|(index, length, is_self)| {
        serde_json::json!({ "index": index, "length": length, "type": "user", "isSelf": is_self })
    });
    let json = serde_json::json!({
        "type": "message",
        "source": { "type": "group", "groupId": "Cab" },
        "message": {
            "type": "text", "id": "1", "text": text, "quotedMessageId": "7",
            "mention": { "mentionees": mentionees.collect::<Vec<_>>() },
        },
    });
    serde_json::from_value(json).unwrap()
}

#[test]
fn a_question_to_the_bot_is_read_without_its_mentions() {
    for (text, mentions, asked) in [
        ("@bot how are you?", vec![(0, 4, true)], "how are you?"),
        ("how are you, @bot?", vec![(13, 4, true)], "how are you, ?"),
        ("hey @bot how are you?", vec![(4, 4, true)], "hey how are you?"),
        ("😀 @bot 😀", vec![(3, 4, true)], "😀 😀"),
        ("@bot @ann hi @bot", vec![(0, 4, true), (5, 4, false), (13, 4, true)], "@ann hi"),
        ("@bot", vec![(0, 4, true)], ""),
        // Places that no LINE sends.
        ("@bot", vec![(3, 400, true), (u64::MAX, 2, true)], "@bot"),
        ("😀 hi", vec![(1, 1, true)], "😀 hi"),
        ("@bot hi", vec![(0, 4, true), (2, 3, true)], "hi"),
    ] {
        let event = said(text, &mentions);
        assert!(event.mentions_me());
        assert_eq!(event.without_my_mentions().as_deref(), Some(asked), "{text}");
        assert_eq!((event.quoted_message_id(), event.is_one_to_one()), (Some("7"), false));
    }
    let other = said("@ann hi", &[(0, 4, false)]);
    assert!(!other.mentions_me());
    assert_eq!(other.without_my_mentions().as_deref(), Some("@ann hi"));
}
