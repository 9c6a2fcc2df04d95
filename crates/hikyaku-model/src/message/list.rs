use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

use super::Message;
use crate::{InvalidJson, json};

/// Reads the JSON of one message or of a list of messages.
///
/// # Errors
/// The text is not JSON, or neither an object nor a list of objects; the error gives the line and the column.
///
/// ```
/// use hikyaku_model::message;
///
/// let messages = message::from_json(r#"{"type": "text", "text": "hi"}"#).unwrap();
/// assert_eq!(messages, ["hi".into()]);
///
/// let mistake = message::from_json("[{\n  \"type\": text\n}]").unwrap_err();
/// assert_eq!(mistake.to_string(), "line 2, column 12: expected ident");
/// ```
#[inline]
pub fn from_json(json: &str) -> Result<Vec<Message>, InvalidJson> {
    json::parse::<OneOrMany>(json).map(|OneOrMany(messages)| messages)
}

struct OneOrMany(Vec<Message>);

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrManyVisitor).map(Self)
    }
}

struct OneOrManyVisitor;

impl<'de> Visitor<'de> for OneOrManyVisitor {
    type Value = Vec<Message>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a message object or a list of them")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Message::deserialize(MapAccessDeserializer::new(map)).map(|message| vec![message])
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut messages = Vec::new();
        while let Some(message) = seq.next_element()? {
            messages.push(message);
        }
        Ok(messages)
    }
}
