use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::person::UserKey;

/// The result of giving a set of mission stickers to a user.
///
/// Source: <https://developers.line.biz/en/reference/partner-docs/#send-mission-stickers-v3-error-messages>
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum MissionSticker {
    /// It can be given.
    #[default]
    Available,
    /// It is not a mission sticker: `illegal argument`.
    NoMission,
    /// Its period has not begun or is over: `not in sales period`.
    OutOfPeriod,
    /// The channel may not give it: `sticker set not available for channel`.
    NotForChannel,
    /// The user cannot receive it: `not available`.
    NotAvailable,
}

/// The sets of stickers that a channel knows of, and who was given them.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MissionStickers {
    pub(crate) products: BTreeMap<String, MissionSticker>,
    given: BTreeMap<UserKey, BTreeSet<String>>,
}

impl MissionStickers {
    pub(crate) fn give(&mut self, user: UserKey, product: String) {
        self.given.entry(user).or_default().insert(product);
    }

    /// What a person was given.
    pub(crate) fn of(&self, user: UserKey) -> impl Iterator<Item = &String> {
        self.given.get(&user).into_iter().flatten()
    }
}
