//! Ids, opaque strings as LINE issues them.
//!
//! An id is kept unchanged, so that a new id format needs no new release. [`FromStr`] refuses ids that are surely
//! wrong; the `From` conversions accept any text, and the call that uses the id checks it before sending anything.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The reason why a text is not a valid id of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidId {
    /// The text is empty.
    Empty,
    /// The text contains a blank or a control character.
    Blank,
    /// A group id was given where a user id is required.
    Group,
    /// A room id was given where a user id is required.
    Room,
    /// A user id was given where a group id or a room id is required.
    User,
}

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "must not be empty",
            Self::Blank => "must not contain blanks or control characters",
            Self::Group => "is the id of a group; a different kind of id goes here",
            Self::Room => "is the id of a room; a different kind of id goes here",
            Self::User => "is the id of a user; a different kind of id goes here",
        })
    }
}

impl std::error::Error for InvalidId {}

/// The form of an id: LINE's ids of users and chats are a letter and 32 hexadecimal digits.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#source-user>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    User,
    Group,
    Room,
    Other,
}

fn form(id: &str) -> Form {
    match id.as_bytes() {
        [letter, digits @ ..] if digits.len() == 32 && digits.iter().all(u8::is_ascii_hexdigit) => {
            match letter {
                b'U' => Form::User,
                b'C' => Form::Group,
                b'R' => Form::Room,
                _ => Form::Other,
            }
        }
        _ => Form::Other,
    }
}

fn check_text(id: &str) -> Result<(), InvalidId> {
    if id.is_empty() {
        Err(InvalidId::Empty)
    } else if id.bytes().fold(true, |graphic, byte| graphic & byte.is_ascii_graphic()) {
        // All ids of today have this form, so their characters need no check. Without an early exit, many bytes are
        // compared at once.
        Ok(())
    } else if id.chars().any(|c| c.is_whitespace() || c.is_control()) {
        Err(InvalidId::Blank)
    } else {
        Ok(())
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident refuses [$($other:ident),*]) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Box<str>);

        impl $name {
            /// Returns the id as LINE wrote it.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Refuses text that cannot be an id of this kind. LINE checks the rest.
            ///
            /// # Errors
            /// The text is empty, contains blanks or control characters, or has the form of another kind's id.
            pub fn check(id: &str) -> Result<(), InvalidId> {
                check_text(id)?;
                match form(id) {
                    $(Form::$other => Err(InvalidId::$other),)*
                    _ => Ok(()),
                }
            }
        }

        crate::text::read_plain!($name);

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(id: &str) -> Result<Self, InvalidId> {
                Self::check(id)?;
                Ok(Self(id.into()))
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.into())
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(id.into())
            }
        }

        impl From<&String> for $name {
            fn from(id: &String) -> Self {
                Self(id.as_str().into())
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0.into()
            }
        }

        impl From<&$name> for $name {
            fn from(id: &$name) -> Self {
                id.clone()
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id! {
    /// The id of a LINE user. It is the same in all channels of one provider.
    UserId refuses [Group, Room]
}
id! {
    /// The id of a group chat.
    GroupId refuses [User, Room]
}
id! {
    /// The id of a multi-person chat.
    RoomId refuses [User, Group]
}
id! {
    /// The id of any chat that a message can be pushed to: a user, a group or a room.
    ChatId refuses []
}

macro_rules! chat_ids {
    ($($name:ident),*) => {$(
        impl From<$name> for ChatId {
            fn from(id: $name) -> Self {
                Self(id.0)
            }
        }

        impl From<&$name> for ChatId {
            fn from(id: &$name) -> Self {
                Self(id.0.clone())
            }
        }
    )*};
}

chat_ids!(UserId, GroupId, RoomId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_kinds_id_is_refused_and_a_new_form_is_not() {
        let group = "C0123456789abcdef0123456789abcdef";
        assert_eq!(group.parse::<UserId>(), Err(InvalidId::Group));
        assert!(group.parse::<GroupId>().is_ok());
        assert!(group.parse::<ChatId>().is_ok());
        assert!("a-form-of-the-future".parse::<UserId>().is_ok());
    }

    #[test]
    fn blanks_and_nothing_are_refused() {
        assert_eq!("".parse::<UserId>(), Err(InvalidId::Empty));
        assert_eq!("U1\n".parse::<UserId>(), Err(InvalidId::Blank));
        assert_eq!("U 1".parse::<ChatId>(), Err(InvalidId::Blank));
    }
}
