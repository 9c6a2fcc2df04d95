use hikyaku_model::{
    Check, Checker,
    audience::{DemographicFilter, Filter, Limit, Recipient},
};
use serde::de::DeserializeOwned;
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

/// What is wrong with a narrowing, judged as the client does before it sends.
#[track_caller]
fn refused<T: Check + DeserializeOwned>(json: &str, expected: &[&str]) {
    let value: T = serde_json::from_str(json).unwrap();
    let violations = value.validate().unwrap_err();
    let said: Vec<_> = violations.iter().map(ToString::to_string).collect();
    assert_eq!(said, expected, "{json}");
}

#[test]
fn a_misspelt_filter_is_refused_and_reaches_nobody() {
    let no_demographic = "must have demographic, else it reaches everybody";
    let unknown = "is no field that belongs here; known are demographic";
    refused::<Filter>("{}", &[no_demographic]);
    refused::<Filter>(r#"{"demographic":null}"#, &[no_demographic]);
    refused::<Filter>(
        r#"{"type":"gender","oneOf":["female"]}"#,
        &[no_demographic, &format!("oneOf: {unknown}"), &format!("type: {unknown}")],
    );
    refused::<Filter>(
        r#"{"demographics":{"type":"gender","oneOf":["female"]}}"#,
        &[no_demographic, &format!("demographics: {unknown}")],
    );
    refused::<Filter>(
        r#"{"demographic":{"type":"gender","oneOf":["female"]},"recipient":{}}"#,
        &[&format!("recipient: {unknown}")],
    );
    refused::<Filter>(r#"{"demographic":{}}"#, &["demographic.type: must not be empty"]);
    let types = "gender, age, appType, area, subscriptionPeriod, operator";
    refused::<Filter>(
        r#"{"demographic":{"type":"sex","oneOf":["female"]}}"#,
        &[&format!("demographic.type: must be one of {types}")],
    );
    refused::<DemographicFilter>(
        r#"{"type":"gender","oneof":["female"]}"#,
        &["oneOf: must not be empty"],
    );
    refused::<DemographicFilter>(
        r#"{"type":"gender","oneOf":["female"],"noneOf":["male"]}"#,
        &["noneOf: is no field that belongs here; known are type, oneOf"],
    );
    refused::<DemographicFilter>(
        r#"{"type":"gender","oneOf":["females"]}"#,
        &["oneOf[0]: must be one of male, female"],
    );
    for kind in ["age", "subscriptionPeriod"] {
        let low = if kind == "age" { "age_20" } else { "day_30" };
        refused::<DemographicFilter>(
            &format!(r#"{{"type":"{kind}","gt":"{low}"}}"#),
            &[
                "must have gte, lt or both",
                "gt: is no field that belongs here; known are type, gte, lt",
            ],
        );
        refused::<DemographicFilter>(
            &format!(r#"{{"type":"{kind}","gte":"{low}","lte":"{low}"}}"#),
            &["lte: is no field that belongs here; known are type, gte, lt"],
        );
    }
}

#[test]
fn a_misspelling_is_found_at_any_depth_of_operators() {
    refused::<Filter>(
        r#"{"demographic":{"type":"operator","or":[{"type":"operator","not":{"type":"area","oneOf":["jp_13"],"x":1}}]}}"#,
        &["demographic.or[0].not.x: is no field that belongs here; known are type, oneOf"],
    );
    refused::<DemographicFilter>(
        r#"{"type":"operator","and":[{"type":"appType","oneOf":["ios"]}],"nor":[]}"#,
        &["nor: is no field that belongs here; known are type, and, or, not"],
    );
    refused::<Recipient>(
        r#"{"type":"operator","and":[{"type":"audience","audienceGroupId":1},{"type":"operator","not":{"type":"redelivery","requestId":"a","id":2}}]}"#,
        &["and[1].not.id: is no field that belongs here; known are type, requestId"],
    );
}

#[test]
fn a_misspelt_recipient_or_limit_is_refused() {
    refused::<Recipient>("{}", &["type: must not be empty"]);
    refused::<Recipient>(
        r#"{"type":"audiences","audienceGroupId":1}"#,
        &["type: must be one of audience, redelivery, operator"],
    );
    refused::<Recipient>(
        r#"{"type":"audience","audienceGroupId":1,"isIncluded":false}"#,
        &["isIncluded: is no field that belongs here; known are type, audienceGroupId"],
    );
    let known = "known are max, upToRemainingQuota, forbidPartialDelivery";
    let none = "must have max, upToRemainingQuota or forbidPartialDelivery";
    refused::<Limit>("{}", &[none]);
    refused::<Limit>(r#"{"max":null}"#, &[none]);
    refused::<Limit>(
        r#"{"maximum":100}"#,
        &[none, &format!("maximum: is no field that belongs here; {known}")],
    );
    refused::<Limit>(
        r#"{"max":100,"upToRemainingquota":true}"#,
        &[&format!("upToRemainingquota: is no field that belongs here; {known}")],
    );
}

#[test]
fn a_newer_key_is_let_through_when_it_is_asked_for() {
    fn let_through<T: Check + DeserializeOwned>(json: &str, expected: &[&str]) {
        let value: T = serde_json::from_str(json).unwrap();
        let mut checker = Checker::default();
        checker.allow_unknown_narrowing();
        value.check(&mut checker);
        let said: Vec<_> = match checker.finish() {
            Ok(()) => Vec::new(),
            Err(violations) => violations.iter().map(ToString::to_string).collect(),
        };
        assert_eq!(said, expected, "{json}");
    }
    let_through::<Filter>(r#"{"interest":{"oneOf":["tea"]}}"#, &[]);
    let_through::<Filter>(r#"{"demographic":{"type":"interest","oneOf":["tea"]}}"#, &[]);
    let_through::<DemographicFilter>(r#"{"type":"gender","oneOf":["other"],"since":2}"#, &[]);
    let_through::<Recipient>(r#"{"type":"chatTag","tagId":1}"#, &[]);
    let_through::<Limit>(r#"{"perMinute":100}"#, &[]);
    // What is known is judged all the same.
    let_through::<Limit>(r#"{"max":0,"new":1}"#, &["max: must be between 1 and 2147483647"]);
    let_through::<DemographicFilter>(
        r#"{"type":"gender","oneOf":[],"new":1}"#,
        &["oneOf: must not be empty"],
    );
}
