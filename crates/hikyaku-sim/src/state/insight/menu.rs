use serde::{Deserialize, Serialize};

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};

use super::Tally;
use crate::state::{json, person::UserKey, quota::day};

/// What people did with one rich menu on one day.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MenuDay {
    pub(crate) seen: Tally,
    /// For each area, by its place from 0.
    pub(crate) tapped: BTreeMap<usize, Tally>,
}

/// What people did with the rich menus of a channel, by their ids and days.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct MenuUses(#[serde(with = "json::pairs")] BTreeMap<(String, Date), MenuDay>);

impl MenuUses {
    /// Lets a person see a menu.
    pub(crate) fn see(&mut self, menu: &str, user: UserKey, now: Timestamp) {
        self.0.entry((menu.to_owned(), day(now))).or_default().seen.add(user);
    }

    /// Lets a person tap an area of a menu.
    pub(crate) fn tap(&mut self, menu: &str, area: usize, user: UserKey, now: Timestamp) {
        let day = self.0.entry((menu.to_owned(), day(now))).or_default();
        day.tapped.entry(area).or_default().add(user);
    }

    /// What people did with a menu on a day.
    pub(crate) fn on(&self, menu: &str, day: Date) -> Option<&MenuDay> {
        self.0.get(&(menu.to_owned(), day))
    }
}
