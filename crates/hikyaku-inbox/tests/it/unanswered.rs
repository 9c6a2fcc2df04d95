//! Where nothing is pushed, a question is answered by its reply, or a person sees why not.

use std::{sync::Arc, time::Duration};

use hikyaku_inbox::{Answer, EventFilter, InContext, KeptEvent, KeptState, Later, Settings};
use hikyaku_sender::{OutcomeKind, State};
use hikyaku_sim::FaultRule;
use hikyaku_webhook::{Context, Router};
use tokio::sync::Notify;

use crate::{answer::Talk, bench::LONGEST, cluster::Cluster};

/// The only event, when it is in this state.
async fn event(talk: &Talk, state: KeptState) -> KeptEvent {
    talk.until(state, 1).await;
    talk.inbox.list(EventFilter::default().state(state)).await.unwrap().remove(0)
}

fn by_button() -> Settings {
    Settings::default().by_button(Later::new("Still thinking.", "Get the answer"))
}

/// Answers when it is told to.
fn slow(pushes: bool) -> (Arc<Notify>, Router<(Arc<Notify>, bool)>) {
    let thought = Arc::new(Notify::new());
    let router = Router::new((thought.clone(), pushes)).fallback(
        async |context: Context<(Arc<Notify>, bool)>| {
            let (thought, pushes) = &context.state;
            thought.notified().await;
            let answer = Answer::text("at last");
            context.answer(if *pushes { answer } else { answer.without_push() })
        },
    );
    (thought, router)
}

async fn is_told(talk: Talk, thought: Arc<Notify>) {
    talk.sim.user_says(&talk.user, "why?");
    talk.until(KeptState::Handling, 1).await;
    talk.sim.advance(Duration::from_secs(75));
    thought.notify_one();
    let event = event(&talk, KeptState::Unanswered).await;
    let why = event.error.unwrap();
    assert!(why.contains("reply token ended") && why.contains("delivery 1"), "{why}");
    assert_eq!((talk.sends().await, talk.sim.delivered()), (vec![State::Cancelled], 0));
    let outcomes = talk.outbox.outcomes(0).await.unwrap();
    assert!(outcomes.iter().any(|it| it.kind == OutcomeKind::Cancelled), "{outcomes:?}");
    // It stays until a person has seen it, and is not handled again.
    assert!(talk.inbox.retry(event.id).await.is_err());
    let dropped = talk.inbox.drop_event(event.id).await.unwrap();
    assert_eq!(dropped.state, KeptState::Dropped);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_whose_minute_is_over_is_told_in_a_file() {
    let (thought, router) = slow(true);
    is_told(Talk::with(by_button(), router).await, thought).await;
    let (thought, router) = slow(false);
    is_told(Talk::with(Settings::default(), router).await, thought).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_whose_minute_is_over_is_told_on_postgresql() {
    let Some(cluster) = Cluster::shared() else { return };
    let (thought, router) = slow(true);
    is_told(Talk::at(cluster.database(), None, by_button(), router).await, thought).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_is_told_where_line_refuses_the_reply() {
    let router = Router::new(()).fallback(async |context: Context<()>| context.answer("yes"));
    let talk = Talk::with(by_button(), router).await;
    let refused = FaultRule::answer(400).on("POST", "/v2/bot/message/reply");
    talk.sim.fault(refused.times(1)).unwrap();
    talk.sim.user_says(&talk.user, "why?");
    talk.handled(1).await;
    assert_eq!(talk.sends().await, [State::Rejected]);
    talk.sim.advance(Duration::from_secs(75));
    let event = event(&talk, KeptState::Unanswered).await;
    let why = event.error.unwrap();
    assert!(why.contains("LINE refused its reply, which is delivery 1"), "{why}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_told_of_a_question_that_was_answered() {
    let router = Router::new(()).fallback(async |context: Context<()>| context.answer("yes"));
    let talk = Talk::with(by_button(), router).await;
    talk.sim.user_says(&talk.user, "why?");
    talk.handled(1).await;
    assert_eq!(talk.sends().await, [State::Accepted]);
    talk.sim.advance(Duration::from_secs(75));
    // Looked after, once.
    let open = "SELECT id FROM hikyaku_inbox_event WHERE check_at IS NOT NULL";
    while !talk.outbox.look(crate::bench::Sql(open.to_owned())).await.unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    event(&talk, KeptState::Handled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_no_button_leads_to_is_an_error() {
    let router = Router::new(()).fallback(async |context: Context<()>| {
        context.answer("yes")?;
        context.answer("and no")
    });
    let talk = Talk::with(by_button(), router).await;
    talk.sim.user_says(&talk.user, "why?");
    let event = event(&talk, KeptState::Dead).await;
    let why = event.error.unwrap();
    assert!(why.contains("no reply token left for this answer"), "{why}");
    assert_eq!(talk.sim.delivered(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tap_that_waits_too_long_may_be_repeated() {
    let (thought, router) = slow(true);
    let later = Later::new("Still thinking.", "Get the answer").after(Duration::from_millis(300));
    let talk = Talk::with(Settings::default().by_button(later), router).await;
    talk.sim.user_says(&talk.user, "why?");
    let button = talk.sim.within(LONGEST).wait_for(1).await.unwrap().remove(0);
    let data = button.messages[0]["template"]["actions"][0]["data"].as_str().unwrap().to_owned();
    talk.sim.postback(&talk.user, data.as_str());
    talk.sim.webhooks().wait_until_idle().await.unwrap();
    talk.sim.advance(Duration::from_secs(75));
    thought.notify_one();
    talk.handled(2).await;
    // Nothing was cancelled, and nobody is told of a question without an answer.
    assert_eq!(talk.sends().await, [State::Accepted]);
    talk.sim.postback(&talk.user, data.as_str());
    let answer = talk.sim.within(LONGEST).wait_for(2).await.unwrap().remove(1);
    assert_eq!(answer.text(), Some("at last"));
    talk.handled(3).await;
    assert_eq!(talk.sends().await, [State::Accepted, State::Accepted]);
}
