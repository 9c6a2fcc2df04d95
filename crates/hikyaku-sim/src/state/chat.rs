use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use hikyaku_model::ChatId;

use super::person::{UserKey, hex};

/// Whom a message can be addressed to, by the form of the id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Target {
    User(UserKey),
    /// A group or a room.
    Chat(Arc<str>),
}

impl Target {
    /// The target with an id of the form that LINE's have.
    pub(crate) fn parse(id: &str) -> Option<Self> {
        if let Some(user) = UserKey::parse(id) {
            return Some(Self::User(user));
        }
        let digits = id.strip_prefix('C').or_else(|| id.strip_prefix('R'))?;
        hex(digits).map(|_| Self::Chat(id.into()))
    }

    pub(crate) fn id(&self) -> ChatId {
        match self {
            Self::User(user) => user.id().into(),
            Self::Chat(id) => (&**id).into(),
        }
    }
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.id().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = String::deserialize(deserializer)?;
        Self::parse(&id).ok_or_else(|| D::Error::custom(format!("`{id}` is no id of a chat")))
    }
}

/// A group or a room.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Chat {
    pub(crate) members: BTreeSet<UserKey>,
    /// What a group is called.
    pub(crate) name: String,
    /// The channels whose accounts take part, by their place.
    pub(crate) channels: BTreeSet<usize>,
}

/// All groups and rooms.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Chats {
    chats: HashMap<Arc<str>, Chat>,
    made: u128,
}

impl Chats {
    /// Makes a chat: of the letter `C` a group, of `R` a room.
    pub(crate) fn add(
        &mut self,
        letter: char,
        members: BTreeSet<UserKey>,
        channels: BTreeSet<usize>,
    ) -> Arc<str> {
        let id: Arc<str> = loop {
            self.made += 1;
            let id = format!("{letter}{:032x}", self.made);
            if !self.chats.contains_key(id.as_str()) {
                break id.into();
            }
        };
        let name = format!("chat {}", self.made);
        self.put(id.clone(), Chat { members, name, channels });
        id
    }

    /// Adds a chat of this id. False where there is one already.
    pub(crate) fn put(&mut self, id: Arc<str>, chat: Chat) -> bool {
        let is_new = !self.chats.contains_key(&id);
        if is_new {
            self.chats.insert(id, chat);
        }
        is_new
    }

    /// The highest place of a channel that takes part in any of them.
    pub(super) fn last_channel(&self) -> usize {
        self.chats.values().flat_map(|chat| &chat.channels).copied().max().unwrap_or(0)
    }

    /// How many were made; the most that there is where it is beyond that.
    pub(super) fn made(&self) -> u64 {
        u64::try_from(self.made).unwrap_or(u64::MAX)
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Chat> {
        self.chats.get(id)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Chat> {
        self.chats.get_mut(id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Chat)> {
        self.chats.iter().map(|(id, chat)| (&**id, chat))
    }
}
