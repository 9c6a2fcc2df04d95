use serde::{Deserialize, Serialize};

use std::collections::HashMap;

use hikyaku_model::SendKind;
use jiff::{Timestamp, civil::Date};

use super::{json, quota::day, send_kind};

/// What is counted for the statistics of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Counted {
    /// Messages of a way to send.
    Sent(#[serde(with = "send_kind")] SendKind),
    /// LINE notification messages by template.
    ByTemplate,
}

/// How many messages reached anybody, on each day.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Counts(#[serde(with = "json::pairs")] HashMap<(Counted, Date), u64>);

impl Counts {
    pub(crate) fn add(&mut self, counted: Counted, messages: u64, now: Timestamp) {
        let count = self.0.entry((counted, day(now))).or_default();
        *count = count.saturating_add(messages);
    }

    pub(crate) fn get(&self, counted: Counted, day: Date) -> u64 {
        self.0.get(&(counted, day)).copied().unwrap_or(0)
    }
}
