//! Who looks at a page.

use crate::Error;

/// The longest name of somebody who runs the gateway, in characters.
const LONGEST_NAME: usize = 100;

/// Somebody who is signed in, or is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Visitor {
    /// A person on LINE, who sees tokens and services of their own.
    Person {
        /// The channel whose account the person speaks to, by its name in the configuration.
        channel: String,
        /// The person's id there: `U` and 32 hexadecimal digits.
        user: String,
    },
    /// Somebody who runs the gateway.
    Operator {
        /// What the record of acts calls them.
        name: String,
    },
    /// Somebody who sees all that an operator sees, and changes nothing.
    Viewer {
        /// What they are called.
        name: String,
    },
}

impl Visitor {
    pub(crate) fn check(&self) -> Result<(), Error> {
        match self {
            Self::Person { user, .. } => {
                let rest = user.strip_prefix('U').unwrap_or_default();
                let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
                if rest.len() == 32 && rest.bytes().all(is_hex) {
                    return Ok(());
                }
                Err(Error::new("a user's id is U and 32 hexadecimal digits, as webhooks bring it"))
            }
            Self::Operator { name } | Self::Viewer { name } => {
                let length = name.chars().count();
                if (1..=LONGEST_NAME).contains(&length) && !name.chars().any(char::is_control) {
                    return Ok(());
                }
                Err(Error::new("a name has 1 to 100 characters, none of them a control character"))
            }
        }
    }

    /// The role, the channel and the name, as they are kept.
    pub(crate) fn parts(&self) -> (&'static str, &str, &str) {
        match self {
            Self::Person { channel, user } => ("person", channel, user),
            Self::Operator { name } => ("operator", "", name),
            Self::Viewer { name } => ("viewer", "", name),
        }
    }

    /// What [`parts`](Self::parts) were of; nothing for a role of a newer version.
    pub(crate) fn from_role(role: &str, channel: String, name: String) -> Option<Self> {
        match role {
            "person" => Some(Self::Person { channel, user: name }),
            "operator" => Some(Self::Operator { name }),
            "viewer" => Some(Self::Viewer { name }),
            _ => None,
        }
    }
}
