//! What an attempt commits, and what becomes of one that fails.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use hikyaku_inbox::{Error, InContext as _, KeptState, NotOpen};
use hikyaku_sender::{Datum, Filter, NewDelivery};
use hikyaku_webhook::{BoxError, Context, Router};
use http::StatusCode;
use tokio::sync::Notify;

use crate::bench::{Bench, quick, says};

const USER: &str = "U4af4980629000000000000000000000a";

async fn orders(bench: &Bench) -> Vec<Vec<Datum>> {
    bench.sql("SELECT text FROM orders ORDER BY text").await
}

/// Notes what was said, answers, and fails as often as the state says.
async fn order(context: Context<Arc<AtomicU32>>) -> Result<(), BoxError> {
    let transaction = context.transaction()?;
    let text = context.event.text().unwrap_or_default();
    transaction.execute("INSERT INTO orders (text) VALUES ($1)", [text.into()])?;
    transaction.enqueue(NewDelivery::push(USER, "noted"))?;
    transaction.enqueue(NewDelivery::push(USER, "and paid"))?;
    let fails =
        context.state.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |it| it.checked_sub(1));
    if fails.is_ok() { Err("no".into()) } else { Ok(()) }
}

async fn sends_and_rows_are_committed_with_handled_and_once(bench: Bench) {
    bench.sql("CREATE TABLE orders (text text NOT NULL)").await;
    let bot = bench.serve(Router::new(Arc::new(AtomicU32::new(2))).fallback(order));
    assert_eq!(bot.post(&says("a", "1", 1, "tea", false)).await, StatusCode::OK);
    let handled = bench.until(KeptState::Handled, 1).await;
    bot.stop().await;
    assert_eq!(handled[0].attempts, 3);
    assert_eq!(orders(&bench).await, [[Datum::from("tea")]]);
    assert_eq!(bench.outbox.list(Filter::default()).await.unwrap().len(), 2);
    assert!(bench.outbox.find("default", "inbox:U0:1:0").await.unwrap().is_some());
    assert!(bench.outbox.find("default", "inbox:U0:1:1").await.unwrap().is_some());
}

async fn an_event_that_always_fails_is_a_dead_letter_and_its_chat_goes_on(bench: Bench) {
    bench.sql("CREATE TABLE orders (text text NOT NULL)").await;
    let bot = bench.serve(Router::new(Arc::new(AtomicU32::new(3))).fallback(order));
    assert_eq!(bot.post(&says("a", "1", 1, "bad", false)).await, StatusCode::OK);
    assert_eq!(bot.post(&says("a", "2", 2, "good", false)).await, StatusCode::OK);
    let dead = bench.until(KeptState::Dead, 1).await.pop().unwrap();
    assert_eq!(
        (dead.event_id.as_str(), dead.error.as_deref(), dead.attempts),
        ("1", Some("no"), 3)
    );
    bench.until(KeptState::Handled, 1).await;
    assert_eq!(orders(&bench).await, [[Datum::from("good")]]);
    // A person lets it be tried again; a redelivery does not.
    assert_eq!(bot.post(&says("a", "1", 1, "bad", true)).await, StatusCode::OK);
    assert_eq!(bench.events(KeptState::Dead).await.len(), 1);
    assert_eq!(bench.inbox.retry(dead.id).await.unwrap().state, KeptState::Waiting);
    let handled = bench.until(KeptState::Handled, 2).await;
    bot.stop().await;
    assert!(handled.iter().any(|it| it.id == dead.id && it.late));
    let refused = bench.inbox.drop_event(dead.id).await.unwrap_err();
    assert!(matches!(refused, Error::Refused(_, KeptState::Handled)), "{refused}");
    assert!(matches!(bench.inbox.retry(77).await.unwrap_err(), Error::NoEvent(77)));
}

async fn a_statement_that_fails_is_a_failure_of_the_event(bench: Bench) {
    let handler = async |context: Context<()>| {
        let transaction = context.transaction()?;
        transaction.enqueue(NewDelivery::push(USER, "noted"))?;
        transaction.execute("INSERT INTO nowhere (text) VALUES ($1)", ["a".into()])
    };
    let bot = bench.serve(Router::new(()).fallback(handler));
    assert_eq!(bot.post(&says("a", "1", 1, "hi", false)).await, StatusCode::OK);
    let dead = bench.until(KeptState::Dead, 1).await;
    bot.stop().await;
    assert!(dead[0].error.as_ref().unwrap().contains("nowhere"), "{dead:?}");
    assert!(bench.outbox.list(Filter::default()).await.unwrap().is_empty());
}

async fn a_handler_that_hangs_is_dropped_and_tried_again(bench: Bench) {
    let bench = Bench {
        inbox: bench.inbox.settings(quick().time_limit(Duration::from_millis(50))),
        ..bench
    };
    let handler = async |context: Context<()>| {
        if context.transaction().unwrap().attempt() == 1 {
            std::future::pending::<()>().await;
        }
    };
    let bot = bench.serve(Router::new(()).fallback(handler));
    assert_eq!(bot.post(&says("a", "1", 1, "hi", false)).await, StatusCode::OK);
    let events = bench.until(KeptState::Handled, 1).await;
    bot.stop().await;
    assert_eq!(events[0].attempts, 2);
}

/// Another program has the event by now: what this one did must not be committed as well.
async fn what_was_taken_over_is_not_settled_by_its_first_owner(bench: Bench) {
    let (begun, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let handler = async |context: Context<(Arc<Notify>, Arc<Notify>)>| {
        let transaction = context.transaction().unwrap();
        transaction.enqueue(NewDelivery::push(USER, "noted")).unwrap();
        context.state.0.notify_one();
        context.state.1.notified().await;
    };
    let bot = bench.serve(Router::new((begun.clone(), go.clone())).fallback(handler));
    assert_eq!(bot.post(&says("a", "1", 1, "hi", false)).await, StatusCode::OK);
    begun.notified().await;
    bench.sql("UPDATE hikyaku_inbox_event SET lease = 'another', leased_until = leased_until + 600000").await;
    go.notify_one();
    bot.stop().await;
    assert_eq!(bench.events(KeptState::Handling).await.len(), 1);
    assert!(bench.outbox.list(Filter::default()).await.unwrap().is_empty());
}

async fn a_transaction_ends_with_its_attempt(bench: Bench) {
    let kept = Arc::new(std::sync::Mutex::new(None));
    let handler = {
        let kept = kept.clone();
        move |context: Context<()>| {
            *kept.lock().unwrap() = Some(context.transaction().unwrap());
            async {}
        }
    };
    let bot = bench.serve(Router::new(()).fallback(handler));
    assert_eq!(bot.post(&says("a", "1", 1, "hi", false)).await, StatusCode::OK);
    bench.until(KeptState::Handled, 1).await;
    bot.stop().await;
    let late = kept.lock().unwrap().take().unwrap();
    assert_eq!(late.enqueue(NewDelivery::push(USER, "late")).unwrap_err(), NotOpen::Ended);
}

crate::on_both_stores!(
    sends_and_rows_are_committed_with_handled_and_once,
    an_event_that_always_fails_is_a_dead_letter_and_its_chat_goes_on,
    a_statement_that_fails_is_a_failure_of_the_event,
    a_handler_that_hangs_is_dropped_and_tried_again,
    what_was_taken_over_is_not_settled_by_its_first_owner,
    a_transaction_ends_with_its_attempt,
);
