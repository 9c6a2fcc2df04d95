use serde::{Deserialize, Serialize};

use std::{
    collections::{BTreeMap, HashMap},
    hash::Hash,
};

use bytes::Bytes;
use hikyaku_model::rich_menu::{RichMenu, RichMenuBatch, RichMenuBatchOperation};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{aging::Aging, json, person::UserKey};

/// How many rich menus, and how many aliases, an account may have.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/using-rich-menus/>
pub(crate) const MOST: usize = 1000;

/// How long the progress of a batch can be asked for, and it can be resumed by its key.
///
/// Sources: <https://developers.line.biz/en/reference/messaging-api/#batch-control-rich-menus-of-users-retry-key>,
/// <https://developers.line.biz/en/reference/messaging-api/#get-batch-control-rich-menus-progress-status>
const BATCH_LIFE: SignedDuration = SignedDuration::from_secs(14 * 24 * 60 * 60);

/// How many batches are remembered. Our choice, to bound memory.
const MOST_BATCHES: usize = 10_000;

/// A rich menu, its id and its picture.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredMenu {
    pub(crate) id: String,
    pub(crate) menu: RichMenu,
    /// Its picture; it is never changed once it is there.
    pub(crate) image: Option<MenuImage>,
}

/// The picture of a rich menu.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MenuImage {
    #[serde(with = "json::bytes")]
    pub(crate) bytes: Bytes,
    /// Its content type.
    pub(crate) media_type: String,
}

/// All rich menus of a channel, and who sees which.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RichMenus {
    menus: Vec<StoredMenu>,
    default: Option<String>,
    /// The place of the module that has set the default; the account's own channel has where there is none.
    #[serde(default)]
    default_by: Option<usize>,
    linked: HashMap<UserKey, String>,
    pub(crate) aliases: BTreeMap<String, String>,
    /// When batches were accepted, by the ids of their requests.
    batches: Aging<Uuid, ()>,
    /// The keys under which batches were accepted.
    #[serde(default = "batch_aging")]
    resume_keys: Aging<String, ()>,
}

fn batch_aging<K: Clone + Eq + Hash>() -> Aging<K, ()> {
    Aging::new(BATCH_LIFE, MOST_BATCHES)
}

impl Default for RichMenus {
    fn default() -> Self {
        Self {
            menus: Vec::new(),
            default: None,
            default_by: None,
            linked: HashMap::new(),
            aliases: BTreeMap::new(),
            batches: batch_aging(),
            resume_keys: batch_aging(),
        }
    }
}

impl RichMenus {
    /// Adds a menu; gives its id. Nothing where there are too many.
    pub(crate) fn add(&mut self, menu: RichMenu) -> Option<&str> {
        if self.menus.len() >= MOST {
            return None;
        }
        let id = format!("richmenu-{}", Uuid::new_v4().simple());
        self.menus.push(StoredMenu { id, menu, image: None });
        self.menus.last().map(|stored| &*stored.id)
    }

    /// In the order they were made in.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &StoredMenu> {
        self.menus.iter()
    }

    pub(crate) fn get(&self, id: &str) -> Option<&StoredMenu> {
        self.menus.iter().find(|stored| stored.id == id)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut StoredMenu> {
        self.menus.iter_mut().find(|stored| stored.id == id)
    }

    /// Removes a menu from all who see it. Its aliases stay, and lead nowhere. False if there is none.
    pub(crate) fn remove(&mut self, id: &str) -> bool {
        let before = self.menus.len();
        self.menus.retain(|stored| stored.id != id);
        self.linked.retain(|_, linked| linked != id);
        self.default.take_if(|default| default == id);
        self.menus.len() < before
    }

    /// The menu that those see who have none of their own.
    pub(crate) fn usual(&self) -> Option<&str> {
        self.default.as_deref()
    }

    /// The module that has set it; nothing where the account's own channel has.
    pub(crate) fn usual_by(&self) -> Option<usize> {
        self.default_by
    }

    pub(crate) fn set_default(&mut self, id: Option<String>, by: Option<usize>) {
        (self.default, self.default_by) = (id, by);
    }

    /// The menu that is linked to a person.
    pub(crate) fn linked(&self, user: UserKey) -> Option<&str> {
        self.linked.get(&user).map(String::as_str)
    }

    pub(crate) fn link(&mut self, user: UserKey, id: &str) {
        self.linked.insert(user, id.to_owned());
    }

    pub(crate) fn unlink(&mut self, user: UserKey) {
        self.linked.remove(&user);
    }

    /// The menu that a person sees.
    pub(crate) fn seen_by(&self, user: UserKey) -> Option<&str> {
        self.linked(user).or(self.usual())
    }

    /// Changes the menus of all who have certain ones, judged by what they had before.
    ///
    /// LINE takes its time. Our choice: it is done at once, so that a batch that is resumed has nobody left.
    pub(crate) fn run(&mut self, batch: &RichMenuBatch, request: Uuid, now: Timestamp) {
        self.batches.insert(request, (), now);
        if let Some(key) = &batch.resume_request_key {
            if self.resume_keys.get(key, now).is_some() {
                return;
            }
            self.resume_keys.insert(key.clone(), (), now);
        }
        self.linked.retain(|_, linked| {
            for operation in &batch.operations {
                match operation {
                    RichMenuBatchOperation::Link(link) if link.from == *linked => {
                        linked.clone_from(&link.to);
                        return true;
                    }
                    RichMenuBatchOperation::Unlink(unlink) if unlink.from == *linked => {
                        return false;
                    }
                    RichMenuBatchOperation::UnlinkAll(_) => return false,
                    _ => {}
                }
            }
            true
        });
    }

    /// When a batch was accepted.
    pub(crate) fn batch(&self, request: Uuid, now: Timestamp) -> Option<Timestamp> {
        self.batches.get(&request, now).map(|(at, ())| at)
    }
}
