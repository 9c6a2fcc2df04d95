//! What people do on the page, in a real browser.

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

/// Nothing went wrong on the page.
async fn is_well(browser: &mut Browser) {
    assert_eq!(browser.value("window.hikyakuFailures").await, json!([]));
}

#[tokio::test]
async fn a_person_writes_and_sees_what_the_bot_pushes() {
    let Some((sim, bot, mut browser)) = start(1440, 900).await else { return };
    browser.write("#words", "Where is it? <b>").await;
    browser.enter(false).await;
    sim.webhooks().wait_for(1).await.unwrap();
    assert_eq!(bot.events()[0]["message"]["text"], "Where is it? <b>");
    browser.until(&format!("{BALLOONS}.includes('Where is it? <b>')")).await;
    assert_eq!(browser.value("document.querySelector('#words').value").await, "");
    push(&sim, json!([{"type": "text", "text": "<img src=x onerror=window.bad=1>"}])).await;
    browser.until(&format!("{BALLOONS}.length === 2")).await;
    assert_eq!(browser.value("window.bad ?? document.querySelectorAll('img').length").await, 0);
    is_well(&mut browser).await;
}

#[tokio::test]
async fn an_input_methods_enter_sends_nothing() {
    let Some((sim, bot, mut browser)) = start(1440, 900).await else { return };
    browser.write("#words", "").await;
    browser.compose("にほん").await;
    browser.enter(true).await;
    browser.until("document.querySelector('#words').value === 'にほん'").await;
    assert!(bot.received().is_empty());
    browser.write("#words", "日本").await;
    browser.enter(false).await;
    sim.webhooks().wait_for(1).await.unwrap();
    assert_eq!(bot.events()[0]["message"]["text"], "日本");
    is_well(&mut browser).await;
}

#[tokio::test]
async fn buttons_of_messages_do_what_they_say() {
    let Some((sim, bot, mut browser)) = start(1440, 900).await else { return };
    let button =
        json!({"type": "button", "action": {"type": "postback", "label": "Buy", "data": "buy=1"}});
    push(
        &sim,
        json!([
            {"type": "flex", "altText": "shop", "contents": {"type": "bubble", "body":
                {"type": "box", "layout": "vertical", "contents": [button]}}},
        ]),
    )
    .await;
    browser.click(".fx-btn").await;
    sim.webhooks().wait_for(1).await.unwrap();
    assert_eq!(bot.events()[0]["postback"]["data"], "buy=1");
    browser
        .until("document.querySelector('.notice:last-of-type')?.textContent.includes('buy=1')")
        .await;
    is_well(&mut browser).await;
}

#[tokio::test]
async fn quick_replies_answer_and_go() {
    let Some((sim, bot, mut browser)) = start(1440, 900).await else { return };
    push(&sim, json!([{"type": "text", "text": "when?", "quickReply": {"items": [
        {"type": "action", "action": {"type": "datetimepicker", "label": "Pick", "data": "when", "mode": "date"}},
        {"type": "action", "action": {"type": "message", "label": "Never", "text": "never"}}]}}]))
    .await;
    browser.click(".pill").await;
    browser.until("!document.querySelector('#picker').hidden").await;
    browser.value("document.querySelector('#picked').value = '2026-12-25'").await;
    browser.click("[data-do=pick-ok]").await;
    sim.webhooks().wait_for(1).await.unwrap();
    assert_eq!(
        bot.events()[0]["postback"],
        json!({"data": "when", "params": {"date": "2026-12-25"}})
    );
    browser.until("document.querySelectorAll('.pill').length === 0").await;
    is_well(&mut browser).await;
}

#[tokio::test]
async fn the_page_goes_on_when_the_simulator_is_started_again() {
    let Some((sim, _bot, mut browser)) = start(1440, 900).await else { return };
    let port = sim.api_url().rsplit(':').next().unwrap().parse().unwrap();
    sim.stop().await;
    browser.until("!document.querySelector('#offline').hidden").await;
    let sim = Sim::builder().port(port).start().await.unwrap();
    let user = sim.add_friend_as(Person { display_name: Some("Ploy".into()), ..Person::default() });
    sim.user_says(&user, "back again");
    browser
        .until(&format!(
            "document.querySelector('#offline').hidden && {BALLOONS}.includes('back again')"
        ))
        .await;
    is_well(&mut browser).await;
}

#[tokio::test]
async fn a_narrow_screen_shows_one_column_and_nothing_sticks_out() {
    let Some((sim, _bot, mut browser)) = start(390, 844).await else { return };
    push(&sim, json!([{"type": "text", "text": "a_word_that_never_ends_".repeat(20)}])).await;
    browser.until(&format!("{BALLOONS}.length === 1")).await;
    for column in ["chats", "side", "chat"] {
        browser.click(&format!(".bottom-tab[data-to={column}]")).await;
        browser
            .until(&format!("document.querySelector('.app').dataset.state === '{column}'"))
            .await;
        let visible = "[...document.querySelectorAll('.column')].filter((it) => it.getClientRects().length).length";
        assert_eq!(browser.value(visible).await, 1);
        let wider = "[...document.querySelectorAll('.app *')].filter((it) => it.getClientRects().length && \
            !it.closest('.quick, .fx-carousel, .tpl-carousel') && it.getBoundingClientRect().right > innerWidth + 0.5)\
            .map((it) => it.className)";
        assert_eq!(browser.value(wider).await, json!([]), "{column}");
    }
    is_well(&mut browser).await;
}

#[tokio::test]
async fn a_message_is_quoted_and_one_is_taken_back() {
    let Some((sim, bot, mut browser)) = start(1440, 900).await else { return };
    push(&sim, json!([{"type": "text", "text": "red or blue?"}])).await;
    browser.until(&format!("{BALLOONS}.length === 1")).await;
    browser.hover(".row-theirs .balloon").await;
    browser.click(".row-theirs .row-act[data-do=quote]").await;
    browser.until("document.querySelector('#quoting-words').textContent === 'red or blue?'").await;
    browser.write("#words", "blue").await;
    browser.enter(false).await;
    sim.webhooks().wait_for(1).await.unwrap();
    let message = bot.events()[0]["message"].clone();
    assert_eq!(message["text"], "blue");
    assert!(message["quotedMessageId"].is_string(), "{message}");
    browser
        .until("document.querySelector('.row-mine .quote')?.textContent.includes('red or blue?')")
        .await;
    browser.hover(".row-mine .balloon").await;
    browser.click(".row-mine .row-act[data-do=unsend]").await;
    sim.webhooks().wait_for(2).await.unwrap();
    assert_eq!(bot.events()[1]["type"], "unsend");
    browser.until("document.querySelectorAll('.row-mine').length === 0").await;
    is_well(&mut browser).await;
}

#[tokio::test]
async fn a_refused_request_leads_to_the_place_in_its_body() {
    let Some((sim, _bot, mut browser)) = start(1440, 900).await else { return };
    let wrong = json!({"to": "U00000000000000000000000000000001", "messages": [{"type": "text", "text": ""}]});
    assert_eq!(post(&sim, PUSH, &wrong.to_string()).await.status, 400);
    browser.click(".side-tab[data-to=requests]").await;
    browser.click(".entry[data-state=bad]").await;
    browser.click(".rule-place").await;
    browser.until("document.querySelector('.json-found')?.dataset.id === '/messages/0/text'").await;
    browser.until("location.search.includes('entry=r1')").await;
    browser.click(".back").await;
    browser.until("document.querySelector('.entry') && !document.querySelector('.rule')").await;
    browser.click(".side-tab[data-to=controls]").await;
    browser.click("#panel-controls .choices button").await;
    browser
        .until("document.querySelector('.banner')?.textContent.includes('Faults active: 1')")
        .await;
    browser.click(".banner button").await;
    browser.until("document.querySelector('.banner').childElementCount === 0").await;
    is_well(&mut browser).await;
}
