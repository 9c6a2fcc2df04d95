use hikyaku_model::{Message, message::MessageKind};
use serde_json::{Value, json};

use crate::survives;

/// A message of a known kind.
#[track_caller]
fn known(json: Value) {
    let message: Message = survives(&json);
    assert!(!matches!(message.kind, MessageKind::Unknown(_)), "{json}");
}

#[test]
fn messages_come_back_as_they_were() {
    known(json!({"type": "text", "text": "hi"}));
    known(
        json!({"type": "text", "text": "hi", "new": {"a": [1, 2.5, null]}, "sender": {"name": "a", "new": false},
        "quickReply": {"items": [{"type": "action", "action": {"type": "postback", "data": "", "label": "x", "new": 1}}], "new": 3}}),
    );
}
