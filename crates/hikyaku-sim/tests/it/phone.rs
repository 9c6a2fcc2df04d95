use std::time::Duration;

use hikyaku_sim::{ClockMode, Person, PnpKeys, Sim};
use serde_json::{Value, json};

use crate::{
    bot::Bot,
    http::{control, get, post, post_with},
};

const PNP: &str = "/bot/pnp/push";
const HASH: &str = "d41e0ad70dddfeb68f149ad6fc61574b9c5780ab7bcb2fba5517771ffbb2409c";

fn hello(hash: &str) -> String {
    json!({ "to": hash, "messages": [{ "type": "text", "text": "hello" }] }).to_string()
}

#[tokio::test]
async fn a_phone_number_reaches_its_person_for_no_quota() {
    let sim = Sim::builder().quota(0).start().await.unwrap();
    let person = Person { phone: Some("+818000001234".into()), ..Person::default() };
    let user = sim.add_friend_as(person);
    let tag = ("X-Line-Delivery-Tag", "0123456789abcdef");
    post_with(&sim, PNP, &[tag], &hello(HASH)).await.is(200, "{}");
    assert_eq!(sim.delivery_count(&user), 1);
    sim.block(&user);
    post(&sim, PNP, &hello(HASH)).await.is(422, r#"{"message":"Failed to send messages"}"#);
}

#[tokio::test]
async fn the_bot_is_told_of_the_delivery_by_tag_or_number() {
    let bot = Bot::that_answers(200).await;
    let sim = Sim::builder().webhook(bot.url()).start().await.unwrap();
    sim.add_friend_as(Person { phone: Some("+818000001234".into()), ..Person::default() });
    let tag = ("X-Line-Delivery-Tag", "0123456789abcdef");
    post_with(&sim, PNP, &[tag], &hello(HASH)).await.is(200, "{}");
    post(&sim, PNP, &hello(HASH)).await.is(200, "{}");
    sim.webhooks().wait_until_idle().await.unwrap();
    let events = bot.events();
    assert_eq!(events[0]["delivery"], json!({ "data": "0123456789abcdef" }));
    assert_eq!(events[1]["delivery"], json!({ "data": HASH }));
    assert_eq!((&events[0]["source"], &events[0]["replyToken"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn a_number_that_is_nobodys_or_no_hash_is_refused() {
    let sim = Sim::start().await.unwrap();
    post(&sim, PNP, &hello(HASH)).await.is(422, r#"{"message":"Failed to send messages"}"#);
    post(&sim, PNP, &hello("+818000001234")).await.is(
        400,
        r#"{"message":"The request body has 1 error(s)","details":[{"message":"The value must be a valid SHA-256 digest.","property":"to"}]}"#,
    );
    let short = post_with(&sim, PNP, &[("x-line-delivery-tag", "short")], &hello(HASH)).await;
    assert_eq!(short.status, 400);
    let key = ("x-line-retry-key", "123e4567-e89b-12d3-a456-426614174000");
    assert_eq!(post_with(&sim, PNP, &[key], &hello(HASH)).await.status, 400);
    let url = "https://example.com/a.png";
    let image = json!({ "to": HASH, "messages": [
        { "type": "image", "originalContentUrl": url, "previewImageUrl": url },
    ]});
    assert_eq!(post(&sim, PNP, &image.to_string()).await.status, 400);
    assert_eq!(post(&sim, "/v2/bot/pnp/push", &hello(HASH)).await.status, 404);
}

const TEMPLATED: &str = "/v2/bot/message/pnp/templated/push";

fn templated() -> Value {
    json!({
        "to": HASH,
        "templateKey": "shipment_completed_ja",
        "body": {
            "emphasizedItem": { "itemKey": "date_002_ja", "content": "Saturday" },
            "items": [{ "itemKey": "price_001_ja", "content": "120 USD" }],
            "buttons": [{ "buttonKey": "contact_ja", "url": "https://example.com/" }],
        },
    })
}

#[tokio::test]
async fn a_template_reaches_its_person_and_is_counted_apart() {
    let start = "2026-08-01T00:00:00Z".parse().unwrap();
    let sim = Sim::builder().clock(ClockMode::Fixed(start)).quota(0).start().await.unwrap();
    let user =
        sim.add_friend_as(Person { phone: Some("+818000001234".into()), ..Person::default() });
    post(&sim, TEMPLATED, &templated().to_string()).await.is(202, "{}");
    post(&sim, PNP, &hello(HASH)).await.is(200, "{}");
    post(&sim, PNP, &hello(HASH)).await.is(200, "{}");
    let message = &sim.outbox()[0].messages[0];
    assert_eq!((&message["type"], &message["body"]), (&json!("pnpTemplate"), &templated()["body"]));
    let count = async |path: &str| {
        get(&sim, &format!("/v2/bot/message/delivery/{path}?date=20260801")).await.json()
    };
    assert_eq!(count("pnp/templated").await, json!({ "status": "unready" }));
    sim.advance(Duration::from_secs(24 * 60 * 60));
    assert_eq!(count("pnp/templated").await, json!({ "status": "ready", "success": 1 }));
    assert_eq!(count("pnp").await, json!({ "status": "ready", "success": 2 }));
    get(&sim, "/v2/bot/message/delivery/pnp/templated")
        .await
        .is(400, r#"{"message":"The value for the 'date' parameter is invalid"}"#);
    sim.block(&user);
    let failed = r#"{"message":"Failed to send messages"}"#;
    post(&sim, TEMPLATED, &templated().to_string()).await.is(422, failed);
}

#[tokio::test]
async fn a_template_that_is_wrong_is_refused_in_lines_words() {
    let sim = Sim::start().await.unwrap();
    sim.add_friend_as(Person { phone: Some("+818000001234".into()), ..Person::default() });
    let with = |pointer: &str, value: Value| {
        let mut json = templated();
        *json.pointer_mut(pointer).unwrap() = value;
        json.to_string()
    };
    sim.set_pnp_keys(PnpKeys {
        templates: ["shipment_completed_ja".to_owned()].into(),
        items: ["date_002_ja".to_owned(), "price_001_ja".to_owned()].into(),
        ..PnpKeys::default()
    });
    assert_eq!(post(&sim, TEMPLATED, &templated().to_string()).await.status, 202);
    for (body, answer) in [
        (
            with("/templateKey", json!("reserve_004")),
            r#"{"message":"Invalid templateKey: reserve_004","details":[{"message":"The specified template doesn't exist, or you don't have the permission","property":"templateKey"}]}"#,
        ),
        (
            with("/body/items/0/itemKey", json!("datetime_000")),
            r#"{"message":"The request body has 1 invalid key(s).","details":[{"message":"The specified item key does not exist: datetime_000","property":"body.items[0].itemKey"}]}"#,
        ),
        (
            with("/body/items/0/itemKey", json!("date_002_ja")),
            r#"{"message":"The request body has 1 error(s)","details":[{"message":"Duplicate itemKey in items or between emphasizedItem and items are not allowed: date_002_ja","property":"body.emphasizedItem.itemKey"}]}"#,
        ),
        (
            with("/to", json!("+818000001234")),
            r#"{"message":"The request body has 1 error(s)","details":[{"message":"The value must be a valid SHA-256 digest.","property":"to"}]}"#,
        ),
    ] {
        post(&sim, TEMPLATED, &body).await.is(400, answer);
    }
    let item = |index: usize| json!({ "itemKey": format!("k{index}"), "content": "a" });
    let items = |count| json!((0..count).map(item).collect::<Vec<_>>());
    let button = json!({ "buttonKey": "b", "url": "https://example.com/" });
    control(&sim, "PUT", "/pnp-keys", "{}").await;
    for (pointer, good, wrong) in [
        ("/body/emphasizedItem/content", json!("a".repeat(15)), json!("a".repeat(16))),
        ("/body/items/0/content", json!("a".repeat(300)), json!("a".repeat(301))),
        ("/body/buttons/0/url", json!("a".repeat(1000)), json!("a".repeat(1001))),
        ("/body/items", items(15), items(16)),
        ("/body/buttons", json!(vec![&button; 2]), json!(vec![&button; 3])),
    ] {
        assert_eq!(post(&sim, TEMPLATED, &with(pointer, good)).await.status, 202, "{pointer}");
        assert_eq!(post(&sim, TEMPLATED, &with(pointer, wrong)).await.status, 400, "{pointer}");
    }
    let key = ("x-line-retry-key", "123e4567-e89b-12d3-a456-426614174000");
    let keyed = post_with(&sim, TEMPLATED, &[key], &templated().to_string()).await;
    assert_eq!(keyed.status, 400);
}
