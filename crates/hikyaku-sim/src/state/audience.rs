use std::collections::{BTreeMap, HashSet};

use hikyaku_model::UserId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{json, person::UserKey};
use crate::clock::later;

/// The origin of an audience.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum AudienceKind {
    /// A list of user ids. LINE's minimum of 50 does not apply.
    #[default]
    Upload,
    /// Users who tapped something.
    Click,
    /// Users who saw something.
    Imp,
}

/// An audience for narrowcasts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Audience {
    /// The origin.
    pub kind: AudienceKind,
    /// The users.
    pub user_ids: Vec<UserId>,
    /// Whether it is still being created, so that nothing can be sent to it.
    pub in_progress: bool,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredAudience {
    pub(crate) kind: AudienceKind,
    #[serde(with = "json::set")]
    pub(crate) users: HashSet<UserKey>,
    pub(crate) ready: bool,
    /// What it is called.
    pub(crate) description: String,
    pub(crate) created: Timestamp,
    /// Whether it was made of advertising ids, which are nobody's here.
    pub(crate) is_ifa: bool,
    /// What was added to it, oldest first.
    pub(crate) jobs: Vec<AudienceJob>,
    /// The request whose messages it was made of, and the link in them.
    pub(crate) source: Option<(String, Option<String>)>,
    /// Whether too few people were in it.
    pub(crate) is_too_small: bool,
    /// Who shares it, where it is another's.
    pub(crate) owner: Option<String>,
}

/// Fewer people than these are not told of, to protect them.
const FEWEST_TOLD: usize = 20;

/// How long an audience is kept.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#create-upload-audience-group>
pub(crate) const LIFE: SignedDuration = SignedDuration::from_hours(180 * 24);

/// How long an audience that is over is still told of. LINE says a month.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-audience-group>
const TOLD: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How many additions to an audience are told of.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-audience-group>
const MOST_JOBS: usize = 50;

/// How many operations an audience takes at a time.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#limit-on-the-number-of-concurrent-operations>
pub(crate) const MOST_OPERATIONS: usize = 10;

/// Ids that were added to an audience.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AudienceJob {
    pub(crate) id: u64,
    pub(crate) description: String,
    pub(crate) users: usize,
    pub(crate) created: Timestamp,
    /// When it is done; at once where nothing is here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) done: Option<Timestamp>,
}

impl AudienceJob {
    pub(crate) fn is_done(&self, now: Timestamp) -> bool {
        self.done.is_none_or(|done| done <= now)
    }
}

impl StoredAudience {
    /// Whether it is over.
    pub(crate) fn is_expired(&self, now: Timestamp) -> bool {
        now.duration_since(self.created) >= LIFE
    }

    /// Whether something can be sent to it.
    pub(crate) fn is_usable(&self, now: Timestamp) -> bool {
        self.is_ready(now) && !self.is_expired(now)
    }

    /// Whether it is made. What is added to it later does not undo that.
    pub(crate) fn is_ready(&self, now: Timestamp) -> bool {
        let made = self.jobs.iter().any(|job| job.is_done(now));
        self.ready && (made || self.jobs.is_empty())
    }

    /// How many operations are under way.
    pub(crate) fn operations(&self, now: Timestamp) -> usize {
        self.jobs.iter().filter(|job| !job.is_done(now)).count()
    }

    /// How many people are in it, as far as LINE tells that: of a few people only where their ids were uploaded.
    ///
    /// Source: <https://developers.line.biz/en/reference/messaging-api/#get-audience-group>
    pub(crate) fn told_users(&self) -> usize {
        let is_told = self.kind == AudienceKind::Upload && !self.is_ifa;
        if is_told || self.users.len() >= FEWEST_TOLD { self.users.len() } else { 0 }
    }

    /// Adds people, as one job.
    ///
    /// They are in it at once: LINE does not say when the ids of a job that is under way count.
    pub(crate) fn add(
        &mut self,
        users: &[UserKey],
        description: String,
        now: Timestamp,
        takes: SignedDuration,
    ) {
        self.users.extend(users);
        self.ready = self.ready || !users.is_empty();
        let id = self.jobs.last().map_or(1, |last| last.id + 1);
        if self.jobs.len() >= MOST_JOBS {
            self.jobs.remove(0);
        }
        let done = takes.is_positive().then(|| later(now, takes));
        self.jobs.push(AudienceJob { id, description, users: users.len(), created: now, done });
    }
}

/// All audiences of a channel, by their ids.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Audiences {
    by_id: BTreeMap<u64, StoredAudience>,
    last: u64,
}

/// LINE's ids are long numbers, and so are these.
const FIRST_ID: u64 = 10_000_000_000;

impl Audiences {
    /// Adds an audience; gives its id. Ids that are not of LINE's form are nobody's.
    pub(crate) fn add(&mut self, audience: &Audience, now: Timestamp) -> u64 {
        let id = self.make(String::new(), now);
        let users = audience.user_ids.iter().filter_map(|id| UserKey::parse(id.as_str())).collect();
        if let Some(stored) = self.by_id.get_mut(&id) {
            stored.description = format!("audience {id}");
            (stored.kind, stored.users) = (audience.kind, users);
            stored.ready = !audience.in_progress;
        }
        id
    }

    /// Makes an audience with nobody in it, which is not ready; gives its id.
    pub(crate) fn make(&mut self, description: String, now: Timestamp) -> u64 {
        self.forget(now);
        let id = self.last.max(FIRST_ID - 1) + 1;
        self.last = id;
        let stored = StoredAudience {
            kind: AudienceKind::Upload,
            users: HashSet::new(),
            ready: false,
            description,
            created: now,
            is_ifa: false,
            jobs: Vec::new(),
            source: None,
            is_too_small: false,
            owner: None,
        };
        self.by_id.insert(id, stored);
        id
    }

    /// Deletes those that are over for longer than LINE tells of them.
    pub(crate) fn forget(&mut self, now: Timestamp) {
        self.by_id
            .retain(|_, audience| now.duration_since(audience.created) < LIFE.saturating_add(TOLD));
    }

    /// The highest number that was given to an audience or a job.
    pub(super) fn largest_number(&self) -> u64 {
        let jobs = self.by_id.values().flat_map(|audience| &audience.jobs).map(|job| job.id);
        self.by_id.keys().copied().chain(jobs).max().unwrap_or(0).max(self.last)
    }

    pub(crate) fn get_mut(&mut self, id: u64) -> Option<&mut StoredAudience> {
        self.by_id.get_mut(&id)
    }

    /// Deletes an audience. False if there is none.
    pub(crate) fn remove(&mut self, id: u64) -> bool {
        self.by_id.remove(&id).is_some()
    }

    /// How many the channel has made.
    pub(crate) fn len(&self) -> usize {
        self.by_id.values().filter(|audience| audience.owner.is_none()).count()
    }

    pub(crate) fn get(&self, id: u64) -> Option<&StoredAudience> {
        self.by_id.get(&id)
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (u64, &StoredAudience)> {
        self.by_id.iter().map(|(id, audience)| (*id, audience))
    }
}
