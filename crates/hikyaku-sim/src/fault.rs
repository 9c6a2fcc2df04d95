//! Faults: rules that make requests fail on purpose.

use std::{collections::BTreeMap, fmt, time::Duration};

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::random::Random;

/// A rule that makes some requests fail. The first rule that matches a request acts on it; requests of the control API
/// are never hit.
///
/// A rule is made by what it does, and narrowed down to what it hits:
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
/// As JSON, for the control API: `{"id": "…", "match": {"method", "path", "channel", "nth", "every", "probability",
/// "count", "named"}, "do": {"status", "body", "headers", "delay", "drop", "reset", "truncate", "after_accept"}}`.
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
}

/// Which requests a rule hits. All that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Matcher {
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

impl FaultRule {
    /// Answers with this status. The body is one of LINE's for a status that has one; see [`Self::body`].
    pub fn answer(status: u16) -> Self {
        Self::new(Effect::Answer { status, headers: BTreeMap::new(), body: None })
    }

    /// Closes the connection before anything was done.
    pub fn drop_before() -> Self {
        Self::new(Effect::Drop)
    }

    /// Does what was asked, then closes the connection without an answer.
    pub fn drop_after_accept() -> Self {
        Self::new(Effect::Drop).after_accept()
    }

    /// Resets the connection (TCP RST) before anything was done.
    pub fn reset() -> Self {
        Self::new(Effect::Reset)
    }

    /// Does what was asked, and sends only the first half of the answer.
    pub fn truncate() -> Self {
        Self::new(Effect::Truncate).after_accept()
    }

    /// Waits so long before the request is looked at; else nothing happens to it.
    pub fn delay(delay: Duration) -> Self {
        Self::new(Effect::Pass).delayed(delay)
    }

    fn new(effect: Effect) -> Self {
        Self { id: None, matcher: Matcher::default(), delay: None, effect, after_accept: false }
    }

    /// Hits only this method and path. A path that ends with `*` stands for all that begin so.
    pub fn on(mut self, method: &str, path: &str) -> Self {
        self.matcher.method = Some(method.into());
        self.matcher.path = Some(path.into());
        self
    }

    /// Hits only requests of this channel.
    pub fn channel(mut self, channel_id: impl Into<String>) -> Self {
        self.matcher.channel = Some(channel_id.into());
        self
    }

    /// Hits only the request with this place among those that match, from 1.
    pub fn nth(mut self, nth: u64) -> Self {
        self.matcher.nth = Some(nth);
        self
    }

    /// Hits only each such request of those that match: with 3 the third, the sixth and so on.
    pub fn every(mut self, every: u64) -> Self {
        self.matcher.every = Some(every);
        self
    }

    /// Hits a request that matches with this probability, from 0 to 1. The same seed brings the same hits.
    pub fn probability(mut self, probability: f64) -> Self {
        self.matcher.probability = Some(probability);
        self
    }

    /// Hits at most so many requests.
    pub fn times(mut self, count: u64) -> Self {
        self.matcher.count = Some(count);
        self
    }

    /// Hits only requests that ask for it: those with the rule's id in a header `X-Sim-Fault`.
    pub fn named(mut self, id: impl Into<String>) -> Self {
        self.matcher.named = true;
        self.id(id)
    }

    /// The name that stands in the log; without one the simulator makes one.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Waits so long before the request is looked at.
    pub fn delayed(mut self, delay: Duration) -> Self {
        self.delay = Some(delay);
        self
    }

    /// Does what was asked first, so that only the answer is at fault.
    pub fn after_accept(mut self) -> Self {
        self.after_accept = true;
        self
    }

    /// The body of [`Self::answer`]: a string is sent as it is and as `text/html`, everything else as JSON.
    pub fn body(mut self, json: impl Into<Value>) -> Self {
        if let Effect::Answer { body, .. } = &mut self.effect {
            *body = Some(json.into());
        }
        self
    }

    /// A header of [`Self::answer`].
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
                if http::HeaderName::try_from(name).is_err()
                    || http::HeaderValue::try_from(value).is_err()
                {
                    return invalid("/do/headers", "a header cannot be sent as it is written here");
                }
            }
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

/// Why a rule cannot be used.
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

/// A rule's JSON.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(rename = "match", default)]
    matcher: Matcher,
    #[serde(rename = "do")]
    effect: EffectJson,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct EffectJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delay: Option<SignedDuration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    drop: Option<When>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    reset: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    truncate: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    after_accept: bool,
}

#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum When {
    Before,
    AfterAccept,
}

impl TryFrom<RuleJson> for FaultRule {
    type Error = InvalidFault;

    fn try_from(json: RuleJson) -> Result<Self, InvalidFault> {
        let RuleJson { id, matcher, effect } = json;
        let invalid = |pointer, message: &str| InvalidFault { pointer, message: message.into() };
        let mut effects = Vec::new();
        effects.extend(effect.status.map(|status| Effect::Answer {
            status,
            headers: effect.headers,
            body: effect.body,
        }));
        effects.extend(effect.drop.map(|_| Effect::Drop));
        effects.extend(effect.reset.then_some(Effect::Reset));
        effects.extend(effect.truncate.then_some(Effect::Truncate));
        if effects.len() > 1 {
            return Err(invalid("/do", "status, drop, reset and truncate exclude each other"));
        }
        let delay = effect.delay.map(Duration::try_from).transpose();
        let delay = delay.map_err(|_| invalid("/do/delay", "a delay is not negative"))?;
        let kind = effects.pop().unwrap_or(Effect::Pass);
        if kind == Effect::Pass && delay.is_none() {
            return Err(invalid("/do", "say one of status, delay, drop, reset and truncate"));
        }
        let after_accept = effect.after_accept
            || effect.drop == Some(When::AfterAccept)
            || kind == Effect::Truncate;
        let rule = Self { id, matcher, delay, effect: kind, after_accept };
        rule.check()?;
        Ok(rule)
    }
}

impl From<FaultRule> for RuleJson {
    fn from(rule: FaultRule) -> Self {
        let mut effect = EffectJson {
            delay: rule.delay.and_then(|delay| delay.try_into().ok()),
            after_accept: rule.after_accept,
            ..EffectJson::default()
        };
        match rule.effect {
            Effect::Pass => {}
            Effect::Answer { status, headers, body } => {
                (effect.status, effect.headers, effect.body) = (Some(status), headers, body);
            }
            Effect::Drop if rule.after_accept => {
                (effect.drop, effect.after_accept) = (Some(When::AfterAccept), false);
            }
            Effect::Drop => effect.drop = Some(When::Before),
            Effect::Reset => effect.reset = true,
            Effect::Truncate => (effect.truncate, effect.after_accept) = (true, false),
        }
        Self { id: rule.id, matcher: rule.matcher, effect }
    }
}

/// A rule with what it has seen.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ActiveFault {
    #[serde(flatten)]
    rule: FaultRule,
    /// Requests that matched.
    seen: u64,
    /// Requests that it acted on.
    hits: u64,
}

/// The request that a rule is asked about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Suspect<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) channel: Option<&'a str>,
    /// The rule that the request asks for.
    pub(crate) asks_for: Option<&'a str>,
}

impl ActiveFault {
    fn matches(&self, suspect: Suspect<'_>) -> bool {
        let Matcher { method, path, channel, named, .. } = &self.rule.matcher;
        if let Some(name) = suspect.asks_for
            && self.rule.id.as_deref() == Some(name)
        {
            return true;
        }
        let on_path = |pattern: &String| match pattern.strip_suffix('*') {
            Some(prefix) => suspect.path.starts_with(prefix),
            None => suspect.path == *pattern,
        };
        !named
            && method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(suspect.method))
            && path.as_ref().is_none_or(on_path)
            && channel.as_deref().is_none_or(|channel| suspect.channel == Some(channel))
    }

    /// Sees a request that matches, and says whether to act on it.
    fn strikes(&mut self, random: &mut Random) -> bool {
        self.seen += 1;
        let Matcher { nth, every, probability, count, .. } = &self.rule.matcher;
        let strikes = nth.is_none_or(|nth| self.seen == nth)
            && every.is_none_or(|every| self.seen.is_multiple_of(every))
            && count.is_none_or(|count| self.hits < count)
            && probability.is_none_or(|probability| random.happens(probability));
        self.hits += u64::from(strikes);
        strikes
    }
}

/// What happens to a request.
#[derive(Clone, Debug)]
pub(crate) struct Strike {
    pub(crate) id: String,
    pub(crate) delay: Option<Duration>,
    pub(crate) effect: Effect,
    pub(crate) after_accept: bool,
}

impl Strike {
    /// Whether the request is not to be acted on at all.
    pub(crate) fn is_before(&self) -> bool {
        !self.after_accept && self.effect != Effect::Pass
    }
}

/// All rules of a simulator.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    rules: Vec<ActiveFault>,
    made: u64,
}

impl Faults {
    /// Adds a rule, or replaces the one with its id; gives its id.
    ///
    /// # Errors
    /// The rule makes no sense.
    pub(crate) fn add(&mut self, mut rule: FaultRule) -> Result<String, InvalidFault> {
        rule.check()?;
        let id = rule.id.clone().unwrap_or_else(|| {
            self.made += 1;
            format!("fault-{}", self.made)
        });
        rule.id = Some(id.clone());
        let fault = ActiveFault { rule, seen: 0, hits: 0 };
        match self.rules.iter_mut().find(|fault| fault.rule.id.as_ref() == Some(&id)) {
            Some(old) => *old = fault,
            None => self.rules.push(fault),
        }
        Ok(id)
    }

    /// Removes a rule; says whether it was there.
    pub(crate) fn remove(&mut self, id: &str) -> bool {
        let before = self.rules.len();
        self.rules.retain(|fault| fault.rule.id.as_deref() != Some(id));
        self.rules.len() < before
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &ActiveFault> {
        self.rules.iter()
    }

    /// How often a rule has acted.
    pub(crate) fn hits(&self, id: &str) -> u64 {
        let rule = self.rules.iter().find(|fault| fault.rule.id.as_deref() == Some(id));
        rule.map_or(0, |fault| fault.hits)
    }

    /// What is to happen to this request, if anything.
    pub(crate) fn strike(&mut self, suspect: Suspect<'_>, random: &mut Random) -> Option<Strike> {
        let mut rules = self.rules.iter_mut().filter(|fault| fault.matches(suspect));
        let rule = &rules.find_map(|fault| fault.strikes(random).then_some(fault))?.rule;
        Some(Strike {
            id: rule.id.clone().unwrap_or_default(),
            delay: rule.delay,
            effect: rule.effect.clone(),
            after_accept: rule.after_accept,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(rule: FaultRule, requests: u64) -> Vec<u64> {
        let mut faults = Faults::default();
        faults.add(rule).unwrap();
        let mut random = Random::new(7);
        let suspect = Suspect { method: "POST", path: "/a/b", channel: None, asks_for: None };
        (1..=requests).filter(|_| faults.strike(suspect, &mut random).is_some()).collect()
    }

    #[test]
    fn a_rule_counts_what_it_matches() {
        assert_eq!(hits(FaultRule::answer(500).nth(2), 5), [2]);
        assert_eq!(hits(FaultRule::answer(500).every(2), 5), [2, 4]);
        assert_eq!(hits(FaultRule::answer(500).times(2), 5), [1, 2]);
        assert_eq!(hits(FaultRule::answer(500).every(2).times(1), 5), [2]);
        assert_eq!(hits(FaultRule::answer(500).on("POST", "/a/*"), 1), [1]);
        assert_eq!(hits(FaultRule::answer(500).on("GET", "/a/b"), 1), [] as [u64; 0]);
        assert_eq!(hits(FaultRule::answer(500).channel("other"), 1), [] as [u64; 0]);
    }

    #[test]
    fn chance_can_be_repeated() {
        let rule = FaultRule::drop_before().probability(0.3);
        let first = hits(rule.clone(), 1000);
        assert_eq!(first, hits(rule, 1000));
        assert!((200..400).contains(&first.len()), "{}", first.len());
    }

    #[test]
    fn json_and_methods_say_the_same() {
        for (json, rule) in [
            (
                r#"{"match":{"method":"POST","path":"/v2/bot/message/push","nth":2},"do":{"drop":"after_accept"}}"#,
                FaultRule::drop_after_accept().on("POST", "/v2/bot/message/push").nth(2),
            ),
            (
                r#"{"id":"slow","match":{"count":3},"do":{"status":503,"body":"down","delay":"PT1.5S"}}"#,
                FaultRule::answer(503)
                    .body("down")
                    .times(3)
                    .delayed(Duration::from_millis(1500))
                    .id("slow"),
            ),
            (r#"{"match":{"named":true},"id":"cut","do":{"truncate":true}}"#, {
                FaultRule::truncate().named("cut")
            }),
        ] {
            assert_eq!(serde_json::from_str::<FaultRule>(json).unwrap(), rule);
            let written = serde_json::to_string(&rule).unwrap();
            assert_eq!(serde_json::from_str::<FaultRule>(&written).unwrap(), rule, "{written}");
        }
    }

    #[test]
    fn a_rule_that_makes_no_sense_is_refused_with_its_place() {
        for (json, message) in [
            (r#"{"do":{}}"#, "say one of status, delay, drop, reset and truncate (at /do)"),
            (
                r#"{"do":{"status":500,"reset":true}}"#,
                "status, drop, reset and truncate exclude each other (at /do)",
            ),
            (r#"{"do":{"status":99}}"#, "a status is a number from 200 to 599 (at /do/status)"),
        ] {
            let error = serde_json::from_str::<FaultRule>(json).unwrap_err().to_string();
            assert!(error.starts_with(message), "{error}");
        }
    }
}
