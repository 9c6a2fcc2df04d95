use hikyaku_model::audience::{DemographicFilter, Filter, Limit, Recipient};
use serde_json::{Value, json};

use super::{check_as, times};

#[track_caller]
fn recipient(recipient: Value, expected: &[&str]) {
    let expected: Vec<_> = expected.iter().map(|line| line.trim_start_matches(": ")).collect();
    check_as::<Recipient>(recipient, &expected);
}

#[track_caller]
fn filter(demographic: Value, expected: &[&str]) {
    let expected: Vec<_> = expected
        .iter()
        .map(|line| {
            if line.starts_with(':') {
                format!("demographic{line}")
            } else {
                format!("demographic.{line}")
            }
        })
        .collect();
    let expected: Vec<_> = expected.iter().map(String::as_str).collect();
    check_as::<Filter>(json!({"demographic": demographic}), &expected);
}

fn audience() -> Value {
    json!({"type": "audience", "audienceGroupId": 1})
}

#[test]
fn an_operator_has_exactly_one_kind_of_operands() {
    recipient(json!({"type": "operator", "and": [audience()]}), &[]);
    recipient(json!({"type": "operator", "not": audience()}), &[]);
    let one = ": must have exactly one of and, or, not";
    recipient(json!({"type": "operator"}), &[one]);
    recipient(json!({"type": "operator", "and": [audience()], "not": audience()}), &[one]);
    recipient(json!({"type": "operator", "or": []}), &["or: must not be empty"]);
    recipient(
        json!({"type": "operator", "or": [audience(), {"type": "operator", "not": {"type": "redelivery", "requestId": ""}}]}),
        &["or[1].not.requestId: must not be empty"],
    );
    recipient(json!({"type": "tag"}), &["type: must be one of audience, redelivery, operator"]);
    filter(json!({"type": "operator"}), &[one]);
    filter(json!({"type": "operator", "and": []}), &["and: must not be empty"]);
}

#[test]
fn ten_audiences_and_ten_filters_are_the_most() {
    let half = |count| json!({"type": "operator", "and": times(count, audience())});
    recipient(
        json!({"type": "operator", "or": [half(5), {"type": "operator", "not": half(5)}]}),
        &[],
    );
    recipient(
        json!({"type": "operator", "or": [half(5), {"type": "operator", "not": half(6)}]}),
        &[": must not have more than 10 audiences and redeliveries"],
    );
    let half = |count| json!({"type": "operator", "and": times(count, json!({"type": "gender", "oneOf": ["male"]}))});
    filter(json!({"type": "operator", "or": [half(5), half(5)]}), &[]);
    filter(
        json!({"type": "operator", "or": [half(5), half(6)]}),
        &[": must not have more than 10 filters"],
    );
}

#[test]
fn attributes_have_words_and_bounds() {
    for (kind, low, high) in
        [("age", "age_15", "age_20"), ("subscriptionPeriod", "day_90", "day_180")]
    {
        filter(json!({"type": kind, "gte": low}), &[]);
        filter(json!({"type": kind, "lt": high}), &[]);
        filter(json!({"type": kind, "gte": low, "lt": high}), &[]);
        filter(json!({"type": kind, "gte": high, "lt": low}), &["lt: must be greater than gte"]);
        filter(json!({"type": kind, "gte": low, "lt": low}), &["lt: must be greater than gte"]);
        filter(json!({"type": kind}), &[": must have gte, lt or both"]);
    }
    filter(
        json!({"type": "subscriptionPeriod", "gte": "day_8"}),
        &["gte: must be one of day_7, day_30, day_90, day_180, day_365"],
    );
    for kind in ["gender", "appType", "area"] {
        filter(json!({"type": kind, "oneOf": []}), &["oneOf: must not be empty"]);
    }
    filter(
        json!({"type": "gender", "oneOf": ["male", "x"]}),
        &["oneOf[1]: must be one of male, female"],
    );
    filter(
        json!({"type": "appType", "oneOf": ["windows"]}),
        &["oneOf[0]: must be one of ios, android"],
    );
    filter(json!({"type": "area", "oneOf": ["jp_13", ""]}), &["oneOf[1]: must not be empty"]);
    assert_eq!(super::violations(&DemographicFilter::area(["jp_13"])), Vec::<String>::new());
}

#[test]
fn a_limit_is_positive_and_whole_only_within_the_quota() {
    check_as::<Limit>(json!({}), &[]);
    check_as::<Limit>(
        json!({"max": 1, "upToRemainingQuota": true, "forbidPartialDelivery": true}),
        &[],
    );
    check_as::<Limit>(json!({"forbidPartialDelivery": false}), &[]);
    check_as::<Limit>(json!({"max": 0}), &["max: must be between 1 and 2147483647"]);
    for alone in [
        json!({"forbidPartialDelivery": true}),
        json!({"forbidPartialDelivery": true, "upToRemainingQuota": false}),
    ] {
        check_as::<Limit>(
            alone,
            &["forbidPartialDelivery: must not be set: it needs upToRemainingQuota"],
        );
    }
}
