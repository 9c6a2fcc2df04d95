//! Tokens and keys that may reach so many recipients in a month.

use std::time::Duration;

use hikyaku_gateway::{AlertSettings, DeclaredKey, NewApiKey, Rights, TokenChange};
use hikyaku_sender::Priority;
use hikyaku_sim::FaultRule;
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

use crate::home::{Answer, Home, OK, Settings};

const PUSH: &str = "/v2/bot/message/push";
const USED_UP: &str = r#"{"status":429,"message":"The monthly budget of this token is used up; nothing was sent. It begins anew with the month in Japan."}"#;
const MONTHLY_LIMIT: &str = "You have reached your monthly limit.";

impl Home {
    async fn give_budget(&self, name: &str, budget: u64) {
        let tokens = self.state.tokens().await.unwrap();
        let id = tokens.iter().find(|it| it.name == name).unwrap().id;
        let change = TokenChange { budget: Some(Some(budget)), ..TokenChange::default() };
        assert!(self.state.change_token(id, change).await.unwrap());
    }

    async fn used(&self, owner: &str) -> u64 {
        let spent = self.state.spent().await.unwrap();
        spent.iter().find(|it| it.owner == owner).map_or(0, |it| it.used)
    }

    async fn line(&self, key: &str, line: &str, body: &str) -> Answer {
        let length = body.len();
        let request = format!(
            "{line} HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        Answer::read(self.raw(request).await)
    }

    async fn line_push(&self, key: &str, to: &str) -> Answer {
        let body = json!({ "to": to, "messages": [{ "type": "text", "text": "hi" }] });
        self.line(key, &format!("POST {PUSH}"), &body.to_string()).await
    }
}

/// The two headers of a token's budget.
fn budget(answer: &Answer) -> [Option<&str>; 2] {
    ["x-gateway-budget-limit", "x-gateway-budget-remaining"].map(|name| answer.header(name))
}

#[tokio::test]
async fn a_budget_is_told_and_what_does_not_fit_is_refused() {
    let home = Home::new().await;
    assert_eq!(budget(&home.notify(&home.t1, "message=a").await), [None, None]);
    home.give_budget("cron", 2).await;
    let answer = home.notify(&home.t1, "message=a").await;
    assert_eq!((answer.body.as_str(), budget(&answer)), (OK, [Some("2"), Some("1")]));
    // What LINE refuses is free.
    let refusal = FaultRule::answer(400).on("POST", PUSH).times(1);
    home.sim.fault(refusal.body(json!({ "message": "no" }))).unwrap();
    assert_eq!(home.notify(&home.t1, "message=a").await.status, 400);
    let answer = home.notify(&home.t1, "message=a").await;
    assert_eq!((answer.body.as_str(), budget(&answer)), (OK, [Some("2"), Some("0")]));
    let before = home.pushes();
    let answer = home.notify(&home.t1, "message=a").await;
    assert_eq!((answer.status, answer.body.as_str()), (429, USED_UP));
    assert_eq!(answer.header("x-gateway-delivery"), Some("refused"));
    assert_eq!(budget(&answer), [Some("2"), Some("0")]);
    assert_eq!(home.pushes(), before);
    // Another token goes on, and so does this one with the next month.
    assert_eq!(home.notify(&home.t2, "message=a").await.body, OK);
    home.sim.advance(Duration::from_secs(32 * 24 * 60 * 60));
    let answer = home.notify(&home.t1, "message=a").await;
    assert_eq!((answer.body.as_str(), budget(&answer)), (OK, [Some("2"), Some("1")]));
    home.stop().await;
}

#[tokio::test]
async fn a_group_costs_its_members_and_a_repeat_nothing() {
    let home = Home::new().await;
    home.give_budget("srv", 4).await;
    let headers = "Content-Type: application/x-www-form-urlencoded\r\nIdempotency-Key: job-1\r\n";
    for _ in 0..2 {
        let answer = home.call("POST /api/notify", &home.t2, headers, "message=x").await;
        assert_eq!((answer.status, answer.body.as_str()), (200, OK));
        assert_eq!(budget(&answer), [Some("4"), Some("1")]);
    }
    let answer = home.notify(&home.t2, "message=y").await;
    assert_eq!((answer.status, budget(&answer)), (429, [Some("4"), Some("1")]));
    assert_eq!(home.pushes(), 1);
    home.stop().await;
}

#[tokio::test]
async fn the_operator_is_told_once_when_most_of_a_budget_is_used() {
    let boss = std::sync::OnceLock::new();
    let home = Home::start(Settings {
        adapt: Some(Box::new(|config, sim| {
            let chat = sim.add_friend().as_str().to_owned();
            boss.set(chat.clone()).unwrap();
            config.alerts = Some(AlertSettings { channel: "default".to_owned(), chat });
        })),
        ..Settings::default()
    })
    .await;
    home.give_budget("cron", 5).await;
    for _ in 0..6 {
        home.notify(&home.t1, "message=a").await;
    }
    home.sim.wait_for(6).await.unwrap();
    let pushes = home.sim.requests();
    let pushes = pushes.iter().filter(|it| it.path == PUSH);
    let pushes = pushes.map(|it| serde_json::from_slice::<Value>(&it.body).unwrap());
    let boss = boss.get().unwrap().as_str();
    let told: Vec<Value> = pushes.filter(|it| it["to"] == boss).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(
        told[0]["messages"][0]["text"],
        "[gateway] the token 1 (cron) has used 80 % of its 5 recipients a month. What does not fit is refused until the month ends in Japan"
    );
    home.stop().await;
}

/// At both doors, each with a budget of its own.
async fn sixteen_at_once_never_go_beyond_a_budget(home: Home) {
    home.give_budget("cron", 10).await;
    let key = home.key(NewApiKey::new("bot", "default").budget(10)).await;
    let alice = home.alice.as_str();
    let calls = (0..16).map(|number| {
        let (home, key, form) = (&home, key.expose(), format!("message={number}"));
        async move {
            let (notified, pushed) =
                tokio::join!(home.notify(&home.t1, &form), home.line_push(key, alice));
            (notified.status, pushed.status)
        }
    });
    let (notified, pushed): (Vec<u16>, Vec<u16>) =
        futures_util::future::join_all(calls).await.into_iter().unzip();
    let refused = |statuses: &[u16]| statuses.iter().filter(|status| **status == 429).count();
    assert_eq!((refused(&notified), refused(&pushed)), (6, 6), "{notified:?} {pushed:?}");
    while home.sim.delivered() < 20 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!((home.pushes(), home.used("notify:1").await), (20, 10));
    assert_eq!(home.used("key:bot").await, 10);
    home.stop().await;
}

#[tokio::test]
async fn sixteen_at_once_never_go_beyond_a_budget_on_sqlite() {
    sixteen_at_once_never_go_beyond_a_budget(Home::new().await).await;
}

#[tokio::test]
async fn sixteen_at_once_never_go_beyond_a_budget_on_postgres() {
    if let Some(home) = Home::on_postgres().await {
        sixteen_at_once_never_go_beyond_a_budget(home).await;
    }
}

#[tokio::test]
async fn a_key_with_a_budget_gets_lines_own_refusal() {
    let home = Home::new().await;
    let alice = home.alice.as_str().to_owned();
    let rights = Rights::read(Some("push,broadcast"), Some(&alice), Some("read")).unwrap();
    let key = home.key(NewApiKey::new("b", "default").rights(rights).budget(5)).await;
    let key = key.expose();
    let text = r#"{"messages":[{"type":"text","text":"hi"}]}"#;
    let broadcast = home.line(key, "POST /v2/bot/message/broadcast", text).await;
    assert_eq!(broadcast.status, 403);
    assert!(broadcast.body.contains("unmetered"), "{broadcast:?}");
    let stranger = "U00000000000000000000000000000000";
    assert_eq!(home.line_push(key, stranger).await.status, 403);
    for number in 0..5 {
        if number == 3 {
            let refusal = FaultRule::answer(400).on("POST", PUSH).times(1);
            home.sim.fault(refusal.body(json!({ "message": "no" }))).unwrap();
            assert_eq!(home.line_push(key, &alice).await.status, 400);
        }
        assert_eq!(home.line_push(key, &alice).await.status, 200);
    }
    let refused = home.line_push(key, &alice).await;
    let told: Value = serde_json::from_str(&refused.body).unwrap();
    assert_eq!((refused.status, &told["message"]), (429, &json!(MONTHLY_LIMIT)));
    assert_eq!(refused.header("x-hikyaku-error"), Some("budget"));
    let quota = home.line(key, "GET /v2/bot/message/quota", "").await;
    assert_eq!(quota.body, r#"{"type":"limited","value":5}"#);
    let used = home.line(key, "GET /v2/bot/message/quota/consumption", "").await;
    assert_eq!(used.body, r#"{"totalUsage":5}"#);
    // A key without a budget is told of the channel's month.
    let other = home.key(NewApiKey::new("a", "default")).await;
    home.sim.set_quota(1000, 7);
    let quota = home.line(other.expose(), "GET /v2/bot/message/quota", "").await;
    assert_eq!(serde_json::from_str::<Value>(&quota.body).unwrap()["value"], 1000);
    home.stop().await;
}

#[tokio::test]
async fn a_multicast_that_does_not_fit_is_refused_as_a_whole() {
    let home = Home::new().await;
    let key = home.key(NewApiKey::new("c", "default").budget(4)).await;
    let key = key.expose();
    let users: Vec<String> = (0..3).map(|_| home.sim.add_friend().as_str().to_owned()).collect();
    let body = json!({ "to": users, "messages": [{ "type": "text", "text": "hi" }] }).to_string();
    let multicast = "POST /v2/bot/message/multicast";
    assert_eq!(home.line(key, multicast, &body).await.status, 200);
    assert_eq!(home.line(key, multicast, &body).await.status, 429);
    assert_eq!(home.line_push(key, &users[0]).await.status, 200);
    assert_eq!(home.used("key:c").await, 4);
    // A narrowcast costs at most its limit.
    let narrowcast =
        json!({ "messages": [{ "type": "text", "text": "hi" }], "limit": { "max": 9 } });
    let answer = home.line(key, "POST /v2/bot/message/narrowcast", &narrowcast.to_string()).await;
    assert_eq!(answer.status, 429, "{answer:?}");
    home.stop().await;
}

#[tokio::test]
async fn a_key_of_the_configuration_works_and_goes_before_one_of_the_store() {
    let key = format!("hkg_{}", "a".repeat(43));
    let file = tempfile::NamedTempFile::new().unwrap();
    let other = format!("hkg_{}", "b".repeat(43));
    std::fs::write(file.path(), format!("{other}\n")).unwrap();
    let hash = digest(&SHA256, key.as_bytes());
    let digits = hash.as_ref().iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let hash: String = digits.filter_map(|it| char::from_digit(it.into(), 16)).collect();
    let declared = format!(
        "[[key]]\nname = \"bot\"\nhash = \"sha256:{hash}\"\nsend = [\"push\"]\n\
         [[key]]\nname = \"other\"\nfile = \"{}\"\nbudget = 1\n",
        file.path().display()
    );
    let home = Home::start(Settings {
        adapt: Some(Box::new(move |config, _| {
            #[derive(serde::Deserialize)]
            struct Keys {
                key: Vec<DeclaredKey>,
            }
            config.key = toml::from_str::<Keys>(&declared).unwrap().key;
        })),
        ..Settings::default()
    })
    .await;
    let stored = home.key(NewApiKey::new("bot", "default")).await;
    let alice = home.alice.as_str().to_owned();
    assert_eq!(home.line_push(&key, &alice).await.status, 200);
    assert_eq!(home.line_push(stored.expose(), &alice).await.status, 401);
    assert_eq!(home.line_push(&format!("hkg_{}", "c".repeat(43)), &alice).await.status, 401);
    let reply = json!({ "replyToken": "x", "messages": [] }).to_string();
    assert_eq!(home.line(&key, "POST /v2/bot/message/reply", &reply).await.status, 403);
    assert_eq!(home.line_push(&other, &alice).await.status, 200);
    assert_eq!(home.line_push(&other, &alice).await.status, 429);
    home.stop().await;
}

#[tokio::test]
async fn an_urgent_token_does_not_wait_for_others() {
    let home = Home::with("delivery = \"queued\"", None).await;
    let tokens = home.state.tokens().await.unwrap();
    let change = TokenChange { priority: Some(Priority::High), ..TokenChange::default() };
    assert!(home.state.change_token(tokens[1].id, change).await.unwrap());
    let hold = hikyaku_sender::NewHold::new("a test");
    let hold = home.outbox.hold(hold).await.unwrap();
    for number in 0..3 {
        home.notify(&home.t1, &format!("message=usual {number}")).await;
    }
    home.notify(&home.t2, "message=urgent").await;
    home.outbox.release(hold.id).await.unwrap();
    home.sim.wait_for(4).await.unwrap();
    let requests = home.sim.requests();
    let first = requests.iter().find(|it| it.path == PUSH).unwrap();
    let first: Value = serde_json::from_slice(&first.body).unwrap();
    assert_eq!(first["messages"][0]["text"], "[srv] urgent");
    home.stop().await;
}

impl Home {
    /// Waits until the gateway has dealt with all outcomes.
    async fn has_dealt_with_outcomes(&self) {
        while self.outbox.outcome_cursors().await.unwrap().iter().any(|it| it.behind > 0) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// LINE refuses the next push for one of its messages.
    fn refuses_message(&self, number: usize) {
        let rule = FaultRule::answer(400).on("POST", PUSH).times(1);
        let property = format!("messages[{number}]");
        let details = json!([{ "message": "invalid", "property": property }]);
        let body = json!({ "message": "The request body has 1 error(s)", "details": details });
        self.sim.fault(rule.body(body)).unwrap();
    }
}

#[tokio::test]
async fn what_is_sent_without_its_sticker_costs_what_the_whole_did() {
    let home = Home::new().await;
    home.give_budget("cron", 2).await;
    for left in ["1", "0"] {
        home.refuses_message(1);
        let answer = home.notify(&home.t1, "message=a&stickerPackageId=1&stickerId=2").await;
        assert_eq!((answer.body.as_str(), budget(&answer)[1]), (OK, Some(left)));
        home.has_dealt_with_outcomes().await;
    }
    let answer = home.notify(&home.t1, "message=a&stickerPackageId=1&stickerId=2").await;
    assert_eq!((answer.status, answer.body.as_str()), (429, USED_UP));
    assert_eq!((home.sim.delivered(), home.used("notify:1").await), (2, 2));
    home.stop().await;
}

#[tokio::test]
async fn an_urgent_notification_without_its_sticker_is_urgent() {
    let home = Home::new().await;
    let change = TokenChange { priority: Some(Priority::High), ..TokenChange::default() };
    assert!(home.state.change_token(1, change).await.unwrap());
    home.refuses_message(1);
    let answer = home.notify(&home.t1, "message=a&stickerPackageId=1&stickerId=2").await;
    assert_eq!(answer.body, OK);
    let all = home.outbox.list(hikyaku_sender::Filter::default()).await.unwrap();
    assert_eq!(all[0].order_key, all[1].order_key);
    assert!(all[0].order_key.as_deref().unwrap().ends_with(":high"), "{all:?}");
    home.stop().await;
}

#[tokio::test]
async fn a_push_that_was_parted_costs_what_the_whole_did() {
    let home = Home::with("coalesce_ms = 300\nwait_seconds = 8", None).await;
    home.give_budget("cron", 3).await;
    for used in [1, 2] {
        home.refuses_message(0);
        let (one, other) =
            tokio::join!(home.notify(&home.t1, "message=a"), home.notify(&home.t1, "message=b"));
        assert_eq!((one.body.as_str(), other.body.as_str()), (OK, OK));
        home.has_dealt_with_outcomes().await;
        assert_eq!(home.used("notify:1").await, used);
    }
    assert_eq!(home.sim.delivered(), 4);
    home.stop().await;
}
