//! Keys of the LINE door: what a bot sends instead of a channel access token.

use std::{fmt, str::FromStr};

use hikyaku_model::SendKind;
use hikyaku_sender::{Lane, Priority};
use ring::digest::{SHA256, digest};
use serde::{Serialize, Serializer};

use crate::{AccessToken, Error};

/// What every key begins with, so that secret scanners and people know what they see.
const PREFIX: &str = "hkg_";

/// The longest name of a key: it is a part of names in the outbox.
const LONGEST_NAME: usize = 100;

/// A key of the gateway's own: `hkg_` and 43 letters and digits. It is shown once and kept as a keyed hash.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

impl ApiKey {
    /// A new one, of 256 random bits.
    ///
    /// # Errors
    /// The system has no randomness.
    pub fn new() -> Result<Self, Error> {
        Ok(Self(format!("{PREFIX}{}", AccessToken::new()?.expose())))
    }

    /// Whether a text has the form of a key.
    pub(crate) fn is_like(text: &str) -> bool {
        text.strip_prefix(PREFIX).is_some_and(|rest| AccessToken::import(rest).is_ok())
    }

    /// The key itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(redacted)")
    }
}

/// A key to be made.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NewApiKey {
    /// What logs and lists call it; of the keys that work, only one has this name.
    pub name: String,
    /// The channel that it sends through, by its name in the configuration.
    pub channel: String,
    /// What it may do.
    pub rights: Rights,
    /// Whose share of a lane its sends take; the key's name if there is none.
    pub fairness_key: Option<String>,
    /// How urgent its sends are.
    pub priority: Priority,
    /// How many recipients its sends may reach in a month; without it, as many as the channel's may.
    pub budget: Option<u64>,
    /// Whether it may also send what no budget can count: broadcasts, and narrowcasts without a limit.
    pub unmetered: bool,
}

impl NewApiKey {
    /// One that may do everything.
    pub fn new(name: impl Into<String>, channel: impl Into<String>) -> Self {
        let (name, channel) = (name.into(), channel.into());
        Self {
            name,
            channel,
            rights: Rights::default(),
            fairness_key: None,
            priority: Priority::default(),
            budget: None,
            unmetered: false,
        }
    }

    /// What it may do.
    #[must_use]
    pub fn rights(mut self, rights: Rights) -> Self {
        self.rights = rights;
        self
    }

    /// Whose share of a lane its sends take.
    #[must_use]
    pub fn fairness_key(mut self, key: impl Into<String>) -> Self {
        self.fairness_key = Some(key.into());
        self
    }

    /// How urgent its sends are.
    #[must_use]
    pub fn priority(mut self, priority: Priority) -> Self {
        self.priority = priority;
        self
    }

    /// How many recipients its sends may reach in a month.
    #[must_use]
    pub fn budget(mut self, recipients: u64) -> Self {
        self.budget = Some(recipients);
        self
    }

    /// Lets it send what no budget can count: broadcasts, and narrowcasts without a limit.
    #[must_use]
    pub fn unmetered(mut self) -> Self {
        self.unmetered = true;
        self
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        let is_name = |name: &str| {
            let length = name.chars().count();
            (1..=LONGEST_NAME).contains(&length) && !name.chars().any(char::is_control)
        };
        if !is_name(&self.name) {
            return Err(Error::new(
                "a key's name has 1 to 100 characters, none of them a control character",
            ));
        }
        let fairness = self.fairness_key.as_deref();
        if fairness.is_some_and(|key| !is_name(key) || key.starts_with("campaign:")) {
            return Err(Error::new(
                "a fairness key has 1 to 100 characters, none of them a control character, and does not begin with campaign:",
            ));
        }
        Ok(())
    }
}

/// A key that was made.
#[derive(Clone, Debug)]
pub struct IssuedApiKey {
    /// Its number.
    pub id: i64,
    /// The key itself; nobody can read it again.
    pub key: ApiKey,
}

/// What is kept of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ApiKeyRow {
    /// Its number.
    pub id: i64,
    /// What logs and lists call it.
    pub name: String,
    /// The channel that it sends through.
    pub channel: String,
    /// What it may do.
    #[serde(flatten)]
    pub rights: Rights,
    /// Whose share of a lane its sends take.
    pub fairness_key: String,
    /// How urgent its sends are.
    pub priority: Priority,
    /// How many recipients its sends may reach in a month.
    pub budget: Option<u64>,
    /// Whether it may also send what no budget can count.
    pub unmetered: bool,
    /// Whether it is in the configuration, and not in the store.
    pub declared: bool,
    /// Whether it works no more.
    pub revoked: bool,
}

impl ApiKeyRow {
    /// One that the configuration has. Its number is made of its name, so that the sends which it names are its own after a
    /// restart, too; those of the store are positive.
    pub(crate) fn declared(new: NewApiKey) -> Self {
        let NewApiKey { name, channel, rights, fairness_key, priority, budget, unmetered } = new;
        let hash = digest(&SHA256, name.as_bytes());
        let number = hash.as_ref().first_chunk().copied().map_or(0, i64::from_be_bytes);
        Self {
            id: -(number & i64::MAX).max(1),
            fairness_key: fairness_key.unwrap_or_else(|| name.clone()),
            name,
            channel,
            rights,
            priority,
            budget,
            unmetered,
            declared: true,
            revoked: false,
        }
    }

    /// Whose budget its sends count against, as [`SpendRow`](crate::SpendRow) names it.
    pub fn owner(&self) -> String {
        format!("key:{}", self.name)
    }
}

/// What a key may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Rights {
    /// How it may send.
    #[serde(serialize_with = "names")]
    pub send: Vec<Lane>,
    /// To whom it may push and multicast. A reply goes where its token says, and a broadcast to all.
    pub to: Vec<Target>,
    /// What else it may call.
    pub call: Vec<CallClass>,
}

fn names<S: Serializer>(lanes: &[Lane], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(lanes.iter().map(|lane| lane.name()))
}

impl Default for Rights {
    /// All rights but that of calls that this version does not know.
    fn default() -> Self {
        let mut call = CallClass::ALL.to_vec();
        call.retain(|class| *class != CallClass::Other);
        Self { send: sends().collect(), to: vec![Target::Everybody], call }
    }
}

/// The lanes that sends take.
pub(crate) fn sends() -> impl Iterator<Item = Lane> {
    Lane::ALL.iter().copied().filter(|lane| lane.kind().is_some())
}

impl Rights {
    /// Whether it may send in this way.
    pub(crate) fn may_send(&self, kind: SendKind) -> bool {
        self.send.contains(&Lane::of(kind))
    }

    /// Whether it may send to this user, group or room.
    pub(crate) fn reaches(&self, id: &str) -> bool {
        self.to.iter().any(|target| match target {
            Target::Everybody => true,
            Target::Users => id.starts_with('U'),
            Target::Groups => id.starts_with(['C', 'R']),
            Target::Id(one) => one == id,
        })
    }

    /// Whether it may make calls of this class.
    pub(crate) fn may_call(&self, class: CallClass) -> bool {
        self.call.contains(&class)
    }

    /// Rights as the words of a command: lists with commas between. What is absent is as in [`Rights::default`].
    ///
    /// # Errors
    /// A word is unknown.
    pub fn read(send: Option<&str>, to: Option<&str>, call: Option<&str>) -> Result<Self, Error> {
        let mut rights = Self::default();
        if let Some(send) = send {
            rights.send = words(send).map(lane).collect::<Result<_, _>>()?;
        }
        if let Some(to) = to {
            rights.to = words(to).map(str::parse).collect::<Result<_, _>>()?;
        }
        if let Some(call) = call {
            rights.call = words(call).map(str::parse).collect::<Result<_, _>>()?;
        }
        Ok(rights)
    }

    /// The three lists as [`read`](Self::read) takes them.
    pub(crate) fn to_words(&self) -> [String; 3] {
        let join = |words: Vec<String>| words.join(",");
        [
            join(self.send.iter().map(ToString::to_string).collect()),
            join(self.to.iter().map(ToString::to_string).collect()),
            join(self.call.iter().map(ToString::to_string).collect()),
        ]
    }
}

fn words(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|word| !word.is_empty())
}

fn lane(word: &str) -> Result<Lane, Error> {
    sends().find(|lane| lane.name() == word).ok_or_else(|| {
        let known: Vec<&str> = sends().map(Lane::name).collect();
        Error::new(format!("{word} is no way to send; there are {}", known.join(", ")))
    })
}

/// To whom a key may send.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// To everybody: `*`.
    Everybody,
    /// To users: `users`.
    Users,
    /// To groups and rooms: `groups`.
    Groups,
    /// To one user, group or room, by its id.
    Id(String),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Everybody => "*",
            Self::Users => "users",
            Self::Groups => "groups",
            Self::Id(id) => id,
        })
    }
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for Target {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self, Error> {
        match word {
            "*" => Ok(Self::Everybody),
            "users" => Ok(Self::Users),
            "groups" => Ok(Self::Groups),
            id if id.starts_with(['U', 'C', 'R']) && id.len() == 33 => Ok(Self::Id(id.to_owned())),
            _ => Err(Error::new(format!(
                "{word} is nobody to send to; there are *, users, groups and ids as webhooks bring them"
            ))),
        }
    }
}

/// A class of calls that are passed on to LINE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallClass {
    /// What only reads: profiles, groups, quota, insight; and the validation of messages.
    Read,
    /// What chats show: the loading animation, marks as read, leaving, link tokens.
    Chat,
    /// Files that users sent.
    Content,
    /// Rich menus.
    Richmenu,
    /// Audiences.
    Audience,
    /// Coupons.
    Coupon,
    /// Mission stickers.
    Mission,
    /// LIFF apps.
    Liff,
    /// Module channels.
    Module,
    /// Where LINE sends webhooks.
    Webhook,
    /// Calls that this version does not know. A new kind of send among them goes past the outbox.
    Other,
}

impl CallClass {
    /// Every class.
    pub const ALL: &'static [Self] = &[
        Self::Read,
        Self::Chat,
        Self::Content,
        Self::Richmenu,
        Self::Audience,
        Self::Coupon,
        Self::Mission,
        Self::Liff,
        Self::Module,
        Self::Webhook,
        Self::Other,
    ];

    /// The word that the command uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Chat => "chat",
            Self::Content => "content",
            Self::Richmenu => "richmenu",
            Self::Audience => "audience",
            Self::Coupon => "coupon",
            Self::Mission => "mission",
            Self::Liff => "liff",
            Self::Module => "module",
            Self::Webhook => "webhook",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for CallClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for CallClass {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl FromStr for CallClass {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self, Error> {
        Self::ALL.iter().copied().find(|class| class.name() == word).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|class| class.name()).collect();
            Error::new(format!("{word} is no class of calls; there are {}", known.join(", ")))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_are_words_and_read_back() {
        for rights in [
            Rights::default(),
            Rights::read(Some("push, reply"), Some("users"), Some("")).unwrap(),
            Rights::read(Some(""), Some("C4af4980629000000000000000000000a"), Some("other"))
                .unwrap(),
        ] {
            let [send, to, call] = rights.to_words();
            assert_eq!(Rights::read(Some(&send), Some(&to), Some(&call)).unwrap(), rights);
        }
        assert!(!Rights::default().may_call(CallClass::Other));
        for wrong in [("fax", "*", ""), ("push", "mother", ""), ("narrowcast-progress", "*", "")] {
            assert!(Rights::read(Some(wrong.0), Some(wrong.1), Some(wrong.2)).is_err());
        }
    }

    #[test]
    fn a_key_is_not_printed_by_mistake() {
        let key = ApiKey::new().unwrap();
        assert!(key.expose().starts_with("hkg_") && key.expose().len() == 47);
        assert!(!format!("{key:?}").contains(key.expose()));
    }
}
