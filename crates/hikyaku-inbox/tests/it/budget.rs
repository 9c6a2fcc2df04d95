//! A budget of pushes for each chat and day, on both stores.

use std::{sync::Arc, time::Duration};

use hikyaku_inbox::{InContext, KeptState, Later, Settings};
use hikyaku_model::{Message, SendKind};
use hikyaku_sender::State;
use hikyaku_sim::{Delivery, FaultRule};
use hikyaku_webhook::{BoxError, Context, Router};
use serde_json::Value;
use tokio::sync::Notify;

use crate::{
    answer::Talk,
    bench::{LONGEST, Sql},
    cluster::Cluster,
};

/// Answers with as many messages as it is asked for, in the end with what is left of the budget; slowly if asked to.
fn router(thought: &Arc<Notify>) -> Router<Arc<Notify>> {
    Router::new(thought.clone()).fallback(async |context: Context<Arc<Notify>>| {
        let asked = context.event.text().unwrap_or_default();
        if asked.starts_with("slowly") {
            context.state.notified().await;
        }
        let count: usize = asked.split(' ').next_back().unwrap_or_default().parse()?;
        let left = context.transaction()?.pushes_left();
        let mut messages: Vec<_> = (1..count).map(|n| Message::text(n.to_string())).collect();
        messages.push(Message::text(format!("{left:?}")));
        context.answer(messages)?;
        Ok::<(), BoxError>(())
    })
}

fn settings() -> Settings {
    let later = Later::new("Still thinking.", "Get the answer").more("There is more.");
    // Nothing is slow by the clock of the machine, except where the budget is used up.
    Settings::default().daily_pushes(3, later.after(Duration::from_millis(300)))
}

/// What the newest delivery said, when there are so many.
async fn said(talk: &Talk, deliveries: u64) -> (SendKind, Vec<String>) {
    let all = talk.sim.within(LONGEST).wait_for(deliveries).await.unwrap();
    assert_eq!(all.len() as u64, deliveries);
    let text = |it: &Value| {
        let text = it.get("text").or_else(|| it.pointer("/template/text"));
        text.and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let last: &Delivery = all.last().unwrap();
    (last.kind, last.messages.iter().map(text).collect())
}

async fn too_late(talk: &Talk, thought: &Notify, question: &str) {
    talk.sim.user_says(&talk.user, question);
    talk.until(KeptState::Handling, 1).await;
    talk.sim.advance(Duration::from_secs(75));
    thought.notify_one();
}

fn words(text: &str) -> Vec<String> {
    text.split('|').map(str::to_owned).collect()
}

/// The outcomes that tell of the budget.
async fn told(talk: &Talk) -> Vec<String> {
    let outcomes = talk.outbox.outcomes(0).await.unwrap();
    let bodies = outcomes.into_iter().filter(|it| it.kind.name().starts_with("chat."));
    bodies.map(|it| it.body).collect()
}

async fn beyond_the_budget_there_is_a_button(talk: Talk, thought: Arc<Notify>) {
    // A reply in time costs nothing.
    talk.sim.user_says(&talk.user, "say 1");
    assert_eq!(said(&talk, 1).await, (SendKind::Reply, words("Some(3)")));
    // One push behind the reply, and one in place of it.
    talk.sim.user_says(&talk.user, "say 6");
    assert_eq!(said(&talk, 3).await, (SendKind::Push, words("Some(3)")));
    talk.handled(2).await;
    assert_eq!(told(&talk).await, Vec::<String>::new());
    too_late(&talk, &thought, "slowly 1").await;
    assert_eq!(said(&talk, 4).await, (SendKind::Push, words("Some(2)")));
    talk.handled(3).await;
    let [nearly] = &told(&talk).await[..] else { panic!("{:?}", told(&talk).await) };
    assert!(nearly.starts_with(r#"{"type":"chat.budget_80","timestamp":""#), "{nearly}");
    let chat = format!(r#"{}","limit":3,"per":"day","used":2}}}}"#, talk.user);
    assert!(nearly.ends_with(&chat), "{nearly}");
    // Two pushes do not fit any more: one takes what fits, with a button for the rest, which is free.
    too_late(&talk, &thought, "slowly 6").await;
    assert_eq!(said(&talk, 5).await, (SendKind::Push, words("1|2|3|4|There is more.")));
    talk.handled(4).await;
    let used_up = told(&talk).await.pop().unwrap();
    assert!(used_up.starts_with(r#"{"type":"chat.budget_used_up""#), "{used_up}");
    let data =
        talk.sim.outbox().pop().unwrap().messages[4]["template"]["actions"][0]["data"].clone();
    talk.sim.postback(&talk.user, data.as_str().unwrap());
    assert_eq!(said(&talk, 6).await, (SendKind::Reply, words("5|Some(1)")));
    // Nothing is left, so the next slow answer is fetched.
    talk.sim.user_says(&talk.user, "slowly 1");
    assert_eq!(said(&talk, 7).await, (SendKind::Reply, words("Still thinking.")));
    let data =
        talk.sim.outbox().pop().unwrap().messages[0]["template"]["actions"][0]["data"].clone();
    thought.notify_one();
    talk.sim.postback(&talk.user, data.as_str().unwrap());
    assert_eq!(said(&talk, 8).await, (SendKind::Reply, words("Some(0)")));
    // Another chat has a budget of its own, and so has the next day.
    let other = talk.sim.add_friend();
    talk.sim.user_says(&other, "say 1");
    assert_eq!(said(&talk, 9).await, (SendKind::Reply, words("Some(3)")));
    talk.sim.advance(Duration::from_secs(24 * 60 * 60));
    talk.sim.user_says(&talk.user, "say 1");
    assert_eq!(said(&talk, 10).await, (SendKind::Reply, words("Some(3)")));
    assert_eq!(told(&talk).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beyond_the_budget_there_is_a_button_in_a_file() {
    let thought = Arc::default();
    let talk = Talk::with(settings(), router(&thought)).await;
    beyond_the_budget_there_is_a_button(talk, thought).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beyond_the_budget_there_is_a_button_on_postgresql() {
    let Some(cluster) = Cluster::shared() else { return };
    let thought = Arc::default();
    let talk = Talk::at(cluster.database(), None, settings(), router(&thought)).await;
    beyond_the_budget_there_is_a_button(talk, thought).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_in_time_leaves_the_budget_to_what_comes_behind_it() {
    let later = Later::new("Still thinking.", "Get the answer");
    let router = Router::new(()).fallback(async |context: Context<()>| {
        context.answer("first")?;
        context.answer("second")?;
        Ok::<(), BoxError>(())
    });
    let talk = Talk::with(Settings::default().daily_pushes(1, later), router).await;
    talk.sim.user_says(&talk.user, "say two");
    assert_eq!(said(&talk, 2).await, (SendKind::Push, words("second")));
    talk.handled(1).await;
}

/// LINE refuses a reply, and it is pushed instead.
async fn a_refused_reply_that_is_pushed_counts(talk: Talk) {
    let refused = FaultRule::answer(400).on("POST", "/v2/bot/message/reply");
    talk.sim.fault(refused.times(1)).unwrap();
    talk.sim.user_says(&talk.user, "say 1");
    assert_eq!(said(&talk, 1).await, (SendKind::Push, words("Some(3)")));
    talk.handled(1).await;
    assert_eq!(talk.sends().await, [State::Accepted]);
    // It is looked after once, and its event is not told as unanswered.
    talk.sim.advance(Duration::from_secs(3));
    let open = "SELECT id FROM hikyaku_inbox_event WHERE check_at IS NOT NULL OR unanswered = 1";
    while !talk.outbox.look(Sql(open.to_owned())).await.unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    talk.sim.user_says(&talk.user, "say 1");
    assert_eq!(said(&talk, 2).await, (SendKind::Reply, words("Some(2)")));
    // One that LINE takes costs nothing.
    talk.handled(2).await;
    talk.sends().await;
    talk.sim.advance(Duration::from_secs(3));
    talk.sim.user_says(&talk.user, "say 1");
    assert_eq!(said(&talk, 3).await, (SendKind::Reply, words("Some(2)")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_reply_that_is_pushed_counts_in_a_file() {
    let thought = Arc::default();
    a_refused_reply_that_is_pushed_counts(Talk::with(settings(), router(&thought)).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_reply_that_is_pushed_counts_on_postgresql() {
    let Some(cluster) = Cluster::shared() else { return };
    let thought = Arc::default();
    let talk = Talk::at(cluster.database(), None, settings(), router(&thought)).await;
    a_refused_reply_that_is_pushed_counts(talk).await;
}
