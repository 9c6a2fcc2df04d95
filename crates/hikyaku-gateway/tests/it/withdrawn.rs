//! What is refused or withdrawn while callers wait: all of them hear the same, and what one of them relies on arrives.

use std::time::Duration;

use futures_util::future::join_all;
use hikyaku_gateway::NewToken;
use hikyaku_sender::{Filter, NewHold, OutcomeKind};
use hikyaku_sim::FaultRule;
use serde_json::json;

use crate::{
    home::{Answer, Home, OK},
    line::{Bot, PUSH, R},
};

const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";
const NAMED: &str = "Content-Type: application/x-www-form-urlencoded\r\nIdempotency-Key: job-1\r\n";

impl Home {
    async fn named(&self, form: &str) -> Answer {
        self.call("POST /api/notify", &self.t1, NAMED, form).await
    }

    /// LINE refuses the next push so.
    fn refuses(&self, status: u16, message: &str) {
        let rule = FaultRule::answer(status).on("POST", PUSH).times(1);
        self.sim.fault(rule.body(json!({ "message": message }))).unwrap();
    }

    /// Lets time pass until so many messages have arrived.
    async fn until_delivered_later(&self, messages: u64) {
        while self.sim.delivered() < messages {
            self.sim.advance(Duration::from_secs(60));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Repeats the call, while time passes, until it is taken.
    async fn named_until_taken(&self, form: &str, refused: u16) {
        loop {
            let answer = self.named(form).await;
            if answer.status == 200 {
                return;
            }
            assert_eq!(answer.status, refused, "{answer:?}");
            self.sim.advance(Duration::from_secs(60 * 60));
        }
    }

    /// A repeat of what has arrived sends nothing more.
    async fn arrived_once(&self, form: &str) {
        self.until_delivered_later(1).await;
        assert_eq!(self.named(form).await.body, OK);
        // One that comes behind it shows that nothing else is to be sent.
        assert_eq!(self.notify(&self.t1, "message=last").await.body, OK);
        self.until_delivered_later(2).await;
        assert_eq!(self.sim.delivered(), 2);
    }
}

#[tokio::test]
async fn a_name_that_was_withdrawn_for_the_channels_token_is_free() {
    let home = Home::new().await;
    home.refuses(401, "invalid token");
    assert_eq!(home.named("message=x").await.status, 500);
    assert_eq!(home.named("message=x").await.status, 500, "the channel stands still");
    home.named_until_taken("message=x", 500).await;
    home.arrived_once("message=x").await;
    home.stop().await;
}

#[tokio::test]
async fn a_name_that_was_refused_for_the_month_is_free() {
    let home = Home::with("on_quota = \"refuse\"", None).await;
    home.sim.set_quota(1, 1);
    assert_eq!(home.named("message=x").await.status, 429);
    home.sim.set_quota(100, 1);
    home.named_until_taken("message=x", 429).await;
    home.arrived_once("message=x").await;
    home.stop().await;
}

#[tokio::test]
async fn a_name_that_line_has_refused_is_free() {
    for notify in ["", "coalesce_ms = 50\nwait_seconds = 8"] {
        let home = Home::with(notify, None).await;
        home.refuses(400, "Failed to send messages");
        assert_eq!(home.named("message=x").await.status, 400, "{notify}");
        assert_eq!(home.named("message=x").await.body, OK, "{notify}");
        home.arrived_once("message=x").await;
        home.stop().await;
    }
}

/// The call without its sticker has arrived under its name.
#[tokio::test]
async fn a_name_whose_sticker_was_refused_is_sent_once() {
    let form = "message=x&stickerPackageId=1&stickerId=2";
    let home = Home::new().await;
    for _ in 0..3 {
        home.refuses(400, "messages[1]: invalid sticker");
        assert_eq!(home.named(form).await.body, OK);
        home.sim.clear_faults();
    }
    assert_eq!((home.sim.delivered(), home.pushes()), (1, 2));
    home.stop().await;
    // Neither the sticker nor the rest.
    let home = Home::new().await;
    home.refuses(400, "messages[1]: invalid sticker");
    home.refuses(400, "no");
    assert_eq!(home.named(form).await.status, 400);
    for _ in 0..2 {
        assert_eq!(home.named(form).await.body, OK);
    }
    assert_eq!((home.sim.delivered(), home.pushes()), (1, 3));
    home.stop().await;
}

/// One that has waited for others and goes alone is told of like one that has not waited.
#[tokio::test]
async fn a_name_among_those_that_wait_is_free_when_it_is_withdrawn() {
    let home = Home::with("coalesce_ms = 50\nwait_seconds = 8", None).await;
    home.refuses(401, "invalid token");
    assert_eq!(home.named("message=x").await.status, 500);
    home.named_until_taken("message=x", 500).await;
    home.arrived_once("message=x").await;
    home.stop().await;
    let notify = "coalesce_ms = 50\nwait_seconds = 8\non_quota = \"refuse\"";
    let home = Home::with(notify, None).await;
    home.sim.set_quota(1, 1);
    assert_eq!(home.named("message=x").await.status, 429);
    home.sim.set_quota(100, 1);
    home.named_until_taken("message=x", 429).await;
    home.arrived_once("message=x").await;
    home.stop().await;
}

/// Its first caller was told that it is queued, before it had a delivery.
#[tokio::test]
async fn a_name_of_which_somebody_was_told_that_it_waits_is_not_withdrawn() {
    let notify = "coalesce_ms = 1000\nwait_seconds = 0\non_quota = \"refuse\"";
    let home = Home::with(notify, None).await;
    home.sim.set_quota(1, 1);
    let queued = |answer: &Answer| {
        (answer.body.as_str(), answer.header("x-gateway-delivery")) == (OK, Some("queued"))
    };
    assert!(queued(&home.named("message=x").await));
    home.is_parked().await;
    assert!(queued(&home.named("message=x").await));
    home.sim.set_quota(100, 1);
    home.arrived_once("message=x").await;
    home.stop().await;
}

/// One that is parked goes as a free reply, and its name stands for that.
#[tokio::test]
async fn a_name_that_was_parked_and_went_as_a_free_reply_is_sent_once() {
    let home = Home::new().await;
    home.sim.set_quota(10, 10);
    let answer = home.named("message=x").await;
    assert_eq!((answer.body.as_str(), answer.header("x-gateway-delivery")), (OK, Some("queued")));
    while home.sim.delivered() == 0 {
        home.sim.user_says(&home.alice, "hello");
        home.sim.webhooks().wait_until_idle().await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    home.sim.set_quota(100, 10);
    let again = home.named("message=x").await;
    assert_eq!((again.body.as_str(), again.header("x-gateway-delivery")), (OK, Some("sent")));
    assert_eq!(home.named("message=y").await.status, 409);
    assert_eq!(home.sim.delivered(), 1);
    home.stop().await;
}

#[tokio::test]
async fn nobody_withdraws_a_push_that_carries_the_notifications_of_others() {
    let home = Home::with("coalesce_ms = 1000\nwait_seconds = 8", None).await;
    home.sim.fault(FaultRule::answer(401).on("POST", PUSH)).unwrap();
    let calls = (0..4).map(|number| {
        let (home, form) = (&home, format!("message={number}"));
        async move { home.notify(&home.t1, &form).await }
    });
    for answer in join_all(calls).await {
        let told = (answer.body.as_str(), answer.header("x-gateway-delivery"));
        assert_eq!(told, (OK, Some("queued")));
    }
    home.sim.clear_faults();
    home.until_delivered_later(1).await;
    assert_eq!(home.pushed_texts().last().unwrap().len(), 4);
    home.stop().await;
}

#[tokio::test]
async fn all_who_ask_under_one_name_hear_the_same_refusal() {
    let home = Home::new().await;
    home.sim.fault(FaultRule::answer(401).on("POST", PUSH)).unwrap();
    let answers = join_all((0..4).map(|_| home.named("message=x"))).await;
    assert!(answers.iter().all(|it| it.status == 500), "{answers:?}");
    home.sim.clear_faults();
    home.named_until_taken("message=x", 500).await;
    home.arrived_once("message=x").await;
    home.stop().await;
}

#[tokio::test]
async fn all_who_push_under_one_key_hear_that_the_month_is_used_up() {
    let bot = Bot::new().await;
    bot.home.sim.set_quota(1, 1);
    let answers = join_all((0..4).map(|_| bot.push(R, "hello"))).await;
    assert!(answers.iter().all(|it| it.status == 429), "{answers:?}");
    let words = r#"{"message":"You have reached your monthly limit."}"#;
    assert!(answers.iter().all(|it| it.body == words), "{answers:?}");
    bot.home.sim.set_quota(100, 1);
    let mut answer = bot.push(R, "hello").await;
    while answer.status == 429 {
        bot.home.sim.advance(Duration::from_secs(60 * 60));
        answer = bot.push(R, "hello").await;
    }
    bot.until_delivered(1).await;
    bot.stop().await;
}

#[tokio::test]
async fn what_was_answered_202_is_not_withdrawn_and_its_acceptance_is_an_outcome() {
    let bot = Bot::new().await;
    let hold = bot.home.outbox.hold(NewHold::new("a test")).await.unwrap();
    for (key, prefer) in [(R, "Prefer: respond-async\r\n"), ("", "")] {
        let stored = bot.push(&format!("{key}{prefer}"), "hello").await;
        assert_eq!(stored.status, 202, "{stored:?}");
    }
    bot.home.sim.set_quota(1, 1);
    bot.home.outbox.release(hold.id).await.unwrap();
    while bot.asked() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // The month is used up by now, or LINE is just saying so.
    let again = bot.push(R, "hello").await;
    assert_eq!(again.status, 202, "{again:?}");
    bot.home.sim.set_quota(100, 1);
    bot.home.until_delivered_later(2).await;
    let accepted = async || {
        let outcomes = bot.home.outbox.outcomes(0).await.unwrap();
        outcomes.iter().filter(|it| it.kind == OutcomeKind::Accepted).count()
    };
    while accepted().await < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // Whoever hears LINE's own answer needs no other.
    assert_eq!(bot.push("", "more").await.status, 200);
    assert_eq!(accepted().await, 2);
    bot.home.stop().await;
}

#[tokio::test]
async fn a_token_of_a_channel_that_is_gone_is_told_so() {
    let home = Home::new().await;
    let new = NewToken {
        name: "old".to_owned(),
        target: home.alice.as_str().to_owned(),
        target_name: None,
        channel: "gone".to_owned(),
    };
    let token = home.state.issue(new, None).await.unwrap().token;
    let answer = home.call("POST /api/notify", &token, FORM, "message=x").await;
    let told = r#"{"status":500,"message":"the gateway has no channel of this token any more; nothing was sent"}"#;
    assert_eq!((answer.status, answer.body.as_str()), (500, told));
    assert!(home.outbox.list(Filter::default()).await.unwrap().is_empty());
    home.stop().await;
}
