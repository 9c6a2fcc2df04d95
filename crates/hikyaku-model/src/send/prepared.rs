use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::{
    SendKind,
    kind::{check_messages, check_send},
};
use crate::{Checker, Message, Violations};

/// Messages that are checked and serialised once, to be sent many times.
///
/// Cloning is cheap: all clones share the bytes.
#[derive(Clone, Debug)]
pub struct PreparedMessages(Arc<Prepared>);

#[derive(Debug)]
struct Prepared {
    json: Box<RawValue>,
    /// The ways to send that refuse these messages; usually empty.
    refused: Vec<(SendKind, Violations)>,
}

impl PreparedMessages {
    /// Checks the messages and serialises them.
    ///
    /// # Errors
    /// The messages break a rule. The error lists every broken rule, with paths from `messages[0]`.
    #[expect(
        clippy::missing_panics_doc,
        reason = "JSON of a message has string keys, so it cannot fail"
    )]
    #[inline]
    pub fn new(messages: &[Message]) -> Result<Self, Violations> {
        let mut checker = Checker::default();
        check_messages(messages, None, &mut checker);
        checker.finish()?;
        let refused = SendKind::ALL
            .into_iter()
            .filter_map(|kind| {
                let mut checker = Checker::default();
                check_send(messages, kind, &mut checker);
                Some((kind, checker.finish().err()?))
            })
            .collect();
        let json = serde_json::value::to_raw_value(messages)
            .expect("messages have string keys and no failing parts");
        Ok(Self(Arc::new(Prepared { json, refused })))
    }

    /// Checks the rules of one way to send.
    ///
    /// # Errors
    /// The messages have a kind or a field that this way to send does not accept.
    pub fn check(&self, send: SendKind) -> Result<(), &Violations> {
        match self.0.refused.iter().find(|(refused, _)| *refused == send) {
            Some((_, violations)) => Err(violations),
            None => Ok(()),
        }
    }

    /// Returns the JSON array, exactly as it is sent.
    pub fn as_json(&self) -> &str {
        self.0.json.get()
    }
}

impl Serialize for PreparedMessages {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.json.serialize(serializer)
    }
}
