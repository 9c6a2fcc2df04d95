//! Notifications of one chat that go as one push.

use std::time::{Duration, Instant};

use hikyaku_gateway::{Gateway, TokenChange};
use hikyaku_sender::{Clock, Outbox, Priority};
use hikyaku_sim::FaultRule;
use serde_json::{Value, json};

use crate::{
    cluster::Cluster,
    home::{Home, OK, Settings, config},
};

const PUSH: &str = "/v2/bot/message/push";
const REPLY: &str = "/v2/bot/message/reply";

impl Home {
    /// The texts of each push that LINE got, in its order.
    pub(crate) fn pushed_texts(&self) -> Vec<Vec<String>> {
        self.texts_at(PUSH)
    }

    pub(crate) fn texts_at(&self, path: &str) -> Vec<Vec<String>> {
        let requests = self.sim.requests();
        let requests = requests.iter().filter(|it| it.path == path);
        let texts = |body: &[u8]| {
            let body: Value = serde_json::from_slice(body).unwrap();
            let messages = body["messages"].as_array().unwrap().clone();
            messages.iter().map(|it| it["text"].as_str().unwrap_or("?").to_owned()).collect()
        };
        requests.map(|it| texts(&it.body)).collect()
    }
}

/// Five calls at once, of which each hears the truth; in the order in which they came.
async fn five_go_as_one_push(home: Home) {
    let calls = (0..5).map(|number| {
        let (home, form) = (&home, format!("message={number}"));
        async move {
            let began = Instant::now();
            let answer = home.notify(&home.t1, &form).await;
            assert_eq!((answer.status, answer.body.as_str()), (200, OK));
            match answer.header("x-gateway-delivery") {
                Some("sent") => assert_eq!(home.sim.delivered(), 1),
                // Where the machine takes longer than the wait, that is the truth.
                other => {
                    assert_eq!(other, Some("queued"));
                    assert!(began.elapsed() >= Duration::from_secs(8), "{answer:?}");
                }
            }
        }
    });
    futures_util::future::join_all(calls).await;
    home.sim.wait_for(1).await.unwrap();
    let pushed = home.pushed_texts();
    assert_eq!(pushed.len(), 1, "{pushed:?}");
    let mut texts = pushed[0].clone();
    texts.sort();
    let all: Vec<String> = (0..5).map(|number| format!("[cron] {number}")).collect();
    assert_eq!(texts, all);
    home.stop().await;
}

#[tokio::test]
async fn five_in_the_window_go_as_one_push_on_sqlite() {
    five_go_as_one_push(Home::with("coalesce_ms = 60000\nwait_seconds = 8", None).await).await;
}

#[tokio::test]
async fn five_in_the_window_go_as_one_push_on_postgres() {
    let Some(cluster) = Cluster::shared() else { return };
    let settings = Settings {
        notify: "coalesce_ms = 60000\nwait_seconds = 8",
        store: Some(cluster.database()),
        ..Settings::default()
    };
    five_go_as_one_push(Home::start(settings).await).await;
}

#[tokio::test]
async fn they_keep_their_order_and_fill_pushes_of_five() {
    let home = Home::with("coalesce_ms = 60000\ndelivery = \"queued\"", None).await;
    for number in 0..7 {
        let answer = home.notify(&home.t1, &format!("message={number}")).await;
        assert_eq!(answer.header("x-gateway-delivery"), Some("queued"));
    }
    // Another chat's wait for themselves.
    home.notify(&home.t2, "message=group").await;
    home.sim.wait_for(1).await.unwrap();
    let text = |number: usize| format!("[cron] {number}");
    assert_eq!(home.pushed_texts(), [(0..5).map(text).collect::<Vec<_>>()]);
    home.sim.advance(Duration::from_secs(61));
    home.sim.wait_for(5).await.unwrap();
    let pushed = home.pushed_texts();
    assert_eq!(pushed.len(), 3, "{pushed:?}");
    assert!(pushed.contains(&vec![text(5), text(6)]), "{pushed:?}");
    assert!(pushed.contains(&vec!["[srv] group".to_owned()]), "{pushed:?}");
    home.stop().await;
}

/// A silent one, one with a sticker and one that asks for it go by themselves, behind those that came before.
#[tokio::test]
async fn what_does_not_fit_beside_others_goes_behind_them() {
    let home = Home::with("coalesce_ms = 60000\ndelivery = \"queued\"", None).await;
    home.notify(&home.t1, "message=a").await;
    home.notify(&home.t1, "message=b&notificationDisabled=true").await;
    home.notify(&home.t1, "message=c&stickerPackageId=446&stickerId=1988").await;
    home.notify(&home.t1, "message=d").await;
    let headers = "Content-Type: application/x-www-form-urlencoded\r\nX-Gateway-Coalesce: off\r\n";
    home.call("POST /api/notify", &home.t1, headers, "message=e").await;
    home.sim.wait_for(5).await.unwrap();
    let text = |text: &str| format!("[cron] {text}");
    let expected = [
        vec![text("a")],
        vec![text("b")],
        vec![text("c"), "?".to_owned()],
        vec![text("d")],
        vec![text("e")],
    ];
    assert_eq!(home.pushed_texts(), expected);
    // An urgent one waits for nobody.
    home.notify(&home.t2, "message=later").await;
    let change = TokenChange { priority: Some(Priority::High), ..TokenChange::default() };
    assert!(home.state.change_token(2, change).await.unwrap());
    home.notify(&home.t2, "message=now").await;
    home.sim.wait_for(6).await.unwrap();
    assert_eq!(home.pushed_texts().last().unwrap(), &["[srv] now"]);
    home.stop().await;
}

#[tokio::test]
async fn a_name_is_one_notification_among_those_that_wait() {
    let home = Home::with("coalesce_ms = 60000\ndelivery = \"queued\"", None).await;
    let headers = "Content-Type: application/x-www-form-urlencoded\r\nIdempotency-Key: job-1\r\n";
    for _ in 0..2 {
        assert_eq!(home.call("POST /api/notify", &home.t1, headers, "message=x").await.body, OK);
    }
    assert_eq!(home.call("POST /api/notify", &home.t1, headers, "message=y").await.status, 409);
    home.notify(&home.t1, "message=z").await;
    home.sim.advance(Duration::from_secs(61));
    home.sim.wait_for(1).await.unwrap();
    assert_eq!(home.pushed_texts(), [["[cron] x", "[cron] z"]]);
    assert_eq!(home.call("POST /api/notify", &home.t1, headers, "message=x").await.body, OK);
    assert_eq!(home.call("POST /api/notify", &home.t1, headers, "message=y").await.status, 409);
    assert_eq!(home.sim.delivered(), 1);
    home.stop().await;
}

/// LINE refuses a push for the second of three: the others arrive, and only the second caller hears of it.
#[tokio::test]
async fn a_message_that_line_refuses_takes_no_others_along() {
    let home = Home::with("coalesce_ms = 1500\nwait_seconds = 8", None).await;
    let refusal = json!({
        "message": "The request body has 1 error(s)",
        "details": [{ "message": "invalid", "property": "messages[1].text" }],
    });
    home.sim.fault(FaultRule::answer(400).on("POST", PUSH).times(1).body(refusal)).unwrap();
    let calls = (0..3).map(|number| {
        let (home, form) = (&home, format!("message={number}"));
        async move { home.notify(&home.t1, &form).await }
    });
    let answers = futures_util::future::join_all(calls).await;
    assert!(answers.iter().all(|it| it.body == OK), "{answers:?}");
    let pushed = home.pushed_texts();
    assert_eq!(pushed.iter().map(Vec::len).collect::<Vec<_>>(), [3, 1, 1, 1], "{pushed:?}");
    assert_eq!(home.sim.delivered(), 3);
    home.stop().await;
}

#[tokio::test]
async fn a_push_of_several_costs_a_budget_once() {
    let home = Home::with("coalesce_ms = 60000\ndelivery = \"queued\"", None).await;
    let change = TokenChange { budget: Some(Some(10)), ..TokenChange::default() };
    assert!(home.state.change_token(2, change).await.unwrap());
    for number in 0..3 {
        let answer = home.notify(&home.t2, &format!("message={number}")).await;
        let left = (10 - 3 * (number + 1)).to_string();
        assert_eq!(answer.header("x-gateway-budget-remaining"), Some(left.as_str()));
    }
    assert_eq!(home.notify(&home.t2, "message=too-many").await.status, 429);
    home.sim.advance(Duration::from_secs(61));
    home.sim.wait_for(3).await.unwrap();
    let spent = home.state.spent().await.unwrap();
    assert_eq!((spent[0].owner.as_str(), spent[0].used), ("notify:2", 3));
    home.stop().await;
}

/// What waits is on disk: a gateway that ends before the window closes leaves it to the next one, which sends each once.
#[tokio::test]
async fn what_waits_survives_the_gateway() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("hikyaku.db").display());
    let notify = "coalesce_ms = 60000\ndelivery = \"queued\"";
    let settings = Settings { notify, store: Some(store.clone()), ..Settings::default() };
    let home = Home::start(settings).await;
    for number in 0..3 {
        assert_eq!(home.notify(&home.t1, &format!("message={number}")).await.body, OK);
    }
    let sim = home.kill().await;
    assert_eq!(sim.delivered(), 0);
    sim.advance(Duration::from_secs(61));
    let clock = Clock::from_fn(sim.clock());
    let outbox = Outbox::builder(&store).clock(clock).open().await.unwrap();
    let config = config(&store, &sim, sim.channel_token().expose(), notify);
    let gateway = Gateway::over(outbox, config).await.unwrap();
    let running = tokio::spawn(gateway.run(std::future::pending()));
    let delivered = sim.wait_for(1).await.unwrap();
    assert_eq!(delivered.len(), 1);
    let pushes = sim.requests();
    let push = pushes.iter().rfind(|it| it.path == PUSH).unwrap();
    let push: Value = serde_json::from_slice(&push.body).unwrap();
    assert_eq!(push["messages"].as_array().unwrap().len(), 3, "{push}");
    running.abort();
}

/// While somebody has just written in a chat, a notification is a reply, which is free; the token works once.
#[tokio::test]
async fn a_notification_goes_as_a_free_reply_after_somebody_wrote() {
    let home = Home::new().await;
    home.sim.set_quota(100, 0);
    home.sim.user_says(&home.alice, "hello");
    home.sim.webhooks().wait_until_idle().await.unwrap();
    let answer = home.notify(&home.t1, "message=a").await;
    assert_eq!((answer.body.as_str(), answer.header("x-gateway-delivery")), (OK, Some("sent")));
    assert_eq!(home.notify(&home.t1, "message=b").await.body, OK);
    assert_eq!(
        (home.texts_at(REPLY), home.pushed_texts()),
        (vec![vec!["[cron] a".to_owned()]], vec![vec!["[cron] b".to_owned()]])
    );
    assert_eq!(home.sim.quota_used(), 1);
    // A token that is nearly over is left alone, and so is another chat's.
    home.sim.user_says(&home.alice, "hello");
    home.sim.webhooks().wait_until_idle().await.unwrap();
    home.notify(&home.t2, "message=c").await;
    home.sim.advance(Duration::from_secs(51));
    home.notify(&home.t1, "message=d").await;
    assert_eq!((home.texts_at(REPLY).len(), home.pushed_texts().len()), (1, 3));
    home.stop().await;
}

/// LINE refuses the token, so surely nobody got the reply: it is pushed, once.
#[tokio::test]
async fn a_reply_that_line_surely_refused_is_pushed() {
    let home = Home::new().await;
    let refusal = json!({ "message": "Invalid reply token" });
    home.sim.fault(FaultRule::answer(400).on("POST", REPLY).times(1).body(refusal)).unwrap();
    home.sim.user_says(&home.alice, "hello");
    home.sim.webhooks().wait_until_idle().await.unwrap();
    let answer = home.notify(&home.t1, "message=a").await;
    assert_eq!((answer.body.as_str(), answer.header("x-gateway-delivery")), (OK, Some("sent")));
    assert_eq!(home.pushed_texts(), [["[cron] a"]]);
    assert_eq!(home.sim.delivered(), 1);
    home.stop().await;
}

/// The answer to a reply is lost, so it may have arrived: it is repeated as a reply, and never pushed.
#[tokio::test]
async fn a_reply_in_doubt_is_never_pushed() {
    let home = Home::with("wait_seconds = 8", None).await;
    home.sim.fault(FaultRule::drop_after_accept().on("POST", REPLY).times(1)).unwrap();
    home.sim.user_says(&home.alice, "hello");
    home.sim.webhooks().wait_until_idle().await.unwrap();
    home.notify(&home.t1, "message=a").await;
    home.sim.wait_for(1).await.unwrap();
    // A later one shows that all before it is settled: they leave in order.
    home.sim.advance(Duration::from_secs(120));
    assert_eq!(home.notify(&home.t1, "message=b").await.status, 200);
    home.sim.wait_for(2).await.unwrap();
    assert_eq!(home.pushed_texts(), [["[cron] b"]]);
    home.stop().await;
}

impl Home {
    /// Waits until the oldest notification waits for room in the month.
    pub(crate) async fn is_parked(&self) {
        loop {
            let all = self.outbox.list(hikyaku_sender::Filter::default()).await.unwrap();
            if let Some(oldest) = all.last() {
                let oldest = self.outbox.show(oldest.id).await.unwrap().unwrap();
                if oldest.waiting_for.is_some_and(|it| it.name() == "quota") {
                    return;
                }
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn until_replied(&self, replies: usize) {
        while self.texts_at(REPLY).len() < replies {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// The month is used up. What is parked goes as replies when somebody writes, as many as fit into one, the oldest first.
async fn what_is_parked_goes_as_free_replies_when_somebody_writes(home: Home) {
    home.sim.set_quota(10, 10);
    for number in 0..7 {
        assert_eq!(home.notify(&home.t2, &format!("message={number}")).await.body, OK);
    }
    home.is_parked().await;
    assert_eq!(home.notify(&home.t1, "message=alone").await.body, OK);
    let pushes = home.pushes();
    home.sim.member_says(&home.group, &home.alice, "hello");
    home.until_replied(1).await;
    let text = |number: usize| format!("[srv] {number}");
    assert_eq!(home.texts_at(REPLY), [(0..5).map(text).collect::<Vec<_>>()]);
    home.sim.member_says(&home.group, &home.alice, "hello");
    home.until_replied(2).await;
    assert_eq!(home.texts_at(REPLY)[1], [text(5), text(6)]);
    // Now nothing is left, so that what is said next is for what comes next.
    home.sim.member_says(&home.group, &home.alice, "hello");
    home.sim.webhooks().wait_until_idle().await.unwrap();
    assert_eq!(home.notify(&home.t2, "message=next").await.body, OK);
    home.until_replied(3).await;
    assert_eq!(home.texts_at(REPLY)[2], ["[srv] next"]);
    assert_eq!((home.pushes(), home.sim.quota_used()), (pushes, 10));
    home.stop().await;
}

const QUEUED: &str = "delivery = \"queued\"";

#[tokio::test]
async fn what_is_parked_goes_as_free_replies_when_somebody_writes_on_sqlite() {
    let home = Home::with(QUEUED, None).await;
    what_is_parked_goes_as_free_replies_when_somebody_writes(home).await;
}

#[tokio::test]
async fn what_is_parked_goes_as_free_replies_when_somebody_writes_on_postgres() {
    let Some(cluster) = Cluster::shared() else { return };
    let store = Some(cluster.database());
    let home = Home::start(Settings { notify: QUEUED, store, ..Settings::default() }).await;
    what_is_parked_goes_as_free_replies_when_somebody_writes(home).await;
}

/// LINE surely refuses the reply: they wait again, and the next word in the chat frees them. What was charged is given back.
#[tokio::test]
async fn what_could_not_be_freed_stays_parked_and_costs_nothing_in_the_end() {
    let home = Home::with(QUEUED, None).await;
    let change = TokenChange { budget: Some(Some(10)), ..TokenChange::default() };
    assert!(home.state.change_token(1, change).await.unwrap());
    home.sim.set_quota(10, 10);
    for number in 0..2 {
        assert_eq!(home.notify(&home.t1, &format!("message={number}")).await.body, OK);
    }
    home.is_parked().await;
    let used = async || home.state.spent().await.unwrap().first().map_or(0, |it| it.used);
    assert_eq!(used().await, 2);
    let refusal = json!({ "message": "Invalid reply token" });
    home.sim.fault(FaultRule::answer(400).on("POST", REPLY).times(1).body(refusal)).unwrap();
    home.sim.user_says(&home.alice, "hello");
    home.until_replied(1).await;
    let both = ["[cron] 0", "[cron] 1"];
    // It is a push now, and parked again: what is said before that frees nothing.
    while home.sim.delivered() == 0 {
        home.sim.user_says(&home.alice, "hello");
        home.sim.webhooks().wait_until_idle().await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(home.texts_at(REPLY), [both, both]);
    while used().await > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(home.sim.delivered(), 1);
    home.stop().await;
}

#[tokio::test]
async fn of_very_many_that_are_parked_the_oldest_go_first() {
    let home = Home::with(QUEUED, None).await;
    home.sim.set_quota(10, 10);
    for number in 0..501 {
        assert_eq!(home.notify(&home.t2, &format!("message={number}")).await.body, OK);
    }
    loop {
        let oldest = home.outbox.show(1.into()).await.unwrap().unwrap();
        if oldest.waiting_for.is_some_and(|it| it.name() == "quota") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    home.sim.member_says(&home.group, &home.alice, "hello");
    home.until_replied(1).await;
    let first: Vec<String> = (0..5).map(|number| format!("[srv] {number}")).collect();
    assert_eq!(home.texts_at(REPLY), [first]);
    home.stop().await;
}
