//! An inbox that is moved into another store.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use hikyaku_inbox::{Error, KeptState};
use hikyaku_webhook::{BoxError, Context, Router};
use http::StatusCode;

use crate::bench::{Bench, says};

type Heard = Arc<Mutex<Vec<String>>>;

fn router(heard: &Heard) -> Router<Heard> {
    Router::new(heard.clone()).fallback(async |context: Context<Heard>| {
        let text = context.event.text().unwrap_or_default();
        context.state.lock().unwrap().push(text.to_owned());
        match text {
            "fail" => Err::<(), BoxError>("it fails".into()),
            "stand" => std::future::pending().await,
            _ => Ok(()),
        }
    })
}

async fn all_of_it(source: Bench, target: Bench) {
    let (before, after) = (Heard::default(), Heard::default());
    let bot = source.serve(router(&before));
    for (user, id, text) in [("a", "1", "hi"), ("b", "2", "fail")] {
        assert_eq!(bot.post(&says(user, id, 1, text, false)).await, StatusCode::OK);
    }
    source.until(KeptState::Handled, 1).await;
    source.until(KeptState::Dead, 1).await;
    // One is being handled, and one waits behind it.
    for (id, text) in [("3", "stand"), ("4", "next")] {
        assert_eq!(
            bot.post(&says("c", id, id.parse().unwrap(), text, false)).await,
            StatusCode::OK
        );
    }
    source.until(KeptState::Handling, 1).await;
    source
        .sql("INSERT INTO hikyaku_inbox_answer (destination, event_id, part, chat, messages, at) VALUES ('U0', '1', 0, 'U0 a', '[]', 1)")
        .await;
    source
        .sql("INSERT INTO hikyaku_inbox_budget (chat, day, used) VALUES ('U0 a', 20000, 3)")
        .await;
    let mut before = source.inbox.list(hikyaku_inbox::EventFilter::default()).await.unwrap();
    let (moved, events) = source.inbox.move_to(&target.outbox, |_| {}).await.unwrap();
    assert_eq!((moved.deliveries, events), (0, 4));
    // From then on LINE is told to come again, and nothing of the old bot's comes about.
    assert_eq!(bot.post(&says("a", "5", 5, "late", false)).await, StatusCode::SERVICE_UNAVAILABLE);
    let again = source.inbox.move_to(&target.outbox, |_| {}).await.unwrap_err();
    assert!(matches!(again, Error::NotEmpty), "{again}");
    bot.work.abort();

    let mut there = target.inbox.list(hikyaku_inbox::EventFilter::default()).await.unwrap();
    for event in before.iter_mut().chain(&mut there) {
        event.id = 0;
        if event.state == KeptState::Handling {
            event.state = KeptState::Waiting;
        }
    }
    assert_eq!(format!("{before:?}"), format!("{there:?}"));
    assert_eq!(target.sql("SELECT part FROM hikyaku_inbox_answer").await.len(), 1);
    let budgets = target.sql("SELECT chat, day, used FROM hikyaku_inbox_budget").await;
    assert_eq!(budgets, [["U0 a".into(), 20000.into(), 3.into()]]);
    let bot = target.serve(Router::new(after.clone()).fallback(async |context: Context<Heard>| {
        context.state.lock().unwrap().push(context.event.text().unwrap_or_default().to_owned());
    }));
    // It remembers what was handled, and goes on in the order of the chat.
    assert_eq!(bot.post(&says("a", "1", 1, "hi", true)).await, StatusCode::OK);
    target.until(KeptState::Handled, 3).await;
    let dead = target.events(KeptState::Dead).await;
    target.inbox.retry(dead[0].id).await.unwrap();
    target.until(KeptState::Handled, 4).await;
    bot.stop().await;
    assert_eq!(*after.lock().unwrap(), ["stand", "next", "fail"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_of_an_inbox_goes_from_a_file_to_postgresql() {
    if let Some(target) = Bench::postgres().await {
        all_of_it(Bench::sqlite().await, target).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_of_an_inbox_goes_from_postgresql_to_a_file() {
    if let Some(source) = Bench::postgres().await {
        all_of_it(source, Bench::sqlite().await).await;
    }
}

/// Webhooks that come all the time.
async fn either_moved_or_refused(source: Bench, target: Bench) {
    let bot = Arc::new(source.serve(Router::new(()).fallback(async |_| ())));
    let kept = Arc::new(Mutex::new(BTreeSet::new()));
    let mut posters = tokio::task::JoinSet::new();
    for poster in 0..8 {
        let (bot, kept) = (bot.clone(), kept.clone());
        posters.spawn(async move {
            for n in 0.. {
                let id = format!("{poster}-{n}");
                match bot.post(&says(&id, &id, 1, "hi", false)).await {
                    StatusCode::OK => kept.lock().unwrap().insert(id),
                    status => {
                        assert!(status.is_server_error(), "{status}");
                        return;
                    }
                };
            }
        });
    }
    source.until_within(KeptState::Handled, 100, crate::bench::LONGEST).await;
    let (_, events) = source.inbox.move_to(&target.outbox, |_| {}).await.unwrap();
    while let Some(poster) = posters.join_next().await {
        poster.unwrap();
    }
    let rows = target.sql("SELECT event_id FROM hikyaku_inbox_event").await;
    let there: BTreeSet<_> =
        rows.iter().flatten().map(|it| it.as_text().unwrap().to_owned()).collect();
    assert_eq!((events, &there), (there.len() as u64, &*kept.lock().unwrap()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_during_a_move_is_moved_or_refused_in_a_file() {
    if let Some(target) = Bench::postgres().await {
        either_moved_or_refused(Bench::sqlite().await, target).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_during_a_move_is_moved_or_refused_on_postgresql() {
    if let Some(source) = Bench::postgres().await {
        either_moved_or_refused(source, Bench::sqlite().await).await;
    }
}
