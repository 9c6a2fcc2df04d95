//! Outcomes, posted to the servers that the configuration names.

use std::collections::BTreeSet;

use hikyaku_sender::{Outbox, Outcome, OutcomeWebhook, WebhookError};
use serde_json::Value;
use tokio::sync::Notify;

use crate::{Config, Error, State, drain::Drain, line::ticket};

/// The name of the first cursor; those of keys have the key's name behind it.
const CURSOR: &str = "hikyaku-gateway-outcomes";

/// A server that gets outcomes.
#[derive(Debug)]
pub(crate) struct Receiver {
    cursor: String,
    webhook: OutcomeWebhook,
    of: Of,
}

/// Whose outcomes it gets.
#[derive(Debug)]
enum Of {
    /// The sends of one key.
    Key(String),
    /// All but the sends of these keys.
    Others(BTreeSet<String>),
}

impl Receiver {
    /// The servers of a configuration.
    pub(crate) fn all(config: &Config) -> Result<Vec<Self>, Error> {
        let (mut all, mut keys) = (Vec::new(), BTreeSet::new());
        for key in &config.key {
            let Some(settings) = &key.outcomes else { continue };
            let webhook = settings.webhook(&format!("[[key]] {}: outcomes", key.name))?;
            let cursor = format!("{CURSOR}:{}", key.name);
            all.push(Self { cursor, webhook, of: Of::Key(key.name.clone()) });
            keys.insert(key.name.clone());
        }
        if let Some(settings) = &config.outcomes {
            let webhook = settings.webhook("outcomes")?;
            all.push(Self { cursor: CURSOR.to_owned(), webhook, of: Of::Others(keys) });
        }
        Ok(all)
    }

    /// Posts one outcome after another until the gateway stops, or the server says that it is gone. None is lost meanwhile: a
    /// gateway that is started again goes on.
    pub(crate) async fn run(self, outbox: Outbox, state: State, drain: Drain) {
        let Self { cursor, webhook, of } = &self;
        let gone = Notify::new();
        let stop = async {
            tokio::select! {
                () = drain.begun() => {}
                () = gone.notified() => tracing::error!(
                    cursor,
                    "the receiver of outcomes is gone (410); they are kept for a week, and posted again after a restart"
                ),
            }
        };
        let post = async |outcome: Outcome| {
            let posted = post(webhook, of, &state, outcome).await;
            if posted.as_ref().is_err_and(WebhookError::is_gone) {
                gone.notify_one();
            }
            posted
        };
        let ended = match outbox.outcome_cursor(cursor) {
            Ok(cursor) => cursor.run(stop, post).await,
            Err(why) => Err(why),
        };
        if let Err(error) = ended {
            tracing::error!(%error, cursor, "no outcomes are posted any more");
        }
    }
}

async fn post(
    webhook: &OutcomeWebhook,
    of: &Of,
    state: &State,
    mut outcome: Outcome,
) -> Result<(), WebhookError> {
    let mut body: Value = serde_json::from_str(&outcome.body).unwrap_or_default();
    let key = body.pointer("/data/reference/key").and_then(Value::as_str);
    let is_wanted = match of {
        Of::Key(name) => key == Some(name),
        Of::Others(names) => key.is_none_or(|key| !names.contains(key)),
    };
    if !is_wanted {
        return Ok(());
    }
    // Its caller knows a delivery by its UUID.
    let id = body.pointer("/data/id").and_then(Value::as_i64);
    if outcome.kind.name().starts_with("delivery.")
        && let Some(id) = id.and_then(|id| ticket(state, id.into()))
        && let Some(shown) = body.pointer_mut("/data/id")
    {
        *shown = Value::String(id.to_string());
        outcome.body = body.to_string();
    }
    webhook.post(&outcome).await
}
