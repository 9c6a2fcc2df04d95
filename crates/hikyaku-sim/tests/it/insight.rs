use std::time::Duration;

use hikyaku_model::{
    UserId,
    audience::{AppType, Area, Gender},
};
use hikyaku_sim::{ClockMode, Delivery, Friendship, Person, Sim};
use serde_json::{Value, json};

use crate::http::{control, get, post};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// 2026-08-01T00:00:00Z, 9 o'clock in Japan.
const NOW: i64 = 1_785_542_400;

async fn start() -> Sim {
    let at = jiff::Timestamp::from_second(NOW).unwrap();
    Sim::builder()
        .clock(ClockMode::Fixed(at))
        .rate_limits(false)
        .narrowcast_minimums(false)
        .start()
        .await
        .unwrap()
}

async fn read(sim: &Sim, path: &str) -> Value {
    let answer = get(sim, &format!("/v2/bot/insight/{path}")).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.json()
}

/// Sends to everybody; gives the id of the request and what everybody got.
async fn broadcast(sim: &Sim) -> (String, Vec<Delivery>) {
    let before = sim.outbox().len();
    let body = json!({ "messages": [
        { "type": "text", "text": "see https://example.com/a and https://example.com/b" },
        { "type": "audio", "originalContentUrl": "https://example.com/a", "duration": 1000 },
    ] });
    let answer = post(sim, "/v2/bot/message/broadcast", &body.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    (answer.request_id().to_owned(), sim.outbox().split_off(before))
}

#[tokio::test]
async fn deliveries_are_counted_by_their_way_and_ready_on_the_next_day() {
    let sim = start().await;
    let friends = sim.add_friends(3);
    let hello = json!([{ "type": "text", "text": "hello" }]);
    let to = |way: &str, mut body: Value| {
        body["messages"] = hello.clone();
        let sim = sim.clone();
        let path = format!("/v2/bot/message/{way}");
        async move { post(&sim, &path, &body.to_string()).await.status }
    };
    assert_eq!(to("push", json!({ "to": friends[0] })).await, 200);
    assert_eq!(to("multicast", json!({ "to": friends[..2] })).await, 200);
    assert_eq!(to("broadcast", json!({})).await, 200);
    assert_eq!(to("narrowcast", json!({})).await, 202);
    let said = sim.user_says(&friends[0], "hi");
    assert_eq!(to("reply", json!({ "replyToken": said.reply_token })).await, 200);
    sim.advance(Duration::from_secs(3));
    let path = "message/delivery?date=20260801";
    assert_eq!(read(&sim, path).await, json!({ "status": "unready" }));
    // It is the second of August in Japan.
    sim.advance(Duration::from_secs(15 * 60 * 60));
    let counts = json!({
        "status": "ready", "apiPush": 1, "apiMulticast": 2, "apiBroadcast": 3, "apiNarrowcast": 3,
        "apiReply": 1,
    });
    assert_eq!(read(&sim, path).await, counts);
    let earlier = |date: &str| format!("message/delivery?date={date}");
    assert_eq!(read(&sim, &earlier("20170301")).await, json!({ "status": "ready" }));
    assert_eq!(read(&sim, &earlier("20170228")).await, json!({ "status": "out_of_service" }));
    for wrong in ["", "?date=2026081", "?date=20261301", "?date=2026-8-1"] {
        get(&sim, &format!("/v2/bot/insight/message/delivery{wrong}"))
            .await
            .is(400, r#"{"message":"Bad Request"}"#);
    }
}

#[tokio::test]
async fn followers_are_as_many_as_they_were() {
    let sim = start().await;
    let old = sim.add_friend_since(
        Person { age: Some(30), ..Person::default() },
        "2026-07-01T00:00:00Z".parse().unwrap(),
    );
    let new = sim.add_friend();
    let stranger = sim.add_user();
    sim.advance(DAY);
    sim.block(&new);
    sim.follow(&stranger);
    sim.advance(DAY);
    sim.follow(&new);
    sim.block(&old);
    sim.advance(DAY);
    let ready = |followers: u64, reaches: u64, blocks: u64| {
        json!({
            "status": "ready", "followers": followers, "targetedReaches": reaches, "blocks": blocks,
        })
    };
    let on = |date: &str| format!("followers?date={date}");
    assert_eq!(read(&sim, &on("20260630")).await, ready(0, 0, 0));
    assert_eq!(read(&sim, &on("20260701")).await, ready(1, 1, 0));
    assert_eq!(read(&sim, &on("20260801")).await, ready(2, 2, 0));
    assert_eq!(read(&sim, &on("20260802")).await, ready(3, 2, 1));
    assert_eq!(read(&sim, &on("20260803")).await, ready(3, 2, 1));
    let none = |status: &str| json!({ "status": status, "followers": null, "targetedReaches": null, "blocks": null });
    assert_eq!(read(&sim, &on("20260804")).await, none("unready"));
    assert_eq!(read(&sim, &on("20161031")).await, none("out_of_service"));
    sim.follow(&old);
    sim.set_friendship(&new, Friendship::None);
    assert_eq!(read(&sim, &on("20260803")).await, ready(3, 2, 1), "today changes no past day");
    get(&sim, "/v2/bot/insight/followers").await.is(400, r#"{"message":"date is required"}"#);
    get(&sim, "/v2/bot/insight/followers?date=20260832")
        .await
        .is(400, r#"{"message":"Bad Request"}"#);
}

#[tokio::test]
async fn demographics_are_of_twenty_friends_of_three_days() {
    let sim = start().await;
    let none = json!({
        "available": false, "genders": [], "ages": [], "areas": [], "appTypes": [],
        "subscriptionPeriods": [],
    });
    for index in 0..19 {
        sim.add_friend_as(Person {
            gender: Some(if index < 10 { Gender::Female } else { Gender::Male }),
            age: Some(if index < 5 { 14 } else { 70 }),
            area: Some(Area::from("jp_13".to_owned())),
            app_type: Some(AppType::Ios),
            ..Person::default()
        });
    }
    sim.advance(3 * DAY);
    assert_eq!(read(&sim, "demographic").await, none);
    let since = "2025-08-01T00:00:00Z".parse().unwrap();
    sim.add_friend_since(Person::default(), since);
    assert_eq!(
        read(&sim, "demographic").await,
        json!({
            "available": true,
            "genders": [
                { "gender": "female", "percentage": 50.0 },
                { "gender": "male", "percentage": 45.0 },
                { "gender": "unknown", "percentage": 5.0 },
            ],
            "ages": [
                { "age": "from70", "percentage": 70.0 },
                { "age": "from0to14", "percentage": 25.0 },
                { "age": "unknown", "percentage": 5.0 },
            ],
            "areas": [
                { "area": "東京", "percentage": 95.0 },
                { "area": "unknown", "percentage": 5.0 },
            ],
            "appTypes": [
                { "appType": "ios", "percentage": 95.0 },
                { "appType": "others", "percentage": 5.0 },
            ],
            "subscriptionPeriods": [
                { "subscriptionPeriod": "within7days", "percentage": 95.0 },
                { "subscriptionPeriod": "over365days", "percentage": 5.0 },
            ],
        })
    );
}

#[tokio::test]
async fn what_twenty_people_did_with_a_broadcast_is_told() {
    let sim = start().await;
    sim.add_friends(25);
    let (id, deliveries) = broadcast(&sim).await;
    let path = format!("message/event?requestId={id}");
    for delivery in &deliveries[..19] {
        sim.see(delivery);
        sim.see(delivery);
    }
    let overview = |seen: Value, clicked: Value, played: Value| {
        json!({
            "requestId": id, "timestamp": NOW, "delivered": 25, "uniqueImpression": seen,
            "uniqueClick": clicked, "uniqueMediaPlayed": played, "uniqueMediaPlayed100Percent": null,
        })
    };
    // 38 times is more than 20, and 19 people are fewer.
    let none = json!({
        "overview": overview(Value::Null, Value::Null, Value::Null), "messages": [], "clicks": [],
    });
    assert_eq!(read(&sim, &path).await, none);
    sim.see(&deliveries[19]);
    for delivery in &deliveries[..20] {
        sim.open(delivery, "https://example.com/a");
    }
    for (index, delivery) in deliveries.iter().take(21).enumerate() {
        sim.open(delivery, "https://example.com/b");
        sim.play(delivery, 2, if index < 20 { 50 } else { 100 });
    }
    let found = read(&sim, &path).await;
    assert_eq!(found["overview"], overview(json!(20), json!(21), json!(21)));
    let mut message = json!({ "seq": 1, "impression": 39 });
    for part in ["", "25Percent", "50Percent", "75Percent", "100Percent"] {
        message[format!("mediaPlayed{part}")] = Value::Null;
        message[format!("uniqueMediaPlayed{part}")] = Value::Null;
    }
    assert_eq!(found["messages"][0], message);
    message["seq"] = 2.into();
    for part in ["", "25Percent", "50Percent"] {
        message[format!("mediaPlayed{part}")] = 21.into();
        message[format!("uniqueMediaPlayed{part}")] = 21.into();
    }
    assert_eq!(found["messages"][1], message);
    let click = |url: &str, count: u64| {
        json!({
            "seq": 1, "url": url, "click": count, "uniqueClick": count,
            "uniqueClickOfRequest": count,
        })
    };
    let clicks = json!([click("https://example.com/a", 20), click("https://example.com/b", 21)]);
    assert_eq!(found["clicks"], clicks);
    // After 14 days nothing is counted any more.
    sim.advance(14 * DAY);
    sim.see(&deliveries[24]);
    assert_eq!(read(&sim, &path).await["overview"]["uniqueImpression"], 20);
    let unknown = read(&sim, "message/event?requestId=f70dd685-499a-4231-a441-f24b8d4fba21").await;
    assert_eq!(
        (&unknown["overview"]["timestamp"], &unknown["messages"]),
        (&Value::Null, &json!([]))
    );
    let bad = get(&sim, "/v2/bot/insight/message/event?requestId=x").await;
    bad.is(400, r#"{"message":"Bad Request"}"#);
}

#[tokio::test]
async fn a_narrowcast_is_told_of_when_it_is_sent() {
    let sim = start().await;
    sim.add_friends(3);
    let body = json!({ "messages": [{ "type": "text", "text": "hello" }] }).to_string();
    let answer = post(&sim, "/v2/bot/message/narrowcast", &body).await;
    let path = format!("message/event?requestId={}", answer.request_id());
    assert_eq!(read(&sim, &path).await["overview"]["delivered"], Value::Null);
    sim.advance(Duration::from_secs(3));
    assert_eq!(read(&sim, &path).await["overview"]["delivered"], 3);
}

#[tokio::test]
async fn a_units_messages_are_told_of_together() {
    let sim = start().await;
    let friends = sim.add_friends(20);
    let send = async |unit: &str| {
        let before = sim.outbox().len();
        let body = json!({
            "to": friends, "messages": [{ "type": "text", "text": "https://example.com/" }],
            "customAggregationUnits": [unit],
        });
        let sent = post(&sim, "/v2/bot/message/multicast", &body.to_string()).await;
        assert_eq!(sent.status, 200);
        sim.outbox().split_off(before)
    };
    let first = send("promotion_a").await;
    sim.advance(DAY);
    let second = send("promotion_a").await;
    let other = send("Promotion_A").await;
    for delivery in first[..10].iter().chain(&second[10..]).chain(&other) {
        sim.see(delivery);
        sim.open(delivery, "https://example.com/");
    }
    let unit = |from: u32, to: u32| {
        format!("message/event/aggregation?customAggregationUnit=promotion_a&from={from}&to={to}")
    };
    let both = read(&sim, &unit(20_260_801, 20_260_802)).await;
    assert_eq!(
        both["overview"],
        json!({
            "uniqueImpression": 20, "uniqueClick": 20, "uniqueMediaPlayed": null,
            "uniqueMediaPlayed100Percent": null,
        })
    );
    assert_eq!(both["messages"][0]["uniqueImpression"], 20);
    assert_eq!(both["clicks"][0]["click"], 20);
    let one = read(&sim, &unit(20_260_802, 20_260_901)).await;
    assert_eq!(
        (&one["overview"]["uniqueImpression"], &one["messages"]),
        (&Value::Null, &json!([]))
    );
    let printed = r#"{"message":null,"key":null,"stacktrace":null,"code":null}"#;
    for wrong in [
        unit(20_260_802, 20_260_902),
        unit(20_260_802, 20_260_801),
        unit(20_260_832, 20_260_901),
        "message/event/aggregation?from=20260801&to=20260801".into(),
        "message/event/aggregation?customAggregationUnit=promotion_a&to=20260801".into(),
    ] {
        get(&sim, &format!("/v2/bot/insight/{wrong}")).await.is(400, printed);
    }
}

/// A default menu with a postback on its left half and a text on its right; gives its id.
pub(crate) async fn add_menu(sim: &Sim) -> String {
    let half = |x: u32, action: Value| json!({ "bounds": { "x": x, "y": 0, "width": 1250, "height": 843 }, "action": action });
    let menu = json!({
        "size": { "width": 2500, "height": 843 }, "selected": true, "name": "a", "chatBarText": "a",
        "areas": [
            half(0, json!({ "type": "postback", "data": "left" })),
            half(1250, json!({ "type": "message", "text": "right" })),
        ],
    });
    let made = post(sim, "/v2/bot/richmenu", &menu.to_string()).await.json();
    let id = made["richMenuId"].as_str().unwrap().to_owned();
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x09\xc4\0\0\x03\x4b\x08\x06\0\0\0";
    let bearer = crate::http::bearer(sim);
    let headers = [("authorization", &*bearer), ("content-type", "image/png")];
    let path = format!("/v2/bot/richmenu/{id}/content");
    let set = crate::http::send(&sim.data_url(), "POST", &path, &headers, png).await.unwrap();
    assert_eq!(set.status, 200, "{}", set.text());
    assert_eq!(post(sim, &format!("/v2/bot/user/all/richmenu/{id}"), "").await.status, 200);
    id
}

#[tokio::test]
async fn uses_of_a_rich_menu_are_told_in_all_and_by_day() {
    let sim = start().await;
    sim.set_webhook("http://127.0.0.1:9/").unwrap();
    let friends = sim.add_friends(20);
    let id = add_menu(&sim).await;
    let tap = |users: &[UserId], area: usize| {
        for user in users {
            assert_eq!(sim.see_rich_menu(user).as_deref(), Some(&*id));
            assert!(sim.tap_rich_menu(user, area));
        }
    };
    tap(&friends[..10], 0);
    assert!(!sim.tap_rich_menu(&friends[0], 2));
    sim.advance(DAY);
    tap(&friends[10..19], 1);
    sim.advance(DAY);
    let summary = format!("richmenu/{id}/summary?from=20260731&to=20260803");
    let daily = format!("richmenu/{id}/daily?from=20260801&to=20260802");
    let only_id = json!({ "richMenuId": id });
    assert_eq!(read(&sim, &summary).await, only_id);
    tap(&friends[19..], 1);
    // What happens today is told tomorrow.
    assert_eq!(read(&sim, &summary).await, only_id);
    sim.advance(DAY);
    let bounds = |x: u32| json!({ "x": x, "y": 0, "width": 1250, "height": 843 });
    let metrics = |count: u64, users: u64| json!({ "count": count, "uniqueUsers": users });
    assert_eq!(
        read(&sim, &summary).await,
        json!({
            "richMenuId": id, "metricsFrom": "20260731", "metricsTo": "20260803",
            "impression": { "metrics": metrics(20, 20) },
            "clicks": [
                { "bounds": bounds(0), "metrics": metrics(10, 10) },
                { "bounds": bounds(1250), "metrics": metrics(10, 10) },
            ],
        })
    );
    assert_eq!(read(&sim, &daily).await, only_id);
    let daily = read(&sim, &daily.replace("20260802", "20260803")).await;
    let day =
        |date: &str, count: u64| json!({ "date": date, "count": count, "uniqueUsers": count });
    assert_eq!(
        daily["clicks"][1]["metrics"],
        json!([day("20260801", 0), day("20260802", 9), day("20260803", 1)])
    );
    let events: Vec<Value> = sim
        .webhooks()
        .all()
        .iter()
        .map(|webhook| serde_json::to_value(&webhook.events[0]).unwrap())
        .collect();
    assert_eq!(events[0]["postback"], json!({ "data": "left" }));
    assert_eq!(events[10]["message"]["text"], "right");
    let seen = control(&sim, "POST", &format!("/users/{}/rich-menu", friends[0]), "").await;
    assert_eq!(seen.json(), json!({ "richMenuId": id }));
    let tapped = control(&sim, "POST", &format!("/users/{}/rich-menu/1", friends[0]), "").await;
    assert_eq!(tapped.status, 204);
    let none = control(&sim, "POST", &format!("/users/{}/rich-menu/2", friends[0]), "").await;
    assert_eq!(none.status, 404);
}

#[tokio::test]
async fn periods_of_a_rich_menu_have_lines_limits() {
    let sim = start().await;
    let id = add_menu(&sim).await;
    let read = async |kind: &str, query: &str| {
        get(&sim, &format!("/v2/bot/insight/richmenu/{id}/{kind}?{query}")).await
    };
    let error = |words: &str| json!({ "message": words }).to_string();
    for kind in ["summary", "daily"] {
        for wrong in ["", "from=20260701", "to=20260701", "from=20260701&to=x"] {
            read(kind, wrong).await.is(400, &error("Bad Request"));
        }
        read(kind, "from=20260702&to=20260701")
            .await
            .is(400, &error("Parameter to must be the same date as, or after parameter from."));
        read(kind, "from=20230731&to=20230801")
            .await
            .is(400, &error("Parameter from must be the same date as, or after 2023-08-01."));
        assert_eq!(read(kind, "from=20230801&to=20230801").await.status, 200);
        let unknown =
            format!("/v2/bot/insight/richmenu/richmenu-x/{kind}?from=20260701&to=20260701");
        get(&sim, &unknown).await.is(404, &error("Not found"));
    }
    assert_eq!(read("summary", "from=20230801&to=20240831").await.status, 200);
    read("summary", "from=20230801&to=20240901")
        .await
        .is(400, &error("Date range exceeds. Max range is 396 days."));
    assert_eq!(read("daily", "from=20230801&to=20231108").await.status, 200);
    read("daily", "from=20230801&to=20231109")
        .await
        .is(400, &error("Date range exceeds. Max range is 99 days."));
}

#[tokio::test]
async fn people_react_over_http() {
    let sim = start().await;
    sim.add_friends(20);
    let (id, deliveries) = broadcast(&sim).await;
    for Delivery { seq, .. } in &deliveries {
        for (act, body) in [
            ("seen", ""),
            ("opened", r#"{"url":"https://example.com/a"}"#),
            ("played", r#"{"message":2,"percent":100}"#),
        ] {
            let done = control(&sim, "POST", &format!("/outbox/{seq}/{act}"), body).await;
            assert_eq!(done.status, 204, "{}", done.text());
        }
    }
    let overview = &read(&sim, &format!("message/event?requestId={id}")).await["overview"];
    for name in ["uniqueImpression", "uniqueClick", "uniqueMediaPlayed100Percent"] {
        assert_eq!(overview[name], 20, "{name}");
    }
    let seq = deliveries[0].seq;
    for (path, body, status) in [
        (format!("/outbox/{seq}/opened"), r#"{"url":"https://example.com/c"}"#, 400),
        (format!("/outbox/{seq}/opened"), "", 400),
        (format!("/outbox/{seq}/eaten"), "", 404),
        ("/outbox/999/seen".into(), "", 404),
    ] {
        assert_eq!(control(&sim, "POST", &path, body).await.status, status, "{path}");
    }
}

#[tokio::test]
async fn taps_of_the_control_api_are_counted() {
    let sim = start().await;
    let friends = sim.add_friends(25);
    let menu = add_menu(&sim).await;
    let button = json!({ "type": "template", "altText": "a", "template": { "type": "buttons", "text": "b",
        "actions": [{ "type": "uri", "label": "See", "uri": "https://example.com/shop" }] } });
    let body = json!({ "messages": [{ "type": "text", "text": "a" }, button] }).to_string();
    let sent = post(&sim, "/v2/bot/message/broadcast", &body).await;
    assert_eq!(sent.status, 200, "{}", sent.text());
    let path = format!("message/event?requestId={}", sent.request_id());
    let ids = sim.outbox()[0].message_ids.clone();
    for user in &friends {
        for tap in [
            json!({ "messageId": ids[1], "pointer": "/template/actions/0" }),
            json!({ "richMenuId": menu, "pointer": "/areas/1/action" }),
        ] {
            let tap = tap.to_string();
            control(&sim, "POST", &format!("/chats/{user}/tap"), &tap).await.is_status(200);
        }
    }
    sim.advance(DAY);
    let found = read(&sim, &path).await;
    assert_eq!(found["overview"]["uniqueClick"], 25);
    assert_eq!(found["overview"]["uniqueImpression"], Value::Null, "a tap is no view");
    assert_eq!(
        found["clicks"],
        json!([{ "seq": 2, "url": "https://example.com/shop", "click": 25, "uniqueClick": 25,
                 "uniqueClickOfRequest": 25 }])
    );
    let uses = read(&sim, &format!("richmenu/{menu}/summary?from=20260801&to=20260801")).await;
    assert_eq!(uses["clicks"][1]["metrics"], json!({ "count": 25, "uniqueUsers": 25 }));
    assert_eq!(uses["impression"]["metrics"], json!({ "count": 0, "uniqueUsers": 0 }));
}

#[tokio::test]
async fn a_link_is_opened_that_a_message_has_and_no_piece_of_a_text() {
    let sim = start().await;
    let user = sim.add_friend();
    let bubble = json!({ "type": "bubble", "body": { "type": "box", "layout": "vertical", "contents": [
        { "type": "text", "text": "https://example.com/words",
          "action": { "type": "uri", "uri": "https://example.com/tapped" } }] } });
    let map = json!({ "type": "imagemap", "baseUrl": "https://example.com/map", "altText": "map",
        "baseSize": { "width": 1040, "height": 1040 }, "actions": [
            { "type": "uri", "linkUri": "https://example.com/area",
              "area": { "x": 0, "y": 0, "width": 520, "height": 1040 } }] });
    let text = "look (https://example.com/a?b=c), or at http://example.com/d\u{3002}";
    let body = json!({ "to": user, "messages": [
        { "type": "text", "text": text },
        { "type": "flex", "altText": "a", "contents": bubble },
        map,
    ] });
    let sent = post(&sim, "/v2/bot/message/push", &body.to_string()).await;
    assert_eq!(sent.status, 200, "{}", sent.text());
    let open = async |url: &str| {
        let body = json!({ "url": url }).to_string();
        control(&sim, "POST", "/outbox/1/opened", &body).await.status
    };
    for link in [
        "https://example.com/a?b=c",
        "http://example.com/d",
        "https://example.com/tapped",
        "https://example.com/area",
    ] {
        assert_eq!(open(link).await, 204, "{link}");
    }
    for piece in [
        "look",
        "https://example.com/a",
        "https://example.com/a?b=c),",
        "https://example.com/words",
        "https://example.com/map",
        "",
    ] {
        assert_eq!(open(piece).await, 400, "{piece}");
    }
}

#[tokio::test]
async fn a_unit_counts_however_many_requests_come_after() {
    let sim = start().await;
    let friends = sim.add_friends(20);
    let to = |path: &str, to: Value| {
        let body = json!({ "to": to, "messages": [{ "type": "text", "text": "a" }],
            "customAggregationUnits": ["a"] });
        let (bearer, body) = (crate::http::bearer(&sim), body.to_string());
        let headers = [("authorization", &*bearer), ("content-type", "application/json")];
        crate::http::request("POST", path, &headers, body.as_bytes())
    };
    let many = to("/v2/bot/message/multicast", json!(friends));
    let sent = crate::http::raw(&sim.api_url(), &many).await.unwrap();
    assert!(sent.starts_with(b"HTTP/1.1 200 "));
    for delivery in sim.outbox() {
        sim.see(&delivery);
    }
    // On one connection.
    let last = to("/v2/bot/message/push", json!(friends[0]));
    let one = String::from_utf8(last.clone()).unwrap().replace("connection: close\r\n", "");
    let mut bytes = one.repeat(10_000).into_bytes();
    bytes.extend(last);
    crate::http::raw(&sim.api_url(), &bytes).await.unwrap();
    assert_eq!(sim.delivered(), 10_021);
    let path = "message/event/aggregation?customAggregationUnit=a&from=20260801&to=20260801";
    assert_eq!(read(&sim, path).await["messages"][0]["impression"], 20);
}
