use std::borrow::Cow;

use hikyaku_model::{
    Checker, Message, MessageKind, Violations,
    message::{
        AudioMessage, CouponMessage, FlexMessage, ImageMessage, ImagemapMessage, LocationMessage,
        StickerMessage, TemplateMessage, TextMessage, TextV2Message, VideoMessage,
    },
    send::{PreparedMessages, SendKind, check_messages},
};
use serde::{Serialize, Serializer};

/// The messages of a send: one, several, or prepared ones, borrowed if possible.
///
/// ```
/// use hikyaku::{Messages, model::Message};
///
/// let messages = [Message::text("hi"), Message::text("there")];
/// let one: Messages = (&messages[0]).into();
/// let several: Messages = (&messages).into();
/// let text: Messages = "hi".into();
/// let texts: Messages = ["hi", "there"].into();
/// let made: Messages = (1..=3).map(|n| format!("order {n}")).collect::<Vec<_>>().into();
/// # let _ = (one, several, text, texts, made);
/// ```
///
/// A function of your own that sends can accept `impl Into<Messages<'_>>` and pass it on:
///
/// ```
/// use hikyaku::{Client, Error, Messages};
///
/// struct Shop {
///     line: Client,
///     owner: String,
/// }
///
/// async fn tell_owner<'a>(shop: &Shop, messages: impl Into<Messages<'a>>) -> Result<(), Error> {
///     shop.line.push(&shop.owner, messages).await?;
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Messages<'a>(Inner<'a>);

#[derive(Clone, Debug)]
enum Inner<'a> {
    Plain(Cow<'a, [Message]>),
    Prepared(&'a PreparedMessages),
}

/// The messages of a send as a parameter: every type that converts into [`Messages`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent as messages",
    label = "no text, no message and no list of them",
    note = "give a text (`&str`, `String`), a `Message` or one of its kinds, or `PreparedMessages` by reference",
    note = "give several as an array or `Vec` of one type, such as `[Message; 2]`; turn what differs into a `Message` by `.into()`"
)]
pub trait IntoMessages<'a> {
    /// Converts the value.
    fn into_messages(self) -> Messages<'a>;
}

#[diagnostic::do_not_recommend]
impl<'a, T: Into<Messages<'a>>> IntoMessages<'a> for T {
    fn into_messages(self) -> Messages<'a> {
        self.into()
    }
}

impl Messages<'_> {
    fn owned(messages: Vec<Message>) -> Self {
        Self(Inner::Plain(messages.into()))
    }

    /// Checks and serialises the messages once, to be stored or sent many times. Prepared ones are only shared.
    ///
    /// # Errors
    /// The messages break a rule. The error lists every broken rule, with paths from `messages[0]`.
    pub fn prepare(&self) -> Result<PreparedMessages, Violations> {
        match &self.0 {
            Inner::Plain(messages) => PreparedMessages::new(messages),
            Inner::Prepared(messages) => Ok((*messages).clone()),
        }
    }

    /// Checks the rules for these messages. Prepared ones were checked when they were created.
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

    /// Returns the approximate length of the JSON, if it is known.
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

impl<M: Into<Message>> From<Vec<M>> for Messages<'_> {
    fn from(messages: Vec<M>) -> Self {
        Self::owned(messages.into_iter().map(Into::into).collect())
    }
}

impl<M: Into<Message>, const N: usize> From<[M; N]> for Messages<'_> {
    fn from(messages: [M; N]) -> Self {
        Self::owned(messages.into_iter().map(Into::into).collect())
    }
}

impl From<Message> for Messages<'_> {
    fn from(message: Message) -> Self {
        Self::owned(vec![message])
    }
}

/// Implements the conversion from one message of this kind.
macro_rules! kinds {
    ($($kind:ident),* $(,)?) => {$(
        impl From<$kind> for Messages<'_> {
            fn from(kind: $kind) -> Self {
                Message::from(kind).into()
            }
        }
    )*};
}

kinds!(
    MessageKind,
    TextMessage,
    TextV2Message,
    StickerMessage,
    ImageMessage,
    VideoMessage,
    AudioMessage,
    LocationMessage,
    CouponMessage,
    ImagemapMessage,
    TemplateMessage,
    FlexMessage,
);

/// Sends the text as one text message.
impl From<&str> for Messages<'_> {
    fn from(text: &str) -> Self {
        Message::text(text).into()
    }
}

/// Sends the text as one text message.
impl From<String> for Messages<'_> {
    fn from(text: String) -> Self {
        Message::text(text).into()
    }
}

/// Sends the text as one text message.
impl From<&String> for Messages<'_> {
    fn from(text: &String) -> Self {
        Message::text(text).into()
    }
}

/// Implements the conversion from several texts, each sent as its own message.
macro_rules! texts {
    ($($text:ty),*) => {$(
        impl From<&[$text]> for Messages<'_> {
            fn from(texts: &[$text]) -> Self {
                Self::owned(texts.iter().map(|text| Message::text(&**text)).collect())
            }
        }

        impl<const N: usize> From<&[$text; N]> for Messages<'_> {
            fn from(texts: &[$text; N]) -> Self {
                texts.as_slice().into()
            }
        }

        impl From<&Vec<$text>> for Messages<'_> {
            fn from(texts: &Vec<$text>) -> Self {
                texts.as_slice().into()
            }
        }
    )*};
}

texts!(String, &str);
