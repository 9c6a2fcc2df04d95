//! How deliveries stand, and that they are withdrawn, asked by a bot that was told no more than that they are on disk.

use std::time::Duration;

use hikyaku_gateway::NewApiKey;
use hikyaku_sender::NewHold;
use hikyaku_sim::FaultRule;
use serde_json::json;

use crate::{
    home::Home,
    line::{Bot, PUSH, R, body, texts},
};

const DELIVERIES: &str = "/_hikyaku/v1/deliveries";
const ASYNC: &str = "Prefer: respond-async\r\n";

#[tokio::test]
async fn a_delivery_is_found_by_each_of_its_names_and_by_its_own_key_alone() {
    let bot = Bot::new().await;
    let other = bot.home.key(NewApiKey::new("other", "default")).await;
    let named = bot.push("Idempotency-Key: \"order/17\"\r\n", "named").await;
    let retried = bot.push(R, "retried").await;
    let of = |answer: &crate::home::Answer, name: &str| answer.header(name).unwrap().to_owned();
    let id = of(&named, "x-hikyaku-delivery");
    let retried_id = of(&retried, "x-hikyaku-delivery");
    for (name, id) in [
        ("idempotency_key=order%2F17".to_owned(), &id),
        ("idempotency_key=%22order/17%22".to_owned(), &id),
        (format!("request_id={}", of(&named, "x-line-request-id")), &id),
        (format!("request_id={id}"), &id),
        ("retry_key=123e4567-e89b-12d3-a456-426614174000".to_owned(), &retried_id),
        ("retry_key=123E4567-E89B-12D3-A456-426614174000".to_owned(), &retried_id),
    ] {
        let line = format!("GET {DELIVERIES}?{name}");
        let found = bot.call(&line, "", "").await;
        assert_eq!(found.status, 200, "{name}: {found:?}");
        let found = body(&found)["deliveries"].clone();
        assert_eq!(found.as_array().unwrap().len(), 1, "{name}");
        let found = &found[0];
        assert_eq!((&found["id"], &found["state"]), (&json!(id), &json!("accepted")), "{name}");
        let by_id = bot.call(&format!("GET {DELIVERIES}/{id}"), "", "").await;
        assert_eq!(body(&by_id), *found, "{name}");
        for line in [line, format!("GET {DELIVERIES}/{id}")] {
            let others = bot.call_with(other.expose(), &line, "", "").await;
            assert_eq!(others.status, 404, "{name}");
            let others = line.replacen("GET", "DELETE", 1);
            assert_eq!(bot.call_with(other.expose(), &others, "", "").await.status, 404, "{name}");
        }
    }
    let unknown = "123e4567-e89b-12d3-a456-426614174999";
    for (query, status) in [
        (format!("?retry_key={unknown}"), 404),
        ("?idempotency_key=order-18".to_owned(), 404),
        (format!("?request_id={unknown}"), 404),
        (format!("/{unknown}"), 404),
        (String::new(), 400),
        ("?retry_key=abc".to_owned(), 400),
        ("?idempotency_key=".to_owned(), 400),
        ("?idempotency_key=a%20b".to_owned(), 400),
        ("?idempotency_key=a%0Ab".to_owned(), 400),
        ("?state=rejected".to_owned(), 400),
        (format!("?retry_key={unknown}&idempotency_key=order-17"), 400),
        (format!("/{id}?wait=11s"), 400),
        (format!("/{id}?wait=soon"), 400),
    ] {
        let answer = bot.call(&format!("GET {DELIVERIES}{query}"), "", "").await;
        assert_eq!(answer.status, status, "{query}: {answer:?}");
    }
    bot.home.stop().await;
}

#[tokio::test]
async fn a_delivery_is_withdrawn_by_its_name_unless_it_may_have_been_sent() {
    let bot = Bot::new().await;
    let rich = bot.home.key(NewApiKey::new("rich", "default").budget(1)).await;
    let call = async |line: &str, headers: &str, body: &str| {
        bot.call_with(rich.expose(), line, headers, body).await
    };
    let push = async |headers: &str, text: &str| {
        call(&format!("POST {PUSH}"), headers, &bot.to_alice(text)).await
    };
    let hold = bot.home.outbox.hold(NewHold::new("a test")).await.unwrap();
    let named = format!("{ASYNC}Idempotency-Key: order-17\r\n");
    let stored = push(&named, "withdrawn").await;
    assert_eq!(stored.status, 202, "{stored:?}");
    assert_eq!(push(ASYNC, "over the budget").await.status, 429);
    let by_name = format!("DELETE {DELIVERIES}?idempotency_key=order-17");
    let by_id = format!("DELETE {DELIVERIES}/{}", stored.header("x-hikyaku-delivery").unwrap());
    for line in [&by_name, &by_name, &by_id] {
        let withdrawn = call(line, "", "").await;
        assert_eq!((withdrawn.status, &body(&withdrawn)["state"]), (200, &json!("cancelled")));
        assert_eq!(withdrawn.header("x-hikyaku-delivery"), stored.header("x-hikyaku-delivery"));
    }
    bot.home.outbox.release(hold.id).await.unwrap();
    // It cost nothing, and its name is free.
    let sent = push("Idempotency-Key: order-17\r\n", "sent").await;
    assert_eq!((sent.status, bot.delivered()), (200, 1), "{sent:?}");
    let late = call(&by_name, "", "").await;
    assert_eq!((late.status, late.header("x-hikyaku-error")), (409, Some("too-late")), "{late:?}");
    assert!(body(&late)["details"][0]["message"].is_string(), "{late:?}");

    // LINE may have acted on this one.
    let lost = FaultRule::drop_after_accept().on("POST", PUSH);
    let lost = bot.home.sim.fault(lost).unwrap();
    let doubt = bot.push(ASYNC, "in doubt").await;
    while bot.home.sim.fault_hits(&lost) == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let id = doubt.header("x-hikyaku-delivery").unwrap();
    let late = bot.call(&format!("DELETE {DELIVERIES}/{id}"), "", "").await;
    assert_eq!((late.status, late.header("x-hikyaku-error")), (409, Some("too-late")), "{late:?}");
    bot.home.sim.clear_faults();
    let ended = bot.call(&format!("GET {DELIVERIES}/{id}?wait=10s"), "", "").await;
    assert_eq!(body(&ended)["state"], "accepted", "{ended:?}");
    bot.home.stop().await;
}

#[tokio::test]
async fn who_waits_hears_the_end_and_lines_words() {
    let bot = Bot::new().await;
    let details = json!([{ "message": "invalid sticker", "property": "messages[1]" }]);
    let refusal = json!({ "message": "The request body has 1 error(s)", "details": details });
    let slow = FaultRule::answer(400).on("POST", PUSH).delayed(Duration::from_millis(200));
    bot.home.sim.fault(slow.body(refusal)).unwrap();
    let stored = bot.push(ASYNC, "hello").await;
    assert_eq!(stored.status, 202, "{stored:?}");
    let id = stored.header("x-hikyaku-delivery").unwrap();
    let ended = body(&bot.call(&format!("GET {DELIVERIES}/{id}?wait=10"), "", "").await);
    assert_eq!(ended["state"], "rejected", "{ended}");
    assert_eq!((&ended["error"]["status"], &ended["error"]["details"]), (&json!(400), &details));
    assert_eq!(ended["attempts"][0]["status"], 400);
    bot.home.stop().await;
}

/// To the caller, the id of a 202 is LINE's request id: for statistics, for audiences, and for those whom it has not reached.
#[tokio::test]
async fn the_id_of_a_202_stands_for_lines_own_request_id() {
    let bot = Bot::new().await;
    let hold = bot.home.outbox.hold(NewHold::new("a test")).await.unwrap();
    let narrowcast = "/v2/bot/message/narrowcast";
    let stored = bot.send(narrowcast, ASYNC, &texts("n")).await;
    let id = stored.header("x-line-request-id").unwrap();
    let calls = |id: &str| {
        let rest =
            format!(r#"{{"type":"operator","not":{{"type":"redelivery", "requestId" : "{id}"}}}}"#);
        let rest = format!(r#"{{"recipient":{rest},{}"#, &texts(r#"\"requestId\":\"x\""#)[1..]);
        [
            (format!("GET /v2/bot/insight/message/event?requestId={id}"), String::new()),
            (
                "POST /v2/bot/audienceGroup/click".to_owned(),
                format!(
                    r#"{{"description":"a","requestId":"{id}","clickUrl":"https://a.example"}}"#
                ),
            ),
            (
                "POST /v2/bot/audienceGroup/imp".to_owned(),
                format!(r#"{{ "requestId":"{id}","n":1.50,"description":"b" }}"#),
            ),
            (format!("POST {narrowcast}"), rest),
        ]
    };
    let other = bot.home.key(NewApiKey::new("other", "default")).await;
    for (line, body) in calls(id) {
        for key in [&bot.key, &other] {
            let early = bot.call_with(key.expose(), &line, "", &body).await;
            let told = format!(r#"{{"message":"Invalid request id: {id}"}}"#);
            assert_eq!((early.status, early.body), (400, told), "{line}");
        }
    }
    assert_eq!(bot.asked(), 0);
    bot.home.outbox.release(hold.id).await.unwrap();
    let sent = body(&bot.call(&format!("GET {DELIVERIES}/{id}?wait=10"), "", "").await);
    let lines = sent["request_id"].as_str().unwrap();
    assert_ne!(lines, id);
    for ((line, body), (_, translated)) in calls(id).iter().zip(calls(lines)) {
        bot.call(line, ASYNC, body).await;
        let path = line.split([' ', '?']).nth(1).unwrap();
        while bot.requests().last().is_none_or(|it| it.path != path) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let asked = bot.requests().pop().unwrap();
        if body.is_empty() {
            assert_eq!(asked.query, format!("requestId={lines}"));
        } else {
            assert_eq!(String::from_utf8_lossy(&asked.body), translated, "{line}");
        }
    }
    // LINE's own stay, and so does one that nobody knows.
    for (line, sent) in &calls(lines)[..3] {
        bot.call(line, "", sent).await;
        assert_eq!(String::from_utf8_lossy(&bot.requests().last().unwrap().body), *sent);
    }
    bot.home.stop().await;
}

/// Where `line` is not served, they are not there.
#[tokio::test]
async fn they_are_beside_lines_api_alone() {
    let home = Home::configured(|config| {
        let serve = &mut config.listen.get_mut("all").unwrap().serve;
        serve.retain(|it| *it != hikyaku_gateway::Served::Line);
    })
    .await;
    for line in [format!("GET {DELIVERIES}/x"), "POST /_hikyaku/v1/pictures".to_owned()] {
        assert_eq!(home.request(&line, "", "").await.status, 404, "{line}");
    }
    home.stop().await;
}
