use std::{collections::BTreeMap, time::Duration};

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Effect, FaultRule, InvalidFault, Matcher};

/// A rule's JSON.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(rename = "match", default)]
    matcher: Matcher,
    #[serde(rename = "do")]
    effect: EffectJson,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "JSON has a key for each effect")]
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
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    duplicate: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    reorder: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    wrong_signature: bool,
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
        effects.extend(effect.duplicate.then_some(Effect::Duplicate));
        effects.extend(effect.reorder.then_some(Effect::Reorder));
        effects.extend(effect.wrong_signature.then_some(Effect::WrongSignature));
        if effects.len() > 1 {
            return Err(invalid("/do", "say one thing besides `delay` and `after_accept`"));
        }
        let delay = effect.delay.map(Duration::try_from).transpose();
        let delay = delay.map_err(|_| invalid("/do/delay", "a delay is not negative"))?;
        let kind = effects.pop().unwrap_or(Effect::Pass);
        if kind == Effect::Pass && delay.is_none() {
            let why = "say one of status, delay, drop, reset, truncate, duplicate, reorder and wrong_signature";
            return Err(invalid("/do", why));
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
            Effect::Duplicate => effect.duplicate = true,
            Effect::Reorder => effect.reorder = true,
            Effect::WrongSignature => effect.wrong_signature = true,
        }
        Self { id: rule.id, matcher: rule.matcher, effect }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            (
                r#"{"match":{"direction":"webhook","event":"message"},"do":{"duplicate":true}}"#,
                FaultRule::duplicate().event("message"),
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
            (
                r#"{"do":{}}"#,
                "say one of status, delay, drop, reset, truncate, duplicate, reorder and wrong_signature (at /do)",
            ),
            (
                r#"{"do":{"status":500,"reset":true}}"#,
                "say one thing besides `delay` and `after_accept` (at /do)",
            ),
            (
                r#"{"do":{"duplicate":true}}"#,
                "duplicate, reorder and wrong_signature are of `webhook`",
            ),
            (
                r#"{"match":{"direction":"webhook","path":"/x"},"do":{"status":500}}"#,
                "a webhook has a channel and an event",
            ),
            (r#"{"do":{"status":99}}"#, "a status is a number from 200 to 599 (at /do/status)"),
        ] {
            let error = serde_json::from_str::<FaultRule>(json).unwrap_err().to_string();
            assert!(error.starts_with(message), "{error}");
        }
    }
}
