use hikyaku_sim::{ClockMode, Person, Sim};
use serde_json::{Value, json};

use super::{Rule, letters, of_parameter, of_request, times, url, with};
use crate::http::{get, post, post_with};

const HASH: &str = "d41e0ad70dddfeb68f149ad6fc61574b9c5780ab7bcb2fba5517771ffbb2409c";

fn hello() -> Value {
    json!([{ "type": "text", "text": "a" }])
}

#[tokio::test]
async fn recipients_messages_and_units() {
    let sim = Sim::builder().rate_limits(false).start().await.unwrap();
    let friend = sim.add_friend();
    let size = |least: u32, most: u32| format!("Size must be between {least} and {most}");
    let push = json!({ "to": friend, "messages": hello() });
    let many = json!({ "to": [friend], "messages": hello() });
    let to = |count| with(many.clone(), json!({ "to": times(count, &json!(friend)) }));
    let unit =
        |body: &Value, names: Value| with(body.clone(), json!({ "customAggregationUnits": names }));
    let good = |body: Value| (200, body);
    let (one, other) = ("/v2/bot/message/push", "/v2/bot/message/multicast");
    let name = of_request(&[("customAggregationUnits[0]", "must match ^[a-zA-Z0-9_]{1,30}$")]);
    let units = of_request(&[("customAggregationUnits", &size(0, 1))]);
    let mut rules = vec![
        Rule::body("POST", other, good(to(500)), to(501), of_request(&[("to", &size(1, 500))])),
        Rule::body("POST", other, good(to(1)), to(0), of_request(&[("to", &size(1, 500))])),
        Rule::body(
            "POST",
            other,
            good(to(1)),
            with(many.clone(), json!({ "to": null })),
            of_request(&[("to", "May not be empty")]),
        ),
    ];
    for (path, body) in [(one, &push), (other, &many)] {
        let two = unit(body, json!(["a", "b"]));
        rules.extend([
            Rule::body(
                "POST",
                path,
                good(unit(body, json!([letters(30)]))),
                unit(body, json!([letters(31)])),
                name.clone(),
            ),
            Rule::body(
                "POST",
                path,
                good(unit(body, json!(["a_B9"]))),
                unit(body, json!(["a-b"])),
                name.clone(),
            ),
            Rule::body("POST", path, good(unit(body, json!(["a"]))), two, units.clone()),
        ]);
    }
    for (path, more, status) in [
        (one, json!({ "to": friend }), 200),
        (other, json!({ "to": [friend] }), 200),
        ("/v2/bot/message/broadcast", json!({}), 200),
        ("/v2/bot/message/narrowcast", json!({}), 202),
    ] {
        let text = &hello()[0];
        let messages = |count| with(more.clone(), json!({ "messages": times(count, text) }));
        let words = of_request(&[("messages", &size(1, 5))]);
        rules.push(Rule::body("POST", path, (status, messages(5)), messages(6), words.clone()));
        rules.push(Rule::body("POST", path, (status, messages(1)), messages(0), words));
    }
    for rule in rules {
        rule.holds(&sim).await;
    }
}

#[tokio::test]
async fn narrowcasts() {
    let sim = Sim::builder().rate_limits(false).narrowcast_minimums(false).start().await.unwrap();
    let audience = sim.add_audience(&hikyaku_sim::Audience::default());
    let path = "/v2/bot/message/narrowcast";
    let to = |recipient: Value| json!({ "messages": hello(), "recipient": recipient });
    let filtered = |demographic: Value| json!({ "messages": hello(), "filter": { "demographic": demographic } });
    let limited = |limit: Value| json!({ "messages": hello(), "limit": limit });
    let all = |count, operand: &Value| json!({ "type": "operator", "and": times(count, operand) });
    let one = json!({ "type": "audience", "audienceGroupId": audience });
    let men = json!({ "type": "gender", "oneOf": ["male"] });
    let age = |gte: &str, lt: &str| filtered(json!({ "type": "age", "gte": gte, "lt": lt }));
    for rule in [
        Rule::body(
            "POST",
            path,
            (202, to(all(10, &one))),
            to(all(11, &one)),
            of_request(&[("recipient", "must not have more than 10 audiences and redeliveries")]),
        ),
        Rule::body(
            "POST",
            path,
            (202, filtered(all(10, &men))),
            filtered(all(11, &men)),
            of_request(&[("filter.demographic", "must not have more than 10 filters")]),
        ),
        Rule::body(
            "POST",
            path,
            (202, age("age_15", "age_70")),
            age("age_70", "age_70"),
            of_request(&[("filter.demographic.lt", "must be greater than gte")]),
        ),
        Rule::body(
            "POST",
            path,
            (202, limited(json!({ "max": 1 }))),
            limited(json!({ "max": 0 })),
            of_request(&[("limit.max", "Must be between 1 and 2147483647")]),
        ),
    ] {
        rule.holds(&sim).await;
    }
}

#[tokio::test]
async fn a_loading_animation_takes_five_to_sixty_seconds() {
    let sim = Sim::builder().rate_limits(false).start().await.unwrap();
    let friend = sim.add_friend();
    let path = "/v2/bot/chat/loading/start";
    let seconds = |seconds: u32| json!({ "chatId": friend, "loadingSeconds": seconds });
    let range = ("loadingSeconds", "Must be between 5 and 60");
    let step = ("loadingSeconds", "must be a multiple of five");
    for (good, bad, words) in [
        (5, 0, vec![range]),
        (60, 65, vec![range]),
        (10, 11, vec![step]),
        (55, 61, vec![range, step]),
    ] {
        Rule::body("POST", path, (202, seconds(good)), seconds(bad), of_request(&words))
            .holds(&sim)
            .await;
    }
}

#[tokio::test]
async fn messages_to_phone_numbers() {
    let sim = Sim::builder().rate_limits(false).start().await.unwrap();
    sim.add_friend_as(Person { phone: Some("+818000001234".into()), ..Person::default() });
    let path = "/v2/bot/message/pnp/templated/push";
    let items = |count: usize| {
        (0..count)
            .map(|key| json!({ "itemKey": format!("k{key}"), "content": "a" }))
            .collect::<Value>()
    };
    let body = |body: Value| json!({ "to": HASH, "templateKey": "shipping", "body": body });
    let item = |key: &str, content: String| json!({ "itemKey": key, "content": content });
    let emphasized = |content| body(json!({ "emphasizedItem": item("time", content) }));
    let one = |content| body(json!({ "items": [item("item", content)] }));
    let button = |url: String| json!({ "buttonKey": "open", "url": url });
    let buttons = |count| body(json!({ "buttons": times(count, &button(url(20))) }));
    let linked = |length| body(json!({ "buttons": [button(url(length))] }));
    let long = |property: &str, most: usize| {
        of_request(&[(property, &format!("Length must be between 0 and {most}"))])
    };
    for rule in [
        Rule::body(
            "POST",
            path,
            (202, body(json!({ "items": items(15) }))),
            body(json!({ "items": items(16) })),
            of_request(&[("body.items", "Size must be between 0 and 15")]),
        ),
        Rule::body(
            "POST",
            path,
            (202, buttons(2)),
            buttons(3),
            of_request(&[("body.buttons", "Size must be between 0 and 2")]),
        ),
        Rule::body(
            "POST",
            path,
            (202, emphasized(letters(15))),
            emphasized(letters(16)),
            long("body.emphasizedItem.content", 15),
        ),
        Rule::body(
            "POST",
            path,
            (202, one(letters(300))),
            one(letters(301)),
            long("body.items[0].content", 300),
        ),
        Rule::body(
            "POST",
            path,
            (202, linked(1000)),
            linked(1001),
            long("body.buttons[0].url", 1000),
        ),
    ] {
        rule.holds(&sim).await;
    }
    let flexible = json!({ "to": HASH, "messages": hello() }).to_string();
    for (tag, status) in
        [(letters(16), 200), (letters(100), 200), (letters(15), 400), (letters(101), 400)]
    {
        let answer =
            post_with(&sim, "/bot/pnp/push", &[("x-line-delivery-tag", &*tag)], &flexible).await;
        assert_eq!(answer.status, status, "{tag}");
    }
    let image =
        json!({ "type": "image", "originalContentUrl": url(20), "previewImageUrl": url(20) });
    let refused =
        post(&sim, "/bot/pnp/push", &json!({ "to": HASH, "messages": [image] }).to_string()).await;
    assert_eq!(
        (refused.status, refused.json()["details"][0]["property"].as_str()),
        (400, Some("messages[0].type"))
    );
    let key = [("x-line-retry-key", "123e4567-e89b-12d3-a456-426614174000")];
    assert_eq!(post_with(&sim, "/bot/pnp/push", &key, &flexible).await.status, 400);
}

#[tokio::test]
async fn lists_and_dates() {
    let start = ClockMode::Fixed("2026-08-01T00:00:00Z".parse().unwrap());
    let sim = Sim::builder().rate_limits(false).clock(start).start().await.unwrap();
    let limit = || of_parameter("limit");
    for (path, most) in [("/v2/bot/message/aggregation/list", 100), ("/v2/bot/followers/ids", 1000)]
    {
        let at = |limit: u32| format!("{path}?limit={limit}");
        let (good, bad, none) = (at(most), at(most + 1), at(0));
        Rule::query(&good, &bad, limit()).holds(&sim).await;
        Rule::query(&good, &none, limit()).holds(&sim).await;
    }
    for kind in ["reply", "push", "multicast", "broadcast", "pnp", "pnp/templated"] {
        let on = async |date: &str| {
            let path = format!("/v2/bot/message/delivery/{kind}?date={date}");
            let answer = get(&sim, &path).await;
            (answer.status, answer.json())
        };
        assert_eq!(on("20180330").await, (200, json!({ "status": "out_of_service" })));
        assert_eq!(on("20180331").await, (200, json!({ "status": "ready", "success": 0 })));
        assert_eq!(on("20260731").await, (200, json!({ "status": "ready", "success": 0 })));
        assert_eq!(on("20260801").await, (200, json!({ "status": "unready" })));
        for date in ["", "2026073", "20260732", "2026-07-31", "202607310"] {
            assert_eq!(on(date).await, (400, of_parameter("date")), "{date}");
        }
    }
    for (path, first) in [("message/delivery", "20170301"), ("followers", "20161101")] {
        let on = async |date: &str| {
            get(&sim, &format!("/v2/bot/insight/{path}?date={date}")).await.json()
        };
        let before = (first.parse::<u32>().unwrap() - 1)
            .to_string()
            .replace("0300", "0228")
            .replace("1100", "1031");
        assert_eq!(on(&before).await["status"], "out_of_service", "{path} {before}");
        assert_eq!(on(first).await["status"], "ready");
        assert_eq!(on("20260801").await["status"], "unready");
    }
}
