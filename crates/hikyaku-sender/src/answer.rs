//! Reads JSON that the store kept unchanged.

use hikyaku::SentMessage;
use serde::Deserialize;
use serde_json::Value;

/// The caller's own JSON, as it was given.
pub(crate) fn parsed(kept: Option<&str>) -> Option<Value> {
    kept.and_then(|json| serde_json::from_str(json).ok())
}

/// What LINE's answer says of the messages that it made.
pub(crate) fn sent_messages(answer: Option<&str>) -> Vec<SentMessage> {
    #[derive(Deserialize)]
    struct Answer {
        #[serde(rename = "sentMessages")]
        sent_messages: Vec<SentMessage>,
    }
    let answer = answer.and_then(|json| serde_json::from_str::<Answer>(json).ok());
    answer.map(|answer| answer.sent_messages).unwrap_or_default()
}
