mod check;
mod fresh;
mod json;

use std::time::Duration;

use hikyaku::{IntoMessages, IntoReplyTo, IntoTo, Messages, RetryKey};
use hikyaku_model::{
    PreparedMessages, SendKind, Violations,
    audience::{Filter, Limit, Recipient, Targeting},
    send::{AggregationUnit, DeliveryTag, PhoneHash},
};
use serde::Serialize;

use crate::{Error, Priority, Time, UnknownPolicy, trace_context::TraceContext, written::Written};

pub(crate) use check::{check_name, check_times};

/// The channel of an outbox that serves only one.
pub(crate) const DEFAULT_CHANNEL: &str = "default";

/// A send to enqueue in an [`Outbox`](crate::Outbox).
///
/// Its contents are checked when it is enqueued, and fixed from then on: every attempt sends the same bytes.
///
/// ```
/// use hikyaku_sender::NewDelivery;
///
/// let receipt = NewDelivery::push("U4af4980629000000000000000000000a", "your order is on its way")
///     .idempotency_key("order-17-shipped");
/// ```
#[derive(Clone, Debug)]
#[must_use = "a delivery does nothing until it is enqueued"]
pub struct NewDelivery {
    kind: SendKind,
    to: Vec<String>,
    /// The chat that a reply is pushed to, where it surely did not arrive.
    push_to: Option<String>,
    contents: Contents,
    options: Options,
    delivery_tag: Option<DeliveryTag>,
    trace: Option<TraceContext>,
    channel: String,
    idempotency_key: Option<String>,
    retry_key: Option<RetryKey>,
    takes_over: bool,
    order_key: Option<String>,
    reference: Option<serde_json::Value>,
    tells: bool,
    watched: Option<Duration>,
    at: Option<Time>,
    expires_at: Option<Time>,
    priority: Priority,
    fairness_key: String,
    on_unknown: UnknownPolicy,
}

/// What is sent.
#[derive(Clone, Debug)]
enum Contents {
    Messages(PreparedMessages),
    /// Messages that break rules.
    Broken(Violations),
    /// A whole request without its recipients, as its caller wrote it.
    Written(String),
}

#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Options {
    #[serde(flatten)]
    targeting: Targeting,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) notification_disabled: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) custom_aggregation_units: Vec<AggregationUnit>,
    #[serde(skip)]
    unknown_narrowing: bool,
}

/// A request without its recipients.
#[derive(Serialize)]
pub(crate) struct Request<'a, M> {
    pub(crate) messages: &'a M,
    #[serde(flatten)]
    pub(crate) options: &'a Options,
}

impl NewDelivery {
    fn new(kind: SendKind, to: Vec<String>, messages: &Messages<'_>) -> Self {
        Self::of(kind, to, messages.prepare().map_or_else(Contents::Broken, Contents::Messages))
    }

    fn of(kind: SendKind, to: Vec<String>, contents: Contents) -> Self {
        Self {
            kind,
            to,
            push_to: None,
            contents,
            options: Options::default(),
            delivery_tag: None,
            trace: None,
            channel: DEFAULT_CHANNEL.to_owned(),
            idempotency_key: None,
            retry_key: None,
            takes_over: false,
            order_key: None,
            reference: None,
            tells: false,
            watched: None,
            at: None,
            expires_at: None,
            priority: Priority::default(),
            fairness_key: String::new(),
            on_unknown: UnknownPolicy::default(),
        }
    }

    /// Creates a send to one user, group or room.
    pub fn push<'t, 'm>(to: impl IntoTo<'t>, messages: impl IntoMessages<'m>) -> Self {
        Self::new(SendKind::Push, vec![to.into_to().into()], &messages.into_messages())
    }

    /// Creates a send to 1-500 users at once. For more, start a campaign.
    pub fn multicast<'m>(
        to: impl IntoIterator<Item = impl AsRef<str>>,
        messages: impl IntoMessages<'m>,
    ) -> Self {
        let to = to.into_iter().map(|user| user.as_ref().to_owned()).collect();
        Self::new(SendKind::Multicast, to, &messages.into_messages())
    }

    /// Creates a send to all friends. It requires an [`idempotency_key`](Self::idempotency_key): a message to everyone
    /// must not be sent twice because a program was restarted.
    pub fn broadcast<'m>(messages: impl IntoMessages<'m>) -> Self {
        Self::new(SendKind::Broadcast, Vec::new(), &messages.into_messages())
    }

    /// Creates a send to the friends who match a recipient and a filter; without either, to all. It requires an
    /// [`idempotency_key`](Self::idempotency_key). The outbox follows it until LINE has sent it.
    pub fn narrowcast<'m>(messages: impl IntoMessages<'m>) -> Self {
        Self::new(SendKind::Narrowcast, Vec::new(), &messages.into_messages())
    }

    /// Creates a reply to an event. LINE accepts a reply token once, so a reply in doubt is retried with its token for
    /// a minute. By default it expires a minute after it was enqueued; [`expires_at`](Self::expires_at) changes that.
    pub fn reply<'t, 'm>(
        reply_token: impl IntoReplyTo<'t>,
        messages: impl IntoMessages<'m>,
    ) -> Self {
        let token = reply_token.into_reply_to().as_str().unwrap_or_default().to_owned();
        Self::new(SendKind::Reply, vec![token], &messages.into_messages())
    }

    /// Creates a send to a phone number, by the SHA-256 of its E.164 form. LINE has no retry key for it, so it is sent
    /// at most once.
    pub fn phone<'m>(hash: impl Into<PhoneHash>, messages: impl IntoMessages<'m>) -> Self {
        let hash = hash.into().as_str().to_owned();
        Self::new(SendKind::PhoneNumber, vec![hash], &messages.into_messages())
    }

    /// Creates a send from a complete request in JSON, for a program that serves LINE's API and stores the requests
    /// that it receives.
    ///
    /// LINE receives its members in their order and their values byte by byte, including unknown ones, with the
    /// recipients in front. Only LINE's limits on recipients are checked, and a multicast is never split to leave out a
    /// bad recipient. Methods that set a part of the request, such as [`unit`](Self::unit), do not apply; the
    /// [`delivery_tag`](Self::delivery_tag), which is a header, does.
    ///
    /// ```
    /// use hikyaku_sender::{NewDelivery, SendKind};
    ///
    /// let body = r#"{"to":"U4af4980629000000000000000000000a","messages":[{"type":"text","text":"hi"}]}"#;
    /// let push = NewDelivery::request(SendKind::Push, body)?;
    /// assert_eq!(push.recipients(), ["U4af4980629000000000000000000000a"]);
    /// # Ok::<(), hikyaku_sender::Error>(())
    /// ```
    ///
    /// # Errors
    /// It is not a JSON object, it contains a member twice, or its recipients are missing or of another type.
    pub fn request(kind: SendKind, json: impl AsRef<str>) -> Result<Self, Error> {
        let Written { to, rest } = Written::read(kind, json.as_ref()).map_err(Error::invalid)?;
        Ok(Self::of(kind, to, Contents::Written(rest)))
    }

    /// Returns its recipients: users, a chat, the hash of a phone number, or a reply token, which is a secret. Empty if
    /// LINE chooses them.
    pub fn recipients(&self) -> &[String] {
        &self.to
    }

    /// Pushes a reply to this chat, the one of the event, if the reply surely did not arrive: LINE refused the reply
    /// token, or the token expired before the reply could be sent. A push counts towards the monthly quota, a reply
    /// does not.
    ///
    /// **A reply in doubt is never followed by its push**: it is retried as a reply, and becomes
    /// [`Unknown`](crate::State::Unknown) when its token has expired. The push takes the reply's position in its
    /// [order](Self::in_order) and does not expire: [`expires_at`](Self::expires_at) is the reply's.
    ///
    /// ```
    /// use hikyaku_sender::NewDelivery;
    ///
    /// let user = "U4af4980629000000000000000000000a";
    /// let answer = NewDelivery::reply("nHuyWiB7yP5Zw52FIkcQobQuGDXCTA", "yes").or_push(user).in_order(user);
    /// ```
    pub fn or_push<'t>(mut self, chat: impl IntoTo<'t>) -> Self {
        self.push_to = Some(chat.into_to().into());
        self
    }

    /// Sets the channel that sends it, by the name that its worker uses; the default is `default`.
    pub fn channel(mut self, name: impl Into<String>) -> Self {
        self.channel = name.into();
        self
    }

    /// Sets the idempotency key. Enqueued again with the same key and contents, it is the same delivery; with other
    /// contents it is refused as a conflict. Keys are remembered as long as finished deliveries are kept.
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key = Some(key.into());
        self
    }

    /// Sets the [`idempotency_key`](Self::idempotency_key), unless there is one already.
    pub fn or_idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key.get_or_insert_with(|| key.into());
        self
    }

    /// Sets the retry key for LINE, if the caller has one: that of a request which is passed on, so that earlier sends
    /// with it stay deduplicated. It is the first key that is used. Like any other, it is replaced when it is too old
    /// and no attempt is in doubt. Only sends [with a retry key](crate::Lane::has_retry_key) accept it.
    ///
    /// One key is one delivery: unless an [`idempotency_key`](Self::idempotency_key) was set before, the retry key is
    /// also the idempotency key.
    pub fn retry_key(mut self, key: impl Into<RetryKey>) -> Self {
        let key = key.into();
        self.retry_key = Some(key);
        self.or_idempotency_key(format!("retry-key:{key}"))
    }

    /// Takes over the [`idempotency_key`](Self::idempotency_key) of a delivery that surely was not sent, because LINE
    /// refused it or it was withdrawn: this send then becomes a new delivery, whatever its contents. The other one is
    /// discarded and can no longer be retried, since the message would go out twice.
    ///
    /// The key of a delivery that is accepted, waits, or may have arrived is never taken over.
    pub fn take_over_name(mut self) -> Self {
        self.takes_over = true;
        self
    }

    /// Attaches the caller's own JSON, up to 2,000 bytes, such as an order number. It is stored with the delivery,
    /// never sent to LINE, and returned in [`Listed`](crate::Listed) and [`Event::Settled`](crate::Event::Settled). A
    /// delivery that is enqueued again under its idempotency key keeps its first reference.
    ///
    /// ```
    /// # use hikyaku_sender::NewDelivery;
    /// let receipt = NewDelivery::push("U4af4980629000000000000000000000a", "your order is on its way")
    ///     .reference(serde_json::json!({ "order": 17 }));
    /// ```
    pub fn reference(mut self, value: impl Into<serde_json::Value>) -> Self {
        self.reference = Some(value.into());
        self
    }

    /// Sets the order key: sends of the channel with the same key are sent one after another, in the order in which
    /// they were enqueued, also across retries. A chat's id is a good key. The next one is sent when the outcome of the
    /// one before is known.
    ///
    /// A send that LINE does not accept blocks the others for a minute after its first attempt; then they overtake it,
    /// and it is retried beside them. Two sends with the same key are never in flight at the same time. A send for a
    /// later time has its turn then.
    pub fn in_order(mut self, key: impl Into<String>) -> Self {
        self.order_key = Some(key.into());
        self
    }

    /// Also reports its acceptance as an [`Outcome`](crate::Outcome). Rejected, unknown, expired and cancelled sends
    /// are always reported.
    pub fn tell_outcome(mut self) -> Self {
        self.tells = true;
        self
    }

    /// Sets how long its caller waits for its outcome with [`Outbox::wait`](crate::Outbox::wait), wherever it is sent.
    /// A refusal in that time is not reported as an outcome if the caller is told of it
    /// ([`Outbox::told`](crate::Outbox::told)), and otherwise some ten seconds later. Sends that `hikyaku_enqueue_v1`
    /// enqueues have no waiting caller.
    pub fn watched(mut self, patience: Duration) -> Self {
        self.watched = Some(patience);
        self
    }

    /// Sets when to send it; the default is at once.
    pub fn at(mut self, time: impl Into<Time>) -> Self {
        self.at = Some(time.into());
        self
    }

    /// Sets when it expires; later than [`at`](Self::at), if that is set.
    pub fn expires_at(mut self, time: impl Into<Time>) -> Self {
        self.expires_at = Some(time.into());
        self
    }

    /// Sets its priority among the sends of its kind.
    pub fn priority(mut self, priority: Priority) -> Self {
        self.priority = priority;
        self
    }

    /// Sets the fairness key whose share of the lane it uses: a tenant, a user of an API, a source of events. While
    /// several keys have due sends of one kind and priority, they take turns, so that a key with a million sends does
    /// not delay another key's single one. Sends without a key share one turn, and each campaign has its own.
    ///
    /// It has 1 to 200 bytes, no control characters, and does not begin with `campaign:`. It is not sent to LINE.
    pub fn fairness_key(mut self, key: impl Into<String>) -> Self {
        self.fairness_key = key.into();
        self
    }

    /// Sets the policy if its outcome cannot be determined.
    pub fn on_unknown(mut self, policy: UnknownPolicy) -> Self {
        self.on_unknown = policy;
        self
    }

    /// Sets whether users receive the message without a push notification.
    pub fn notification_disabled(mut self, disabled: bool) -> Self {
        self.options.notification_disabled = Some(disabled);
        self
    }

    /// Sets the aggregation unit under which LINE counts a push or multicast.
    ///
    /// Source: <https://developers.line.biz/en/docs/messaging-api/unit-based-statistics-aggregation/>
    pub fn unit(mut self, name: impl Into<AggregationUnit>) -> Self {
        self.options.custom_aggregation_units = vec![name.into()];
        self
    }

    /// Sets the delivery tag of a send to a phone number, which its `delivery` event returns.
    pub fn delivery_tag(mut self, tag: impl Into<DeliveryTag>) -> Self {
        self.delivery_tag = Some(tag.into());
        self
    }

    /// Sets the trace to which the send belongs, from its caller's `traceparent` and `tracestate`. They are stored, so
    /// that the span of each attempt belongs to that trace, even after a restart, and are never sent to LINE.
    ///
    /// A malformed `traceparent` and a `tracestate` of more than 512 bytes are dropped; the send is not. A delivery
    /// that is enqueued again under its idempotency key keeps its first trace.
    ///
    /// Source: <https://www.w3.org/TR/trace-context/>
    pub fn trace_context(mut self, traceparent: impl AsRef<str>, tracestate: Option<&str>) -> Self {
        self.trace = TraceContext::read(traceparent.as_ref(), tracestate);
        self
    }

    /// Sets the recipients of a narrowcast: audiences and earlier narrowcasts.
    pub fn recipient(mut self, recipient: impl Into<Recipient>) -> Self {
        self.options.targeting.recipient = Some(recipient.into());
        self
    }

    /// Sets a narrowcast's filter by attributes.
    pub fn filter(mut self, filter: impl Into<Filter>) -> Self {
        self.options.targeting.filter = Some(filter.into());
        self
    }

    /// Sets a narrowcast's limit on the number of recipients.
    pub fn limit(mut self, limit: Limit) -> Self {
        self.options.targeting.limit = Some(limit);
        self
    }

    /// Sets a narrowcast's recipient, filter and limit at once, replacing earlier values.
    pub fn targeting(mut self, targeting: Targeting) -> Self {
        self.options.targeting = targeting;
        self
    }

    /// Sends a narrowcast's recipient, filter and limit although they contain keys, types or values that this version
    /// does not know.
    ///
    /// By default these are broken rules: LINE ignores a key that it does not know, so a misspelt filter would reach
    /// every friend. Call this for a key that LINE added after this version was released.
    pub fn allow_unknown_narrowing(mut self) -> Self {
        self.options.unknown_narrowing = true;
        self
    }
}
