//! What people did with what an account sent them, and with its rich menus.

mod menu;
mod reaction;

pub(crate) use menu::{MenuDay, MenuUses};
pub(crate) use reaction::{Reactions, Use, Uses};

use serde::{Deserialize, Serialize};

use std::collections::HashSet;

use super::{json, person::UserKey};

/// How often something happened, and to whom.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tally {
    pub(crate) count: u64,
    #[serde(with = "json::set")]
    pub(crate) users: HashSet<UserKey>,
}

impl Tally {
    pub(super) fn add(&mut self, user: UserKey) {
        self.count = self.count.saturating_add(1);
        self.users.insert(user);
    }

    /// Counts another tally in.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.users.extend(&other.users);
    }
}
