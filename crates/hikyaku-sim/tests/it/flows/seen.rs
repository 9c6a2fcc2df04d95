//! What a person sees and taps on the page counts in the statistics, like what any other does.

use std::time::Duration;

use hikyaku_sim::{ClockMode, Person, Sim};
use serde_json::{Value, json};

use super::is_well;
use crate::{
    browser::Browser,
    http::{get, post},
    insight::add_menu,
};

async fn read(sim: &Sim, path: &str) -> Value {
    get(sim, &format!("/v2/bot/insight/{path}")).await.json()
}

/// Waits until the page has made a call of the control API.
async fn called(browser: &mut Browser, path: &str) {
    let done =
        format!("it.name.includes('{path}') && it.responseStatus < 300 && it.responseEnd > 0");
    let calls = "performance.getEntriesByType('resource')";
    browser.until(&format!("{calls}.some((it) => {done})")).await;
}

#[tokio::test]
async fn the_page_counts_what_is_seen_and_tapped() {
    let Some(mut browser) = Browser::start(1440, 900).await else { return };
    let at = "2026-08-01T00:00:00Z".parse().unwrap();
    let sim = Sim::builder().clock(ClockMode::Fixed(at)).rate_limits(false).start().await.unwrap();
    let hana = sim.add_friend_as(Person { display_name: Some("Hana".into()), ..Person::default() });
    let others = sim.add_friends(19);
    let menu = add_menu(&sim).await;
    let button = json!({ "type": "template", "altText": "a", "template": { "type": "buttons", "text": "b",
        "actions": [{ "type": "uri", "label": "See", "uri": "https://example.com/shop" }] } });
    let body = json!({ "messages": [button] }).to_string();
    let sent = post(&sim, "/v2/bot/message/broadcast", &body).await;
    let event = format!("message/event?requestId={}", sent.request_id());
    // Statistics tell of twenty people: with the one on the page these are as many.
    for delivery in sim.outbox().iter().filter(|delivery| delivery.to != hana) {
        sim.see(delivery);
        sim.open(delivery, "https://example.com/shop");
    }
    for user in &others {
        sim.see_rich_menu(user);
        sim.tap_rich_menu(user, 1);
    }
    browser.open(&format!("{}?chat={hana}", sim.page_url())).await;
    called(&mut browser, "/seen").await;
    called(&mut browser, "/rich-menu").await;
    browser.click(".tpl-button").await;
    browser.until("document.querySelector('#toast-link').href.includes('/shop')").await;
    let found = read(&sim, &event).await;
    assert_eq!(found["messages"][0]["impression"], 20);
    assert_eq!(found["clicks"][0]["click"], 20);
    browser.click(".menu-area:nth-of-type(2)").await;
    browser.until("document.querySelectorAll('.row-mine').length === 1").await;
    sim.advance(Duration::from_secs(24 * 60 * 60));
    let uses = read(&sim, &format!("richmenu/{menu}/summary?from=20260801&to=20260801")).await;
    let twenty = json!({ "count": 20, "uniqueUsers": 20 });
    assert_eq!(uses["impression"]["metrics"], twenty);
    assert_eq!(uses["clicks"][1]["metrics"], twenty);
    is_well(&mut browser).await;
}
