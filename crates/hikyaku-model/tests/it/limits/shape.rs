use serde_json::json;

use super::check;

#[test]
fn json_of_a_known_type_that_does_not_fit_is_named_where_it_does_not() {
    check(json!({"type": "text"}), &["text: must not be empty"]);
    check(json!({"text": "hi"}), &["type: must not be empty"]);
    check(
        json!({"type": "text", "text": "hi", "emojis": [{"index": -1, "productId": "p", "emojiId": "e"}]}),
        &["emojis[0].index: does not fit its type: invalid value: integer `-1`, expected u32"],
    );
    let tap = json!({"type": "message", "text": "x"});
    check(
        json!({"type": "text", "text": "hi", "quickReply": {"items": [{"type": "action", "action": tap}, {"type": "action", "action": 3}]}}),
        &[
            "quickReply.items[1].action: does not fit its type: invalid type: integer `3`, expected a map",
        ],
    );
    check(
        json!({"type": "text", "text": "hi", "quickReply": {"items": [{"action": tap}]}}),
        &["quickReply.items[0].type: must not be empty"],
    );
    check(
        json!({"type": "text", "text": "hi", "quickReply": {"items": [{"type": "action", "action": {"type": "message", "label": "x"}}]}}),
        &["quickReply.items[0].action.text: must not be empty"],
    );
    let columns = json!([{"text": "t", "actions": []}, {"text": "t", "actions": [{"type": "uri", "label": "l"}]}, {"actions": []}]);
    check(
        json!({"type": "template", "altText": "a", "template": {"type": "carousel", "columns": columns}}),
        &["template.columns[2].text: must not be empty"],
    );
    let body = json!({"type": "box", "layout": "vertical", "contents": [{"type": "text", "wrap": "yes"}, {"type": "image"}]});
    check(
        json!({"type": "flex", "altText": "a", "contents": {"type": "bubble", "body": body}}),
        &[
            "contents.body.contents[0].wrap: does not fit its type: invalid type: string \"yes\", expected a boolean",
            "contents.body.contents[1].url: must not be empty",
        ],
    );
    check(
        json!({"type": "flex", "altText": "a", "contents": {"type": "bubble", "body": {"type": "text", "layout": "vertical", "contents": []}}}),
        &["contents.body: does not fit its type: its type is \"text\", \"box\" belongs here"],
    );
    check(
        json!({"type": "textV2", "text": "{a}", "substitution": {"a": {"type": "mention"}}}),
        &["substitution.a.mentionee: must not be empty"],
    );
}

#[test]
fn a_null_is_no_part_of_a_list() {
    let body = json!({"type": "box", "layout": "vertical", "contents": [null]});
    check(
        json!({"type": "flex", "altText": "a", "contents": {"type": "bubble", "body": body}}),
        &["contents.body.contents[0]: does not fit its type: invalid type: null, expected a map"],
    );
}

#[test]
fn all_is_said_in_one_go_even_where_a_part_does_not_fit() {
    check(
        json!({"type": "text", "text": "", "sender": {"name": 1}}),
        &[
            "text: must not be empty",
            "sender.name: does not fit its type: invalid type: integer `1`, expected a string",
        ],
    );
}

#[test]
fn an_unknown_type_is_left_to_line_unless_it_is_simulated() {
    use hikyaku_model::{Check, Message};
    let hologram = json!({"type": "hologram", "quickReply": {"items": []}});
    check(
        hologram.clone(),
        &[
            "type: must be one of text, textV2, sticker, image, video, audio, location, coupon, imagemap, template, flex",
            "quickReply.items: must have 1 to 13 items, has 0",
        ],
    );
    let message: Message = serde_json::from_value(hologram).unwrap();
    let said = message.validate().unwrap_err();
    assert_eq!(said.to_string(), "quickReply.items: must have 1 to 13 items, has 0");
}

#[test]
fn a_path_is_written_as_line_does_and_as_a_pointer() {
    use hikyaku_model::{Check, Message};
    let message: Message = serde_json::from_value(
        json!({"type": "textV2", "text": "hi", "substitution": {"a/b~": {"type": "emoji", "productId": "p", "emojiId": ""}}}),
    )
    .unwrap();
    let said = message.validate().unwrap_err();
    let paths: Vec<_> =
        said.iter().map(|violation| (violation.property(), violation.pointer())).collect();
    assert_eq!(
        paths[1],
        ("substitution.a/b~.emojiId".into(), "/substitution/a~1b~0/emojiId".into())
    );
}

#[test]
fn what_is_nested_too_deeply_is_kept_and_named() {
    use hikyaku_model::{MessageKind, audience::Recipient};
    let nested = |boxes: usize| {
        let innermost = json!({"type": "text", "text": "t"});
        let body = (0..boxes).fold(
            innermost,
            |child, _| json!({"type": "box", "layout": "vertical", "contents": [child]}),
        );
        json!({"type": "flex", "altText": "a", "contents": {"type": "bubble", "body": body}})
    };
    check(nested(18), &[]);
    check(nested(60), &["must not be nested deeper than 40 levels"]);
    let message = crate::survives::<hikyaku_model::Message>(&nested(60));
    assert!(matches!(message.kind, MessageKind::Unknown(_)));
    let not = (0..100).fold(
        json!({"type": "audience", "audienceGroupId": 1}),
        |recipient, _| json!({"type": "operator", "not": recipient}),
    );
    assert!(matches!(crate::survives::<Recipient>(&not), Recipient::Unknown(_)));
}
