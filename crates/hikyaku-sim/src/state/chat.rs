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

/// A group or a room.
#[derive(Debug)]
pub(crate) struct Chat {
    pub(crate) members: BTreeSet<UserKey>,
    /// What a group is called.
    pub(crate) name: String,
    /// The channels whose accounts take part, by their place.
    pub(crate) channels: BTreeSet<usize>,
}

/// All groups and rooms.
#[derive(Debug, Default)]
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
        self.made += 1;
        let id: Arc<str> = format!("{letter}{:032x}", self.made).into();
        let name = format!("chat {}", self.made);
        self.chats.insert(id.clone(), Chat { members, name, channels });
        id
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
