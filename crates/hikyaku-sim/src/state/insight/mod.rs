//! What people did with what an account sent them, and with its rich menus.

mod menu;
mod reaction;

pub(crate) use menu::{MenuDay, MenuUses};
pub(crate) use reaction::{Reaction, Reactions};

use std::collections::HashSet;

use super::person::UserKey;

/// How often something happened, and to whom.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) count: u64,
    pub(crate) users: HashSet<UserKey>,
}

impl Tally {
    pub(super) fn add(&mut self, user: UserKey) {
        self.count += 1;
        self.users.insert(user);
    }

    /// Counts another tally in.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.users.extend(&other.users);
    }
}
