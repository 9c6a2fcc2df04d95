//! What people tap.

use serde_json::{Value, json};

use super::{BALLOONS, count, is_well, push, start};
use crate::http::{post, send};

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

/// Buttons of a Flex layout, one below the other.
fn buttons(actions: &[Value]) -> Value {
    let buttons: Vec<Value> =
        actions.iter().map(|action| json!({"type": "button", "action": action})).collect();
    json!([{"type": "flex", "altText": "buttons", "contents": {"type": "bubble", "body":
        {"type": "box", "layout": "vertical", "contents": buttons}}}])
}

#[tokio::test]
async fn each_kind_of_action_does_its_own() {
    let Some((sim, bot, mut browser)) = start(1440, 900).await else { return };
    let actions = [
        json!({"type": "message", "label": "Ask", "text": "how much?"}),
        json!({"type": "uri", "label": "See", "uri": "https://example.com/shop"}),
        json!({"type": "clipboard", "label": "Code", "clipboardText": "SUMMER"}),
        json!({"type": "postback", "label": "Buy", "data": "buy=1", "displayText": "I buy it",
            "inputOption": "openKeyboard", "fillInText": "Size: "}),
        json!({"type": "datetimepicker", "label": "When", "data": "when", "mode": "time"}),
    ];
    push(&sim, buttons(&actions)).await;
    let button = |place: usize| format!(".fx-btn-cell:nth-child({place}) .fx-btn");

    browser.click(&button(1)).await;
    sim.webhooks().wait_for(1).await.unwrap();
    assert_eq!(bot.events()[0]["message"]["text"], "how much?");
    // What is new moves the buttons.
    browser.until(&format!("{BALLOONS}.includes('how much?')")).await;

    browser.click(&button(2)).await;
    browser
        .until("document.querySelector('#toast-link').href === 'https://example.com/shop'")
        .await;
    assert_eq!(
        browser.value("document.querySelector('#toast-link').rel").await,
        "noopener noreferrer"
    );

    browser.click(&button(3)).await;
    browser
        .until("document.querySelector('#toast-words').textContent === 'Copied' && document.querySelector('#toast-link').hidden")
        .await;

    browser.click(&button(4)).await;
    sim.webhooks().wait_for(2).await.unwrap();
    assert_eq!(bot.events()[1]["postback"]["data"], "buy=1");
    browser.until(&format!("{BALLOONS}.includes('I buy it')")).await;
    browser.until("document.querySelector('#words').value === 'Size: '").await;
    browser.until("document.activeElement.id === 'words'").await;

    browser.click(&button(5)).await;
    browser.until("document.querySelector('#picked').type === 'time'").await;
    browser.value("document.querySelector('#picked').value = '18:30'").await;
    browser.click("[data-do=pick-ok]").await;
    sim.webhooks().wait_for(3).await.unwrap();
    assert_eq!(bot.events()[2]["postback"]["params"], json!({"time": "18:30"}));
    assert_eq!(bot.events().len(), 3, "nothing else is told to the bot");
    is_well(&mut browser).await;
}

#[tokio::test]
async fn quick_replies_open_the_camera_the_album_and_the_map() {
    let Some((sim, bot, mut browser)) = start(1440, 900).await else { return };
    let item = |kind: &str| json!({"type": "action", "action": {"type": kind, "label": kind}});
    let items = ["camera", "cameraRoll", "location"].map(item);
    push(&sim, json!([{"type": "text", "text": "where?", "quickReply": {"items": items}}])).await;
    browser.until("document.querySelectorAll('.pill').length === 3").await;
    browser
        .value("document.querySelector('#attach').addEventListener('click', (event) => { event.preventDefault(); window.chosen = (window.chosen ?? 0) + 1; })")
        .await;
    browser.click(".pill:nth-child(1)").await;
    browser.until("window.chosen === 1").await;
    browser.click(".pill:nth-child(2)").await;
    browser.until("window.chosen === 2").await;
    browser.click(".pill:nth-child(3)").await;
    browser.until("!document.querySelector('#extras').hidden").await;
    browser.click("[data-do=send-place]").await;
    sim.webhooks().wait_for(1).await.unwrap();
    assert_eq!(bot.events()[0]["message"]["type"], "location");
    is_well(&mut browser).await;
}

#[tokio::test]
async fn areas_of_an_imagemap_are_tapped() {
    let Some((sim, bot, mut browser)) = start(1440, 900).await else { return };
    let area = |x: u32| json!({"x": x, "y": 0, "width": 520, "height": 1040});
    push(
        &sim,
        json!([{"type": "imagemap", "baseUrl": "https://example.com/map", "altText": "map",
        "baseSize": {"width": 1040, "height": 1040}, "actions": [
            {"type": "message", "text": "left", "area": area(0)},
            {"type": "uri", "linkUri": "https://example.com/right", "area": area(520)}]}]),
    )
    .await;
    browser.until("document.querySelectorAll('.area').length === 2").await;
    let places = "[...document.querySelectorAll('.area')].map((it) => { const map = it.parentElement.getBoundingClientRect(); \
        const { x, width, height } = it.getBoundingClientRect(); \
        return [(x - map.x) / map.width, width / map.width, height / map.height].map((part) => Math.round(part * 100)); })";
    assert_eq!(browser.value(places).await, json!([[0, 50, 100], [50, 50, 100]]));
    browser.click(".area:nth-of-type(2)").await;
    browser
        .until("document.querySelector('#toast-link').href === 'https://example.com/right'")
        .await;
    browser.click(".area").await;
    sim.webhooks().wait_for(1).await.unwrap();
    assert_eq!(bot.events()[0]["message"]["text"], "left");
    is_well(&mut browser).await;
}

#[tokio::test]
async fn a_rich_menu_switches_to_another() {
    let Some((sim, bot, mut browser)) = start(1440, 900).await else { return };
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x09\xc4\0\0\x06\x96\x08\x02\0\0\0";
    let mut ids = Vec::new();
    for (name, action) in [
        ("First", json!({"type": "richmenuswitch", "richMenuAliasId": "second", "data": "to=2"})),
        ("Second", json!({"type": "message", "label": "Hi", "text": "hi!"})),
    ] {
        let menu = json!({"size": {"width": 2500, "height": 1686}, "selected": true, "name": name, "chatBarText": name,
            "areas": [{"bounds": {"x": 0, "y": 0, "width": 2500, "height": 1686}, "action": action}]});
        let made = post(&sim, "/v2/bot/richmenu", &menu.to_string()).await;
        let id = made.json()["richMenuId"].as_str().unwrap().to_owned();
        let headers = [("authorization", "Bearer sim-token-1"), ("content-type", "image/png")];
        let path = format!("/v2/bot/richmenu/{id}/content");
        let answer = send(&sim.data_url(), "POST", &path, &headers, png).await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text());
        ids.push(id);
    }
    let alias = json!({"richMenuAliasId": "second", "richMenuId": ids[1]});
    assert_eq!(post(&sim, "/v2/bot/richmenu/alias", &alias.to_string()).await.status, 200);
    let all = format!("/v2/bot/user/all/richmenu/{}", ids[0]);
    assert_eq!(post(&sim, &all, "").await.status, 200);

    browser.until("document.querySelector('.menu-bar')?.textContent === 'First'").await;
    browser.click(".menu-bar").await;
    browser.until("document.querySelector('.menu-sheet').classList.contains('is-closed')").await;
    browser.click(".menu-bar").await;
    browser.click(".menu-area").await;
    browser.until("document.querySelector('.menu-bar')?.textContent === 'Second'").await;
    browser.click(".menu-area").await;
    sim.webhooks().wait_for(2).await.unwrap();
    assert_eq!(bot.events()[0]["postback"]["params"]["newRichMenuAliasId"], "second");
    assert_eq!(bot.events()[1]["message"]["text"], "hi!");
    assert_eq!(count(&mut browser, ".menu-area").await, 1);
    is_well(&mut browser).await;
}

#[tokio::test]
async fn a_date_picker_begins_where_the_bot_says_and_keeps_to_its_range() {
    let Some((sim, bot, mut browser)) = start(1440, 900).await else { return };
    push(&sim, json!([{"type": "text", "text": "when?", "quickReply": {"items": [
        {"type": "action", "action": {"type": "datetimepicker", "label": "Pick", "data": "when", "mode": "datetime",
         "initial": "2026-12-25t18:00", "min": "2026-12-24t00:00", "max": "2026-12-26t23:59"}}]}}]))
    .await;
    browser.click(".pill").await;
    browser.until("document.querySelector('#picked').value === '2026-12-25T18:00'").await;
    browser.value("document.querySelector('#picked').value = '2026-12-27T00:00'").await;
    browser.click("[data-do=pick-ok]").await;
    browser.until("document.querySelector('#picked').matches(':invalid')").await;
    assert_eq!(browser.value("document.querySelector('#picker').hidden").await, false);
    browser.value("document.querySelector('#picked').value = '2026-12-26T23:59'").await;
    browser.click("[data-do=pick-ok]").await;
    sim.webhooks().wait_for(1).await.unwrap();
    assert_eq!(bot.events().len(), 1);
    assert_eq!(bot.events()[0]["postback"]["params"], json!({"datetime": "2026-12-26T23:59"}));
    is_well(&mut browser).await;
}
