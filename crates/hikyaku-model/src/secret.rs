//! Secrets: no `Display`, no `Serialize`, a silent `Debug`, and one way out, `expose`.

use std::{fmt, str::FromStr};

/// Why a text can be no token or secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidSecret {
    /// The text is empty.
    Empty,
    /// The text has a character that cannot stand in an HTTP header: a control character, a line break at the end
    /// most often, or one beyond ASCII.
    Character {
        /// Where it is, in characters from 0.
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
            /// Takes a secret that can be sent as it is.
            ///
            /// # Errors
            /// The text is empty, or has a character that cannot be part of an HTTP header.
            pub fn new(text: impl Into<Box<str>>) -> Result<Self, InvalidSecret> {
                let text = text.into();
                check(&text)?;
                Ok(Self(text))
            }

            /// The secret itself. Never log what this returns.
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
    /// What a user's login gave: an access token for calls in the user's name.
    ///
    /// Source: <https://developers.line.biz/en/docs/line-login/managing-access-tokens/>
    UserAccessToken
}
secret! {
    /// What a new access token of the same user is had for.
    RefreshToken
}
secret! {
    /// A signed statement of who logged in, with the user's name and picture in it.
    IdToken
}
secret! {
    /// What a service message of a LINE MINI App is sent by; each use of it gives another.
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
