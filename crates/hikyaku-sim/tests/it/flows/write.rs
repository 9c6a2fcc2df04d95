//! What people write and send.

use base64::{Engine as _, prelude::BASE64_STANDARD as BASE64};
use hikyaku_sim::UserMessage;
use serde_json::json;

use super::{BALLOONS, is_well, push, start};

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

/// A file as a page gets it from a clipboard or from a person who has chosen it.
const FILE: &str = "(name, type, base64) => {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const held = new DataTransfer();
  held.items.add(new File([bytes], name, { type }));
  return held;
}";

const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

#[tokio::test]
async fn a_picture_is_pasted() {
    let Some((sim, bot, mut browser)) = start(1440, 900).await else { return };
    let paste = format!(
        "document.querySelector('#words').dispatchEvent(new ClipboardEvent('paste', \
         {{ clipboardData: ({FILE})('a.png', 'image/png', '{PNG}'), bubbles: true, cancelable: true }}))"
    );
    browser.value(&paste).await;
    sim.webhooks().wait_for(1).await.unwrap();
    assert_eq!(bot.events()[0]["message"]["type"], "image");
    browser.until("document.querySelector('.shot-img')?.naturalWidth === 1").await;
    is_well(&mut browser).await;
}

#[tokio::test]
async fn a_recording_is_sent_with_its_length_and_can_be_played() {
    let Some((sim, bot, mut browser)) = start(1440, 900).await else { return };
    // Half a second of silence, as a WAV file.
    let mut wav = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\xa0\x0f\0\0".to_vec();
    wav.extend([128; 4000]);
    let choose = format!(
        "(() => {{ const attach = document.querySelector('#attach'); \
         attach.files = ({FILE})('a.wav', 'audio/wav', '{}').files; \
         attach.dispatchEvent(new Event('change', {{ bubbles: true }})); }})()",
        BASE64.encode(wav)
    );
    browser.value(&choose).await;
    sim.webhooks().wait_for(1).await.unwrap();
    let message = bot.events()[0]["message"].clone();
    assert_eq!((&message["type"], &message["duration"]), (&json!("audio"), &json!(500)));
    browser.until("document.querySelector('audio.sound')?.duration === 0.5").await;
    is_well(&mut browser).await;
}

#[tokio::test]
async fn a_place_and_a_sticker_are_sent() {
    let Some((sim, bot, mut browser)) = start(1440, 900).await else { return };
    browser.click("[data-do=extras]").await;
    browser.value("document.querySelector('#place-title').value = 'The shop'").await;
    browser.click("[data-do=send-place]").await;
    sim.webhooks().wait_for(1).await.unwrap();
    let place = bot.events()[0]["message"].clone();
    assert_eq!((&place["title"], &place["latitude"]), (&json!("The shop"), &json!(35.6812)));
    browser.until("document.querySelector('.card-title')?.textContent === 'The shop'").await;
    browser.until("document.querySelector('#extras').hidden").await;
    browser.click("[data-do=extras]").await;
    browser.click("[data-do=send-sticker]").await;
    sim.webhooks().wait_for(2).await.unwrap();
    assert_eq!(bot.events()[1]["message"]["stickerId"], "1988");
    browser.until("document.querySelector('.sticker-ids')?.textContent === '446:1988'").await;
    is_well(&mut browser).await;
}

#[tokio::test]
async fn a_search_finds_an_old_message_and_leads_to_it() {
    let Some((sim, _bot, mut browser)) = start(1440, 900).await else { return };
    push(&sim, json!([{"type": "text", "text": "The parcel is at the harbour."}])).await;
    for page in 0..30 {
        let texts: Vec<_> =
            (0..5).map(|n| json!({"type": "text", "text": format!("{page}-{n}")})).collect();
        push(&sim, json!(texts)).await;
    }
    sim.add_friend();
    browser.until(&format!("{BALLOONS}.includes('29-4')")).await;
    assert_eq!(
        browser.value(&format!("{BALLOONS}.some((it) => it.includes('harbour'))")).await,
        false
    );
    browser.write("#find", "HARBOUR").await;
    browser.until("document.querySelectorAll('.chat-item').length === 1").await;
    browser.click(".chat-item").await;
    browser.until("document.querySelector('.is-found')?.textContent.includes('harbour')").await;
    browser.until("document.querySelector('.is-found').getBoundingClientRect().top > 0").await;
    is_well(&mut browser).await;
}

#[tokio::test]
async fn whoever_is_at_the_end_stays_there_while_a_picture_is_loaded() {
    let Some((sim, _bot, mut browser)) = start(1440, 900).await else { return };
    let user = sim.friends()[0].clone();
    for number in 0..30 {
        sim.user_says(&user, &number.to_string());
    }
    browser.until(&format!("{BALLOONS}.length === 30")).await;
    let draw = "(() => { const place = document.createElement('canvas'); \
        Object.assign(place, { width: 200, height: 300 }); return place.toDataURL('image/png').split(',')[1]; })()";
    let png = BASE64.decode(browser.value(draw).await.as_str().unwrap()).unwrap();
    sim.user_sends(&user, UserMessage::image(png));
    push(&sim, json!([{"type": "text", "text": "what a picture"}])).await;
    browser.until(&format!("{BALLOONS}.includes('what a picture')")).await;
    browser.until("document.querySelector('.shot-img')?.clientHeight === 300").await;
    browser
        .until(
            "(() => { const thread = document.querySelector('#thread'); \
             return thread.scrollHeight - thread.scrollTop - thread.clientHeight < 2; })()",
        )
        .await;
    assert_eq!(browser.value("document.querySelector('#newer').hidden").await, true);
    // Who reads what is above is left there.
    browser.value("document.querySelector('#thread').scrollTop = 0").await;
    browser.until("document.querySelector('#thread').scrollTop === 0").await;
    push(&sim, json!([{"type": "text", "text": "and more"}])).await;
    browser.until("!document.querySelector('#newer').hidden").await;
    assert_eq!(browser.value("document.querySelector('#thread').scrollTop").await, 0);
    is_well(&mut browser).await;
}
