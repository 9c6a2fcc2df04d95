use hikyaku_sim::{Person, Sim};
use serde_json::{Value, json};

use crate::{
    bot::Bot,
    http::{post, post_with},
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
