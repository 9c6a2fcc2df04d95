//! Secrets: no `Display`, no `Serialize`, a redacted `Debug`, and `expose` as the only access.

use std::{fmt, str::FromStr};

/// The reason why a text is not a valid token or secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidSecret {
    /// The text is empty.
    Empty,
    /// The text contains a character that is not allowed in an HTTP header: a control character, most often a line
    /// break at the end, or a character beyond ASCII.
    Character {
        /// The position, in characters from 0.
        at: usize,
    },
}

impl fmt::Display for InvalidSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("is empty"),
            Self::Character { at } => write!(
                f,
                "has a character at position {at} that cannot be part of it (a line break or another control character, \
                 a blank, or one beyond ASCII); copy it again without it"
            ),
        }
    }
}

impl std::error::Error for InvalidSecret {}

fn check(text: &str) -> Result<(), InvalidSecret> {
    if text.is_empty() {
        return Err(InvalidSecret::Empty);
    }
    match text.chars().position(|c| !c.is_ascii_graphic()) {
        Some(at) => Err(InvalidSecret::Character { at }),
        None => Ok(()),
    }
}

macro_rules! secret {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name(Box<str>);

        impl $name {
            /// Creates a secret. It must be valid in an HTTP header.
            ///
            /// # Errors
            /// The text is empty, or contains a character that is not allowed in an HTTP header.
            pub fn new(text: impl Into<Box<str>>) -> Result<Self, InvalidSecret> {
                let text = text.into();
                check(&text)?;
                Ok(Self(text))
            }

            /// Returns the secret itself. Never log it.
            pub fn expose(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidSecret;

            fn from_str(text: &str) -> Result<Self, InvalidSecret> {
                Self::new(text)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = InvalidSecret;

            fn try_from(text: &str) -> Result<Self, InvalidSecret> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidSecret;

            fn try_from(text: String) -> Result<Self, InvalidSecret> {
                Self::new(text)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(redacted)"))
            }
        }
    };
}

secret! {
    /// A channel access token.
    ///
    /// Source: <https://developers.line.biz/en/docs/basics/channel-access-token/>
    ChannelToken
}
secret! {
    /// A channel secret, the key of webhook signatures.
    ChannelSecret
}
secret! {
    /// An access token of LINE Notify, for one user or group.
    NotifyToken
}
secret! {
    /// The secret of a service registered with LINE Notify.
    NotifyClientSecret
}
secret! {
    /// A user's access token from LINE Login, for calls on the user's behalf.
    ///
    /// Source: <https://developers.line.biz/en/docs/line-login/managing-access-tokens/>
    UserAccessToken
}
secret! {
    /// The token that is exchanged for a new access token of the same user.
    RefreshToken
}
secret! {
    /// A signed statement of the user's identity, with the user's name and picture.
    IdToken
}
secret! {
    /// The token for sending a service message of a LINE MINI App; each use returns a new one.
    ///
    /// Source: <https://developers.line.biz/en/reference/line-mini-app/#issue-notification-token>
    NotificationToken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_shown() {
        let token = ChannelToken::new("abc").unwrap();
        assert_eq!(format!("{token:?}"), "ChannelToken(redacted)");
        assert_eq!(token.expose(), "abc");
    }

    #[test]
    fn what_no_header_can_carry_is_refused() {
        assert_eq!(ChannelToken::new(""), Err(InvalidSecret::Empty));
        assert_eq!(ChannelToken::new("abc\n"), Err(InvalidSecret::Character { at: 3 }));
        assert_eq!(ChannelToken::new("a b"), Err(InvalidSecret::Character { at: 1 }));
    }
}
