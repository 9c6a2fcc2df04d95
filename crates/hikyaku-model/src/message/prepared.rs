use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::{Checker, Message, Violations, limits};

/// Messages that were checked and serialised once, to be sent many times.
///
/// A clone is cheap: all clones share the bytes.
#[derive(Clone, Debug)]
pub struct PreparedMessages(Arc<RawValue>);

impl PreparedMessages {
    /// Checks the messages and writes their JSON.
    ///
    /// # Errors
    /// Every rule that the messages break, with paths from `messages[0]`.
    #[expect(
        clippy::missing_panics_doc,
        reason = "JSON of a message has string keys, so it cannot fail"
    )]
    pub fn new(messages: &[Message]) -> Result<Self, Violations> {
        let mut checker = Checker::default();
        checker.items("messages", messages, limits::MESSAGES);
        checker.finish()?;
        let json = serde_json::value::to_raw_value(messages)
            .expect("messages have string keys and no failing parts");
        Ok(Self(json.into()))
    }

    /// The JSON array, as it will be sent.
    pub fn as_json(&self) -> &str {
        self.0.get()
    }
}

impl Serialize for PreparedMessages {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
