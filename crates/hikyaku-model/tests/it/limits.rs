use hikyaku_model::Message;
use serde_json::{Value, json};

use crate::violations;

/// Reads a message and compares what is wrong with it.
#[track_caller]
fn check(message: Value, expected: &[&str]) {
    let message: Message = serde_json::from_value(message).unwrap();
    assert_eq!(violations(&message), expected);
}

#[test]
fn json_of_a_known_type_that_does_not_fit_is_named_where_it_does_not() {
    check(json!({"type": "text"}), &["text: must not be empty"]);
    check(json!({"text": "hi"}), &["type: must not be empty"]);
    check(
        json!({"type": "text", "text": "hi", "quickReply": {"items": [{"type": "action", "action": {"type": "message", "text": "x"}}, {"type": "action", "action": 3}]}}),
        &[
            "quickReply.items[1].action: does not fit its type: invalid type: integer `3`, expected a map",
        ],
    );
    check(
        json!({"type": "text", "text": "hi", "sender": {"name": "a"}, "quickReply": {"items": [{"type": "action", "action": {"type": "message", "label": "x"}}]}}),
        &["quickReply.items[0].action.text: must not be empty"],
    );
}
