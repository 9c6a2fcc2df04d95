use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::{person::UserKey, quota::day};

/// The relation of a user to a channel's account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Friendship {
    /// The user has added the account.
    Friend,
    /// The user has blocked the account.
    Blocked,
    /// The user has never added the account.
    None,
}

/// How long a person who is no friend can be sent messages after their last one.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-push-message>
const TALKED_LATELY: SignedDuration = SignedDuration::from_secs(7 * 24 * 60 * 60);

/// What people are to one account.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Friends {
    /// Those who are friends or have blocked the account, and since when they are friends.
    known: BTreeMap<UserKey, (Friendship, Timestamp)>,
    /// When people who are no friends last wrote.
    talked: HashMap<UserKey, Timestamp>,
    /// On which day each person added the account for the first time.
    added: HashMap<UserKey, Date>,
    /// On which days people stopped being friends, and became friends again, after they had added the account.
    #[serde(default)]
    changes: HashMap<UserKey, BTreeMap<Date, bool>>,
    /// How many more people block the account at the end of a day than at its beginning.
    blocked: BTreeMap<Date, i64>,
    everyone: bool,
}

impl Friends {
    /// With `everyone`, people who are not known are friends.
    pub(crate) fn new(everyone: bool) -> Self {
        Self { everyone, ..Self::default() }
    }

    /// Sets whether people who are not known are friends.
    pub(super) fn trust(&mut self, everyone: bool) {
        self.everyone = everyone;
    }

    pub(crate) fn set(&mut self, user: UserKey, friendship: Friendship, now: Timestamp) {
        let (from, today) = (self.get(user), day(now));
        let is_friend = friendship == Friendship::Friend;
        if is_friend && !self.added.contains_key(&user) {
            self.added.insert(user, today);
        } else if is_friend != (from == Friendship::Friend) {
            self.changes.entry(user).or_default().insert(today, is_friend);
        }
        let is = |of| i64::from(of == Friendship::Blocked);
        if is(from) != is(friendship) {
            let change = self.blocked.entry(today).or_default();
            *change = change.saturating_add(is(friendship) - is(from));
        }
        if friendship == Friendship::None {
            self.known.remove(&user);
        } else {
            self.known.entry(user).or_insert((friendship, now)).0 = friendship;
        }
    }

    /// Makes a person a friend since then.
    pub(crate) fn befriend_since(&mut self, user: UserKey, since: Timestamp) {
        self.set(user, Friendship::Friend, since);
        self.known.insert(user, (Friendship::Friend, since));
        let added = self.added.entry(user).or_insert_with(|| day(since));
        *added = day(since).min(*added);
    }

    /// How many people had added the account by the end of a day, whatever they did since.
    pub(crate) fn added_by(&self, day: Date) -> usize {
        self.added.values().filter(|added| **added <= day).count()
    }

    /// Who were friends at the end of a day, whatever they are now, and on which day each had added the account.
    pub(crate) fn friends_on(&self, day: Date) -> impl Iterator<Item = (UserKey, Date)> {
        let added = self.added.iter().map(|(user, added)| (*user, *added));
        added.filter(move |(user, added)| {
            let changes = self.changes.get(user);
            let last = changes.and_then(|changes| changes.range(..=day).next_back());
            *added <= day && last.is_none_or(|(_, is_friend)| *is_friend)
        })
    }

    /// How many people a targeted message could reach at the end of a day. LINE counts those who are active and whom it is
    /// certain enough about. Our choice: all who were friends.
    ///
    /// Source: <https://developers.line.biz/en/reference/messaging-api/#get-number-of-followers>
    pub(crate) fn target_reach(&self, day: Date) -> usize {
        self.friends_on(day).count()
    }

    /// How many people blocked the account at the end of a day.
    pub(crate) fn blocked_on(&self, day: Date) -> i64 {
        self.blocked.range(..=day).map(|(_, change)| *change).fold(0, i64::saturating_add)
    }

    pub(crate) fn get(&self, user: UserKey) -> Friendship {
        match self.known.get(&user) {
            Some((friendship, _)) => *friendship,
            None if self.everyone => Friendship::Friend,
            None => Friendship::None,
        }
    }

    pub(crate) fn is_friend(&self, user: UserKey) -> bool {
        self.get(user) == Friendship::Friend
    }

    pub(crate) fn talk(&mut self, user: UserKey, now: Timestamp) {
        if self.get(user) == Friendship::None {
            self.talked.insert(user, now);
        }
    }

    /// Whether a person who is no friend has written at any time.
    pub(crate) fn has_written(&self, user: UserKey) -> bool {
        self.talked.contains_key(&user)
    }

    /// Whether a message to the person alone arrives.
    pub(crate) fn reaches(&self, user: UserKey, now: Timestamp) -> bool {
        match self.get(user) {
            Friendship::Friend => true,
            Friendship::Blocked => false,
            Friendship::None => self
                .talked
                .get(&user)
                .is_some_and(|talked| now.duration_since(*talked) < TALKED_LATELY),
        }
    }

    /// All who are friends or have blocked the account, in the order of their ids.
    pub(crate) fn known(&self) -> impl Iterator<Item = UserKey> + Clone {
        self.known.keys().copied()
    }

    /// All friends who have not blocked the account, and since when, in the order of their ids.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (UserKey, Timestamp)> {
        self.known
            .iter()
            .filter(|(_, (friendship, _))| *friendship == Friendship::Friend)
            .map(|(user, (_, since))| (*user, *since))
    }
}
