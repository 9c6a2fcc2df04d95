use std::time::Duration;

use serde::Deserialize;

/// How the door of LINE's own API behaves.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LineSettings {
    /// How many seconds a send waits for LINE's answer.
    pub wait_seconds: u64,
    /// What is checked before a send is stored.
    pub check: LineCheck,
    /// What becomes of a send for which the month has no room.
    pub on_quota: OnQuota,
}

/// What is checked before a send is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum LineCheck {
    /// LINE's limits on messages, too: a caller hears of a mistake at once, also while LINE is down.
    Full,
    /// Recipients and JSON; LINE alone judges messages.
    Shape,
}

/// What becomes of a send for which the month has no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum OnQuota {
    /// Its caller gets LINE's 429, and nothing is sent, as LINE does it.
    Refuse,
    /// It waits until there is room.
    Park,
}

impl Default for LineSettings {
    fn default() -> Self {
        Self { wait_seconds: 3, check: LineCheck::Full, on_quota: OnQuota::Refuse }
    }
}

impl LineSettings {
    pub(crate) fn wait(&self) -> Duration {
        Duration::from_secs(self.wait_seconds)
    }
}
