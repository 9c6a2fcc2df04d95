//! The pages by axe-core: nothing on them keeps out people who use a screen reader, a keyboard or strong contrast.

use std::fs;

use hikyaku_sim::{Person, Sim, UserMessage};
use serde_json::{Value, json};
use tokio::task::spawn_blocking;

use crate::{
    bot::Bot,
    browser::Browser,
    http::{control, post},
    npm,
    push::PUSH,
};

/// What is serious or critical, with where it is.
const RUN: &str = "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target, any }) => `${target} ${any[0]?.message ?? ''}`).join('; ')}`))";

/// A browser that has axe-core at hand, and its source; nothing where one of them is missing and need not be there.
async fn start() -> Option<(Browser, String)> {
    let folder = spawn_blocking(|| npm::install("axe", &[])).await.unwrap()?;
    let axe = fs::read_to_string(folder.join("node_modules/axe-core/axe.min.js")).unwrap();
    let mut browser = Browser::start(1440, 900).await?;
    // Colours that are on their way to others are not measured.
    browser.dark(false).await;
    Some((browser, axe))
}

/// Adds what is wrong with what is seen now.
async fn check(browser: &mut Browser, axe: &str, what: &str, wrong: &mut Vec<String>) {
    if browser.value("typeof axe").await == "undefined" {
        browser.value(&format!("{axe};0")).await;
    }
    let found = browser.value(RUN).await;
    let found =
        found.as_array().unwrap().iter().map(|rule| format!("{what}: {}", rule.as_str().unwrap()));
    wrong.extend(found);
}

/// Messages of every kind.
fn every_kind() -> [Value; 3] {
    let action = json!({"type": "postback", "label": "Buy", "data": "buy"});
    let area = json!({"x": 0, "y": 0, "width": 1040, "height": 1040});
    let picture = "https://example.com/a.png";
    let column = json!({"title": "One", "text": "of two", "thumbnailImageUrl": picture, "actions": [action]});
    let quick = json!({"items": [{"type": "action", "action": {"type": "message", "label": "Yes", "text": "yes"}}]});
    let bubble = json!({"type": "bubble", "hero": {"type": "image", "url": picture, "size": "full", "action": action},
        "body": {"type": "box", "layout": "vertical", "contents": [
            {"type": "text", "text": "The shop", "weight": "bold"}, {"type": "separator"},
            {"type": "button", "style": "secondary", "action": action}, {"type": "button", "action": action}]}});
    [
        json!([
            {"type": "text", "text": "https://example.com/ is open."},
            {"type": "sticker", "packageId": "446", "stickerId": "1988"},
            {"type": "image", "originalContentUrl": picture, "previewImageUrl": picture},
            {"type": "video", "originalContentUrl": "https://example.com/a.mp4", "previewImageUrl": picture},
            {"type": "audio", "originalContentUrl": "https://example.com/a.m4a", "duration": 61000}]),
        json!([
            {"type": "location", "title": "Here", "address": "Tokyo", "latitude": 35.0, "longitude": 139.0},
            {"type": "imagemap", "baseUrl": "https://example.com/map", "altText": "map",
                "baseSize": {"width": 1040, "height": 1040},
                "actions": [{"type": "message", "label": "All", "text": "all", "area": area}]},
            {"type": "template", "altText": "sure", "template": {"type": "confirm", "text": "Sure?", "actions": [action, action]}},
            {"type": "template", "altText": "two", "template": {"type": "carousel", "columns": [column, column]}}]),
        json!([
            {"type": "flex", "altText": "shop", "contents": {"type": "carousel", "contents": [bubble, bubble]}},
            {"type": "flex", "altText": "shop", "contents": bubble},
            {"type": "text", "text": "Is it?", "quickReply": quick}]),
    ]
}

#[tokio::test]
async fn the_page_keeps_nobody_out() {
    let Some((mut browser, axe)) = start().await else { return };
    let bot = Bot::that_answers(500).await;
    let sim = Sim::builder().webhook(bot.url()).start().await.unwrap();
    let person = |name: &str| {
        sim.add_friend_as(Person { display_name: Some(name.into()), ..Person::default() })
    };
    let [hana, ploy, blocked] = ["Hana", "Ploy", "Theo"].map(person);
    let group = sim.invite(&[hana.clone(), ploy]);
    sim.member_says(&group, &hana, "in the group");
    sim.block(&blocked);
    sim.user_says(&hana, "hello?");
    sim.user_sends(&hana, UserMessage::file("list.pdf", &b"x"[..]));
    sim.webhooks().wait_for(5).await.unwrap();
    let to = |messages: &Value| json!({"to": hana, "messages": messages}).to_string();
    for messages in every_kind() {
        let answer = post(&sim, PUSH, &to(&messages)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    let wrong = post(&sim, PUSH, &to(&json!([{"type": "text", "text": ""}]))).await;
    assert_eq!(wrong.status, 400);
    let fault = json!({"match": {"count": 1}, "do": {"status": 500}}).to_string();
    control(&sim, "POST", "/faults", &fault).await;
    let mut wrong = Vec::new();
    for (width, is_dark) in [(1440, false), (1440, true), (390, false)] {
        browser.resize(width, 900).await;
        browser.dark(is_dark).await;
        let column = async |browser: &mut Browser, name: &str| {
            if width < 900 {
                browser.click(&format!(".bottom-tab[data-to={name}]")).await;
            }
        };
        for (query, column_name) in [
            (format!("chat={hana}&panel=connect"), "chat"),
            (format!("chat={hana}&panel=requests"), "side"),
            (format!("chat={hana}&panel=requests&entry=r4"), "side"),
            (format!("chat={hana}&panel=requests&entry=w1"), "side"),
            (format!("chat={group}&panel=controls"), "side"),
            (format!("chat={blocked}&panel=connect"), "chats"),
        ] {
            browser.open(&format!("{}?{query}", sim.page_url())).await;
            browser.until("document.querySelector('.chat-item') && document.querySelector('.banner-words')").await;
            column(&mut browser, column_name).await;
            check(&mut browser, &axe, &format!("{query} at {width}, dark: {is_dark}"), &mut wrong)
                .await;
        }
        browser.open(&format!("{}?chat={group}", sim.page_url())).await;
        browser.click("[data-do=extras]").await;
        browser.click("[data-id=members]").await;
        browser.until("document.querySelectorAll('.member').length > 2").await;
        browser.write("#words", "@").await;
        browser.until("!document.querySelector('#mention-box').hidden").await;
        check(&mut browser, &axe, &format!("sheets at {width}, dark: {is_dark}"), &mut wrong).await;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn the_login_page_keeps_nobody_out() {
    let Some((mut browser, axe)) = start().await else { return };
    let sim = Sim::start().await.unwrap();
    sim.add_friends(2);
    let back = format!("{}/back", sim.api_url());
    sim.login().add_redirect_uri(&back);
    let page = format!(
        "{}/oauth2/v2.1/authorize?response_type=code&client_id=sim-login-1&state=s&bot_prompt=normal\
         &scope=profile%20openid%20email&redirect_uri={back}",
        sim.api_url()
    );
    let mut wrong = Vec::new();
    for is_dark in [false, true] {
        browser.dark(is_dark).await;
        for lang in ["en", "ja", "zh-TW", "th"] {
            browser.open(&format!("{page}&ui_locales={lang}")).await;
            check(&mut browser, &axe, lang, &mut wrong).await;
        }
        browser.open(&format!("{}/oauth2/v2.1/authorize", sim.api_url())).await;
        check(&mut browser, &axe, "the error", &mut wrong).await;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
