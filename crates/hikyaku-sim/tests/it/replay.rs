//! The log, and requests of it that are made again.

use hikyaku_sim::Sim;
use serde_json::json;

use crate::{
    http::{control, get, post, post_with},
    push::{PUSH, hello},
};

#[tokio::test]
async fn a_request_is_made_again_with_its_body_and_retry_key() {
    let sim = Sim::start().await.unwrap();
    let hana = sim.add_friend();
    post(&sim, PUSH, &hello(&hana)).await.is_status(200);
    let key = [("x-line-retry-key", "123e4567-e89b-12d3-a456-426614174000")];
    post_with(&sim, PUSH, &key, &hello(&hana)).await.is_status(200);
    let again = control(&sim, "POST", "/log/1/replay", "").await;
    assert_eq!((again.status, &again.json()["status"]), (200, &json!(200)));
    assert_eq!(sim.delivered(), 3);
    // Under a retry key LINE acts once.
    let again = control(&sim, "POST", "/log/2/replay", "").await.json();
    assert_eq!((&again["status"], sim.delivered()), (&json!(409), 3));
    let log = control(&sim, "GET", "/log", "").await.json();
    assert_eq!(log["requests"][3]["hint"], "request 2 of the log, made again");
    assert_eq!(log["requests"][3]["requestId"], again["requestId"]);
    control(&sim, "POST", "/log/99/replay", "").await.is_status(404);
    let large = format!("{}{}", " ".repeat(70_000), hello(&hana));
    post(&sim, PUSH, &large).await.is_status(200);
    control(&sim, "POST", "/log/5/replay", "").await.is_status(409);
}

#[tokio::test]
async fn a_test_of_the_webhook_is_made_again_whole() {
    let sim = Sim::start().await.unwrap();
    let bot = crate::bot::Bot::that_answers(200).await;
    sim.set_webhook(bot.url()).unwrap();
    post(&sim, "/v2/bot/channel/webhook/test", "{}").await.is_status(200);
    let again = control(&sim, "POST", "/log/1/replay", "").await.json();
    let answer: serde_json::Value = serde_json::from_str(again["body"].as_str().unwrap()).unwrap();
    assert_eq!((&answer["success"], &answer["statusCode"]), (&json!(true), &json!(200)));
    assert_eq!(bot.received().len(), 2);
}

#[tokio::test]
async fn the_log_is_emptied_and_its_places_go_on() {
    let sim = Sim::start().await.unwrap();
    get(&sim, "/v2/bot/info").await.is_status(200);
    control(&sim, "DELETE", "/log", "").await.is(204, "");
    get(&sim, "/v2/bot/info").await.is_status(200);
    let log = control(&sim, "GET", "/log", "").await.json();
    assert_eq!((log["requests"][0]["seq"].as_u64(), &log["dropped"]), (Some(2), &json!(1)));
    assert_eq!(log["requests"].as_array().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_was_nearly_waited_for_is_told() {
    let sim = Sim::start().await.unwrap();
    let (hana, ken) = (sim.add_friend(), sim.add_friend());
    post(&sim, PUSH, &hello(&hana)).await.is_status(200);
    post(&sim, PUSH, &hello(&ken)).await.is_status(200);
    let path = format!("/outbox?wait=1s&to={hana}&kind=reply&type=flex");
    let missed = control(&sim, "GET", &path, "").await;
    assert_eq!(missed.status, 408);
    assert_eq!(
        missed.json()["nearMisses"],
        json!([
            { "seq": 1, "differs": ["type", "kind"] },
            { "seq": 2, "differs": ["to", "type", "kind"] },
        ])
    );
    let none = control(&sim, "GET", "/outbox?wait=1s&after=2", "").await.json();
    assert_eq!(none.get("nearMisses"), None);
}
