//! What people do on the page, in a real browser.

mod controls;
mod group;
mod inspect;
mod keys;
mod login;
mod seen;
mod tap;
mod whole;
mod write;

use std::time::Duration;

use hikyaku_sim::{Person, Sim};
use serde_json::json;

use crate::{bot::Bot, browser::Browser, http::post, push::PUSH};

/// The texts of the balloons, in their order.
const BALLOONS: &str = "[...document.querySelectorAll('.balloon')].map((it) => it.textContent)";

/// A page and a bot, with one friend; nothing without a browser.
async fn start(width: u32, height: u32) -> Option<(Sim, Bot, Browser)> {
    let browser = Browser::start(width, height).await?;
    let bot = Bot::that_answers(200).await;
    let sim = Sim::builder().webhook(bot.url()).start().await.unwrap();
    sim.add_friend_as(Person { display_name: Some("Hana".into()), ..Person::default() });
    let mut browser = browser;
    browser.open(&sim.page_url()).await;
    browser.until("document.querySelector('.chat-item')").await;
    Some((sim.within(Duration::from_secs(60)), bot, browser))
}

async fn push(sim: &Sim, messages: serde_json::Value) {
    let user = "U00000000000000000000000000000001";
    let answer = post(sim, PUSH, &json!({"to": user, "messages": messages}).to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// How often something is on the page.
async fn count(browser: &mut Browser, selector: &str) -> u64 {
    let count = browser.value(&format!("document.querySelectorAll({selector:?}).length")).await;
    count.as_u64().unwrap()
}

/// Nothing went wrong on the page.
async fn is_well(browser: &mut Browser) {
    assert_eq!(browser.value("window.hikyakuFailures").await, json!([]));
}
