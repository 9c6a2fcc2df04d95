use std::time::Duration;

use hikyaku_model::audience::{AppType, Area, Gender};
use hikyaku_sim::{Audience, AudienceKind, ClockMode, Person, Sim, SimBuilder};
use serde_json::{Value, json};

use crate::{
    http::{Answer, get, post},
    push::{PUSH, hello},
};

const START: &str = "2026-08-01T00:00:00Z";

/// A sim whose clock stands still, with phases of one and two seconds.
fn standing_still() -> SimBuilder {
    Sim::builder().clock(ClockMode::Fixed(START.parse().unwrap()))
}

async fn narrowcast(sim: &Sim, targeting: Value) -> Answer {
    let mut body = json!({ "messages": [{ "type": "text", "text": "hello" }] });
    body.as_object_mut().unwrap().extend(targeting.as_object().unwrap().clone());
    post(sim, "/v2/bot/message/narrowcast", &body.to_string()).await
}

async fn progress(sim: &Sim, request_id: &str) -> Value {
    let path = format!("/v2/bot/message/progress/narrowcast?requestId={request_id}");
    get(sim, &path).await.json()
}

/// Sends a narrowcast and lets it end.
async fn finish(sim: &Sim, targeting: Value) -> Value {
    let answer = narrowcast(sim, targeting).await;
    assert_eq!((answer.status, answer.text()), (202, "{}"));
    sim.advance(Duration::from_secs(3));
    progress(sim, answer.request_id()).await
}

/// Adds friends, of whom some are women.
fn add_people(sim: &Sim, women: usize, men: usize) {
    for (gender, count) in [(Gender::Female, women), (Gender::Male, men)] {
        for _ in 0..count {
            sim.add_friend_as(Person { gender: Some(gender.clone()), ..Person::default() });
        }
    }
}

fn women() -> Value {
    json!({ "demographic": { "type": "gender", "oneOf": ["female"] } })
}

/// LINE passes over a key that it does not know, and sends to everybody; who tests a bot wants to hear of it.
#[tokio::test]
async fn a_misspelt_narrowing_is_refused() {
    let sim = standing_still().start().await.unwrap();
    sim.add_friends(100);
    let known = "is no field that belongs here; known are";
    for (targeting, details) in [
        (
            json!({ "filter": { "type": "gender", "oneOf": ["female"] } }),
            json!([
                { "message": "must have demographic, else it reaches everybody", "property": "filter" },
                { "message": format!("{known} demographic"), "property": "filter.oneOf" },
                { "message": format!("{known} demographic"), "property": "filter.type" },
            ]),
        ),
        (
            json!({ "filter": { "demographics": { "type": "gender", "oneOf": ["female"] } } }),
            json!([
                { "message": "must have demographic, else it reaches everybody", "property": "filter" },
                { "message": format!("{known} demographic"), "property": "filter.demographics" },
            ]),
        ),
        (
            json!({ "filter": { "demographic": { "type": "age", "gt": "age_20" } } }),
            json!([
                { "message": "must have gte, lt or both", "property": "filter.demographic" },
                { "message": format!("{known} type, gte, lt"), "property": "filter.demographic.gt" },
            ]),
        ),
        (
            json!({ "filter": { "demographic": { "type": "gender", "oneof": ["female"] } } }),
            json!([{ "message": "May not be empty", "property": "filter.demographic.oneOf" }]),
        ),
        (
            json!({ "recipient": { "type": "audience", "audienceGroupId": 1, "exclude": true } }),
            json!([
                { "message": format!("{known} type, audienceGroupId"), "property": "recipient.exclude" },
            ]),
        ),
        (
            json!({ "limit": {} }),
            json!([
                { "message": "must have max, upToRemainingQuota or forbidPartialDelivery", "property": "limit" },
            ]),
        ),
    ] {
        let answer = narrowcast(&sim, targeting.clone()).await;
        assert_eq!(answer.status, 400, "{targeting}");
        assert_eq!(answer.json()["details"], details, "{targeting}");
    }
    assert_eq!(narrowcast(&sim, json!({ "filter": { "demographic": {} } })).await.status, 400);
    assert_eq!(narrowcast(&sim, json!({ "recipient": {} })).await.status, 400);
    assert_eq!(sim.delivered(), 0);
}

#[tokio::test]
async fn phases_follow_the_clock() {
    let sim = standing_still().start().await.unwrap();
    let friends = sim.add_friends(100);
    let answer = narrowcast(&sim, json!({})).await;
    answer.is(202, "{}");
    let id = answer.request_id();
    let waiting = json!({ "phase": "waiting", "acceptedTime": "2026-08-01T00:00:00.000Z" });
    assert_eq!(progress(&sim, id).await, waiting);
    sim.advance(Duration::from_secs(2));
    sim.block(&friends[99]);
    assert_eq!(
        progress(&sim, id).await,
        json!({
            "phase": "sending", "successCount": 50, "failureCount": 0, "targetCount": 100,
            "acceptedTime": "2026-08-01T00:00:00.000Z",
        })
    );
    assert_eq!(sim.delivered(), 50);
    sim.advance(Duration::from_secs(60 * 60));
    assert_eq!(
        progress(&sim, id).await,
        json!({
            "phase": "succeeded", "successCount": 99, "failureCount": 1, "targetCount": 100,
            "acceptedTime": "2026-08-01T00:00:00.000Z", "completedTime": "2026-08-01T00:00:03.000Z",
        })
    );
    assert_eq!((sim.delivered(), sim.quota_used()), (99, 99));
    assert_eq!(sim.outbox()[98].request_id, id);
}

#[tokio::test]
async fn on_the_wall_clock_it_goes_on_by_itself() {
    let moment = Duration::from_millis(5);
    let sim = Sim::builder().narrowcast_phases(moment, moment).start().await.unwrap();
    sim.add_friends(3);
    assert_eq!(narrowcast(&sim, json!({})).await.status, 202);
    assert_eq!(sim.wait_for(3).await.unwrap().len(), 3);
}

#[tokio::test]
async fn the_worked_examples_of_limits_hold() {
    // A reach of 100, of whom 80 are targets.
    for (remaining, limit, sent) in [
        (90, json!(null), Err(1)),
        (90, json!({ "upToRemainingQuota": true }), Ok(80)),
        (90, json!({ "upToRemainingQuota": true, "forbidPartialDelivery": true }), Ok(80)),
        (90, json!({ "max": 30, "upToRemainingQuota": true }), Ok(30)),
        (
            90,
            json!({ "max": 30, "upToRemainingQuota": true, "forbidPartialDelivery": true }),
            Err(5),
        ),
        (50, json!({ "upToRemainingQuota": true }), Ok(50)),
        (50, json!({ "upToRemainingQuota": true, "forbidPartialDelivery": true }), Err(5)),
        (90, json!({ "max": 30 }), Ok(30)),
        (29, json!({ "max": 30 }), Err(1)),
    ] {
        let sim = standing_still().start().await.unwrap();
        add_people(&sim, 80, 20);
        sim.set_quota(100, 100 - remaining);
        let progress = finish(&sim, json!({ "filter": women(), "limit": limit })).await;
        let outcome = match sent {
            Ok(sent) => ("succeeded", json!(null), json!(sent)),
            Err(code) => ("failed", json!(code), json!(null)),
        };
        assert_eq!(
            (
                progress["phase"].as_str().unwrap(),
                progress["errorCode"].clone(),
                progress["successCount"].clone()
            ),
            outcome,
            "{remaining} {limit}"
        );
        let sent = sent.unwrap_or(0);
        assert_eq!((sim.delivered(), sim.quota_used()), (sent, 100 - remaining + sent));
        assert_eq!(progress.get("failedDescription").is_some(), sent == 0);
    }
}

#[tokio::test]
async fn quota_is_kept_back_while_it_runs() {
    let sim = standing_still().quota(100).start().await.unwrap();
    add_people(&sim, 80, 20);
    let lone = sim.add_friend();
    let answer =
        narrowcast(&sim, json!({ "filter": women(), "limit": { "upToRemainingQuota": true } }))
            .await;
    assert_eq!(answer.status, 202);
    assert_eq!(post(&sim, PUSH, &hello(&lone)).await.status, 200);
    sim.advance(Duration::from_secs(1));
    let reached = r#"{"message":"You have reached your monthly limit."}"#;
    post(&sim, PUSH, &hello(&lone)).await.is(429, reached);
    sim.advance(Duration::from_secs(2));
    assert_eq!(post(&sim, PUSH, &hello(&lone)).await.status, 200);
    assert_eq!(sim.quota_used(), 82);
    sim.set_quota(82, 82);
    narrowcast(&sim, json!({})).await.is(429, reached);
}

#[tokio::test]
async fn the_same_seed_picks_the_same_people() {
    let mut picks = Vec::new();
    for seed in [1, 1, 2] {
        let sim = standing_still().seed(seed).start().await.unwrap();
        sim.add_friends(100);
        finish(&sim, json!({ "limit": { "max": 10 } })).await;
        picks.push(sim.outbox().into_iter().map(|delivery| delivery.to).collect::<Vec<_>>());
    }
    assert_eq!(picks[0].len(), 10);
    assert_eq!(picks[0], picks[1]);
    assert_ne!(picks[0], picks[2]);
}

#[tokio::test]
async fn filters_ask_for_the_attributes_of_real_friends() {
    let now: jiff::Timestamp = START.parse().unwrap();
    let sim = standing_still().narrowcast_minimums(false).start().await.unwrap();
    let add = |gender: Option<Gender>, age, app: AppType, area: &str, days: u64| {
        let since = now - Duration::from_secs(24 * days * 60 * 60);
        let area = Some(Area::from(area));
        let person = Person { gender, age, app_type: Some(app), area, ..Person::default() };
        sim.add_friend_since(person, since)
    };
    let hana = add(Some(Gender::Female), Some(20), AppType::Ios, "jp_13", 7);
    let taro = add(Some(Gender::Male), Some(34), AppType::Android, "jp_13", 400);
    let nobody_knows = add(None, None, AppType::Ios, "tw_01", 0);
    let thai_minor = add(Some(Gender::Female), Some(19), AppType::Ios, "th_01", 0);
    let filter = |filter: Value| json!({ "filter": { "demographic": filter } });
    let gender = json!({ "type": "gender", "oneOf": ["female"] });
    for (demographic, reached) in [
        (gender.clone(), vec![&hana]),
        (json!({ "type": "age", "gte": "age_20", "lt": "age_35" }), vec![&hana, &taro]),
        (json!({ "type": "age", "gte": "age_35" }), vec![]),
        (json!({ "type": "appType", "oneOf": ["ios"] }), vec![&hana, &nobody_knows]),
        (json!({ "type": "area", "oneOf": ["jp_13", "tw_01"] }), vec![&hana, &taro, &nobody_knows]),
        (json!({ "type": "subscriptionPeriod", "gte": "day_7" }), vec![&hana, &taro]),
        (json!({ "type": "subscriptionPeriod", "lt": "day_7" }), vec![&nobody_knows]),
        (json!({ "type": "operator", "not": gender }), vec![&taro, &nobody_knows]),
        (
            json!({ "type": "operator", "and": [
                { "type": "appType", "oneOf": ["ios"] },
                { "type": "operator", "or": [gender, { "type": "area", "oneOf": ["jp_13"] }] },
            ]}),
            vec![&hana],
        ),
    ] {
        let before = sim.delivered();
        let progress = finish(&sim, filter(demographic.clone())).await;
        assert_eq!(progress["phase"], "succeeded", "{demographic}");
        let outbox = sim.outbox();
        let deliveries = outbox.iter().filter(|delivery| delivery.seq > before);
        let mut got: Vec<_> = deliveries.map(|delivery| &delivery.to).collect();
        got.sort();
        assert_eq!(got, reached, "{demographic}");
    }
    assert_eq!(sim.delivery_count(&thai_minor), 0);
}

#[tokio::test]
async fn audiences_and_redeliveries_combine() {
    let sim = standing_still().narrowcast_minimums(false).start().await.unwrap();
    let friends = sim.add_friends(4);
    let audience = |users: &[usize]| {
        let user_ids = users.iter().map(|user| friends[*user].clone()).collect();
        sim.add_audience(&Audience { user_ids, ..Audience::default() })
    };
    let (left, right) = (audience(&[0, 1, 2]), audience(&[1, 2, 3]));
    let of = |id: u64| json!({ "type": "audience", "audienceGroupId": id });
    let first = narrowcast(
        &sim,
        json!({ "recipient": { "type": "operator", "and": [of(left), { "type": "operator", "not": of(right) }] } }),
    )
    .await;
    sim.advance(Duration::from_secs(3));
    let reached: Vec<_> = sim.outbox().into_iter().map(|delivery| delivery.to).collect();
    assert_eq!(reached, friends[..1]);

    let again = json!({ "type": "redelivery", "requestId": first.request_id() });
    let both = json!({ "recipient": { "type": "operator", "or": [again, of(right)] } });
    assert_eq!(finish(&sim, both.clone()).await["successCount"], 4);
    sim.advance(Duration::from_secs(14 * 24 * 60 * 60));
    let message = format!(r#"{{"message":"Invalid request id: {}"}}"#, first.request_id());
    narrowcast(&sim, both).await.is(400, &message);
}

#[tokio::test]
async fn what_cannot_be_sent_to_is_refused_at_once() {
    let sim = standing_still().start().await.unwrap();
    sim.add_friends(99);
    narrowcast(&sim, json!({ "recipient": { "type": "audience", "audienceGroupId": 7 } }))
        .await
        .is(400, r#"{"message":"Invalid audience group id: 7"}"#);
    let unready = sim.add_audience(&Audience { in_progress: true, ..Audience::default() });
    let recipient = json!({ "type": "audience", "audienceGroupId": unready });
    let message = format!(r#"{{"message":"Invalid audience group id: {unready}"}}"#);
    narrowcast(&sim, json!({ "recipient": recipient })).await.is(400, &message);
    narrowcast(&sim, json!({ "recipient": { "type": "redelivery", "requestId": "x" } }))
        .await
        .is(400, r#"{"message":"Invalid request id: x"}"#);
    narrowcast(&sim, json!({ "limit": { "forbidPartialDelivery": true } })).await.is(
        400,
        r#"{"message":"The option forbidPartialDelivery must be used with upToRemainingQuota."}"#,
    );
    narrowcast(&sim, json!({ "filter": women() }))
        .await
        .is(403, r#"{"message":"Your account does not have enough friends"}"#);
    let answer = narrowcast(&sim, json!({ "limit": { "max": 0 } })).await;
    assert_eq!(answer.json()["details"][0]["property"], "limit.max");
    let age = json!({ "type": "age", "gte": "age_30", "lt": "age_20" });
    let answer = narrowcast(&sim, json!({ "filter": { "demographic": age } })).await;
    assert_eq!(answer.json()["details"][0]["property"], "filter.demographic.lt");
    assert_eq!(sim.delivered(), 0);
}

#[tokio::test]
async fn too_few_recipients_fail_after_acceptance() {
    let sim = standing_still().start().await.unwrap();
    add_people(&sim, 49, 51);
    let progress = finish(&sim, json!({ "filter": women() })).await;
    assert_eq!((&progress["phase"], &progress["errorCode"]), (&json!("failed"), &json!(2)));
    assert!(progress["failedDescription"].is_string());
    assert_eq!(progress["completedTime"], "2026-08-01T00:00:01.000Z");

    let everybody: Vec<_> = (0..100).map(|_| sim.add_friend()).collect();
    let audience = |kind, users: usize| {
        let user_ids = everybody[..users].to_vec();
        let id = sim.add_audience(&Audience { kind, user_ids, in_progress: false });
        json!({ "type": "audience", "audienceGroupId": id })
    };
    let (small, large) = (audience(AudienceKind::Click, 49), audience(AudienceKind::Imp, 60));
    let both = json!({ "recipient": { "type": "operator", "or": [small, large] } });
    assert_eq!(finish(&sim, both).await["errorCode"], 4);
    assert_eq!(finish(&sim, json!({ "recipient": small })).await["errorCode"], 2);
    assert_eq!(finish(&sim, json!({ "recipient": large })).await["successCount"], 60);
    let uploaded = audience(AudienceKind::Upload, 1);
    assert_eq!(finish(&sim, json!({ "recipient": uploaded })).await["successCount"], 1);
}

#[tokio::test]
async fn progress_is_known_for_14_days_and_to_its_channel() {
    let sim = standing_still().start().await.unwrap();
    sim.add_friends(1);
    let id = narrowcast(&sim, json!({})).await.request_id().to_owned();
    let path = format!("/v2/bot/message/progress/narrowcast?requestId={id}");
    get(&sim.add_channel(), &path).await.is(404, r#"{"message":"Not found"}"#);
    sim.advance(Duration::from_secs(14 * 24 * 60 * 60) - Duration::from_secs(1));
    assert_eq!(get(&sim, &path).await.status, 200);
    sim.advance(Duration::from_secs(1));
    get(&sim, &path).await.is(404, r#"{"message":"Not found"}"#);
    get(&sim, "/v2/bot/message/progress/narrowcast?requestId=x")
        .await
        .is(400, r#"{"message":"The value for the 'requestId' parameter is invalid"}"#);
}

#[tokio::test]
async fn a_jump_of_the_clock_skips_nothing() {
    let sim = standing_still().quota(10).start().await.unwrap();
    sim.add_friends(4);
    for _ in 0..2 {
        assert_eq!(narrowcast(&sim, json!({})).await.status, 202);
    }
    sim.advance(Duration::from_secs(30 * 24 * 60 * 60));
    assert_eq!(sim.delivered(), 8);
    let last = sim.outbox().pop().unwrap();
    assert_eq!(last.at.to_string(), "2026-08-01T00:00:03Z");
}

#[tokio::test]
async fn a_misspelt_narrowing_reaches_nobody() {
    let sim = Sim::start().await.unwrap();
    sim.add_friends(3);
    let women = r#"{"type":"gender","oneOf":["female"]}"#;
    for narrowing in [
        format!(r#""filters":{{"demographic":{women}}}"#),
        format!(r#""filter":{{"demographics":{women}}}"#),
        format!(r#""filter":{women}"#),
        r#""recipent":{"type":"audience","audienceGroupId":1}"#.to_owned(),
        r#""limit":{"maximum":1}"#.to_owned(),
    ] {
        let body = format!(r#"{{"messages":[{{"type":"text","text":"a"}}],{narrowing}}}"#);
        let answer = crate::http::post(&sim, "/v2/bot/message/narrowcast", &body).await;
        assert_eq!(answer.status, 400, "{narrowing}: {}", answer.text());
    }
    sim.advance(Duration::from_secs(60));
    assert_eq!(sim.delivered(), 0);
}

#[tokio::test]
async fn an_uploaded_audience_of_another_account_needs_fifty() {
    let sim = standing_still().start().await.unwrap();
    let friends = sim.add_friends(60);
    let audience = |size: usize| Audience {
        kind: AudienceKind::Upload,
        user_ids: friends[..size].to_vec(),
        ..Audience::default()
    };
    let to = |id: u64| json!({ "recipient": { "type": "audience", "audienceGroupId": id } });
    let own = sim.add_audience(&audience(49));
    assert_eq!(finish(&sim, to(own)).await["successCount"], 49);
    let shared = sim.add_shared_audience(&audience(49), "another account");
    assert_eq!(finish(&sim, to(shared)).await["errorCode"], 2);
    let large = sim.add_shared_audience(&audience(50), "another account");
    assert_eq!(finish(&sim, to(large)).await["successCount"], 50);
    let both = json!({ "recipient": { "type": "operator", "or": [to(shared)["recipient"], to(large)["recipient"]] } });
    assert_eq!(finish(&sim, both).await["errorCode"], 4);
}

#[tokio::test]
async fn a_narrowcast_ends_the_loading_animation() {
    let sim = standing_still().start().await.unwrap();
    let user = sim.add_friend();
    let loading = json!({ "chatId": user, "loadingSeconds": 60 }).to_string();
    post(&sim, "/v2/bot/chat/loading/start", &loading).await.is(202, "{}");
    assert!(sim.loading_until(&user).is_some());
    assert_eq!(finish(&sim, json!({})).await["successCount"], 1);
    assert_eq!(sim.loading_until(&user), None);
}
