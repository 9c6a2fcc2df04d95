//! The page as a whole.

use hikyaku_sim::{Person, Sim, UserMessage};
use serde_json::json;

use super::{BALLOONS, count, is_well, push, start};
use crate::browser::Browser;

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
    for (column, lang) in [
        ("chats", "en"),
        ("side", "en"),
        ("chat", "en"),
        ("chat", "ja"),
        ("side", "th"),
        ("chats", "zh-Hant"),
    ] {
        browser.open(&format!("{}?lang={lang}", sim.page_url())).await;
        browser.until(&format!("{BALLOONS}.length === 1")).await;
        browser.click(&format!(".bottom-tab[data-to={column}]")).await;
        browser
            .until(&format!("document.querySelector('.app').dataset.state === '{column}'"))
            .await;
        let visible = "[...document.querySelectorAll('.column')].filter((it) => it.getClientRects().length).length";
        assert_eq!(browser.value(visible).await, 1);
        let wider = "[...document.querySelectorAll('.app *')].filter((it) => it.getClientRects().length && \
            !it.closest('.quick, .fx-carousel, .tpl-carousel') && it.getBoundingClientRect().right > innerWidth + 0.5)\
            .map((it) => it.className)";
        assert_eq!(browser.value(wider).await, json!([]), "{column} {lang}");
    }
    is_well(&mut browser).await;
}

#[tokio::test]
async fn a_keyboard_does_everything() {
    let Some((sim, bot, mut browser)) = start(1440, 900).await else { return };
    sim.add_friend_as(Person { display_name: Some("Ploy".into()), ..Person::default() });
    push(
        &sim,
        json!([{"type": "flex", "altText": "shop", "contents": {"type": "bubble", "body":
        {"type": "box", "layout": "vertical", "contents": [{"type": "button", "action":
            {"type": "postback", "label": "Buy", "data": "buy=1"}}]}}}]),
    )
    .await;
    browser.until("document.querySelectorAll('.chat-item').length === 2").await;
    browser.press("/", false).await;
    browser.until("document.activeElement.id === 'find'").await;
    browser.write("#find", "hana").await;
    browser.until("document.querySelectorAll('.chat-item').length === 1").await;
    browser.tab_to(".chat-item", false).await;
    browser.press("Enter", false).await;
    browser
        .until("document.activeElement.id === 'words' && document.querySelector('.fx-btn')")
        .await;
    browser.tab_to(".fx-btn", true).await;
    browser.press(" ", false).await;
    sim.webhooks().wait_for(1).await.unwrap();
    assert_eq!(bot.events()[0]["postback"]["data"], "buy=1");
    browser.tab_to("#words", false).await;
    browser.write("#words", "done").await;
    browser.press("Enter", false).await;
    sim.webhooks().wait_for(2).await.unwrap();
    browser.tab_to(".side-tab[data-to=requests]", false).await;
    browser.press("Enter", false).await;
    browser.tab_to(".entry", false).await;
    browser.press("Enter", false).await;
    browser.until("document.querySelector('.detail-title')").await;
    // What has the focus can be seen.
    browser.tab_to(".back", false).await;
    let ring = "getComputedStyle(document.activeElement).outlineStyle";
    assert_eq!(browser.value(ring).await, "solid");
    is_well(&mut browser).await;
}

#[tokio::test]
async fn faults_are_shown_above_all_and_cleared() {
    let Some((sim, _bot, mut browser)) = start(1440, 900).await else { return };
    browser.click(".side-tab[data-to=controls]").await;
    browser.click("#panel-controls .choices button").await;
    browser
        .until("document.querySelector('.banner')?.textContent.includes('Faults active: 1')")
        .await;
    let above = "document.querySelector('.banner').getBoundingClientRect().bottom <= document.querySelector('.columns').getBoundingClientRect().top + 0.5";
    assert_eq!(browser.value(above).await, true);
    browser.click(".banner button").await;
    browser.until("document.querySelector('.banner').childElementCount === 0").await;
    assert!(sim.requests().is_empty());
    is_well(&mut browser).await;
}

#[tokio::test]
async fn the_clock_goes_to_the_next_month_of_the_quota_and_stops() {
    let Some((sim, _bot, mut browser)) = start(1440, 900).await else { return };
    sim.set_quota(200, 200);
    browser.click(".side-tab[data-to=controls]").await;
    let quota = "document.querySelector('[data-id=quota] .reading-value').textContent";
    browser.until(&format!("{quota} === '200 / 200'")).await;
    // The time is drawn anew meanwhile, and the button that is being pressed is not.
    browser
        .value("void (window.pressed = document.querySelector(\"[data-id='Next month']\"))")
        .await;
    browser.value("new Promise((done) => { const time = document.querySelector('.reading-value').textContent; \
        const look = () => (document.querySelector('.reading-value').textContent === time ? setTimeout(look, 50) : done()); look(); })")
        .await;
    assert_eq!(browser.value("window.pressed.isConnected").await, true);
    browser.click("[data-id='Next month']").await;
    browser.until(&format!("{quota} === '0 / 200'")).await;
    browser.click("[data-id=Pause]").await;
    browser
        .until("document.querySelector('[data-id=clock] .fine').textContent === 'standing still'")
        .await;
    assert!(count(&mut browser, "[data-id=Pause]").await == 0);
    is_well(&mut browser).await;
}

#[tokio::test]
async fn scripts_in_names_texts_and_layouts_are_text() {
    let Some(mut browser) = Browser::start(1440, 900).await else { return };
    let evil = "\"><script>window.bad=1</script><img src=x onerror=window.bad=1>";
    let sim = Sim::builder().account_name(evil).start().await.unwrap();
    let user = sim.add_friend_as(Person { display_name: Some(evil.into()), ..Person::default() });
    let group = sim.invite(std::slice::from_ref(&user));
    sim.user_says(&user, evil);
    sim.user_sends(&user, UserMessage::file(evil, &b"x"[..]));
    sim.postback(&user, evil);
    sim.user_says(&group, evil);
    let body = json!({"type": "box", "layout": "vertical", "contents": [
        {"type": "text", "text": evil, "color": "#123456;background:url(https://evil.example/)"},
        {"type": "image", "url": "https://evil.example/a.png"},
        {"type": "button", "action": {"type": "uri", "label": "Go", "uri": "javascript:window.bad=1"}}]});
    let bubble = json!({"type": "bubble", "body": body});
    // What LINE would refuse stands in the log, and is drawn there.
    let message = json!({"type": "flex", "altText": evil, "contents": bubble});
    let request = json!({"to": user, "messages": [{"type": "text", "text": evil}, message]});
    crate::http::post(&sim, crate::push::PUSH, &request.to_string()).await;
    push_to(&sim, user.as_str(), evil).await;
    browser.open(&format!("{}?chat={user}&entry=r1", sim.page_url())).await;
    browser
        .until("document.querySelectorAll('.row').length > 3 && document.querySelector('.drawing')")
        .await;
    browser.click(".drawing .fx-btn").await;
    browser.click(&format!(".chat-item[data-to={group}]")).await;
    browser.click("[data-id=members]").await;
    browser.until("document.querySelectorAll('.member').length === 2").await;
    assert_eq!(browser.value("window.bad ?? 'well'").await, "well");
    assert_eq!(count(&mut browser, "img, script:not([src])").await, 0);
    is_well(&mut browser).await;
}

async fn push_to(sim: &Sim, user: &str, text: &str) {
    let push = json!({"to": user, "messages": [{"type": "text", "text": text}]});
    let answer = crate::http::post(sim, crate::push::PUSH, &push.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[tokio::test]
async fn a_newcomer_is_led_to_the_bot() {
    let Some(mut browser) = Browser::start(1440, 900).await else { return };
    let sim = Sim::start().await.unwrap();
    sim.add_friend();
    let bot = crate::bot::Bot::that_answers(200).await;
    browser.open(&sim.page_url()).await;
    browser.click(".foot-note .link").await;
    browser.until("document.activeElement.id === 'webhook-url'").await;
    browser.write("#webhook-url", bot.url()).await;
    browser.click("[data-do=test-webhook]").await;
    browser.until("document.querySelector('#toast-words').textContent.startsWith('✓')").await;
    browser.until("!document.querySelector('.foot-note')").await;
    for tab in ["Python", "Node.js", "Go", "Java", "PHP", "Rust", "Shell"] {
        browser.click(&format!(".tab[data-to='{tab}']")).await;
        let code = "document.querySelector('.snippet:not([hidden])').textContent";
        browser.until(&format!("{code}.includes('{}')", sim.api_url())).await;
        assert_eq!(browser.value(&format!("{code}.includes('sim-token-1')")).await, true, "{tab}");
    }
    is_well(&mut browser).await;
}

#[tokio::test]
async fn a_chosen_theme_and_language_stay() {
    let Some((_sim, _bot, mut browser)) = start(1440, 900).await else { return };
    let ground = "getComputedStyle(document.body).backgroundColor";
    let before = browser.value(ground).await;
    browser.click("[data-do=theme]").await;
    assert_ne!(browser.value(ground).await, before);
    let dark = browser.value("document.documentElement.dataset.theme").await;
    browser
        .value("(() => { const choice = document.querySelector('[data-do=language]'); choice.value = 'ja'; \
            choice.dispatchEvent(new Event('change', { bubbles: true })); })()")
        .await;
    browser
        .until("document.documentElement.lang === 'ja' && document.querySelector('.chat-item')")
        .await;
    assert_eq!(browser.value("document.documentElement.dataset.theme").await, dark);
    assert_eq!(browser.value("document.title").await, "LINE シミュレーター");
    is_well(&mut browser).await;
}
