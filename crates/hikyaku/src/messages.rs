use std::borrow::Cow;

use hikyaku_model::{
    ChatId, Checker, GroupId, Message, RoomId, UserId, Violations,
    message::PreparedMessages,
    send::{SendKind, check_messages},
};
use serde::{Serialize, Serializer};

/// The messages of a send: one, several, or prepared ones, borrowed wherever they can be.
///
/// ```
/// use hikyaku::{Messages, model::Message};
///
/// let messages = [Message::text("hi"), Message::text("there")];
/// let one: Messages = (&messages[0]).into();
/// let several: Messages = (&messages).into();
/// let text: Messages = "hi".into();
/// let made: Messages = format!("{} new orders", 3).into();
/// # let _ = (one, several, text, made);
/// ```
#[derive(Clone, Debug)]
pub struct Messages<'a>(Inner<'a>);

#[derive(Clone, Debug)]
enum Inner<'a> {
    Plain(Cow<'a, [Message]>),
    Prepared(&'a PreparedMessages),
}

impl Messages<'_> {
    /// Checks and writes them once, to be kept or sent many times. Prepared ones are only shared.
    ///
    /// # Errors
    /// Every rule that the messages break, with paths from `messages[0]`.
    pub fn prepare(&self) -> Result<PreparedMessages, Violations> {
        match &self.0 {
            Inner::Plain(messages) => PreparedMessages::new(messages),
            Inner::Prepared(messages) => Ok((*messages).clone()),
        }
    }

    /// Finds the rules that these messages break. Prepared ones were checked when they were made.
    pub(crate) fn check(&self, send: SendKind, checker: &mut Checker) {
        match &self.0 {
            Inner::Plain(messages) => check_messages(messages, Some(send), checker),
            Inner::Prepared(messages) => {
                if let Err(violations) = messages.check(send) {
                    checker.include(violations);
                }
            }
        }
    }

    /// About how long the JSON will be, where that is known.
    pub(crate) fn size_hint(&self) -> usize {
        match &self.0 {
            Inner::Plain(_) => 0,
            Inner::Prepared(messages) => messages.as_json().len(),
        }
    }
}

impl Serialize for Messages<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Inner::Plain(messages) => messages.serialize(serializer),
            Inner::Prepared(messages) => messages.serialize(serializer),
        }
    }
}

impl<'a> From<&'a [Message]> for Messages<'a> {
    fn from(messages: &'a [Message]) -> Self {
        Self(Inner::Plain(messages.into()))
    }
}

impl<'a> From<&'a Message> for Messages<'a> {
    fn from(message: &'a Message) -> Self {
        std::slice::from_ref(message).into()
    }
}

impl<'a, const N: usize> From<&'a [Message; N]> for Messages<'a> {
    fn from(messages: &'a [Message; N]) -> Self {
        messages.as_slice().into()
    }
}

impl<'a> From<&'a Vec<Message>> for Messages<'a> {
    fn from(messages: &'a Vec<Message>) -> Self {
        messages.as_slice().into()
    }
}

impl<'a> From<&'a PreparedMessages> for Messages<'a> {
    fn from(messages: &'a PreparedMessages) -> Self {
        Self(Inner::Prepared(messages))
    }
}

impl From<Vec<Message>> for Messages<'_> {
    fn from(messages: Vec<Message>) -> Self {
        Self(Inner::Plain(messages.into()))
    }
}

impl<const N: usize> From<[Message; N]> for Messages<'_> {
    fn from(messages: [Message; N]) -> Self {
        messages.to_vec().into()
    }
}

impl From<Message> for Messages<'_> {
    fn from(message: Message) -> Self {
        vec![message].into()
    }
}

/// One text message.
impl From<&str> for Messages<'_> {
    fn from(text: &str) -> Self {
        Message::text(text).into()
    }
}

/// One text message.
impl From<String> for Messages<'_> {
    fn from(text: String) -> Self {
        Message::text(text).into()
    }
}

/// One text message.
impl From<&String> for Messages<'_> {
    fn from(text: &String) -> Self {
        Message::text(text).into()
    }
}

/// The chat that a push goes to: the id of a user, a group or a room.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(transparent)]
pub struct To<'a>(&'a str);

impl<'a> To<'a> {
    pub(crate) fn as_str(self) -> &'a str {
        self.0
    }
}

impl<'a> From<&'a str> for To<'a> {
    fn from(id: &'a str) -> Self {
        Self(id)
    }
}

impl<'a> From<&'a String> for To<'a> {
    fn from(id: &'a String) -> Self {
        Self(id)
    }
}

impl<'a> From<&'a UserId> for To<'a> {
    fn from(id: &'a UserId) -> Self {
        Self(id.as_str())
    }
}

impl<'a> From<&'a GroupId> for To<'a> {
    fn from(id: &'a GroupId) -> Self {
        Self(id.as_str())
    }
}

impl<'a> From<&'a RoomId> for To<'a> {
    fn from(id: &'a RoomId) -> Self {
        Self(id.as_str())
    }
}

impl<'a> From<&'a ChatId> for To<'a> {
    fn from(id: &'a ChatId) -> Self {
        Self(id.as_str())
    }
}
