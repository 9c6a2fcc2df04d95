use serde::{Deserialize, Serialize};

use std::collections::BTreeSet;

/// What a person can agree to.
///
/// Source: <https://developers.line.biz/en/docs/line-login/integrate-line-login/#scopes>
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) enum Scope {
    Profile,
    Openid,
    Email,
    /// Of LIFF apps alone.
    ChatMessageWrite,
}

pub(crate) type Scopes = BTreeSet<Scope>;

impl Scope {
    pub(crate) const ALL: [Self; 4] =
        [Self::Profile, Self::Openid, Self::Email, Self::ChatMessageWrite];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Openid => "openid",
            Self::Email => "email",
            Self::ChatMessageWrite => "chat_message.write",
        }
    }

    pub(crate) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.word() == word)
    }
}

/// Scopes as LINE tells of them: `email` is never among them.
pub(crate) fn words(scopes: &Scopes) -> String {
    let told = scopes.iter().filter(|scope| **scope != Scope::Email);
    told.map(|scope| scope.word()).collect::<Vec<_>>().join(" ")
}
