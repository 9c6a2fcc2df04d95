//! What the panel with controls does: rates, how the phone looks, and the whole state as a file.

use hikyaku_sim::{ClockMode, Person, Sim};
use serde_json::{Value, json};

use super::{BALLOONS, count, is_well, push, start};
use crate::{
    browser::Browser,
    http::{control, get, post},
};

#[tokio::test]
async fn gauges_show_what_is_left_of_a_rate() {
    let Some(mut browser) = Browser::start(1440, 900).await else { return };
    let start = "2026-08-01T00:00:00Z".parse().unwrap();
    let sim = Sim::builder().clock(ClockMode::Fixed(start)).start().await.unwrap();
    let rate = json!({"method": "GET", "path": "/v2/bot/info", "rate": {"count": 2, "per": "1m"}});
    control(&sim, "PUT", "/ratelimit", &rate.to_string()).await.is_status(204);
    let gauges = "[...document.querySelectorAll('.gauge')].map((it) => it.innerText.replace(/\\s+/g, ' ').trim())";
    browser.open(&format!("{}?panel=controls", sim.page_url())).await;
    let hint = "document.querySelector('[data-id=rates] .fine').textContent";
    browser.until(&format!("{hint} === 'Your program has called nothing yet.'")).await;
    get(&sim, "/v2/bot/info").await.is_status(200);
    get(&sim, "/v2/bot/message/quota").await.is_status(200);
    let expected = json!(["GET info 1 / 2 1 min", "GET message/quota 1,999 / 2,000 1 s"]);
    browser.until(&format!("JSON.stringify({gauges}) === '{expected}'")).await;
    get(&sim, "/v2/bot/info").await.is_status(200);
    get(&sim, "/v2/bot/info").await.is_status(429);
    browser.until("document.querySelector('.gauge meter').dataset.state === 'bad'").await;
    let meter = "(({ value, max, ariaLabel }) => [value, max, ariaLabel])(document.querySelector('.gauge meter'))";
    assert_eq!(browser.value(meter).await, json!([0, 2, "GET info: 0 / 2"]));
    browser.click("[data-id=rate-acts] button").await;
    browser.until(&format!("{hint}.startsWith('Off:')")).await;
    get(&sim, "/v2/bot/info").await.is_status(200);
    assert_eq!(count(&mut browser, ".gauge").await, 0);
    browser.click("[data-id=rate-acts] button").await;
    browser.until(&format!("JSON.stringify({gauges}[0]) === '\"GET info 0 / 2 1 min\"'")).await;
    is_well(&mut browser).await;
}

#[tokio::test]
async fn a_second_channel_has_gauges_of_its_own_and_its_switches_work() {
    let Some(mut browser) = Browser::start(1440, 900).await else { return };
    let sim = Sim::start().await.unwrap();
    sim.add_friend();
    let second = sim.add_channel();
    get(&sim, "/v2/bot/info").await.is_status(200);
    let page = format!("{}?channel={}&panel=controls", sim.page_url(), second.channel_id());
    browser.open(&page).await;
    browser.until("document.querySelector('[data-id=rates]')").await;
    assert_eq!(count(&mut browser, ".gauge").await, 0);
    for act in ["rate-acts", "quota", "faults", "clock-acts"] {
        browser.click(&format!("[data-id={act}] .choices button")).await;
    }
    browser
        .until("document.querySelector('[data-id=rates] .fine').textContent.startsWith('Off:')")
        .await;
    browser.until("document.querySelector('.banner-words')").await;
    assert_eq!(browser.value("document.querySelector('#toast').hidden").await, true);
    assert_eq!(post(&second, crate::push::PUSH, "{}").await.status, 500);
    is_well(&mut browser).await;
}

#[tokio::test]
async fn the_state_is_taken_away_and_brought_to_another_simulator() {
    let Some((sim, _bot, mut browser)) = start(1440, 900).await else { return };
    let folder = tempfile::TempDir::new().unwrap();
    browser.downloads_to(folder.path()).await;
    push(&sim, json!([{"type": "text", "text": "kept in a file"}])).await;
    browser.open(&format!("{}?panel=controls", sim.page_url())).await;
    browser.click("#export").await;
    let exported = browser.downloaded().await;
    assert_eq!(String::from_utf8(exported.clone()).unwrap(), sim.export());
    assert_eq!(
        browser.value("document.querySelector('#export').download").await,
        "hikyaku-sim.json"
    );

    // Another simulator, with the keyboard alone.
    let file = folder.path().join("my state.json");
    std::fs::write(&file, &exported).unwrap();
    let other = Sim::start().await.unwrap();
    let ploy = Person { display_name: Some("Ploy".into()), ..Person::default() };
    let ploy = other.add_friend_as(Person {
        user_id: Some("U00000000000000000000000000000abc".into()),
        ..ploy
    });
    browser.open(&format!("{}?chat={ploy}&panel=controls", other.page_url())).await;
    browser.until("document.querySelector('.who-name')?.textContent === 'Ploy'").await;
    browser.tab_to("#import-file", true).await;
    browser.choose("#import-file", &file).await;
    browser.until("document.activeElement.dataset.do === 'import'").await;
    assert_eq!(
        browser.value("document.querySelector('#import-name').textContent").await,
        "my state.json"
    );
    // Nothing is replaced before that is meant.
    browser.press("Escape", false).await;
    browser.until("document.querySelector('#import-sure').hidden").await;
    assert_eq!(browser.value("document.activeElement.id").await, "import-file");
    assert_eq!(other.friends(), [ploy]);
    browser.choose("#import-file", &file).await;
    browser.until("document.activeElement.dataset.do === 'import'").await;
    browser.press("Enter", false).await;
    browser.until(&format!("{BALLOONS}.includes('kept in a file')")).await;
    browser.until("document.querySelector('#toast-words').textContent === 'Imported'").await;
    assert_eq!(other.friends(), sim.friends());
    let friend = &sim.friends()[0];
    browser.until(&format!("new URL(location).searchParams.get('chat') === '{friend}'")).await;
    is_well(&mut browser).await;
}

#[tokio::test]
async fn a_file_that_is_no_state_changes_nothing_and_says_why() {
    // On a narrow screen, where the phone is not seen meanwhile.
    let Some((sim, _bot, mut browser)) = start(390, 844).await else { return };
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("state.json");
    let mut state: Value = serde_json::from_str(&sim.export()).unwrap();
    state["world"]["log"]["seq"] = json!(u64::MAX);
    std::fs::write(&file, state.to_string()).unwrap();
    browser.open(&format!("{}?panel=controls", sim.page_url())).await;
    browser.click(".bottom-tab[data-to=side]").await;
    browser.choose("#import-file", &file).await;
    browser.click("[data-do=import]").await;
    browser.until("document.querySelector('#toast-words').textContent.includes('`log.seq` is 18446744073709551615')").await;
    let seen = "(() => { const { left, right, top, bottom } = document.querySelector('#toast').getBoundingClientRect(); \
        return left >= 0 && right <= innerWidth && top >= 0 && bottom <= innerHeight && \
        document.querySelector('#toast').contains(document.elementFromPoint((left + right) / 2, (top + bottom) / 2)); })()";
    assert_eq!(browser.value(seen).await, true);
    assert_eq!(sim.friends().len(), 1);
    is_well(&mut browser).await;
}

#[tokio::test]
async fn letters_grow_and_the_phone_narrows_and_both_stay() {
    let Some((sim, _bot, mut browser)) = start(1440, 900).await else { return };
    let bubble = json!({"type": "bubble", "body": {"type": "box", "layout": "vertical", "contents": [
        {"type": "text", "text": "as it is", "size": "md"},
        {"type": "text", "text": "as the reader wants", "size": "md", "scaling": true}]}});
    push(
        &sim,
        json!([
        {"type": "text", "text": "some words that need more than one line of a narrow phone"},
        {"type": "flex", "altText": "shop", "contents": bubble}]),
    )
    .await;
    browser.open(&format!("{}?panel=controls", sim.page_url())).await;
    let size = |selector: &str| {
        format!("parseFloat(getComputedStyle(document.querySelector('{selector}')).fontSize)")
    };
    let letters = size(".words");
    let scaled = "[...document.querySelectorAll('.fx-t')].map((it) => parseFloat(getComputedStyle(it).fontSize))";
    browser.until("document.querySelectorAll('.fx-t').length === 2").await;
    assert_eq!(browser.value(&letters).await, 15);
    let before = browser.value(scaled).await;
    assert_eq!(before[0], before[1]);
    browser.click("[data-do=letters][data-to=extra]").await;
    assert_eq!(browser.value(&letters).await, 21);
    let after = browser.value(scaled).await;
    assert_eq!(after[0], before[0]);
    assert!(after[1].as_f64() > before[1].as_f64(), "{after}");
    browser.click("[data-do=width][data-to=\"320\"]").await;
    let width = "document.querySelector('#handset').getBoundingClientRect().width";
    assert_eq!(browser.value(width).await, 320);
    // Nothing sticks out of the phone, and no line lies on another.
    let wider = "[...document.querySelectorAll('.thread *')].filter((it) => it.getBoundingClientRect().right > \
        document.querySelector('#handset').getBoundingClientRect().right + 0.5).map((it) => it.className)";
    assert_eq!(browser.value(wider).await, json!([]));
    let line = "(({ fontSize, lineHeight }) => parseFloat(lineHeight) / parseFloat(fontSize))(getComputedStyle(document.querySelector('.who')))";
    assert!(browser.value(line).await.as_f64().unwrap() > 1.2);
    browser.open(&format!("{}?lang=ja&panel=controls", sim.page_url())).await;
    browser.until(&format!("{letters} === 21 && {width} === 320")).await;
    let pressed =
        "[...document.querySelectorAll('.segment[aria-pressed=true]')].map((it) => it.textContent)";
    assert_eq!(browser.value(pressed).await, json!(["特大", "320", "送信どおり"]));
    is_well(&mut browser).await;
}

#[tokio::test]
async fn flex_messages_are_drawn_from_right_to_left_when_asked_to() {
    let Some((sim, _bot, mut browser)) = start(1440, 900).await else { return };
    let cell = |text: &str| json!({"type": "text", "text": text, "flex": 0});
    let bubble = json!({"type": "bubble", "size": "kilo", "body": {"type": "box", "layout": "horizontal",
        "spacing": "md", "paddingStart": "40px", "paddingEnd": "10px", "contents": [cell("one"), cell("two")]}});
    push(&sim, json!([{"type": "flex", "altText": "shop", "contents": bubble}])).await;
    browser.open(&format!("{}?panel=controls", sim.page_url())).await;
    browser.until("document.querySelectorAll('.fx-t').length === 2").await;
    // From the bubble's side where reading begins: each text, and how far away the first one is.
    let places = "(() => { const bubble = document.querySelector('.fx-bubble').getBoundingClientRect(); \
        const [one, two] = [...document.querySelectorAll('.fx-t')].map((it) => it.getBoundingClientRect()); \
        return [Math.round(one.left - bubble.left), Math.round(bubble.right - one.right), one.left < two.left]; })()";
    let sent = browser.value(places).await;
    assert_eq!((&sent[0], &sent[2]), (&json!(40), &json!(true)), "{sent}");
    browser.click("[data-do=direction][data-to=rtl]").await;
    let turned = browser.value(places).await;
    assert_eq!((&turned[1], &turned[2]), (&json!(40), &json!(false)), "{turned}");
    assert_eq!((&turned[0], &sent[0]), (&sent[1], &turned[1]));
    browser.open(&format!("{}?panel=controls", sim.page_url())).await;
    browser.until("document.querySelectorAll('.fx-t').length === 2").await;
    assert_eq!(browser.value(places).await, turned);
    browser.click("[data-do=direction][data-to=sent]").await;
    assert_eq!(browser.value(places).await, sent);
    is_well(&mut browser).await;
}

#[tokio::test]
async fn a_conversation_is_recorded_to_a_file() {
    let Some((sim, bot, mut browser)) = start(1440, 900).await else { return };
    let folder = tempfile::TempDir::new().unwrap();
    browser.downloads_to(folder.path()).await;
    let hana = sim.friends().remove(0);
    browser.open(&format!("{}?panel=controls", sim.page_url())).await;
    browser.click("[data-do=record-all]").await;
    let toast = "document.querySelector('#toast-words').textContent";
    browser.until(&format!("{toast} === 'Nobody has said anything.'")).await;
    sim.user_says(&hana, "before");
    browser.until("document.querySelector('#record').ariaPressed === 'false'").await;
    browser.click("#record").await;
    browser.until("document.querySelector('#record').ariaPressed === 'true'").await;
    // It goes on when the page is opened again.
    browser.open(&format!("{}?panel=controls", sim.page_url())).await;
    browser.until("document.querySelector('#record').textContent === 'Stop and save'").await;
    browser.until(&format!("{BALLOONS}.includes('before')")).await;
    browser.write("#words", "order \"2\" roses").await;
    browser.press("Enter", false).await;
    sim.webhooks().wait_for(2).await.unwrap();
    let token = bot.events()[1]["replyToken"].clone();
    let reply = json!({"replyToken": token, "messages": [{"type": "text", "text": "They are on their way."}]});
    post(&sim, "/v2/bot/message/reply", &reply.to_string()).await.is_status(200);
    browser.click("#record").await;
    let recorded = String::from_utf8(browser.downloaded().await).unwrap();
    let (_, steps) = recorded.split_once("\n[[person]]\n").unwrap();
    let expected = format!(
        "name = \"Hana\"\nid = \"{hana}\"\n\n[[step]]\nwho = \"Hana\"\nsays = \"order \\\"2\\\" roses\"\n\
         bot = [\"They are on their way.\"]\n"
    );
    assert_eq!(steps, expected);
    browser.until("document.querySelector('#record').ariaPressed === 'false'").await;
    is_well(&mut browser).await;
}

#[tokio::test]
async fn on_a_narrow_screen_larger_letters_leave_the_chat_at_its_end() {
    let Some((sim, _bot, mut browser)) = start(390, 844).await else { return };
    for number in 0..8 {
        let text = format!("{number}: some words that need more than one line of a narrow phone");
        push(&sim, json!([{"type": "text", "text": text}])).await;
    }
    browser.open(&format!("{}?panel=controls", sim.page_url())).await;
    browser.until(&format!("{BALLOONS}.length === 8")).await;
    browser.click(".bottom-tab[data-to=side]").await;
    browser.click("[data-do=letters][data-to=extra]").await;
    browser.click(".bottom-tab[data-to=chat]").await;
    let left = "(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight)(document.querySelector('#thread'))";
    browser.until(&format!("{left} < 2")).await;
    // What is asked for stays on one line.
    let words = "(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight)(document.querySelector('#words'))";
    assert!(browser.value(words).await.as_f64().unwrap() < 6.0);
    is_well(&mut browser).await;
}
