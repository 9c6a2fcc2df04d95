//! Keys that write nothing.

use hikyaku_sim::{Person, Sim};
use serde_json::json;

use super::{count, is_well, push, start};
use crate::browser::Browser;

const IS_OPEN: &str = "document.querySelector('#keys').open";

#[tokio::test]
async fn a_question_mark_lists_the_keys_which_can_be_turned_off() {
    let Some((sim, _bot, mut browser)) = start(1440, 900).await else { return };
    browser.press("?", true).await;
    browser.until(IS_OPEN).await;
    assert!(count(&mut browser, ".key-row").await > 10);
    // Nothing behind it acts meanwhile.
    browser.press("w", false).await;
    assert_ne!(browser.value("document.activeElement.id").await, "words");
    browser.press("Escape", false).await;
    browser.until(&format!("!{IS_OPEN}")).await;

    browser.press("w", false).await;
    browser.until("document.activeElement.id === 'words'").await;
    // A letter that is typed is a letter.
    browser.press("i", false).await;
    browser.press("?", true).await;
    assert_eq!(browser.value("document.querySelector('#words').value").await, "i?");
    assert_eq!(browser.value(IS_OPEN).await, false);

    browser.click("[data-do=keys]").await;
    browser.click("[data-do=single-keys]").await;
    browser.click("[data-do=no-keys]").await;
    browser.until(&format!("!{IS_OPEN}")).await;
    browser.value("document.activeElement.blur()").await;
    browser.press("?", true).await;
    browser.press("i", false).await;
    assert_eq!(browser.value(IS_OPEN).await, false);
    assert_eq!(browser.value("document.querySelector('#panel-requests').hidden").await, true);
    // And it stays so.
    browser.open(&sim.page_url()).await;
    browser.until("document.querySelector('.chat-item')").await;
    browser.press("?", true).await;
    assert_eq!(browser.value(IS_OPEN).await, false);
    is_well(&mut browser).await;
}

#[tokio::test]
async fn keys_lead_through_chats_and_requests() {
    let Some((sim, _bot, mut browser)) = start(1440, 900).await else { return };
    sim.add_friend_as(Person { display_name: Some("Ploy".into()), ..Person::default() });
    push(&sim, json!([{"type": "text", "text": "one"}])).await;
    push(&sim, json!([{"type": "text", "text": "two"}])).await;
    browser.until("document.querySelectorAll('.chat-item').length === 2").await;
    let name = "document.querySelector('.who-name')?.textContent";
    browser.until(&format!("{name} === 'Hana'")).await;
    browser.press("w", false).await;
    browser.press_with_alt("ArrowDown").await;
    browser.until(&format!("{name} === 'Ploy'")).await;
    browser.press_with_alt("ArrowUp").await;
    browser.until(&format!("{name} === 'Hana'")).await;

    browser.value("document.activeElement.blur()").await;
    browser.press("i", false).await;
    browser.until("document.querySelectorAll('.entry').length === 2").await;
    browser.press("j", false).await;
    browser.press("j", false).await;
    browser.until("document.activeElement.dataset.id === 'r1'").await;
    browser.press("k", false).await;
    browser.until("document.activeElement.dataset.id === 'r2'").await;
    browser.press("Enter", false).await;
    browser
        .until("location.search.includes('entry=r2') && document.querySelector('[data-do=resend]')")
        .await;
    browser.press("r", false).await;
    browser.until("location.search.includes('entry=r3')").await;
    assert_eq!(sim.outbox().len(), 3);
    browser.press("Escape", false).await;
    browser.until("document.querySelectorAll('.entry').length === 3").await;
    is_well(&mut browser).await;
}

#[tokio::test]
async fn a_key_switches_who_speaks_in_a_group() {
    let Some(mut browser) = Browser::start(1440, 900).await else { return };
    let sim = Sim::start().await.unwrap();
    let person = |name: &str| Person { display_name: Some(name.into()), ..Person::default() };
    let members = ["Hana", "Ploy"].map(|name| sim.add_friend_as(person(name)));
    let group = sim.invite(&members);
    browser.open(&format!("{}?chat={group}", sim.page_url())).await;
    let hint = "document.querySelector('#words').placeholder";
    browser.until(&format!("{hint} === 'Write as Hana'")).await;
    browser.press("u", false).await;
    browser.until(&format!("{hint} === 'Write as Ploy'")).await;
    // On a keyboard without Latin letters, the key in the same place.
    browser
        .value("void document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'ี', code: 'KeyU', bubbles: true }))")
        .await;
    browser.until(&format!("{hint} === 'Write as Hana'")).await;
    is_well(&mut browser).await;
}

#[tokio::test]
async fn a_link_leads_to_a_message_and_what_is_open_is_in_the_address() {
    let Some((sim, _bot, mut browser)) = start(1440, 900).await else { return };
    for number in 0..40 {
        push(&sim, json!([{"type": "text", "text": format!("message {number}")}])).await;
    }
    browser.until("document.querySelectorAll('.row').length === 40").await;
    let id = browser.value("document.querySelector('.row').dataset.id").await;
    let user = "U00000000000000000000000000000001";
    let link = format!("{}?chat={user}&at={}", sim.page_url(), id.as_str().unwrap());
    browser
        .value("void (navigator.clipboard.writeText = async (text) => { window.copied = text; })")
        .await;
    browser.hover(".row").await;
    browser.click(".row [data-do=link]").await;
    browser.until("window.copied").await;
    assert_eq!(browser.value("window.copied").await.as_str(), Some(link.as_str()));
    browser.open(&link).await;
    browser
        .until("document.querySelector('.row.is-found')?.textContent.includes('message 0')")
        .await;
    let is_seen = "(() => { const it = document.querySelector('.is-found').getBoundingClientRect(); \
        const all = document.querySelector('#thread').getBoundingClientRect(); return it.top >= all.top && it.bottom <= all.bottom; })()";
    assert_eq!(browser.value(is_seen).await, true);
    browser.click(".side-tab[data-to=controls]").await;
    browser.until("location.search.includes('panel=controls')").await;
    let here = browser.value("location.href").await;
    browser.open(here.as_str().unwrap()).await;
    browser.until("document.querySelector('#panel-controls')?.hidden === false").await;
    is_well(&mut browser).await;
}
