use std::time::Duration;

use serde::Deserialize;

/// The settings of LINE's own API.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LineSettings {
    /// How long a send waits for LINE's response, in seconds.
    pub wait_seconds: u64,
    /// The checks before a send is stored.
    pub check: LineCheck,
    /// The handling of a send that exceeds the monthly quota.
    pub on_quota: OnQuota,
}

/// The checks before a send is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum LineCheck {
    /// Also LINE's limits on messages: a caller learns of a mistake at once, even while LINE is down.
    Full,
    /// Only recipients and JSON; the messages are left for LINE to judge.
    Shape,
}

/// The handling of a send that exceeds the monthly quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum OnQuota {
    /// The caller gets LINE's 429, and nothing is sent, as with LINE itself.
    Refuse,
    /// The send waits until quota is available.
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
