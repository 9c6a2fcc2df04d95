use std::time::Duration;

use hikyaku_sim::{ClockMode, Sim};
use serde_json::json;

use crate::{
    bot::Bot,
    http::{control, get, post},
};

#[tokio::test]
async fn a_link_token_brings_one_event_within_ten_minutes() {
    let bot = Bot::that_answers(200).await;
    let start = "2026-08-01T00:00:00Z".parse().unwrap();
    let sim = Sim::builder().clock(ClockMode::Fixed(start)).webhook(bot.url());
    let sim = sim.start().await.unwrap();
    let user = sim.add_friend();
    let issue = async || {
        let issued = post(&sim, &format!("/v2/bot/user/{user}/linkToken"), "").await;
        issued.json()["linkToken"].as_str().unwrap().to_owned()
    };
    let token = issue().await;
    assert!(sim.link_account(&token, "nonce-of-the-bot"));
    assert!(!sim.link_account(&token, "nonce-of-the-bot"));
    assert!(!sim.link_account("unknown", "n"));
    let late = issue().await;
    sim.advance(Duration::from_secs(10 * 60));
    assert!(!sim.link_account(&late, "n"));
    let body = json!({ "linkToken": issue().await, "nonce": "n" }).to_string();
    assert_eq!(control(&sim, "POST", "/account-links", &body).await.status, 204);
    assert_eq!(control(&sim, "POST", "/account-links", &body).await.status, 400);
    sim.webhooks().wait_until_idle().await.unwrap();
    let events = bot.events();
    assert_eq!(events.len(), 2);
    assert_eq!(events[0]["link"], json!({ "result": "ok", "nonce": "nonce-of-the-bot" }));
    assert!(events[0]["replyToken"].is_string());

    post(&sim, "/v2/bot/user/U1/linkToken", "")
        .await
        .is(400, r#"{"message":"The value for the 'userId' parameter is invalid"}"#);
    let nobody = "/v2/bot/user/U0123456789abcdef0123456789abcdef/linkToken";
    post(&sim, nobody, "").await.is(404, r#"{"message":"Not found"}"#);
}

#[tokio::test]
async fn a_browser_is_sent_to_lines_page_with_the_token() {
    let bot = Bot::that_answers(200).await;
    let sim = Sim::builder().webhook(bot.url()).start().await.unwrap();
    // The token is one of another channel.
    let other = sim.add_channel();
    other.set_webhook(bot.url()).unwrap();
    let user = other.add_friend();
    let issued = post(&other, &format!("/v2/bot/user/{user}/linkToken"), "").await.json();
    let token = issued["linkToken"].as_str().unwrap();
    let page = |token: &str, nonce: &str| {
        format!("/dialog/bot/accountLink?linkToken={token}&nonce={nonce}")
    };
    let (short, long) = ("x".repeat(9), "x".repeat(256));
    for path in [
        page(token, &short),
        page(token, &long),
        page("unknown", "0123456789"),
        "/dialog/bot/accountLink?nonce=0123456789".into(),
    ] {
        assert_eq!(get(&sim, &path).await.status, 400, "{path}");
    }
    let linked = get(&sim, &page(token, "0123456789")).await;
    assert_eq!(
        (linked.status, &*linked.headers["content-type"]),
        (200, "text/html; charset=utf-8")
    );
    assert_eq!(get(&sim, &page(token, "0123456789")).await.status, 400);
    let told = other.webhooks().wait_for(1).await.unwrap();
    assert_eq!(told.len(), 1);
    assert_eq!(bot.events()[0]["link"], json!({ "result": "ok", "nonce": "0123456789" }));
    let longest = "x".repeat(255);
    let issued = post(&other, &format!("/v2/bot/user/{user}/linkToken"), "").await.json();
    let token = issued["linkToken"].as_str().unwrap();
    assert_eq!(get(&sim, &page(token, &longest)).await.status, 200);
}
