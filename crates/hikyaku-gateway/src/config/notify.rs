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
    /// How many milliseconds a notification waits for others of its chat, to go with them as one push; 0 for none.
    pub coalesce_ms: u64,
    /// Whether a notification goes as a reply, which is free, where the chat has said something within the last minute.
    pub free_replies: bool,
    /// What becomes of a notification for which the month has no room.
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
    /// How long a notification waits for others, if it does.
    pub(crate) fn window(&self) -> Option<Duration> {
        Some(Duration::from_millis(self.coalesce_ms)).filter(|window| !window.is_zero())
    }

    pub(crate) fn wait(&self) -> Option<Duration> {
        (self.delivery == DeliveryMode::Direct).then(|| Duration::from_secs(self.wait_seconds))
    }
}
