use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Direction, Effect, FaultRule, InvalidFault, Matcher};
use crate::random::Random;

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

/// Rules with what they have seen, as they are kept: lists of a rule and two numbers.
mod kept {
    use serde::{Deserialize, Deserializer, Serializer};

    use super::{ActiveFault, FaultRule};

    pub(super) fn serialize<S: Serializer>(
        rules: &[ActiveFault],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(rules.iter().map(|of| (&of.rule, of.seen, of.hits)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<ActiveFault>, D::Error> {
        let rules = Vec::<(FaultRule, u64, u64)>::deserialize(deserializer)?;
        Ok(rules.into_iter().map(|(rule, seen, hits)| ActiveFault { rule, seen, hits }).collect())
    }
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

/// The webhook that a rule is asked about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SuspectWebhook<'a> {
    pub(crate) channel: &'a str,
    /// The type of its event.
    pub(crate) event: &'a str,
    /// Whether it may be held back. One that another was held back for may not.
    pub(crate) can_wait: bool,
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
        self.rule.matcher.direction == Direction::Request
            && !named
            && method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(suspect.method))
            && path.as_ref().is_none_or(on_path)
            && channel.as_deref().is_none_or(|channel| suspect.channel == Some(channel))
    }

    fn matches_webhook(&self, suspect: SuspectWebhook<'_>) -> bool {
        let Matcher { direction, channel, event, .. } = &self.rule.matcher;
        *direction == Direction::Webhook
            && (suspect.can_wait || self.rule.effect != Effect::Reorder)
            && channel.as_deref().is_none_or(|channel| channel == suspect.channel)
            && event.as_deref().is_none_or(|event| event == suspect.event)
    }

    /// Sees a request that matches, and says whether to act on it.
    fn strikes(&mut self, random: &mut Random) -> bool {
        self.seen = self.seen.saturating_add(1);
        let Matcher { nth, every, probability, count, .. } = &self.rule.matcher;
        let strikes = nth.is_none_or(|nth| self.seen == nth)
            && every.is_none_or(|every| self.seen.is_multiple_of(every))
            && count.is_none_or(|count| self.hits < count)
            && probability.is_none_or(|probability| random.happens(probability));
        self.hits = self.hits.saturating_add(u64::from(strikes));
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
    /// One that has had its effect.
    pub(crate) fn done(id: String) -> Self {
        Self { id, delay: None, effect: Effect::Pass, after_accept: false }
    }

    /// Whether the request is not to be acted on at all.
    pub(crate) fn is_before(&self) -> bool {
        !self.after_accept && self.effect != Effect::Pass
    }
}

/// All rules of a simulator.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Faults {
    #[serde(with = "kept")]
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

    /// How many ids were made.
    pub(crate) fn made(&self) -> u64 {
        self.made
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
        self.first(|fault| fault.matches(suspect), random)
    }

    /// What is to happen to this webhook, if anything.
    pub(crate) fn strike_webhook(
        &mut self,
        suspect: SuspectWebhook<'_>,
        random: &mut Random,
    ) -> Option<Strike> {
        self.first(|fault| fault.matches_webhook(suspect), random)
    }

    fn first(
        &mut self,
        matches: impl Fn(&ActiveFault) -> bool,
        random: &mut Random,
    ) -> Option<Strike> {
        let mut rules = self.rules.iter_mut().filter(|fault| matches(fault));
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
}
