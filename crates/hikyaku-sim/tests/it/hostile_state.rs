//! States that nobody has exported: numbers at the end of what a computer counts, and times at the end of all time.

use std::{collections::BTreeSet, time::Duration};

use hikyaku_sim::{Audience, FaultRule, MembershipPlan, Sim};
use serde_json::{Value, json};

use crate::{
    bot::Bot,
    http::{call, control, get, post, send},
    mini_app::{App, RESERVE},
    push::{PUSH, hello},
    state::lively,
};

/// What was under way in the state: it is gone on with.
struct Trade {
    coupon: String,
    /// An access token of a LIFF app's page, and the tokens of its channel and of a service message.
    liff: String,
    login: String,
    notification: String,
    order: String,
}

const COUPON: &str = r#"{"title":"a","acquisitionCondition":{"type":"lottery","lotteryProbability":50,"maxAcquireCount":9},"maxUseCountPerTicket":1,"startTimestamp":1785542400,"endTimestamp":1785628800,"timezone":"ASIA_TOKYO","visibility":"UNLISTED","reward":{"type":"others"}}"#;
const ORDER: &str = r#"{"clientIp":"::1","clientOs":"ios","productId":"p","shopProductName":"a"}"#;

/// Lets an app send service messages and sell, and the account have a coupon.
async fn trade(sim: &Sim, bot: &Bot) -> Trade {
    let app = App::of(sim.clone(), sim.friends().remove(0)).await;
    app.login.add_service_template("thankyou_msg_en");
    app.login.sell("p", bot.url()).unwrap();
    let liff = app.open();
    let token = |answer: &Value| answer["notificationToken"].as_str().unwrap().to_owned();
    let first = token(&app.issue(&liff).await.json());
    let notification = token(&app.message(&first, "thankyou_msg_en").await.json());
    let mut orders = Vec::new();
    for _ in 0..2 {
        let order = app.by(&liff, "POST", RESERVE, &ORDER.parse().unwrap()).await.json();
        orders.push(order["orderId"].as_str().unwrap().to_owned());
    }
    // The server may not take the event.
    app.login.pay(&orders[0]).await;
    let coupon = post(sim, "/v2/bot/coupon", COUPON).await.json();
    let coupon = coupon["couponId"].as_str().unwrap().to_owned();
    Trade { coupon, liff, login: app.token, notification, order: orders.remove(1) }
}

/// Goes on with it, however it is now.
async fn trade_on(sim: &Sim, trade: &Trade) {
    let Trade { coupon, liff, login, notification, order } = trade;
    let message = json!({
        "templateName": "thankyou_msg_en", "params": {}, "notificationToken": notification,
    })
    .to_string();
    let period = "startEpochSeconds=1784937600&endEpochSeconds=1785542400&pageSize=1";
    for (token, method, path, body) in [
        (login, "POST", "/message/v3/notifier/send?target=service", &*message),
        (liff, "POST", RESERVE, ORDER),
        (login, "GET", &format!("/iap/v1/webhook/events?{period}"), ""),
    ] {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", &*bearer), ("content-type", "application/json")];
        let answer = send(&sim.api_url(), method, path, &headers, body.as_bytes()).await.unwrap();
        assert_ne!(answer.status, 500, "{path}");
    }
    let paid = json!({ "orderId": order }).to_string();
    control(sim, "POST", "/logins/sim-login-1/purchases", &paid).await;
    control(sim, "GET", "/logins/sim-login-1/service-messages", "").await;
    for (method, path, body) in [
        ("GET", "/v2/bot/coupon", ""),
        ("GET", &format!("/v2/bot/coupon/{coupon}"), ""),
        ("PUT", &format!("/v2/bot/coupon/{coupon}/close"), ""),
        ("POST", "/v2/bot/coupon", COUPON),
    ] {
        assert_ne!(call(sim, method, path, body).await.status, 500, "{path}");
    }
}

/// As [`lively`], with what has numbers of its own.
async fn counted(bot: &Bot) -> (Value, Trade) {
    let sim = lively(bot).await;
    let trade = trade(&sim, bot).await;
    let hana = sim.friends().remove(0);
    let plan = sim.add_membership(MembershipPlan::default());
    assert!(sim.join_membership(&hana, plan));
    sim.add_audience(&Audience { user_ids: vec![hana.clone()], ..Audience::default() });
    sim.add_module();
    sim.fault(FaultRule::answer(500).on("GET", "/v2/bot/info").nth(9)).unwrap();
    for seen in sim.outbox() {
        sim.see(&seen);
        sim.play(&seen, 1, 100);
    }
    sim.block(&sim.add_friend());
    post(&sim, "/v2/bot/message/broadcast", r#"{"messages":[{"type":"text","text":"a"}]}"#).await;
    let all = json!({ "messages": [{ "type": "text", "text": "a" }] }).to_string();
    post(&sim, "/v2/bot/message/narrowcast", &all).await.is_status(202);
    sim.advance(Duration::from_millis(1500));
    sim.webhooks().wait_until_idle().await.unwrap();
    (serde_json::from_str(&sim.export()).unwrap(), trade)
}

fn with(state: &Value, pointer: &str, value: Value) -> String {
    let mut state = state.clone();
    *state.pointer_mut(pointer).unwrap_or_else(|| panic!("there is no {pointer}")) = value;
    state.to_string()
}

#[tokio::test]
async fn a_count_that_cannot_be_gone_on_from_is_refused_by_its_name() {
    let bot = Bot::that_answers(500).await;
    let (state, _) = counted(&bot).await;
    let sim = Sim::start().await.unwrap();
    let hana = sim.add_friend();
    let plan = state["world"]["channels"][0]["memberships"].as_object().unwrap();
    let plan = plan.keys().next().unwrap();
    let numbers = format!("channels/0/memberships/{plan}/numbers");
    for (pointer, name) in [
        ("last_message_id", "last_message_id"),
        ("webhooks/made", "webhooks.made"),
        ("webhooks/attempts", "webhooks.attempts"),
        ("outbox/delivered", "outbox.delivered"),
        ("talk/done", "talk.done"),
        ("log/seq", "log.seq"),
        ("tokens/made", "tokens.made"),
        ("faults/made", "faults.made"),
        ("people/made", "people.made"),
        ("chats/made", "chats.made"),
        ("logins/0/tokens/made", "logins[0].tokens.made"),
        ("logins/0/shop/reserved", "logins[0].shop.reserved"),
        (&*numbers, "channels[0].memberships"),
        ("channels/0/audiences/last", "channels[0].audiences"),
    ] {
        for count in [i64::MAX as u64, u64::MAX] {
            let hostile = with(&state, &format!("/world/{pointer}"), count.into());
            let answer = control(&sim, "PUT", "/state", &hostile).await;
            let words = format!("`{name}` is {count}, which is too large to go on from");
            let message = answer.json()["message"].as_str().unwrap().to_owned();
            assert!(answer.status == 400 && message.contains(&words), "{name}: {message}");
        }
    }
    for (pointer, value, words) in [
        ("webhooks/made", json!(0), "`webhooks.kept` has one that `webhooks.made` does not count"),
        ("logins/0/tokens/channel", json!(usize::MAX), "`logins` names a channel"),
        ("logins/0/linked", json!(7), "`logins` names a channel"),
    ] {
        let hostile = with(&state, &format!("/world/{pointer}"), value);
        let answer = control(&sim, "PUT", "/state", &hostile).await;
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(answer.status == 400 && message.contains(words), "{pointer}: {message}");
    }
    // Larger than any number that JSON can be written with again.
    let people = &state["world"]["people"];
    let made = format!(r#""made":{}"#, people["made"]);
    let huge = people.to_string().replace(&made, &format!(r#""made":{}"#, u128::MAX));
    let huge = state.to_string().replace(&people.to_string(), &huge);
    let answer = control(&sim, "PUT", "/state", &huge).await;
    let message = answer.json()["message"].as_str().unwrap().to_owned();
    assert!(answer.status == 400 && message.contains("`people.made`"), "{message}");
    assert_eq!(sim.friends(), [hana]);
}

/// The pointers of all numbers and times, one of each kind of place.
fn places(value: &Value, pointer: &str, found: &mut Vec<String>, kinds: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                places(field, &format!("{pointer}/{name}"), found, kinds);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, &format!("{pointer}/{index}"), found, kinds);
            }
        }
        Value::String(text) if text.parse::<jiff::Timestamp>().is_err() => {}
        Value::String(_) | Value::Number(_) => {
            let kind = pointer.split('/').map(|step| {
                if step.chars().any(|letter| letter.is_ascii_digit()) { "#" } else { step }
            });
            if kinds.insert(kind.collect::<Vec<_>>().join("/")) {
                found.push(pointer.to_owned());
            }
        }
        _ => {}
    }
}

/// Lets something of everything happen.
async fn go_on(sim: &Sim, trade: &Trade) {
    sim.set_rate_limits(false);
    trade_on(sim, trade).await;
    let friend = sim.add_friend();
    let said = sim.user_says(&friend, "hi");
    let group = sim.invite(std::slice::from_ref(&friend));
    sim.member_says(&group, &friend, "hi");
    sim.unsend(&said);
    sim.block(&friend);
    sim.follow(&friend);
    sim.add_channel();
    sim.add_module();
    sim.add_audience(&Audience::default());
    let plan = sim.add_membership(MembershipPlan::default());
    sim.join_membership(&friend, plan);
    let text = r#"{"messages":[{"type":"text","text":"a"}]}"#;
    for path in ["narrowcast", "broadcast"] {
        post(sim, &format!("/v2/bot/message/{path}"), text).await;
    }
    post(sim, PUSH, &hello(&friend)).await;
    for seen in sim.outbox() {
        sim.see(&seen);
        sim.play(&seen, 1, 100);
    }
    for path in [
        "/v2/bot/info",
        "/v2/bot/message/quota/consumption",
        "/v2/bot/insight/followers?date=20260731",
        "/v2/bot/insight/message/delivery?date=20260731",
        "/v2/bot/membership/list",
        "/_sim/v1/log",
        "/_sim/v1/webhooks",
        "/_sim/v1/outbox",
        "/_sim/v1/acts",
        "/_sim/v1/faults",
        "/_sim/page/view?panel=requests&entry=w1",
        "/_sim/page/view?panel=requests&entry=r1",
        &format!("/_sim/page/view?chat={group}"),
    ] {
        assert_ne!(get(sim, path).await.status, 500, "{path}");
    }
    for second in [1, 60, 31 * 24 * 60 * 60] {
        sim.advance(Duration::from_secs(second));
    }
    sim.webhooks().wait_until_idle().await.unwrap();
    sim.import(&sim.export()).unwrap();
    control(sim, "POST", "/reset", "").await.is_status(204);
    sim.user_says(sim.add_friend(), "and again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_number_and_no_time_of_a_state_stops_a_simulator() {
    let bot = Bot::that_answers(200).await;
    let (state, trade) = counted(&bot).await;
    let trade = std::sync::Arc::new(trade);
    let (mut found, mut kinds) = (Vec::new(), BTreeSet::new());
    places(&state["world"], "/world", &mut found, &mut kinds);
    assert!(found.len() > 75, "{kinds:?}");
    let (mut taken, mut refused) = (0, 0);
    for pointer in found {
        let ends = if state.pointer(&pointer).unwrap().is_string() {
            [json!("9999-12-30T22:00:00Z"), json!("-009999-01-02T01:59:59Z")]
        } else {
            [json!(u64::MAX), json!(i64::MAX)]
        };
        for end in ends {
            let sim = Sim::builder().webhook(bot.url()).start().await.unwrap();
            let hostile = with(&state, &pointer, end.clone());
            match sim.import(&hostile) {
                Ok(()) => taken += 1,
                Err(why) => {
                    refused += 1;
                    assert!(!why.to_string().is_empty());
                }
            }
            let told = format!("{pointer} = {end}");
            let trade = trade.clone();
            let gone_on = tokio::spawn(async move { go_on(&sim, &trade).await });
            gone_on.await.unwrap_or_else(|error| panic!("{told}: {error}"));
        }
    }
    assert!(taken > 60 && refused > 20, "{taken} {refused}");
}

/// What a person can send over HTTP, not only a state.
#[tokio::test]
async fn a_mention_at_the_end_of_all_places_is_only_a_mention() {
    let sim = Sim::start().await.unwrap();
    let hana = sim.add_friend();
    let mention =
        json!({ "mentionees": [{ "type": "all", "index": u64::MAX, "length": u64::MAX }] });
    let body = json!({
        "message": { "type": "text", "text": "@bot hi", "mention": mention }, "mentions": ["bot"],
    });
    let path = format!("/chats/{hana}/messages");
    let answer = control(&sim, "POST", &path, &body.to_string()).await;
    assert_eq!((answer.status, &answer.json()["pointer"]), (400, &json!("/mentions/0")));
    let body = json!({ "message": { "type": "text", "text": "@bot hi", "mention": mention } });
    control(&sim, "POST", &path, &body.to_string()).await.is_status(201);
    get(&sim, &format!("/_sim/page/view?chat={hana}")).await.is_status(200);
}
