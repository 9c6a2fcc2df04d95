use std::borrow::Cow;

use hikyaku_model::{ChatId, GroupId, RoomId, UserId};
use serde::Serialize;

/// The target of a push: the id of a user, a group or a room, borrowed or owned.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct To<'a>(Cow<'a, str>);

impl To<'_> {
    /// Returns the id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The id of a chat as a parameter: every type that converts into [`To`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the id of a chat",
    label = "no id of a user, group or room",
    note = "give a `UserId`, `GroupId`, `RoomId`, `ChatId`, `String`, or a reference to one, or a `&str`",
    note = "an `Option`, such as that of `Event::user_id` and `Event::chat_id`, is opened first: `let Some(id) = … else {{ … }}`"
)]
pub trait IntoTo<'a> {
    /// Converts the value.
    fn into_to(self) -> To<'a>;
}

#[diagnostic::do_not_recommend]
impl<'a, T: Into<To<'a>>> IntoTo<'a> for T {
    fn into_to(self) -> To<'a> {
        self.into()
    }
}

impl<'a> From<&'a str> for To<'a> {
    fn from(id: &'a str) -> Self {
        Self(id.into())
    }
}

impl<'a> From<&'a String> for To<'a> {
    fn from(id: &'a String) -> Self {
        Self(id.into())
    }
}

impl From<String> for To<'_> {
    fn from(id: String) -> Self {
        Self(id.into())
    }
}

macro_rules! ids {
    ($($id:ident),*) => {$(
        impl<'a> From<&'a $id> for To<'a> {
            fn from(id: &'a $id) -> Self {
                Self(id.as_str().into())
            }
        }

        impl From<$id> for To<'_> {
            fn from(id: $id) -> Self {
                Self(String::from(id).into())
            }
        }
    )*};
}

ids!(UserId, GroupId, RoomId, ChatId);

impl From<To<'_>> for String {
    fn from(to: To<'_>) -> Self {
        to.0.into_owned()
    }
}
