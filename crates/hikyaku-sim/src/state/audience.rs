use std::collections::{BTreeMap, HashSet};

use hikyaku_model::UserId;
use serde::{Deserialize, Serialize};

use super::person::UserKey;

/// How an audience came to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum AudienceKind {
    /// By a list of user ids. LINE's minimum of 50 does not hold for it.
    #[default]
    Upload,
    /// Those who tapped something.
    Click,
    /// Those who saw something.
    Imp,
}

/// People that a narrowcast can be sent to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Audience {
    /// How it came to be.
    pub kind: AudienceKind,
    /// Who is in it.
    pub user_ids: Vec<UserId>,
    /// Whether it is still being made, so that nothing can be sent to it.
    pub in_progress: bool,
}

#[derive(Debug)]
pub(crate) struct StoredAudience {
    pub(crate) kind: AudienceKind,
    pub(crate) users: HashSet<UserKey>,
    pub(crate) ready: bool,
}

/// All audiences of a channel, by their ids.
#[derive(Debug, Default)]
pub(crate) struct Audiences(BTreeMap<i64, StoredAudience>);

/// LINE's ids are long numbers, and so are these.
const FIRST_ID: i64 = 10_000_000_000;

impl Audiences {
    /// Adds an audience; gives its id. Ids that are not of LINE's form are nobody's.
    pub(crate) fn add(&mut self, audience: &Audience) -> i64 {
        let id = self.0.last_key_value().map_or(FIRST_ID, |(last, _)| last + 1);
        let users = audience.user_ids.iter().filter_map(|id| UserKey::parse(id.as_str())).collect();
        let stored = StoredAudience { kind: audience.kind, users, ready: !audience.in_progress };
        self.0.insert(id, stored);
        id
    }

    pub(crate) fn get(&self, id: i64) -> Option<&StoredAudience> {
        self.0.get(&id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (i64, &StoredAudience)> {
        self.0.iter().map(|(id, audience)| (*id, audience))
    }
}
