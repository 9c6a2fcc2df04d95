//! The page, by the requests that it makes.

use hikyaku_sim::{Person, Sim, UserMessage};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    bot::Bot,
    http::{Answer, control, post, post_with, raw, send},
    push::{PUSH, hello},
};

/// A GET with any headers.
async fn fetch(sim: &Sim, path: &str, headers: &str) -> Answer {
    let host = sim.api_url().replace("http://", "");
    let request =
        format!("GET {path} HTTP/1.1\r\nhost: {host}\r\n{headers}connection: close\r\n\r\n");
    Answer::read(&raw(&sim.api_url(), request.as_bytes()).await.unwrap())
}

async fn view(sim: &Sim, query: &str) -> String {
    fetch(sim, &format!("/_sim/page/view?{query}"), "").await.text().to_owned()
}

#[tokio::test]
async fn the_page_runs_its_own_scripts_and_no_others() {
    let sim = Sim::start().await.unwrap();
    let page = fetch(&sim, "/", "accept-language: th-TH,th;q=0.9\r\n").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    let policy = &page.headers["content-security-policy"];
    for rule in
        ["default-src 'none'", "script-src 'self';", "connect-src 'self'", "frame-ancestors 'none'"]
    {
        assert!(policy.contains(rule), "{policy}");
    }
    assert!(page.text().contains("<html lang=\"th\""));
    for tag in page.text().split("<script").skip(1) {
        assert!(tag.starts_with(" defer src=\"/_sim/page/"), "{tag}");
    }
    for file in ["style.css", "drawing.js", "page.js", "icon.svg"] {
        let file = fetch(&sim, &format!("/_sim/page/{file}"), "").await;
        assert_eq!(file.status, 200);
        assert_eq!(file.headers["x-content-type-options"], "nosniff");
    }
    assert_eq!(fetch(&sim, "/_sim/page/../../etc/passwd", "").await.status, 404);
    assert!(sim.requests().is_empty(), "what the page asks for is none of LINE's traffic");
}

#[tokio::test]
async fn a_chosen_language_and_theme_stay() {
    let sim = Sim::start().await.unwrap();
    let page = fetch(&sim, "/", "cookie: a=b; hikyaku-lang=ja; hikyaku-theme=dark\r\n").await;
    assert!(page.text().contains("<html lang=\"ja\" data-theme=\"dark\">"));
    assert!(page.text().contains("友だち追加"));
    let page = fetch(&sim, "/?lang=zh-TW", "accept-language: ja\r\n").await;
    assert!(page.text().contains("<html lang=\"zh-Hant\""));
}

#[tokio::test]
async fn pages_of_others_get_nothing() {
    let sim = Sim::start().await.unwrap();
    for path in ["/", "/_sim/page/view", "/_sim/v1/events"] {
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n");
        let answer = Answer::read(&raw(&sim.api_url(), request.as_bytes()).await.unwrap());
        assert_eq!(answer.status, 403, "{path}");
        let answer = fetch(&sim, path, "origin: http://evil.example\r\n").await;
        assert_eq!(answer.status, 403, "{path}");
    }
}

#[tokio::test]
async fn a_chat_shows_both_sides_in_their_order() {
    let bot = Bot::that_answers(200).await;
    let sim = Sim::builder().webhook(bot.url()).start().await.unwrap();
    let hana = sim.add_friend_as(Person { display_name: Some("Hana".into()), ..Person::default() });
    sim.user_says(&hana, "where is it?");
    post(&sim, PUSH, &json!({"to": hana, "messages": [
        {"type": "text", "text": "on its way", "quickReply": {"items": [
            {"type": "action", "action": {"type": "message", "label": "Thanks", "text": "thanks"}}]}},
    ]}).to_string()).await;
    let drawn = view(&sim, &format!("chat={hana}")).await;
    let [asked, answered] = ["where is it?", "on its way"].map(|text| {
        let thread = drawn.split("data-part=\"thread\"").nth(1).unwrap();
        thread.find(text).unwrap_or_else(|| panic!("{text}: {drawn}"))
    });
    assert!(asked < answered);
    assert!(drawn.contains("Thanks"));
    sim.user_says(&hana, "later");
    let drawn = view(&sim, &format!("chat={hana}")).await;
    assert!(!drawn.contains("Thanks"), "quick replies go when something follows");
    assert!(drawn.contains("Write as Hana"));
    assert!(view(&sim, "lang=ja").await.contains("として入力"));
}

#[tokio::test]
async fn a_message_to_a_group_stands_there_once() {
    let sim = Sim::start().await.unwrap();
    let friends = sim.add_friends(3);
    let group = sim.add_group(&friends);
    let push = json!({"to": group, "messages": [{"type": "text", "text": "to all of you"}]});
    assert_eq!(post(&sim, PUSH, &push.to_string()).await.status, 200);
    let drawn = view(&sim, &format!("chat={group}")).await;
    let thread = drawn.split("data-part=\"thread\"").nth(1).unwrap();
    let thread = thread.split("data-part=\"foot\"").next().unwrap();
    assert_eq!(thread.matches("to all of you").count(), 1);
}

#[tokio::test]
async fn whatever_people_and_bots_say_stays_text() {
    let sim = Sim::start().await.unwrap();
    let evil = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'";
    let person = Person { display_name: Some(evil.into()), ..Person::default() };
    let user = sim.add_friend_as(person);
    sim.user_says(&user, evil);
    sim.user_sends(&user, UserMessage::file(evil, &b"x"[..]));
    sim.postback(&user, evil);
    post(
        &sim,
        PUSH,
        &json!({"to": user, "messages": [
            {"type": "text", "text": evil},
            {"type": "flex", "altText": evil, "contents": {"type": "bubble", "body": {"type": "box",
                "layout": "vertical", "contents": [{"type": "text", "text": evil}]}}},
        ]})
        .to_string(),
    )
    .await;
    let drawn = view(&sim, &format!("chat={user}&find=%3Cscript%3E")).await;
    assert!(drawn.matches("&lt;script&gt;alert(1)").count() > 9, "{drawn}");
    assert!(!drawn.contains("<script") && !drawn.contains("<img"), "{drawn}");
}

#[tokio::test]
async fn a_failed_webhook_is_told_beside_the_message() {
    let bot = Bot::that_answers(500).await;
    let sim = Sim::builder().webhook(bot.url()).start().await.unwrap();
    let friend = sim.add_friend();
    sim.user_says(&friend, "hello?");
    sim.webhooks().wait_for(1).await.unwrap();
    let drawn = view(&sim, "").await;
    assert!(drawn.contains("The bot did not get this: 500"), "{drawn}");
    assert!(drawn.contains("data-state=\"bad\""));
}

#[tokio::test]
async fn the_bot_can_be_connected_and_tested() {
    let bot = Bot::that_answers(204).await;
    let sim = Sim::start().await.unwrap();
    sim.add_friend();
    assert!(view(&sim, "").await.contains("Your bot hears nothing yet"));
    let id = sim.channel_id();
    let refused = control(&sim, "POST", &format!("/channels/{id}/test"), "").await;
    assert_eq!(refused.status, 409);
    let settings = json!({"webhook": {"url": bot.url()}}).to_string();
    control(&sim, "PATCH", &format!("/channels/{id}"), &settings).await;
    let tested = control(&sim, "POST", &format!("/channels/{id}/test"), "").await.json();
    assert_eq!(tested, json!({"success": true, "status": 204, "reason": "ok", "detail": "204"}));
    assert_eq!(bot.received()[0].json()["events"], json!([]));
    assert!(!view(&sim, "").await.contains("Your bot hears nothing yet"));
}

async fn tap(sim: &Sim, user: &str, pointer: &str, params: Option<Value>) -> Answer {
    let drawn = view(sim, &format!("chat={user}")).await;
    let row = drawn.rsplit("class=\"row row-theirs").next().unwrap();
    let id = row.split("data-id=\"").nth(1).unwrap().split('"').next().unwrap();
    let mut body = json!({"messageId": id, "pointer": pointer});
    if let Some(params) = params {
        body["params"] = params;
    }
    control(sim, "POST", &format!("/chats/{user}/tap"), &body.to_string()).await
}

#[tokio::test]
async fn a_tap_does_what_its_action_says() {
    let bot = Bot::that_answers(200).await;
    let sim = Sim::builder().webhook(bot.url()).start().await.unwrap();
    let user = sim.add_friend();
    let actions = json!([
        {"type": "postback", "label": "Buy", "data": "buy=1", "displayText": "I buy it"},
        {"type": "message", "label": "Ask", "text": "how much?"},
        {"type": "uri", "label": "See", "uri": "https://example.com/"},
        {"type": "datetimepicker", "label": "When", "data": "when", "mode": "date", "min": "2026-01-01"},
    ]);
    let push = json!({"to": user, "messages": [{"type": "template", "altText": "buttons",
        "template": {"type": "buttons", "text": "what?", "actions": actions}}]});
    assert_eq!(post(&sim, PUSH, &push.to_string()).await.status, 200);
    let tap = async |action: usize, params| {
        let answer = tap(&sim, user.as_str(), &format!("/template/actions/{action}"), params).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    };
    assert_eq!(tap(2, None).await, json!({"type": "uri", "uri": "https://example.com/"}));
    assert_eq!(tap(3, None).await["min"], "2026-01-01");
    assert!(bot.received().is_empty(), "neither is told to a bot");
    tap(3, Some(json!({"date": "2026-12-25"}))).await;
    tap(0, None).await;
    tap(1, None).await;
    sim.webhooks().wait_for(3).await.unwrap();
    let events = bot.events();
    assert_eq!(events[0]["postback"], json!({"data": "when", "params": {"date": "2026-12-25"}}));
    assert_eq!(events[1]["postback"], json!({"data": "buy=1"}));
    assert_eq!(events[2]["message"]["text"], "how much?");
    assert!(view(&sim, "").await.contains("I buy it"));
}

#[tokio::test]
async fn a_tap_on_nothing_is_refused() {
    let sim = Sim::start().await.unwrap();
    let user = sim.add_friend();
    post(&sim, PUSH, &hello(&user)).await;
    let answer = tap(&sim, user.as_str(), "/text", None).await;
    assert_eq!((answer.status, answer.json()["pointer"].as_str()), (400, Some("/pointer")));
    for id in ["1", "x", ""] {
        let body = json!({"messageId": id, "pointer": ""}).to_string();
        let answer = control(&sim, "POST", &format!("/chats/{user}/tap"), &body).await;
        assert_eq!(answer.status, 404, "{id}");
    }
}

/// A stream of events as it comes.
struct Events(TcpStream, Vec<u8>);

impl Events {
    async fn open(sim: &Sim) -> Self {
        let host = sim.api_url().replace("http://", "");
        let mut stream = TcpStream::connect(&host).await.unwrap();
        let request = format!("GET /_sim/v1/events HTTP/1.1\r\nhost: {host}\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        Self(stream, Vec::new())
    }

    /// Reads until an event says so; false where the stream ends before.
    async fn until(&mut self, words: &str) -> bool {
        loop {
            if String::from_utf8_lossy(&self.1).contains(words) {
                return true;
            }
            if self.0.read_buf(&mut self.1).await.unwrap() == 0 {
                return false;
            }
        }
    }
}

#[tokio::test]
async fn events_tell_of_what_happens_and_end_with_the_simulator() {
    let sim = Sim::start().await.unwrap();
    let user = sim.add_friend();
    let mut events = Events::open(&sim).await;
    assert!(events.until("event: change").await);
    assert!(events.until("\"deliveries\":0").await);
    post(&sim, PUSH, &hello(&user)).await;
    assert!(events.until("\"deliveries\":1").await);
    sim.user_says(&user, "hi");
    assert!(events.until("\"acts\":1").await);
    sim.stop().await;
    assert!(!events.until("never").await);
}

#[tokio::test]
async fn a_picture_that_was_sent_is_shown_and_a_page_is_not() {
    let sim = Sim::start().await.unwrap();
    let user = sim.add_friend();
    let picture = UserMessage::image(&b"\x89PNG\r\n\x1a\n"[..]).media_type("image/png");
    let said = sim.user_sends(&user, picture);
    let path = format!("/_sim/page/content/{}/{}", sim.channel_id(), said.message_id);
    assert!(view(&sim, "").await.contains(&format!("src=\"{path}\"")));
    let answer = fetch(&sim, &path, "").await;
    assert_eq!((answer.status, answer.body.as_slice()), (200, &b"\x89PNG\r\n\x1a\n"[..]));
    assert_eq!(answer.headers["content-type"], "image/png");
    sim.unsend(&said);
    assert_eq!(fetch(&sim, &path, "").await.status, 404);
    let page = UserMessage::image(&b"<script>alert(1)</script>"[..]).media_type("text/html");
    let said = sim.user_sends(&user, page);
    let path = format!("/_sim/page/content/{}/{}", sim.channel_id(), said.message_id);
    assert_eq!(fetch(&sim, &path, "").await.status, 404);
}

#[tokio::test]
async fn many_people_are_listed_in_part_and_found_by_name() {
    let sim = Sim::start().await.unwrap();
    sim.add_friends(1000);
    sim.add_friend_as(Person { display_name: Some("Zoë".into()), ..Person::default() });
    let drawn = view(&sim, "").await;
    assert_eq!(drawn.matches("class=\"chat-item\"").count(), 200);
    assert!(drawn.contains("200 / 1001"));
    let found = view(&sim, "find=zo%C3%AB").await;
    assert_eq!(found.matches("class=\"chat-item\"").count(), 1);
    assert!(view(&sim, "find=nobody").await.contains("No name and no message has these words."));
}

#[tokio::test]
async fn a_refused_request_shows_lines_words_the_place_and_the_rule() {
    let sim = Sim::start().await.unwrap();
    let user = sim.add_friend();
    let push = json!({"to": user, "messages": [
        {"type": "text", "text": "fine"},
        {"type": "template", "altText": "a", "template": {"type": "confirm", "text": "it's?", "actions": [
            {"type": "message", "label": "Yes", "text": "yes"}, {"type": "uri", "label": "No", "uri": "ftp://x"}]}},
    ]});
    assert_eq!(post(&sim, PUSH, &push.to_string()).await.status, 400);
    let list = view(&sim, "panel=requests").await;
    assert!(list.contains("data-to=\"r1\"") && list.contains("POST message/push"), "{list}");
    let detail = view(&sim, "panel=requests&entry=r1").await;
    let place = "/messages/1/template/actions/1/uri";
    for part in [
        format!("data-do=\"place\" data-to=\"{place}\""),
        format!("json-marked\" data-id=\"{place}\""),
        "reference/messaging-api/#uri-action\"".to_owned(),
        "&quot;template/actions/1/uri&quot;".to_owned(),
        "curl -X POST &#39;http://".to_owned(),
        "it&#39;\\&#39;&#39;s?".to_owned(),
        ".call_operation(&quot;pushMessage&quot;)".to_owned(),
        "urllib.request.Request(".to_owned(),
        "await fetch(".to_owned(),
    ] {
        assert!(detail.contains(&part), "{part}: {detail}");
    }
    let traffic = detail.split("data-part=\"traffic\"").nth(1).unwrap();
    assert!(!traffic.contains("sim-token-1"), "code reads the token from the environment");
    assert_eq!(view(&sim, "panel=requests&problems=1").await.matches("class=\"entry\"").count(), 1);
    assert!(view(&sim, "panel=requests&entry=r99").await.contains("no longer kept"));
}

#[tokio::test]
async fn requests_with_one_retry_key_are_named_with_each_other() {
    let sim = Sim::start().await.unwrap();
    let user = sim.add_friend();
    let key = ("x-line-retry-key", "123e4567-e89b-12d3-a456-426614174000");
    for status in [200, 409] {
        let answer = post_with(&sim, PUSH, &[key], &hello(&user)).await;
        assert_eq!(answer.status, status);
    }
    let detail = view(&sim, "panel=requests&entry=r1").await;
    assert!(detail.contains("#2 (409)") && detail.contains("123e4567"), "{detail}");
}

#[tokio::test]
async fn a_webhook_shows_its_body_its_attempts_and_what_the_bot_said() {
    let bot = Bot::that_answers(500).await;
    let sim = Sim::builder().webhook(bot.url()).start().await.unwrap();
    let user = sim.add_friend();
    sim.user_says(&user, "are you there?");
    sim.webhooks().wait_for(1).await.unwrap();
    // What the bot says comes a moment after its status.
    let attempt = loop {
        let answer = control(&sim, "GET", "/webhooks?wait=9s&count=1", "").await.json();
        let attempt = answer["webhooks"][0]["attempts"][0].clone();
        if attempt["answer"] == "ok" {
            break attempt;
        }
    };
    assert!(attempt["tookMs"].as_f64().unwrap() > 0.0, "{attempt}");
    let detail = view(&sim, "panel=requests&entry=w1").await;
    for part in [
        "are you there?",
        "x-line-signature",
        "500",
        "The bot&#39;s answer",
        "data-do=\"redeliver\"",
    ] {
        assert!(detail.contains(part), "{part}: {detail}");
    }
    control(&sim, "POST", "/webhooks/1/redeliver", "").await;
    sim.webhooks().wait_for(2).await.unwrap();
    assert_eq!(bot.received().len(), 2);
}

#[tokio::test]
async fn a_rich_menu_is_shown_tapped_and_switched() {
    let bot = Bot::that_answers(200).await;
    let sim = Sim::builder().webhook(bot.url()).start().await.unwrap();
    let user = sim.add_friend();
    let menu = async |text: &str, action: Value| {
        let menu = json!({"size": {"width": 2500, "height": 1686}, "selected": true, "name": text, "chatBarText": text,
            "areas": [{"bounds": {"x": 0, "y": 843, "width": 1250, "height": 843}, "action": action}]});
        let made = post(&sim, "/v2/bot/richmenu", &menu.to_string()).await;
        assert_eq!(made.status, 200, "{}", made.text());
        made.json()["richMenuId"].as_str().unwrap().to_owned()
    };
    let switch = json!({"type": "richmenuswitch", "richMenuAliasId": "second", "data": "to=2"});
    let first = menu("First", switch).await;
    let second = menu("Second", json!({"type": "message", "label": "Hi", "text": "hi!"})).await;
    let png: &[u8] = &hex("89504e470d0a1a0a0000000d49484452000009c4000006960802000000");
    for id in [&first, &second] {
        let path = format!("/v2/bot/richmenu/{id}/content");
        let headers = [("authorization", "Bearer sim-token-1"), ("content-type", "image/png")];
        let answer = send(&sim.data_url(), "POST", &path, &headers, png).await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    let alias = json!({"richMenuAliasId": "second", "richMenuId": second});
    assert_eq!(post(&sim, "/v2/bot/richmenu/alias", &alias.to_string()).await.status, 200);
    assert_eq!(post(&sim, &format!("/v2/bot/user/all/richmenu/{first}"), "").await.status, 200);

    let drawn = view(&sim, "").await;
    assert!(drawn.contains("First"));
    assert!(drawn.contains("left:0%;top:50%;width:50%;height:50%;"), "{drawn}");
    let picture = fetch(&sim, &format!("/_sim/page/menu/{}/{first}", sim.channel_id()), "").await;
    assert_eq!((picture.status, &*picture.body), (200, png));
    let tap = async |menu: &str| {
        let body = json!({"richMenuId": menu, "pointer": "/areas/0/action"}).to_string();
        control(&sim, "POST", &format!("/chats/{user}/tap"), &body).await
    };
    assert_eq!(tap(&second).await.status, 404, "it is not what the person sees");
    assert_eq!(tap(&first).await.status, 200);
    assert_eq!(sim.rich_menu_of(&user), Some(second.clone()));
    assert!(view(&sim, "").await.contains("Second"));
    assert_eq!(tap(&second).await.json()["type"], "message");
    sim.webhooks().wait_for(2).await.unwrap();
    let events = bot.events();
    let params = json!({"newRichMenuAliasId": "second", "status": "SUCCESS"});
    assert_eq!(events[0]["postback"], json!({"data": "to=2", "params": params}));
    assert_eq!(events[1]["message"]["text"], "hi!");
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

#[tokio::test]
async fn people_make_a_group_with_the_account_and_remove_it() {
    let bot = Bot::that_answers(200).await;
    let sim = Sim::builder().webhook(bot.url()).start().await.unwrap();
    let friends = sim.add_friends(2);
    let body = json!({"members": friends, "invite": true}).to_string();
    let id = control(&sim, "POST", "/groups", &body).await.json()["id"].clone();
    let id = id.as_str().unwrap();
    assert!(view(&sim, &format!("chat={id}")).await.contains("The account joined"));
    control(&sim, "DELETE", &format!("/chats/{id}/account"), "").await;
    let drawn = view(&sim, &format!("chat={id}")).await;
    assert!(drawn.contains("The account left") && drawn.contains("Invite account"), "{drawn}");
    sim.webhooks().wait_for(2).await.unwrap();
    let types: Vec<Value> = bot.events().iter().map(|event| event["type"].clone()).collect();
    assert_eq!(types, ["join", "leave"]);
}

#[tokio::test]
async fn faults_are_told_above_everything_until_they_are_cleared() {
    let sim = Sim::start().await.unwrap();
    assert!(!view(&sim, "").await.contains("Faults active"));
    // The buttons have their calls with them.
    let drawn = view(&sim, "").await;
    let calls = drawn.split("data-do=\"call\" data-to=\"").skip(1);
    let mut count = 0;
    for button in calls {
        let (method, path) = button.split('"').next().unwrap().split_once(' ').unwrap();
        let body = button.split("data-state=\"").nth(1).unwrap().split('"').next().unwrap();
        let body = body.replace("&quot;", "\"");
        let answer = control(&sim, method, path, &body).await;
        assert!(answer.status < 300, "{method} {path} {body}: {}", answer.text());
        count += 1;
    }
    assert!(count > 10, "{drawn}");
    let drawn = view(&sim, "").await;
    assert!(drawn.contains("Faults active: 4"), "{drawn}");
    assert!(drawn.contains("data-to=\"DELETE /faults\""));
    control(&sim, "DELETE", "/faults", "").await;
    assert!(!view(&sim, "").await.contains("Faults active"));
    let once = json!({"match": {"count": 1}, "do": {"status": 500}}).to_string();
    control(&sim, "POST", "/faults", &once).await;
    assert!(view(&sim, "").await.contains("Faults active: 1"));
    let friend = sim.add_friend();
    assert_eq!(post(&sim, PUSH, &hello(&friend)).await.status, 500);
    assert!(!view(&sim, "").await.contains("Faults active"), "it hits nothing more");
}

#[tokio::test]
async fn the_log_is_searched_by_age_on_the_simulators_clock() {
    let start = "2026-08-01T00:00:00Z".parse().unwrap();
    let sim = Sim::builder().clock(hikyaku_sim::ClockMode::Fixed(start)).start().await.unwrap();
    sim.set_webhook("http://127.0.0.1:9/").unwrap();
    let hana = sim.add_friend();
    let entries = async |query: &str| {
        view(&sim, &format!("panel=requests&q={query}")).await.matches("class=\"entry\"").count()
    };
    for _ in 0..2 {
        sim.advance(std::time::Duration::from_secs(660));
        sim.user_says(&hana, "hi");
        post(&sim, PUSH, &hello(&hana)).await.is_status(200);
    }
    assert_eq!(entries("").await, 4);
    assert_eq!(entries("after:10m").await, 2);
    assert_eq!(entries("after:10m%20is:request").await, 1);
    assert_eq!(entries("after:11m").await, 4);
}
