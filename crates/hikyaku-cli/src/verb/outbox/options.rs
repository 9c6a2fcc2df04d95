//! The options that every kind of send has, on the command line and in a line of a batch.

use clap::Args;
use hikyaku_sender::{NewDelivery, Time};
use serde::{Deserialize, Deserializer, de};

use crate::{environment::unless_empty, store::When};

// One struct for clap and serde: what one of them reads, the other does as well.
#[derive(Debug, Args, Deserialize)]
pub(super) struct Options {
    /// Your name for this send: added again with the same contents, it is the same one
    #[arg(long, value_name = "KEY")]
    pub(super) idempotency_key: Option<String>,

    /// JSON of your own, up to 2000 bytes; it is never sent, and comes back wherever the send is told of
    #[arg(long, value_name = "JSON", value_parser = reference)]
    reference: Option<serde_json::Value>,

    /// Sends of a channel with the same key go out one at a time, in the order in which they were added
    #[arg(long, value_name = "KEY")]
    order_key: Option<String>,

    /// Report its acceptance, too, in `outbox outcomes`
    #[arg(long)]
    #[serde(default, deserialize_with = "null_is_false")]
    tell_outcome: bool,

    /// The channel of the store that it belongs to [default: default]
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,

    #[arg(
        long,
        env = unless_empty("TRACEPARENT"),
        hide_env_values = true,
        value_name = "TRACEPARENT",
        help = "The trace that it belongs to, in W3C's form; its attempts are spans of it, and LINE never gets it"
    )]
    traceparent: Option<String>,

    /// The state of that trace, up to 512 bytes
    #[arg(
        long,
        env = unless_empty("TRACESTATE"),
        hide_env_values = true,
        value_name = "TRACESTATE"
    )]
    tracestate: Option<String>,

    /// When to send it: a time such as 2026-12-24T18:00:00+09:00, or a wait such as 2h [default: at once]
    #[arg(long, value_name = "TIME")]
    #[serde(default, deserialize_with = "at")]
    at: Option<When>,

    /// When to give it up if it has not been sent, in the same forms
    #[arg(long, value_name = "TIME")]
    #[serde(default, deserialize_with = "expires")]
    expires: Option<When>,

    /// Whose share of the rate it takes: while several keys have sends of this kind, they take turns
    #[arg(long, value_name = "KEY")]
    fairness_key: Option<String>,

    /// Arrive without a sound or a notification
    #[arg(long)]
    #[serde(default, deserialize_with = "null_is_false")]
    notification_disabled: bool,
}

impl Options {
    /// Returns the delivery with these options, on a clock that says `now`.
    pub(super) fn complete(self, mut delivery: NewDelivery, now: Time) -> NewDelivery {
        if let Some(key) = self.idempotency_key {
            delivery = delivery.idempotency_key(key);
        }
        if let Some(key) = self.order_key {
            delivery = delivery.in_order(key);
        }
        if let Some(reference) = self.reference {
            delivery = delivery.reference(reference);
        }
        if let Some(traceparent) = self.traceparent {
            delivery = delivery.trace_context(traceparent, self.tracestate.as_deref());
        }
        if self.tell_outcome {
            delivery = delivery.tell_outcome();
        }
        if let Some(channel) = self.channel {
            delivery = delivery.channel(channel);
        }
        if let Some(at) = self.at {
            delivery = delivery.at(at.after(now));
        }
        if let Some(expires) = self.expires {
            delivery = delivery.expires_at(expires.after(now));
        }
        if let Some(key) = self.fairness_key {
            delivery = delivery.fairness_key(key);
        }
        if self.notification_disabled {
            delivery = delivery.notification_disabled(true);
        }
        delivery
    }
}

pub(super) fn reference(json: &str) -> Result<serde_json::Value, String> {
    serde_json::from_str(json).map_err(|why| {
        format!("expected JSON, such as 17, \"order 17\" in quotes or {{\"order\":17}}: {why}")
    })
}

fn null_is_false<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

fn at<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<When>, D::Error> {
    when("at", deserializer)
}

fn expires<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<When>, D::Error> {
    when("expires", deserializer)
}

fn when<'de, D: Deserializer<'de>>(name: &str, deserializer: D) -> Result<Option<When>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    let read =
        |text: String| text.parse().map_err(|why| de::Error::custom(format!("{name}: {why}")));
    text.map(read).transpose()
}
