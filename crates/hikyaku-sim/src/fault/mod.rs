//! Faults: rules that make requests fail on purpose.

mod active;
mod json;

use std::{collections::BTreeMap, fmt, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use active::{Faults, Strike, Suspect, SuspectWebhook};

use self::json::RuleJson;

/// A rule that makes some requests fail. The first matching rule applies; requests to the control API are never
/// affected.
///
/// A rule is created from its effect, and then restricted to the requests that it affects:
///
/// ```
/// use hikyaku_sim::FaultRule;
///
/// // The second push is accepted, and its answer lost.
/// FaultRule::drop_after_accept().on("POST", "/v2/bot/message/push").nth(2);
/// // Three requests, whatever they are, get a 500.
/// FaultRule::answer(500).times(3);
/// ```
///
/// With [`Self::on_webhooks`] it is about what LINE tells a bot: a status that the bot seems to have answered, a webhook
/// that is late or lost, posted twice, out of order or with a wrong signature.
///
/// As JSON, for the control API: `{"id": "…", "match": {"direction", "method", "path", "channel", "event", "nth",
/// "every", "probability", "count", "named"}, "do": {"status", "body", "headers", "delay", "drop", "reset", "truncate",
/// "after_accept", "duplicate", "reorder", "wrong_signature"}}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RuleJson", into = "RuleJson")]
pub struct FaultRule {
    id: Option<String>,
    matcher: Matcher,
    delay: Option<Duration>,
    pub(crate) effect: Effect,
    after_accept: bool,
}

/// What a rule does to a request, its delay aside.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Effect {
    /// Nothing.
    Pass,
    /// Another answer than LINE's.
    Answer { status: u16, headers: BTreeMap<String, String>, body: Option<Value> },
    /// The connection is closed without an answer.
    Drop,
    /// The connection is reset (TCP RST) without an answer.
    Reset,
    /// The answer says its whole length, and ends after half of it.
    Truncate,
    /// A webhook is posted twice.
    Duplicate,
    /// A webhook is posted after the next one of its chat, or when the delay is over.
    Reorder,
    /// A webhook is signed with another secret.
    WrongSignature,
}

/// What a rule is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Direction {
    /// What a program asks LINE.
    #[default]
    Request,
    /// What LINE tells a bot.
    Webhook,
}

impl Direction {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    fn is_request(&self) -> bool {
        *self == Self::Request
    }
}

/// Which requests a rule hits. All that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Matcher {
    #[serde(skip_serializing_if = "Direction::is_request")]
    direction: Direction,
    /// The type of a webhook's event.
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nth: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    every: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    probability: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    named: bool,
}

/// Headers that say how an answer is sent.
const OF_THE_CONNECTION: [&str; 3] = ["content-length", "transfer-encoding", "connection"];

impl FaultRule {
    /// Answers with this status. The default body is LINE's for that status, if it has one; see [`Self::body`].
    pub fn answer(status: u16) -> Self {
        Self::new(Effect::Answer { status, headers: BTreeMap::new(), body: None })
    }

    /// Closes the connection before the request has any effect.
    pub fn drop_before() -> Self {
        Self::new(Effect::Drop)
    }

    /// Executes the request, then closes the connection without a response.
    pub fn drop_after_accept() -> Self {
        Self::new(Effect::Drop).after_accept()
    }

    /// Resets the connection (TCP RST) before the request has any effect.
    pub fn reset() -> Self {
        Self::new(Effect::Reset)
    }

    /// Executes the request, and sends only the first half of the response.
    pub fn truncate() -> Self {
        Self::new(Effect::Truncate).after_accept()
    }

    /// Posts a webhook twice, byte for byte the same.
    pub fn duplicate() -> Self {
        Self::new(Effect::Duplicate).on_webhooks()
    }

    /// Posts a webhook after the next one of its chat, or after 10 seconds by the simulator's clock if there is none by
    /// then. [`Self::delayed`] sets another time.
    pub fn reorder() -> Self {
        Self::new(Effect::Reorder).on_webhooks()
    }

    /// Signs a webhook with another secret than the channel's. A bot must refuse it.
    pub fn wrong_signature() -> Self {
        Self::new(Effect::WrongSignature).on_webhooks()
    }

    /// Delays the request; it has no other effect.
    pub fn delay(delay: Duration) -> Self {
        Self::new(Effect::Pass).delayed(delay)
    }

    fn new(effect: Effect) -> Self {
        Self { id: None, matcher: Matcher::default(), delay: None, effect, after_accept: false }
    }

    /// Restricts the rule to this method and path. A path that ends with `*` matches all paths with that prefix.
    pub fn on(mut self, method: &str, path: &str) -> Self {
        self.matcher.method = Some(method.into());
        self.matcher.path = Some(path.into());
        self
    }

    /// Hits webhooks instead of requests.
    pub fn on_webhooks(mut self) -> Self {
        self.matcher.direction = Direction::Webhook;
        self
    }

    /// Hits only webhooks of events of this type.
    pub fn event(mut self, event: impl Into<String>) -> Self {
        self.matcher.event = Some(event.into());
        self.on_webhooks()
    }

    /// Restricts the rule to requests of this channel.
    pub fn channel(mut self, channel_id: impl Into<String>) -> Self {
        self.matcher.channel = Some(channel_id.into());
        self
    }

    /// Restricts the rule to the request with this number among the matching ones, from 1.
    pub fn nth(mut self, nth: u64) -> Self {
        self.matcher.nth = Some(nth);
        self
    }

    /// Restricts the rule to every n-th matching request: with 3 the third, the sixth and so on.
    pub fn every(mut self, every: u64) -> Self {
        self.matcher.every = Some(every);
        self
    }

    /// Applies the rule to a matching request with this probability, from 0 to 1. The same seed gives the same hits.
    pub fn probability(mut self, probability: f64) -> Self {
        self.matcher.probability = Some(probability);
        self
    }

    /// Limits the number of affected requests.
    pub fn times(mut self, count: u64) -> Self {
        self.matcher.count = Some(count);
        self
    }

    /// Restricts the rule to requests that name its id in a header `X-Sim-Fault`.
    pub fn named(mut self, id: impl Into<String>) -> Self {
        self.matcher.named = true;
        self.id(id)
    }

    /// Sets the id that appears in the log; by default the simulator generates one.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Delays the request before the effect. With [`Self::after_accept`] the request is executed at once, and the effect
    /// and the response are late. A request that has arrived is executed even if its client has gone away meanwhile.
    pub fn delayed(mut self, delay: Duration) -> Self {
        self.delay = Some(delay);
        self
    }

    /// Executes the request first, so that only the response is faulty. A webhook then reaches the bot, and what LINE hears
    /// of its answer is faulty: an answer that is later than two seconds counts as none.
    pub fn after_accept(mut self) -> Self {
        self.after_accept = true;
        self
    }

    /// Sets the body of [`Self::answer`]: a string is sent unchanged as `text/html`, any other value as JSON.
    pub fn body(mut self, json: impl Into<Value>) -> Self {
        if let Effect::Answer { body, .. } = &mut self.effect {
            *body = Some(json.into());
        }
        self
    }

    /// Sets a header of [`Self::answer`].
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        if let Effect::Answer { headers, .. } = &mut self.effect {
            headers.insert(name.into(), value.into());
        }
        self
    }

    fn check(&self) -> Result<(), InvalidFault> {
        let invalid =
            |pointer, message: &str| Err(InvalidFault { pointer, message: message.into() });
        if let Effect::Answer { status, headers, .. } = &self.effect {
            if !(200..600).contains(status) {
                return invalid("/do/status", "a status is a number from 200 to 599");
            }
            for (name, value) in headers {
                if OF_THE_CONNECTION.iter().any(|of| name.eq_ignore_ascii_case(of)) {
                    return invalid(
                        "/do/headers",
                        "the length and the connection are the simulator's",
                    );
                }
                if http::HeaderName::try_from(name).is_err()
                    || http::HeaderValue::try_from(value).is_err()
                {
                    return invalid("/do/headers", "a header cannot be sent as it is written here");
                }
            }
        }
        let is_of_webhooks =
            matches!(self.effect, Effect::Duplicate | Effect::Reorder | Effect::WrongSignature);
        let Matcher { direction, method, path, event, named, .. } = &self.matcher;
        match direction {
            Direction::Request if is_of_webhooks => {
                return invalid(
                    "/match/direction",
                    "duplicate, reorder and wrong_signature are of `webhook`",
                );
            }
            Direction::Request if event.is_some() => {
                return invalid("/match/event", "an event is of the direction `webhook`");
            }
            Direction::Webhook if method.is_some() || path.is_some() || *named => {
                return invalid(
                    "/match",
                    "a webhook has a channel and an event, no method, path or name",
                );
            }
            Direction::Webhook if is_of_webhooks && self.after_accept => {
                return invalid("/do/after_accept", "of these effects there is no answer to spoil");
            }
            Direction::Webhook if matches!(self.effect, Effect::Reset | Effect::Truncate) => {
                return invalid("/do", "what is cut or reset is an answer to a request");
            }
            _ => {}
        }
        if let (Direction::Webhook, Effect::Answer { headers, body, .. }) =
            (direction, &self.effect)
            && (body.is_some() || !headers.is_empty())
        {
            return invalid("/do/body", "of what a bot seems to answer, the status alone counts");
        }
        if self.matcher.nth == Some(0) || self.matcher.every == Some(0) {
            return invalid("/match", "requests are counted from 1");
        }
        if self.matcher.probability.is_some_and(|p| !(0.0..=1.0).contains(&p)) {
            return invalid("/match/probability", "a probability is a number from 0 to 1");
        }
        if self.matcher.named && self.id.is_none() {
            return invalid("/id", "a rule that is asked for by name needs an id");
        }
        Ok(())
    }
}

impl FaultRule {
    /// The method and path that it is narrowed down to.
    pub(crate) fn place(&self) -> (Option<&str>, Option<&str>) {
        (self.matcher.method.as_deref(), self.matcher.path.as_deref())
    }
}

/// The reason why a rule cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidFault {
    pub(crate) pointer: &'static str,
    pub(crate) message: String,
}

impl fmt::Display for InvalidFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at {})", self.message, self.pointer)
    }
}

impl std::error::Error for InvalidFault {}
