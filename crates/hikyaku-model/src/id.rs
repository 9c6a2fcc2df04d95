//! Ids, opaque as LINE gives them.
//!
//! An id is kept as it came, so that a new id format needs no new release. [`FromStr`] refuses what is surely wrong;
//! the `From` conversions take any text, and the call that uses the id checks it before anything is sent.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Why a text can be no id of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidId {
    /// The text is empty.
    Empty,
    /// The text has a blank or a control character in it.
    Blank,
    /// A user id was asked for and this is a group's.
    Group,
    /// A user id was asked for and this is a room's.
    Room,
    /// A user's id was given where a group's or a room's is asked for.
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

/// What an id's form tells about it: LINE's ids of people and chats are a letter and 32 hexadecimal digits.
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
        // As every id of today is: no need to look at characters. Without an early exit, many bytes are looked at at once.
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
            /// The id as LINE wrote it.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Refuses what surely is no id of this kind. LINE judges the rest.
            ///
            /// # Errors
            /// The text is empty, has blanks or control characters, or has the form of another kind's id.
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
    /// A user of LINE, as one provider's channels see them.
    UserId refuses [Group, Room]
}
id! {
    /// A group chat.
    GroupId refuses [User, Room]
}
id! {
    /// A multi-person chat.
    RoomId refuses [User, Group]
}
id! {
    /// Any chat that a message can be pushed to: a user, a group or a room.
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
