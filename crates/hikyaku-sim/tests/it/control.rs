use hikyaku_sim::Sim;
use serde_json::{Value, json};

use crate::{
    http::{control, get, post, send},
    push::{PUSH, hello},
};

#[tokio::test]
async fn people_groups_and_what_they_say() {
    let sim = Sim::start().await.unwrap();
    let made =
        control(&sim, "POST", "/users", r#"{"displayName":"Hana","gender":"female","age":24}"#)
            .await;
    assert_eq!(made.status, 201);
    let hana = made.json()["userId"].as_str().unwrap().to_owned();
    let more = control(&sim, "POST", "/users", r#"{"count":3,"friendship":"none"}"#).await.json();
    let more: Vec<String> = serde_json::from_value(more["userIds"].clone()).unwrap();
    assert_eq!(more.len(), 3);
    let users = control(&sim, "GET", "/users", "").await.json();
    assert_eq!(
        users["users"][0],
        json!({ "userId": hana, "displayName": "Hana", "gender": "female", "age": 24, "friendship": "friend" })
    );
    assert_eq!(users["users"][3]["friendship"], "none");

    let members = json!({ "members": [hana, more[0]] }).to_string();
    let group = control(&sim, "POST", "/groups", &members).await.json()["id"].clone();
    let group = group.as_str().unwrap();
    let groups = control(&sim, "GET", "/groups", "").await.json();
    assert_eq!(groups["chats"][0]["members"], json!([hana, more[0]]));
    let said = json!({ "text": "hi", "userId": more[0] }).to_string();
    let said = control(&sim, "POST", &format!("/chats/{group}/messages"), &said).await;
    assert_eq!(said.status, 201);
    let reply = json!({ "replyToken": said.json()["replyToken"], "messages": [{ "type": "text", "text": "a" }] });
    assert_eq!(post(&sim, "/v2/bot/message/reply", &reply.to_string()).await.status, 200);
    assert_eq!(sim.delivered(), 2);

    let path = format!("/users/{hana}/friendship");
    assert_eq!(control(&sim, "PUT", &path, r#"{"friendship":"blocked"}"#).await.status, 204);
    assert_eq!(get(&sim, &format!("/v2/bot/profile/{hana}")).await.status, 404);
}

#[tokio::test]
async fn the_outbox_can_be_filtered_and_waited_for() {
    let sim = Sim::start().await.unwrap();
    let friends = sim.add_friends(2);
    let push = hello(&friends[0]);
    let (waited, _) = tokio::join!(
        control(&sim, "GET", "/outbox?wait=9s&count=1&type=text&kind=push", ""),
        post(&sim, PUSH, &push)
    );
    assert_eq!(waited.status, 200, "{}", waited.text());
    let delivery = &waited.json()["deliveries"][0];
    assert_eq!(delivery["to"], friends[0].as_str());
    assert_eq!(delivery["kind"], "push");
    assert_eq!(delivery["messages"][0]["text"], "hello");
    assert_eq!(delivery["channelId"], "sim-channel-1");

    post(&sim, PUSH, &hello(&friends[1])).await;
    let found = async |query: &str| {
        let answer = control(&sim, "GET", &format!("/outbox?{query}"), "").await.json();
        answer["deliveries"].as_array().unwrap().len()
    };
    assert_eq!(found("").await, 2);
    assert_eq!(found(&format!("to={}", friends[1])).await, 1);
    assert_eq!(found("after=1").await, 1);
    assert_eq!(found("limit=1").await, 1);
    assert_eq!(found("type=flex").await, 0);
    assert_eq!(found("kind=reply").await, 0);
    let latest = control(&sim, "GET", "/outbox/latest", "").await.json();
    assert_eq!(latest["to"], friends[1].as_str());
    post(&sim, PUSH, &push).await;
    assert_eq!(
        control(&sim, "GET", "/outbox/counts", "").await.json(),
        json!({ "deliveries": 3, "users": 2, "repeated": [{ "userId": friends[0], "count": 2 }] })
    );
}

#[tokio::test]
async fn the_log_and_the_webhooks_can_be_followed() {
    let bot = crate::bot::Bot::that_answers(200).await;
    let sim = Sim::builder().webhook(bot.url()).start().await.unwrap();
    let friend = sim.add_friend();
    let path = |requests: &Value| -> Vec<String> {
        let requests = requests["requests"].as_array().unwrap();
        requests
            .iter()
            .map(|it| format!("{} {}", it["seq"], it["path"].as_str().unwrap()))
            .collect()
    };
    let body = hello(&friend);
    let (news, _) =
        tokio::join!(control(&sim, "GET", "/log?after=0&wait=9s", ""), post(&sim, PUSH, &body));
    assert_eq!(path(&news.json()), [format!("1 {PUSH}")]);
    get(&sim, "/v2/bot/info").await;
    get(&sim, "/v2/bot/message/quota").await;
    let news = control(&sim, "GET", "/log?after=1&limit=1", "").await.json();
    assert_eq!((path(&news), &news["last"]), (vec!["2 /v2/bot/info".to_owned()], &json!(3)));

    let webhooks = "/webhooks?after=0&wait=9s";
    let (news, ()) = tokio::join!(control(&sim, "GET", webhooks, ""), async {
        sim.user_says(&friend, "one");
        sim.user_says(&friend, "two");
    });
    assert_eq!(news.json()["webhooks"][0]["attempts"][0]["seq"], 1);
    let news = control(&sim, "GET", "/webhooks?after=1&wait=9s", "").await.json();
    assert_eq!(news["webhooks"].as_array().unwrap().len(), 1);
    assert_eq!(news["webhooks"][0]["events"][0]["message"]["text"], "two");
    let none = control(&sim, "GET", "/webhooks?limit=0", "").await.json();
    assert_eq!(none, json!({ "webhooks": [], "attempts": 2 }));

    // Who waits for what follows a place of before a reset would wait for ever.
    sim.reset();
    let anew = control(&sim, "GET", "/log?after=3&wait=9s", "").await.json();
    assert_eq!(anew, json!({ "requests": [], "last": 0, "dropped": 0 }));
    let anew = control(&sim, "GET", "/webhooks?after=2&wait=9s", "").await.json();
    assert_eq!(anew, json!({ "webhooks": [], "attempts": 0 }));
}

#[tokio::test(start_paused = true)]
async fn waiting_in_vain_is_a_408_that_says_what_came() {
    let sim = Sim::start().await.unwrap();
    post(&sim, "/v2/bot/messages/push", "{}").await;
    let answer = control(&sim, "GET", "/outbox?wait=3s", "").await;
    assert_eq!(answer.status, 408);
    assert_eq!(answer.json()["code"], "timeout");
    let message = answer.json()["message"].as_str().unwrap().to_owned();
    assert!(message.contains("POST /v2/bot/messages/push 404"), "{message}");
}

#[tokio::test]
async fn faults_are_added_listed_and_removed() {
    let sim = Sim::start().await.unwrap();
    let body = hello(sim.add_friend());
    let rule =
        r#"{"id":"down","match":{"path":"/v2/bot/*","count":1},"do":{"status":503,"body":"down"}}"#;
    control(&sim, "POST", "/faults", rule).await.is(201, r#"{"id":"down"}"#);
    post(&sim, PUSH, &body).await.is(503, "down");
    let faults = control(&sim, "GET", "/faults", "").await.json();
    let fault = &faults["faults"][0];
    assert_eq!(
        (&fault["id"], &fault["seen"], &fault["hits"]),
        (&json!("down"), &json!(1), &json!(1))
    );
    let log = control(&sim, "GET", "/log?limit=1", "").await.json();
    assert_eq!(log["requests"][0]["fault"], "down");
    assert_eq!(log["requests"][0]["body"], body);

    let rules = r#"[{"do":{"drop":"before"}},{"do":{"status":500}}]"#;
    let ids = control(&sim, "PUT", "/faults", rules).await.json()["ids"].clone();
    assert_eq!(ids, json!(["fault-1", "fault-2"]));
    assert_eq!(control(&sim, "DELETE", "/faults/fault-1", "").await.status, 204);
    assert_eq!(control(&sim, "DELETE", "/faults/fault-1", "").await.status, 404);
    assert_eq!(post(&sim, PUSH, &body).await.status, 500);
    assert_eq!(control(&sim, "DELETE", "/faults", "").await.status, 204);
    assert_eq!(post(&sim, PUSH, &body).await.status, 200);
    let answer = control(&sim, "POST", "/faults", r#"{"do":{"status":99}}"#).await;
    assert_eq!(answer.status, 400);
    let message = answer.json()["message"].as_str().unwrap().to_owned();
    assert!(message.starts_with("a status is a number from 200 to 599"), "{message}");
    let unfit = r#"[{"do":{"drop":"before"}},{"do":{}}]"#;
    assert_eq!(control(&sim, "PUT", "/faults", unfit).await.status, 400);
}

#[tokio::test]
async fn clock_quota_and_rates() {
    let sim = Sim::start().await.unwrap();
    let set = r#"{"mode":"fixed","at":"2026-08-01T00:00:00Z"}"#;
    control(&sim, "PUT", "/clock", set)
        .await
        .is(200, r#"{"now":"2026-08-01T00:00:00Z","mode":"fixed","at":"2026-08-01T00:00:00Z"}"#);
    let advanced = control(&sim, "POST", "/clock/advance", r#"{"by":"1h 30m"}"#).await.json();
    assert_eq!(advanced["now"], "2026-08-01T01:30:00Z");
    assert_eq!(sim.now().to_string(), "2026-08-01T01:30:00Z");
    assert_eq!(
        control(&sim, "POST", "/clock/advance", r#"{"by":"soon"}"#).await.json()["pointer"],
        "/by"
    );
    let wall = control(&sim, "PUT", "/clock", r#"{"mode":"offset","by":"-1h"}"#).await.json();
    assert_eq!(wall["mode"], "offset");

    control(&sim, "PUT", "/quota", r#"{"limit":10,"used":9}"#)
        .await
        .is(200, r#"{"limit":10,"remaining":1,"used":9}"#);
    get(&sim, "/v2/bot/message/quota/consumption").await.is(200, r#"{"totalUsage":9}"#);
    let rate = json!({ "method": "POST", "path": PUSH, "rate": { "count": 1, "per": "1h" } });
    assert_eq!(control(&sim, "PUT", "/ratelimit", &rate.to_string()).await.status, 204);
    let body = hello(sim.add_user());
    let statuses = [post(&sim, PUSH, &body).await.status, post(&sim, PUSH, &body).await.status];
    assert_eq!(statuses, [200, 429]);
    assert_eq!(control(&sim, "PUT", "/ratelimit", r#"{"on":false}"#).await.status, 204);
    assert_eq!(post(&sim, PUSH, &body).await.status, 200);
}

#[tokio::test]
async fn channels_and_audiences() {
    let sim = Sim::start().await.unwrap();
    let second = control(&sim, "POST", "/channels", "").await.json();
    assert_eq!(second["channelAccessToken"], "sim-token-2");
    let channels = control(&sim, "GET", "/channels", "").await.json();
    assert_eq!(channels["channels"][1], second);
    let user = control(&sim, "POST", "/users?channel=sim-channel-2", "").await.json();
    assert_eq!(control(&sim, "GET", "/users", "").await.json()["users"][0]["friendship"], "none");
    let audience = json!({ "kind": "UPLOAD", "userIds": [user["userId"]] }).to_string();
    let id = control(&sim, "POST", "/audiences", &audience).await.json();
    assert!(id["audienceGroupId"].is_i64());
    let listed = control(&sim, "GET", "/audiences", "").await.json();
    assert_eq!(listed["audiences"][0]["users"], 1);
    assert_eq!(control(&sim, "POST", "/users?channel=other", "").await.status, 404);
}

#[tokio::test]
async fn a_reset_over_http_is_the_same_as_in_process() {
    let sim = Sim::start().await.unwrap();
    sim.add_friend();
    assert_eq!(control(&sim, "POST", "/reset", "").await.status, 204);
    assert_eq!(control(&sim, "GET", "/users", "").await.json(), json!({ "users": [] }));
    control(&sim, "GET", "/health", "").await.is(200, r#"{"status":"ok"}"#);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_a_code() {
    let sim = Sim::start().await.unwrap();
    for (method, path, body, status, code) in [
        ("GET", "/nothing", "", 404, "unknown_path"),
        ("PATCH", "/users", "", 404, "unknown_path"),
        ("POST", "/users", "{", 400, "invalid"),
        ("POST", "/users", r#"{"userId":"me"}"#, 400, "invalid"),
        ("POST", "/users", r#"{"count":2,"phone":"+81"}"#, 400, "invalid"),
        ("POST", "/users", r#"{"count":2000000}"#, 400, "invalid"),
        ("POST", "/groups", r#"{"members":["me"]}"#, 404, "unknown"),
        ("PUT", "/users/me/friendship", r#"{"friendship":"friend"}"#, 404, "unknown"),
        ("POST", "/chats/me/messages", r#"{"text":"a"}"#, 404, "unknown"),
        ("GET", "/outbox?wait=x", "", 400, "invalid_parameter"),
        ("GET", "/outbox?kind=x", "", 400, "invalid_parameter"),
        ("GET", "/outbox/latest", "", 404, "unknown"),
        ("PUT", "/ratelimit", r#"{"method":"GET","path":"/x","rate":null}"#, 404, "unknown"),
    ] {
        let answer = control(&sim, method, path, body).await;
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (status, &json!(code)),
            "{method} {path} {body}"
        );
        assert!(answer.json()["message"].is_string());
    }
    let large = " ".repeat((2 << 20) + 1);
    assert_eq!(control(&sim, "POST", "/users", &large).await.status, 413);
}

#[tokio::test]
async fn a_page_of_another_origin_or_name_is_kept_out() {
    let sim = Sim::builder().allow_host("sim.internal").start().await.unwrap();
    let call = async |headers: &[(&str, &str)]| -> (u16, Value) {
        let mut bytes = b"GET /_sim/v1/health HTTP/1.1\r\nconnection: close\r\n".to_vec();
        for (name, value) in headers {
            bytes.extend(format!("{name}: {value}\r\n").bytes());
        }
        bytes.extend(b"\r\n");
        let answer = crate::http::raw(&sim.api_url(), &bytes).await.unwrap();
        let text = String::from_utf8(answer).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        (head[9..12].parse().unwrap(), serde_json::from_str(body).unwrap())
    };
    for host in ["localhost:8686", "127.0.0.1", "[::1]:8686", "LOCALHOST", "sim.internal:1"] {
        assert_eq!(call(&[("host", host)]).await.0, 200, "{host}");
    }
    for host in ["attacker.example", "localhost.attacker.example", "sim.internal.example:1"] {
        let (status, answer) = call(&[("host", host)]).await;
        assert_eq!((status, &answer["code"]), (403, &json!("forbidden_host")), "{host}");
    }
    let host = ("host", "localhost:8686");
    assert_eq!(call(&[host, ("origin", "http://localhost:8686")]).await.0, 200);
    for origin in ["http://attacker.example", "http://localhost:1", "null"] {
        let (status, answer) = call(&[host, ("origin", origin)]).await;
        assert_eq!((status, &answer["code"]), (403, &json!("forbidden_origin")), "{origin}");
    }
    assert_eq!(send(&sim.api_url(), "GET", "/_sim/v2/health", &[], b"").await.unwrap().status, 404);
}

#[tokio::test]
async fn a_page_of_another_origin_is_kept_out_before_its_body_is_read() {
    let sim = Sim::start().await.unwrap();
    // Nothing of the body is ever sent.
    let head = "POST /_sim/v1/state HTTP/1.1\r\nhost: localhost\r\norigin: http://attacker.example\r\n\
        connection: close\r\ncontent-length: 400000000\r\n\r\n";
    let answer = crate::http::raw(&sim.api_url(), head.as_bytes()).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 403 "), "{}", String::from_utf8_lossy(&answer));
}

#[tokio::test]
async fn only_the_import_of_a_state_takes_more_than_other_calls() {
    let sim = Sim::start().await.unwrap();
    let large = vec![b' '; 3 << 20];
    for (method, status) in [("POST", 413), ("PUT", 400)] {
        let answer = send(&sim.api_url(), method, "/_sim/v1/state", &[], &large).await.unwrap();
        assert_eq!(answer.status, status, "{method}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_group_has_room_for_one_account() {
    let sim = Sim::start().await.unwrap();
    let other = sim.add_channel();
    let group = sim.add_group(&[sim.add_friend()]);
    assert!(!other.join(&group));
    let path = format!("/chats/{group}/account");
    let refused = control(&sim, "PUT", &format!("{path}?channel=sim-channel-2"), "").await;
    assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("conflict")));
    let words = refused.json()["message"].as_str().unwrap().to_owned();
    assert!(words.contains("`sim-channel-1` is in"), "{words}");
    control(&sim, "PUT", &path, "").await.is(204, "");
    control(&sim, "DELETE", &path, "").await.is(204, "");
    assert!(other.join(&group));
    assert!(!sim.join(&group));
}

#[tokio::test]
async fn what_a_date_picker_does_not_offer_is_refused() {
    let sim = Sim::start().await.unwrap();
    let user = sim.add_friend();
    let picker = json!({ "type": "datetimepicker", "label": "When", "data": "d", "mode": "datetime",
        "initial": "2026-12-25t18:00", "min": "2026-12-24t00:00", "max": "2026-12-26t23:59" });
    let item = json!({ "type": "action", "action": picker });
    let body = json!({ "to": user, "messages": [
        { "type": "text", "text": "when?", "quickReply": { "items": [item] } }] });
    assert_eq!(post(&sim, "/v2/bot/message/push", &body.to_string()).await.status, 200);
    let id = sim.outbox()[0].message_ids[0].clone();
    let pick = async |params: serde_json::Value| {
        let body = json!({
            "messageId": id, "pointer": "/quickReply/items/0/action", "params": params,
        });
        control(&sim, "POST", &format!("/chats/{user}/tap"), &body.to_string()).await
    };
    for wrong in [
        json!({ "datetime": "2026-12-23T23:59" }),
        json!({ "datetime": "2026-12-27T00:00" }),
        json!({ "datetime": "2026-12-25t18:00" }),
        json!({ "datetime": "2026-02-30T18:00" }),
        json!({ "datetime": "2026-12-25T18:00:00" }),
        json!({ "datetime": "noon" }),
        json!({ "date": "2026-12-25" }),
        json!({ "datetime": "2026-12-25T18:00", "date": "2026-12-25" }),
        json!({}),
    ] {
        let refused = pick(wrong.clone()).await;
        assert_eq!(
            (refused.status, &refused.json()["pointer"]),
            (400, &json!("/params")),
            "{wrong}"
        );
    }
    for right in ["2026-12-24T00:00", "2026-12-25T18:00", "2026-12-26T23:59"] {
        pick(json!({ "datetime": right })).await.is_status(200);
    }
}
