//! Keys for LINE's API: a bot sends one instead of a channel access token.

use std::{fmt, str::FromStr};

use hikyaku_model::SendKind;
use hikyaku_sender::{Lane, Priority};
use ring::digest::{SHA256, digest};
use serde::{Serialize, Serializer};

use crate::{AccessToken, Error};

/// The prefix of every key, by which secret scanners and people recognise it.
const PREFIX: &str = "hkg_";

/// The maximum length of a key's name: it is a part of names in the outbox.
const LONGEST_NAME: usize = 100;

/// A key issued by the gateway: `hkg_` and 43 letters and digits. It is shown once and stored as a keyed hash.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

impl ApiKey {
    /// Creates a key of 256 random bits.
    ///
    /// # Errors
    /// The operating system provides no random numbers.
    pub fn new() -> Result<Self, Error> {
        Ok(Self(format!("{PREFIX}{}", AccessToken::new()?.expose())))
    }

    /// Returns whether a text has the form of a key.
    pub(crate) fn is_like(text: &str) -> bool {
        text.strip_prefix(PREFIX).is_some_and(|rest| AccessToken::import(rest).is_ok())
    }

    /// Returns the key itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(redacted)")
    }
}

/// A key to issue.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NewApiKey {
    /// The name in logs and lists; unique among the active keys.
    pub name: String,
    /// The channel that sends, by its name in the configuration.
    pub channel: String,
    /// The permissions.
    pub rights: Rights,
    /// The fairness key of its sends; the key's name by default.
    pub fairness_key: Option<String>,
    /// The priority of its sends.
    pub priority: Priority,
    /// The monthly limit on the recipients of its sends; `None` for no limit but the channel's quota.
    pub budget: Option<u64>,
    /// Whether it may also make sends that a budget cannot count: broadcasts, and narrowcasts without a limit.
    pub unmetered: bool,
    /// How many of its sends may wait at once; `None` for any number.
    pub backlog: Option<u64>,
}

impl NewApiKey {
    /// Creates a key with all permissions.
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
            backlog: None,
        }
    }

    /// Sets the permissions.
    #[must_use]
    pub fn rights(mut self, rights: Rights) -> Self {
        self.rights = rights;
        self
    }

    /// Sets the fairness key of its sends.
    #[must_use]
    pub fn fairness_key(mut self, key: impl Into<String>) -> Self {
        self.fairness_key = Some(key.into());
        self
    }

    /// Sets the priority of its sends.
    #[must_use]
    pub fn priority(mut self, priority: Priority) -> Self {
        self.priority = priority;
        self
    }

    /// Sets the monthly limit on the recipients of its sends.
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

    /// Sets how many of its sends may wait at once. Further ones are refused.
    #[must_use]
    pub fn backlog(mut self, sends: u64) -> Self {
        self.backlog = Some(sends);
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

/// An issued key.
#[derive(Clone, Debug)]
pub struct IssuedApiKey {
    /// The number.
    pub id: i64,
    /// The key itself; it cannot be read again.
    pub key: ApiKey,
}

/// The stored data of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ApiKeyRow {
    /// The number.
    pub id: i64,
    /// The name in logs and lists.
    pub name: String,
    /// The channel that sends.
    pub channel: String,
    /// The permissions.
    #[serde(flatten)]
    pub rights: Rights,
    /// The fairness key of its sends.
    pub fairness_key: String,
    /// The priority of its sends.
    pub priority: Priority,
    /// The monthly limit on the recipients of its sends.
    pub budget: Option<u64>,
    /// Whether it may also make sends that a budget cannot count.
    pub unmetered: bool,
    /// How many of its sends may wait at once.
    pub backlog: Option<u64>,
    /// Whether it is declared in the configuration, rather than issued into the store.
    pub declared: bool,
    /// Whether it is revoked.
    pub revoked: bool,
}

impl ApiKeyRow {
    /// One that the configuration has. Its number is made of its name, so that the sends which it names are its own after a
    /// restart, too; those of the store are positive.
    pub(crate) fn declared(new: NewApiKey) -> Self {
        let NewApiKey { name, channel, rights, fairness_key, priority, .. } = new;
        let NewApiKey { budget, unmetered, backlog, .. } = new;
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
            backlog,
            declared: true,
            revoked: false,
        }
    }

    /// Whose budget its sends count against, as [`SpendRow`](crate::SpendRow) names it.
    pub fn owner(&self) -> String {
        format!("key:{}", self.name)
    }
}

/// The permissions of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Rights {
    /// The kinds of send that it may use.
    #[serde(serialize_with = "names")]
    pub send: Vec<Lane>,
    /// The targets of its pushes and multicasts. A reply goes to the chat of its token, and a broadcast to everybody.
    pub to: Vec<Target>,
    /// The other calls that it may make.
    pub call: Vec<CallClass>,
}

fn names<S: Serializer>(lanes: &[Lane], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(lanes.iter().map(|lane| lane.name()))
}

impl Default for Rights {
    /// All permissions except calls that this version does not know.
    fn default() -> Self {
        let mut call = CallClass::ALL.to_vec();
        call.retain(|class| *class != CallClass::Other);
        Self { send: sends().collect(), to: vec![Target::Everybody], call }
    }
}

/// Iterates over the lanes of sends.
pub(crate) fn sends() -> impl Iterator<Item = Lane> {
    Lane::ALL.iter().copied().filter(|lane| lane.kind().is_some())
}

impl Rights {
    /// Returns whether it may use this kind of send.
    pub(crate) fn may_send(&self, kind: SendKind) -> bool {
        self.send.contains(&Lane::of(kind))
    }

    /// Returns whether it may send to this user, group or room.
    pub(crate) fn reaches(&self, id: &str) -> bool {
        self.to.iter().any(|target| match target {
            Target::Everybody => true,
            Target::Users => id.starts_with('U'),
            Target::Groups => id.starts_with(['C', 'R']),
            Target::Id(one) => one == id,
        })
    }

    /// Returns whether it may make calls of this class.
    pub(crate) fn may_call(&self, class: CallClass) -> bool {
        self.call.contains(&class)
    }

    /// Reads permissions from the words of a command, in lists with commas. A missing list is that of
    /// [`Rights::default`].
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

    /// Returns the three lists as [`read`](Self::read) accepts them.
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

/// A permitted target of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// Everybody: `*`.
    Everybody,
    /// Users: `users`.
    Users,
    /// Groups and rooms: `groups`.
    Groups,
    /// One user, group or room, by its id.
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
    /// Reads: profiles, groups, quota, insight; and the validation of messages.
    Read,
    /// Calls about chats: the loading animation, marking as read, leaving, link tokens.
    Chat,
    /// Downloads of files that users sent.
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
    /// The webhook settings.
    Webhook,
    /// Uploads of pictures to the gateway.
    Pictures,
    /// Calls that this version does not know. A new kind of send would bypass the outbox.
    Other,
}

impl CallClass {
    /// All classes.
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
        Self::Pictures,
        Self::Other,
    ];

    /// Returns the name that the command uses.
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
            Self::Pictures => "pictures",
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
