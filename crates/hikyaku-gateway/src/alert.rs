//! What the operator is told: a message in a chat of theirs, and the log.

use hikyaku_sender::{NewDelivery, Priority};
use serde_json::json;

use crate::AlertSettings;

/// Whose share of a lane these messages take.
const FAIRNESS_KEY: &str = "gateway:alerts";

/// Where the operator is told.
#[derive(Clone, Debug)]
pub(crate) struct Alerts(pub(crate) Option<AlertSettings>);

impl Alerts {
    /// The same, unless it is this chat of a channel that it is about: it cannot be told there.
    pub(crate) fn message_beyond(
        &self,
        (channel, chat): (&str, &str),
        about: &str,
        text: &str,
    ) -> Option<NewDelivery> {
        let is_other = |it: &AlertSettings| it.channel != channel || it.chat != chat;
        self.message(about, text).filter(|_| self.0.as_ref().is_some_and(is_other))
    }

    /// The same, unless it is this channel that it is about: it could not be sent there now.
    pub(crate) fn message_through_other(
        &self,
        channel: &str,
        about: &str,
        text: &str,
    ) -> Option<NewDelivery> {
        self.message(about, text)
            .filter(|_| self.0.as_ref().is_some_and(|it| it.channel != channel))
    }

    /// The message, where there is a chat for it.
    pub(crate) fn message(&self, about: &str, text: &str) -> Option<NewDelivery> {
        let AlertSettings { channel, chat } = self.0.as_ref()?;
        let message = NewDelivery::push(chat.as_str(), format!("[gateway] {text}"));
        let message = message.channel(channel).fairness_key(FAIRNESS_KEY).priority(Priority::High);
        Some(message.reference(json!({ "gateway_alert": about })))
    }
}

/// What is said of a chat that has blocked the account, or put it out.
pub(crate) fn gone(chat: &str, name: &str, tokens: &str) -> String {
    let what =
        if chat.starts_with('U') { "has blocked the account" } else { "has put the account out" };
    format!("{name} {what}. Nothing is sent to it for the tokens {tokens}")
}

/// What is said of a channel whose token LINE refuses.
pub(crate) fn unauthorized(channel: &str) -> String {
    format!(
        "LINE refuses the token of the channel {channel}. What it is to send waits for a new token"
    )
}

/// What is said of a channel whose month is used up.
pub(crate) fn quota_used_up(channel: &str) -> String {
    format!(
        "the month of the channel {channel} is used up. What it is to push waits until LINE allows more"
    )
}

/// What is said of a budget most of which is used.
pub(crate) fn budget(whose: &str, budget: u64) -> String {
    format!(
        "{whose} has used 80 % of its {budget} recipients a month. What does not fit is refused until the month ends in Japan"
    )
}
