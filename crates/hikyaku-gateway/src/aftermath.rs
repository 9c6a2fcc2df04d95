//! What the gateway does about the outcomes of deliveries, whichever node had them and whatever was killed meanwhile.

use std::time::Duration;

use hikyaku_sender::{Outbox, Outcome, OutcomeKind};
use serde_json::Value;

use crate::{
    Error, State,
    alert::{self, Alerts},
    joined, sticker,
};

/// Whose place among the outcomes it is.
pub(crate) const CURSOR: &str = "hikyaku-gateway";

/// The operator is told nothing that is older.
const NEWS: Duration = Duration::from_secs(24 * 60 * 60);

/// Reads outcomes. One may come twice, so each thing that it does is done once however often it is told.
#[derive(Debug)]
pub(crate) struct Aftermath<'a> {
    pub(crate) outbox: &'a Outbox,
    pub(crate) state: &'a State,
    pub(crate) alerts: &'a Alerts,
}

impl Aftermath<'_> {
    pub(crate) async fn deal(&self, outcome: &Outcome) -> Result<(), Error> {
        let body: Value = serde_json::from_str(&outcome.body).unwrap_or_default();
        let data = &body["data"];
        let channel = data["channel"].as_str().unwrap_or_default();
        match outcome.kind {
            OutcomeKind::Rejected => {
                // What is sent instead takes over what it has cost.
                self.part(data).await?;
                sticker::deal(self.outbox, self.state, data).await?;
                self.give_back(data).await
            }
            OutcomeKind::Cancelled => self.give_back(data).await,
            // LINE counts no replies.
            OutcomeKind::Accepted if data["kind"] == "reply" => self.give_back(data).await,
            OutcomeKind::Unauthorized => {
                let text = alert::unauthorized(channel);
                self.tell(outcome, "unauthorized", channel, &text).await
            }
            OutcomeKind::QuotaUsedUp => {
                let text = alert::quota_used_up(channel);
                self.tell(outcome, "quota", channel, &text).await
            }
            _ => Ok(()),
        }
    }

    /// Looks at a refused send, whichever it was, and sends what it carries one by one, where that may arrive.
    async fn part(&self, data: &Value) -> Result<(), Error> {
        if !data["reference"]["joined"].is_u64() {
            return Ok(());
        }
        let Some(id) = data["id"].as_i64() else { return Ok(()) };
        match self.outbox.show(id.into()).await?.filter(joined::is_to_part) {
            Some(refused) => {
                tracing::warn!(delivery = %refused.id, "LINE refuses a message, so those that were joined are sent one by one");
                self.state.part(&refused).await
            }
            None => Ok(()),
        }
    }

    /// What surely did not reach anybody costs nothing.
    async fn give_back(&self, data: &Value) -> Result<(), Error> {
        match data["id"].as_i64() {
            Some(id) => self.state.give_back(id.into()).await,
            None => Ok(()),
        }
    }

    /// Tells the operator of a channel that stands still, once a day.
    async fn tell(
        &self,
        outcome: &Outcome,
        about: &str,
        channel: &str,
        text: &str,
    ) -> Result<(), Error> {
        if self.outbox.now().await?.since(outcome.at) > NEWS {
            return Ok(());
        }
        let message = self.alerts.message_through_other(channel, about, text);
        if self.state.alert(format!("{about}:{channel}"), message).await? {
            tracing::error!(channel, "{text}");
        }
        Ok(())
    }
}
