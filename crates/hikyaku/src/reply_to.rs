use std::{borrow::Cow, fmt};

use hikyaku_model::event::ReplyToken;
use serde::Serialize;

/// The reply token of a reply. A reply to an event without a token fails before anything is sent.
#[derive(Clone, Serialize)]
#[serde(transparent)]
pub struct ReplyTo<'a>(Option<Cow<'a, str>>);

impl ReplyTo<'_> {
    /// Returns the token, if there is one.
    pub fn as_str(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl fmt::Debug for ReplyTo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ReplyTo").finish_non_exhaustive()
    }
}

/// A reply token as a parameter: every type that converts into [`ReplyTo`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a reply token",
    label = "no reply token",
    note = "give the token of an event as it comes (`context.reply_token()`, `event.reply_token()`), or a `&str` or `String`"
)]
pub trait IntoReplyTo<'a> {
    /// Converts the value.
    fn into_reply_to(self) -> ReplyTo<'a>;
}

#[diagnostic::do_not_recommend]
impl<'a, T: Into<ReplyTo<'a>>> IntoReplyTo<'a> for T {
    fn into_reply_to(self) -> ReplyTo<'a> {
        self.into()
    }
}

impl<'a> From<&'a str> for ReplyTo<'a> {
    fn from(token: &'a str) -> Self {
        Self(Some(token.into()))
    }
}

impl<'a> From<&'a String> for ReplyTo<'a> {
    fn from(token: &'a String) -> Self {
        Self(Some(token.into()))
    }
}

impl From<String> for ReplyTo<'_> {
    fn from(token: String) -> Self {
        Self(Some(token.into()))
    }
}

impl<'a> From<&'a ReplyToken> for ReplyTo<'a> {
    fn from(token: &'a ReplyToken) -> Self {
        token.as_str().into()
    }
}

impl From<ReplyToken> for ReplyTo<'_> {
    fn from(token: ReplyToken) -> Self {
        String::from(token).into()
    }
}

/// Takes the token of an event, if it has one.
#[diagnostic::do_not_recommend]
impl<'a, T: Into<ReplyTo<'a>>> From<Option<T>> for ReplyTo<'a> {
    fn from(token: Option<T>) -> Self {
        token.map_or(Self(None), Into::into)
    }
}
