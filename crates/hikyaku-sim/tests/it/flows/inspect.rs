//! What the panel about traffic shows and does.

use hikyaku_sim::Sim;
use serde_json::json;

use super::{BALLOONS, is_well, push, start};
use crate::{
    bot::{Bot, Does},
    browser::Browser,
    http::post,
    push::PUSH,
};

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

#[tokio::test]
async fn a_refused_message_is_drawn_with_its_place_marked_and_mended() {
    let Some((sim, _bot, mut browser)) = start(1440, 900).await else { return };
    let footer = json!({"type": "box", "layout": "vertical", "contents": [{"type": "button", "height": "medium",
        "action": {"type": "postback", "label": "Buy", "data": "buy"}}]});
    let body = json!({"type": "box", "layout": "vertical", "contents": [{"type": "text", "text": "The shop"}]});
    let wrong = json!({"to": "U00000000000000000000000000000001", "messages": [
        {"type": "text", "text": "Look:"},
        {"type": "flex", "altText": "shop", "contents": {"type": "bubble", "body": body, "footer": footer}}]});
    assert_eq!(post(&sim, PUSH, &wrong.to_string()).await.status, 400);
    browser.click(".side-tab[data-to=requests]").await;
    browser.click(".entry[data-state=bad]").await;
    let wrong = "[...document.querySelectorAll('.drawing .is-wrong')].map((it) => it.dataset.at)";
    browser.until(&format!("{wrong}.join() === '/messages/1/contents/footer/contents/0'")).await;
    // The drawing leads to the JSON, and does nothing else.
    browser.click(".drawing .fx-btn").await;
    let found = "document.querySelector('.json-found')?.dataset.id";
    browser.until(&format!("{found} === '/messages/1/contents/footer/contents/0/action'")).await;
    browser.click(".rule-place").await;
    browser.until(&format!("{found} === '/messages/1/contents/footer/contents/0/height'")).await;

    browser
        .value("(() => { const field = document.querySelector('.edit-field'); field.value = field.value.replace('medium', 'sm'); })()")
        .await;
    browser.click("[data-do=resend]").await;
    browser.until("location.search.includes('entry=r2')").await;
    browser.until("document.querySelector('.detail-head .status')?.textContent === '200'").await;
    browser.until(&format!("{BALLOONS}.includes('Look:')")).await;
    assert_eq!(sim.outbox().len(), 1);
    is_well(&mut browser).await;
}

#[tokio::test]
async fn the_log_is_searched() {
    let Some((sim, _bot, mut browser)) = start(1440, 900).await else { return };
    for text in ["first", "второй"] {
        push(&sim, json!([{"type": "text", "text": text}])).await;
    }
    post(&sim, PUSH, "{}").await;
    browser.click(".side-tab[data-to=requests]").await;
    let entries = "document.querySelectorAll('.entry').length";
    browser.until(&format!("{entries} === 3")).await;
    for (search, left) in
        [("status:400", 1), ("path:push", 3), ("ВТОРОЙ", 0), ("второй", 1), ("is:webhook", 0)]
    {
        browser.value("document.querySelector('#find-entry').select()").await;
        browser.write("#find-entry", search).await;
        browser.until(&format!("{entries} === {left}")).await;
    }
    browser.until("new URL(location.href).searchParams.get('q') === 'is:webhook'").await;
    is_well(&mut browser).await;
}

#[tokio::test]
async fn a_message_that_the_bot_did_not_get_leads_to_the_webhook_which_is_sent_again() {
    let Some(mut browser) = Browser::start(390, 844).await else { return };
    let bot = Bot::that(|place| Does::Answers(if place == 0 { 500 } else { 200 })).await;
    let sim = Sim::builder().webhook(bot.url()).start().await.unwrap();
    let friend = sim.add_friend();
    sim.user_says(&friend, "anybody there?");
    sim.webhooks().wait_for(1).await.unwrap();
    browser.open(&sim.page_url()).await;
    browser.click(".problem").await;
    browser.until("document.querySelector('.app').dataset.state === 'side'").await;
    browser
        .until("document.querySelector('.detail-title')?.textContent.startsWith('message')")
        .await;
    browser.click("[data-do=redeliver]").await;
    sim.webhooks().wait_for(2).await.unwrap();
    browser.until("document.querySelectorAll('.attempt').length === 2").await;
    browser.click("[data-do=send-event]").await;
    sim.webhooks().wait_for(3).await.unwrap();
    browser.until("location.search.includes('entry=w2')").await;
    let events = bot.events();
    assert_eq!(events[0]["webhookEventId"], events[1]["webhookEventId"]);
    assert_ne!(events[0]["webhookEventId"], events[2]["webhookEventId"]);
    assert_eq!(events[2]["message"]["text"], "anybody there?");
    browser.click(".bottom-tab[data-to=chat]").await;
    browser.until("!document.querySelector('.problem')").await;
    is_well(&mut browser).await;
}

#[tokio::test]
async fn an_event_of_a_second_channel_is_sent_as_a_new_one_and_opens() {
    let Some((sim, _bot, mut browser)) = start(1440, 900).await else { return };
    let (second, bot) = (sim.add_channel(), Bot::that_answers(200).await);
    second.set_webhook(bot.url()).unwrap();
    second.user_says(second.add_friend(), "to the second");
    second.webhooks().wait_for(1).await.unwrap();
    let page = format!("{}?channel={}&entry=w1", sim.page_url(), second.channel_id());
    browser.open(&page).await;
    browser.click("[data-do=send-event]").await;
    browser.until("location.search.includes('entry=w2')").await;
    second.webhooks().wait_for(2).await.unwrap();
    assert_eq!(bot.events()[1]["message"]["text"], "to the second");
    is_well(&mut browser).await;
}

#[tokio::test]
async fn a_request_of_a_module_is_sent_again_with_its_own_token() {
    let Some((sim, _bot, mut browser)) = start(1440, 900).await else { return };
    let module = sim.add_module();
    let bearer = format!("Bearer {}", module.channel_token().expose());
    let headers = [("authorization", &*bearer), ("content-type", "application/json")];
    let detach = br#"{"botId":"U1"}"#;
    let path = "/v2/bot/channel/detach";
    let answer = crate::http::send(&sim.api_url(), "POST", path, &headers, detach).await.unwrap();
    answer.is_status(400);
    browser.open(&format!("{}?entry=r1", sim.page_url())).await;
    browser.click("[data-do=resend]").await;
    browser.until("location.search.includes('entry=r2')").await;
    assert_eq!(sim.requests()[1].channel_id.as_deref(), Some("sim-module-1"));
    is_well(&mut browser).await;
}
