use serde::Serialize;

use crate::{
    Check, Checker, Message, Violation,
    limits::{self, Problem, Segment},
    message::MessageKind,
    warnings,
};

/// The ways to send. All accept the same messages, except for a few kinds and fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SendKind {
    /// An answer to an event.
    Reply,
    /// To one user, group or room.
    Push,
    /// To many users.
    Multicast,
    /// To the friends that a filter picks.
    Narrowcast,
    /// To all friends.
    Broadcast,
    /// To a phone number.
    ///
    /// Source: <https://developers.line.biz/en/reference/line-notification-messages/#send-line-notification-message>
    PhoneNumber,
}

/// Checks the messages of one request: their number, the rules of each one, and those of the way they are sent.
///
/// Without a way to send, only the rules shared by all ways are checked. Paths begin with `messages[0]`.
///
/// ```
/// use hikyaku_model::{Checker, Message, send::{SendKind, check_messages}};
///
/// let mut checker = Checker::default();
/// check_messages(&["one".into(), "".into()], Some(SendKind::Push), &mut checker);
/// let violations = checker.finish().unwrap_err();
/// assert_eq!(violations.to_string(), "messages[1].text: must not be empty");
/// ```
pub fn check_messages(messages: &[Message], send: Option<SendKind>, checker: &mut Checker) {
    checker.items("messages", messages, limits::MESSAGES);
    if let Some(send) = send {
        check_send(messages, send, checker);
    }
}

/// Returns the [`warnings`] of the messages of one request. Paths begin with `messages[0]`.
#[inline]
pub fn message_warnings(messages: &[Message]) -> Vec<Violation> {
    warnings(&Body { messages })
}

#[derive(Serialize)]
struct Body<'a> {
    messages: &'a [Message],
}

impl Check for Body<'_> {
    fn check(&self, checker: &mut Checker) {
        checker.items("messages", self.messages, limits::MESSAGES);
    }
}

/// Checks the rules of one way to send.
pub(super) fn check_send(messages: &[Message], send: SendKind, checker: &mut Checker) {
    checker.at(Segment::Field("messages"), |checker| {
        for (index, message) in messages.iter().enumerate() {
            checker.at(Segment::Index(index), |checker| send.check(&message.kind, checker));
        }
    });
}

impl SendKind {
    /// All ways to send.
    pub const ALL: [Self; 6] = [
        Self::Reply,
        Self::Push,
        Self::Multicast,
        Self::Narrowcast,
        Self::Broadcast,
        Self::PhoneNumber,
    ];

    fn check(self, kind: &MessageKind, checker: &mut Checker) {
        let to_one_chat = matches!(self, Self::Reply | Self::Push);
        let quote = match kind {
            MessageKind::Text(message) => &message.quote_token,
            MessageKind::TextV2(message) => &message.quote_token,
            MessageKind::Sticker(message) => &message.quote_token,
            _ => &None,
        };
        if quote.is_some() && !to_one_chat {
            let why = "only a reply or a push can quote";
            checker.report_field("quoteToken", Problem::Forbidden(why));
        }
        match kind {
            MessageKind::TextV2(message) if message.mentions() && !to_one_chat => {
                let why = "only a reply or a push can mention";
                checker.report_field("substitution", Problem::Forbidden(why));
            }
            MessageKind::Image(_) | MessageKind::Video(_) | MessageKind::Audio(_)
                if self == Self::PhoneNumber =>
            {
                let why = "a message to a phone number cannot be an image, a video or an audio";
                checker.report_field("type", Problem::Forbidden(why));
            }
            _ => {}
        }
    }
}
