use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::person::UserKey;

/// What becomes of a set of stickers when it is given to somebody.
///
/// Source: <https://developers.line.biz/en/reference/partner-docs/#send-mission-stickers-v3-error-messages>
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum MissionSticker {
    /// It can be given.
    #[default]
    Available,
    /// It is no mission sticker: `illegal argument`.
    NoMission,
    /// Its time has not come, or is over: `not in sales period`.
    OutOfPeriod,
    /// The channel may not give it: `sticker set not available for channel`.
    NotForChannel,
    /// That person cannot have it: `not available`.
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
