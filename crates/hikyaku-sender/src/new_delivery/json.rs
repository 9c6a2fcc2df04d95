//! A send as JSON, for a program that enqueues it with a database driver of its own.

use hikyaku_model::{
    PreparedMessages, SendKind,
    audience::Targeting,
    limits::Problem,
    send::{AggregationUnit, DeliveryTag},
};
use serde::Serialize;

use super::{Contents, NewDelivery, Options};
use crate::{Error, Lane};

/// A send as `schema/enqueue.sql` and a batch of the command read it.
#[derive(Serialize)]
struct Line<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "To::is_nobody")]
    to: To<'a>,
    messages: &'a PreparedMessages,
    #[serde(skip_serializing_if = "Option::is_none")]
    idempotency_key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fairness_key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    traceparent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tracestate: Option<&'a str>,
    channel: &'a str,
    priority: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
    on_unknown: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    notification_disabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'a AggregationUnit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery_tag: Option<&'a DeliveryTag>,
    #[serde(flatten)]
    targeting: &'a Targeting,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<&'a serde_json::Value>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    tell_outcome: bool,
}

#[derive(Serialize)]
#[serde(untagged)]
enum To<'a> {
    Nobody,
    One(&'a str),
    Many(&'a [String]),
}

impl To<'_> {
    fn is_nobody(&self) -> bool {
        matches!(self, Self::Nobody)
    }
}

impl NewDelivery {
    /// Checks the send and serialises it as JSON for `hikyaku_enqueue_v1`, a function in the database of a `PostgreSQL`
    /// store. The function enqueues the send in the caller's own transaction, so that a business row and its
    /// notification commit together or not at all, with any database driver:
    ///
    /// ```sql
    /// SELECT id, existing FROM hikyaku_enqueue_v1($1::text::jsonb)
    /// ```
    ///
    /// Workers find it within a second of the commit, or at once after
    /// [`wake_workers`](crate::Outbox::wake_workers). One call can enqueue several as a JSON array:
    /// `format!("[{}]", list.join(","))`. `docs/postgresql.md` in the repository describes the function's rows and
    /// errors.
    ///
    /// ```
    /// use hikyaku_sender::NewDelivery;
    ///
    /// let receipt = NewDelivery::push("U4af4980629000000000000000000000a", "it is on its way");
    /// let json = receipt.idempotency_key("order-17-shipped").to_json()?;
    /// assert!(json.starts_with(r#"{"kind":"push","to":"U4af4980629"#));
    /// # Ok::<(), hikyaku_sender::Error>(())
    /// ```
    ///
    /// # Errors
    /// It breaks a rule, as for [enqueueing](crate::Outbox::enqueue).
    pub fn to_json(&self) -> Result<String, Error> {
        self.check()?;
        let messages = match &self.contents {
            Contents::Messages(messages) => messages,
            Contents::Broken(why) => return Err(Error::invalid(why.clone())),
            Contents::Written(_) => {
                return Err(not_in_json("a request that was written elsewhere"));
            }
        };
        if self.retry_key.is_some() {
            return Err(not_in_json("a retry key of the caller's own"));
        }
        if self.takes_over {
            return Err(not_in_json("taking a name over"));
        }
        if self.push_to.is_some() {
            return Err(not_in_json("a reply that may become a push"));
        }
        let Options {
            targeting,
            notification_disabled,
            custom_aggregation_units,
            unknown_narrowing: _,
        } = &self.options;
        let line = Line {
            kind: Lane::of(self.kind).name(),
            to: match (self.kind, self.to.as_slice()) {
                (SendKind::Multicast, users) => To::Many(users),
                (_, [one]) => To::One(one),
                _ => To::Nobody,
            },
            messages,
            idempotency_key: self.idempotency_key.as_deref(),
            order_key: self.order_key.as_deref(),
            fairness_key: Some(self.fairness_key.as_str()).filter(|key| !key.is_empty()),
            traceparent: self.trace.as_ref().map(|it| it.parent.as_str()),
            tracestate: self.trace.as_ref().and_then(|it| it.state.as_deref()),
            channel: &self.channel,
            priority: self.priority.name(),
            at: self.at.map(|time| time.to_string()),
            expires: self.expires_at.map(|time| time.to_string()),
            on_unknown: self.on_unknown.name(),
            notification_disabled: *notification_disabled,
            unit: custom_aggregation_units.first(),
            delivery_tag: self.delivery_tag.as_ref(),
            targeting,
            reference: self.reference.as_ref(),
            tell_outcome: self.tells,
        };
        serde_json::to_string(&line)
            .map_err(|why| Error::breaks(Vec::new(), Problem::Shape(why.to_string())))
    }
}

/// What `schema/enqueue.sql` and a batch do not read.
fn not_in_json(what: &str) -> Error {
    let why = format!("{what} cannot be written as JSON for the database; enqueue it");
    Error::breaks(Vec::new(), Problem::Shape(why))
}
