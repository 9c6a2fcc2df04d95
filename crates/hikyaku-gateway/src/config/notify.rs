use std::time::Duration;

use serde::Deserialize;

use super::OnQuota;

/// The settings of LINE Notify's API.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NotifySettings {
    /// The prefix of each message; `{name}` is the token's name.
    pub prefix: String,
    /// Whether a response waits for LINE's.
    pub delivery: DeliveryMode,
    /// The wait, in seconds.
    pub wait_seconds: u64,
    /// The maximum length of a message, in characters; by default as much as a push holds.
    pub longest_message: Option<usize>,
    /// The time, in milliseconds, for which a notification waits for others of its chat, to be sent with them in one
    /// push; 0 disables it.
    pub coalesce_ms: u64,
    /// Whether a notification goes as a reply, which is free, if somebody has written in the chat within the last
    /// minute.
    pub free_replies: bool,
    /// The treatment of notifications that exceed the monthly quota.
    pub on_quota: OnQuota,
}

/// The time at which a caller is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum DeliveryMode {
    /// After LINE has answered, or after the wait.
    Direct,
    /// As soon as the notification is on disk.
    Queued,
}

impl Default for NotifySettings {
    fn default() -> Self {
        Self {
            prefix: "[{name}] ".to_owned(),
            delivery: DeliveryMode::Direct,
            wait_seconds: 3,
            longest_message: None,
            coalesce_ms: 0,
            free_replies: true,
            on_quota: OnQuota::Park,
        }
    }
}

impl NotifySettings {
    /// Returns how long a notification waits for others, if coalescing is enabled.
    pub(crate) fn window(&self) -> Option<Duration> {
        Some(Duration::from_millis(self.coalesce_ms)).filter(|window| !window.is_zero())
    }

    pub(crate) fn wait(&self) -> Option<Duration> {
        (self.delivery == DeliveryMode::Direct).then(|| Duration::from_secs(self.wait_seconds))
    }
}
