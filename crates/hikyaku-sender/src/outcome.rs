//! Outcomes that programs must not miss.

use std::fmt;

use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{Time, UnknownName};

/// An outcome of a delivery, a channel or a campaign. It is stored in the same commit as the change, and kept for a
/// week, so that no kill loses it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// Its position: greater than that of every earlier outcome, and the cursor for those after it.
    pub id: i64,
    /// The time of the change.
    pub at: Time,
    /// The kind.
    pub kind: OutcomeKind,
    /// The whole outcome as JSON, `{"type","timestamp","data"}`: the body of webhooks. For a delivery, `data` has `id`,
    /// `channel`, `kind`, `state`, `created_at`, `recipients`, `campaign`, `idempotency_key`, `reference`,
    /// `request_id`, `sent_messages`, `attempts` (their number) and `error` (`status` and `message`).
    pub body: String,
    /// The delivery that it is about, by which it is told in order.
    pub(crate) delivery: Option<i64>,
    pub(crate) message: Uuid,
}

impl Outcome {
    /// Returns its unique name, the same at each repetition: the `webhook-id` of webhooks.
    pub fn message_id(&self) -> String {
        format!("msg_{}", self.message.simple())
    }

    /// The store's own way to write the name.
    pub(crate) fn message(&self) -> Uuid {
        self.message
    }
}

/// The position of the readers of a named cursor. Made by [`Outbox::outcome_cursors`](crate::Outbox::outcome_cursors).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OutcomePlace {
    /// The name.
    pub name: String,
    /// The id of the last processed outcome; 0 if there is none.
    pub after: i64,
    /// The current reader: host, process id and a number. `None` if nobody is reading.
    pub reader: Option<String>,
    /// The number of outcomes still to be processed.
    pub behind: u64,
    /// The time of the first of those.
    pub oldest: Option<Time>,
}

/// The kind of an [`Outcome`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OutcomeKind {
    /// LINE has accepted a delivery that [requested this report](crate::NewDelivery::tell_outcome), or one that was
    /// reported as unknown before.
    Accepted,
    /// LINE has refused a delivery; nobody received it.
    Rejected,
    /// A delivery may have arrived, and it can no longer be determined.
    Unknown,
    /// A delivery was withdrawn or expired before anything was sent. Those of a campaign are counted, but not reported.
    Cancelled,
    /// LINE refuses a channel's token, so its sends wait.
    Unauthorized,
    /// A channel's monthly quota is used up, so its sends wait.
    QuotaUsedUp,
    /// An operator has stopped a lane.
    LaneHeld,
    /// An operator has released a lane.
    LaneReleased,
    /// No delivery of a campaign is open any more.
    CampaignDone,
    /// A campaign was cancelled, and no delivery of it is open any more.
    CampaignCancelled,
    /// Nine tenths of a fairness key's budget are used.
    BudgetNearlyUsedUp,
    /// A send exceeds the rest of its fairness key's budget. Reported once until there is room again.
    BudgetUsedUp,
    /// Four fifths of a chat's pushes of the day are used, or all but one. Reported by `hikyaku-inbox`.
    ChatBudgetNearlyUsedUp,
    /// A chat's pushes of the day are used up. Reported by `hikyaku-inbox`.
    ChatBudgetUsedUp,
}

impl OutcomeKind {
    /// All kinds, in the order of their codes.
    pub const ALL: &'static [Self] = &[
        Self::Accepted,
        Self::Rejected,
        Self::Unknown,
        Self::Cancelled,
        Self::Unauthorized,
        Self::QuotaUsedUp,
        Self::LaneHeld,
        Self::LaneReleased,
        Self::CampaignDone,
        Self::CampaignCancelled,
        Self::BudgetNearlyUsedUp,
        Self::BudgetUsedUp,
        Self::ChatBudgetNearlyUsedUp,
        Self::ChatBudgetUsedUp,
    ];

    /// Returns the `type` in its JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "delivery.accepted",
            Self::Rejected => "delivery.rejected",
            Self::Unknown => "delivery.unknown",
            Self::Cancelled => "delivery.cancelled",
            Self::Unauthorized => "channel.unauthorized",
            Self::QuotaUsedUp => "channel.quota_used_up",
            Self::LaneHeld => "lane.held",
            Self::LaneReleased => "lane.released",
            Self::CampaignDone => "campaign.done",
            Self::CampaignCancelled => "campaign.cancelled",
            Self::BudgetNearlyUsedUp => "key.budget_90",
            Self::BudgetUsedUp => "key.budget_used_up",
            Self::ChatBudgetNearlyUsedUp => "chat.budget_80",
            Self::ChatBudgetUsedUp => "chat.budget_used_up",
        }
    }

    pub(crate) const fn code(self) -> i16 {
        self as i16
    }

    pub(crate) fn from_code(code: i16) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }
}

impl fmt::Display for OutcomeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for OutcomeKind {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name).ok_or(UnknownName)
    }
}

/// An outcome that has no place yet.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NewOutcome {
    pub(crate) message: Uuid,
    pub(crate) at: Time,
    pub(crate) kind: OutcomeKind,
    pub(crate) delivery: Option<i64>,
    pub(crate) body: String,
}

impl NewOutcome {
    pub(crate) fn new(kind: OutcomeKind, at: Time, delivery: Option<i64>, data: &Value) -> Self {
        #[derive(Serialize)]
        struct Body<'a> {
            r#type: &'a str,
            timestamp: String,
            data: &'a Value,
        }

        let body = Body { r#type: kind.name(), timestamp: at.to_string(), data };
        // Values of JSON, which can be written.
        let body = serde_json::to_string(&body).unwrap_or_default();
        Self { message: Uuid::new_v4(), at, kind, delivery, body }
    }

    /// One of a channel as a whole.
    pub(crate) fn of_channel(channel: &str) -> Value {
        json!({ "channel": channel })
    }

    pub(crate) fn at(self, id: i64) -> Outcome {
        let Self { message, at, kind, delivery, body } = self;
        Outcome { id, at, kind, body, delivery, message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_codes_read_back() {
        for &kind in OutcomeKind::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
            assert_eq!(OutcomeKind::from_code(kind.code()), Some(kind));
        }
        assert_eq!(OutcomeKind::from_code(14), None);
    }

    #[test]
    fn its_json_has_the_documented_order() {
        let data = NewOutcome::of_channel("shop");
        let outcome =
            NewOutcome::new(OutcomeKind::Unauthorized, Time::from_millis(0), None, &data).at(7);
        let body = r#"{"type":"channel.unauthorized","timestamp":"1970-01-01T00:00:00Z","data":{"channel":"shop"}}"#;
        assert_eq!((outcome.id, outcome.body.as_str()), (7, body));
        assert!(outcome.message_id().starts_with("msg_") && outcome.message_id().len() == 36);
    }
}
