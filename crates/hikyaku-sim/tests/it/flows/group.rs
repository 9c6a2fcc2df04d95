//! What people do in groups.

use hikyaku_sim::Person;
use serde_json::json;

use super::{BALLOONS, is_well, start};

/// The names of a group's members in the sheet.
const NAMES: &str =
    "[...document.querySelectorAll('.member > .member-name')].map((it) => it.textContent)";

fn named(name: &str) -> Person {
    Person { display_name: Some(name.into()), ..Person::default() }
}

#[tokio::test]
async fn two_people_speak_in_a_group() {
    let Some((sim, bot, mut browser)) = start(1440, 900).await else { return };
    let ploy = sim.add_friend_as(named("Ploy"));
    browser.until("document.querySelectorAll('.chat-item').length === 2").await;
    browser.click("[data-do=new-group]").await;
    browser.click(".chats li:nth-child(1) .chat-item").await;
    browser.click(".chats li:nth-child(2) .chat-item").await;
    browser.click("[data-do=make-group]").await;
    browser.until("document.querySelector('.who-bar select')?.options.length === 2").await;
    sim.webhooks().wait_for(1).await.unwrap();
    assert_eq!(bot.events()[0]["type"], "join");
    browser.write("#words", "one").await;
    browser.enter(false).await;
    sim.webhooks().wait_for(2).await.unwrap();
    let speak = format!(
        "(() => {{ const who = document.querySelector('.who-bar select'); who.value = '{ploy}'; \
         who.dispatchEvent(new Event('change', {{ bubbles: true }})); }})()"
    );
    browser.value(&speak).await;
    browser.until("document.querySelector('#words').placeholder.includes('Ploy')").await;
    browser.write("#words", "two").await;
    browser.enter(false).await;
    sim.webhooks().wait_for(3).await.unwrap();
    let source = bot.events()[2]["source"].clone();
    assert_eq!((&source["type"], &source["userId"]), (&json!("group"), &json!(ploy)));
    browser.until("document.querySelector('.row-mine .balloon')?.textContent === 'two'").await;
    browser.until("document.querySelector('.row-theirs .balloon')?.textContent === 'one'").await;
    is_well(&mut browser).await;
}

#[tokio::test]
async fn members_come_and_go_and_so_does_the_account() {
    let Some((sim, bot, mut browser)) = start(1440, 900).await else { return };
    let [ploy, theo] = ["Ploy", "Theo"].map(|name| sim.add_friend_as(named(name)));
    let group = sim.invite(std::slice::from_ref(&ploy));
    sim.webhooks().wait_for(1).await.unwrap();
    browser.click(&format!(".chat-item[data-to={group}]")).await;
    browser.click("[data-id=members]").await;
    browser.until(&format!("{NAMES}.length === 4 && {NAMES}.includes('Theo')")).await;
    browser.write("#find-member", "theo").await;
    browser.until(&format!("{NAMES}.at(-1) === 'Theo' && !{NAMES}.includes('Hana')")).await;
    browser.click(&format!(".member[data-id={theo}] button")).await;
    sim.webhooks().wait_for(2).await.unwrap();
    assert_eq!(bot.events()[1]["type"], "memberJoined");
    assert_eq!(bot.events()[1]["joined"]["members"][0]["userId"], json!(theo));
    browser.until("document.querySelector('.who-bar .chat-count').textContent === '(2)'").await;
    browser.click(&format!(".member[data-id={ploy}] button")).await;
    sim.webhooks().wait_for(3).await.unwrap();
    assert_eq!(bot.events()[2]["type"], "memberLeft");
    browser.click(".member[data-id=account] button").await;
    sim.webhooks().wait_for(4).await.unwrap();
    assert_eq!(bot.events()[3]["type"], "leave");
    browser.press("Escape", false).await;
    browser.click(".foot-note .link").await;
    sim.webhooks().wait_for(5).await.unwrap();
    assert_eq!(bot.events()[4]["type"], "join");
    browser.until("!document.querySelector('.foot-note')").await;
    is_well(&mut browser).await;
}

#[tokio::test]
async fn somebody_is_mentioned_by_keyboard_and_by_mouse() {
    let Some((sim, bot, mut browser)) = start(1440, 900).await else { return };
    let mira = sim.add_friend_as(named("Mira Novak"));
    let ploy = sim.add_friend_as(named("Ploy"));
    let group = sim.invite(&[mira.clone(), ploy]);
    sim.webhooks().wait_for(1).await.unwrap();
    browser.click(&format!(".chat-item[data-to={group}]")).await;
    browser.until("document.querySelectorAll('.mentionable').length === 4").await;
    browser.write("#words", "😀 @").await;
    browser.until("!document.querySelector('#mention-box').hidden").await;
    browser.press("ArrowDown", false).await;
    browser.until("document.querySelector('.mentionable[aria-selected=true]').textContent.includes('Mira')").await;
    browser.enter(false).await;
    browser.until("document.querySelector('#words').value === '😀 @Mira Novak '").await;
    browser.write("#words", "and @al").await;
    browser.until("document.querySelectorAll('.mentionable:not([hidden])').length === 1").await;
    browser.click(".mentionable:not([hidden])").await;
    browser.until("document.querySelector('#words').value === '😀 @Mira Novak and @All '").await;
    browser.enter(false).await;
    sim.webhooks().wait_for(2).await.unwrap();
    let message = bot.events()[1]["message"].clone();
    assert_eq!(
        message["mention"]["mentionees"],
        json!([
            {"type": "user", "index": 3, "length": 11, "userId": mira, "isSelf": false},
            {"type": "all", "index": 19, "length": 4},
        ])
    );
    browser.until(&format!("{BALLOONS}.at(-1) === '😀 @Mira Novak and @All '")).await;
    let marked = "[...document.querySelectorAll('.mention')].map((it) => it.textContent)";
    assert_eq!(browser.value(marked).await, json!(["@Mira Novak", "@All"]));
    is_well(&mut browser).await;
}

#[tokio::test]
async fn a_text_is_changed_after_it_was_sent() {
    let Some((sim, bot, mut browser)) = start(1440, 900).await else { return };
    let ploy = sim.add_friend_as(named("Ploy"));
    let group = sim.invite(&[ploy]);
    let said = sim.user_says(&group, "helo");
    sim.webhooks().wait_for(2).await.unwrap();
    browser.click(&format!(".chat-item[data-to={group}]")).await;
    browser.hover(".row-mine .balloon").await;
    browser.click(".row-mine .row-act[data-do=edit]").await;
    browser.until("document.querySelector('#words').value === 'helo'").await;
    browser.value("document.querySelector('#words').select()").await;
    browser.write("#words", "hello").await;
    browser.enter(false).await;
    sim.webhooks().wait_for(3).await.unwrap();
    let event = bot.events()[2].clone();
    assert_eq!(
        (&event["type"], &event["message"]["id"]),
        (&json!("messageEdited"), &json!(said.message_id))
    );
    assert_eq!(event["message"]["text"], "hello");
    browser.until(&format!("{BALLOONS}.includes('hello') && !{BALLOONS}.includes('helo')")).await;
    browser.until("document.querySelector('.row-mine .edited')").await;
    assert_eq!(browser.value("document.querySelector('#words').value").await, "");
    is_well(&mut browser).await;
}
