//! What is on disk when LINE has its answer.

use std::sync::{Arc, Mutex};

use hikyaku_inbox::{Error, EventFilter, Inbox, KeptState};
use hikyaku_webhook::{Context, Outcome, Router};
use http::StatusCode;

use crate::bench::{Bench, says};

type Heard = Arc<Mutex<Vec<String>>>;

async fn hear(context: Context<Heard>) {
    context.state.lock().unwrap().push(context.event.text().unwrap_or("-").to_owned());
}

async fn what_was_answered_with_200_is_handled_by_the_next_program(bench: Bench) {
    let bodies = ["a", "b", "c"].map(|it| says(it, it, 1, it, false));
    bench.only_keeps(&bodies).await;
    let heard = Heard::default();
    let bot = bench.serve(Router::new(heard.clone()).fallback(hear));
    bench.until(KeptState::Handled, 3).await;
    bot.stop().await;
    let mut heard = heard.lock().unwrap().clone();
    heard.sort();
    assert_eq!(heard, ["a", "b", "c"]);
}

async fn an_event_that_comes_again_is_handled_once(bench: Bench) {
    let heard = Heard::default();
    let bot = bench.serve(Router::new(heard.clone()).fallback(hear));
    let body = says("a", "1", 1, "hi", false);
    for body in [&body, &body, &says("a", "1", 1, "hi", true)] {
        assert_eq!(bot.post(body).await, StatusCode::OK);
    }
    bench.until(KeptState::Handled, 1).await;
    assert_eq!(bot.post(&body).await, StatusCode::OK);
    bot.stop().await;
    assert_eq!(*heard.lock().unwrap(), ["hi"]);
}

async fn what_cannot_be_stored_is_refused_so_that_line_sends_it_again(bench: Bench) {
    let heard = Heard::default();
    let bot = bench.serve(Router::new(heard.clone()).fallback(hear));
    bench.sql("ALTER TABLE hikyaku_inbox_event RENAME TO gone").await;
    let body = says("a", "1", 1, "hi", false);
    assert_eq!(bot.post(&body).await, StatusCode::SERVICE_UNAVAILABLE);
    bench.sql("ALTER TABLE gone RENAME TO hikyaku_inbox_event").await;
    assert_eq!(bot.post(&body).await, StatusCode::OK);
    bench.until(KeptState::Handled, 1).await;
    bot.stop().await;
    assert_eq!(*heard.lock().unwrap(), ["hi"]);
}

async fn standby_events_and_dummies_reach_no_handler(bench: Bench) {
    let (heard, told) = (Heard::default(), Heard::default());
    let after = told.clone();
    let router = Router::new(heard.clone()).fallback(hear).after(move |_, outcome| {
        after.lock().unwrap().push(format!("{outcome:?}"));
        async {}
    });
    let bot = bench.serve(router);
    assert_eq!(bot.post(r#"{"destination":"U0","events":[]}"#).await, StatusCode::OK);
    let dummy = says("a", "00000000000000000000000000000000", 1, "Hello, world", false);
    assert_eq!(bot.post(&dummy).await, StatusCode::OK);
    let standby =
        says("a", "1", 1, "hi", false).replace(r#""mode":"active""#, r#""mode":"standby""#);
    assert_eq!(bot.post(&standby).await, StatusCode::OK);
    bench.until(KeptState::Handled, 1).await;
    bot.stop().await;
    assert!(heard.lock().unwrap().is_empty());
    assert_eq!(*told.lock().unwrap(), [format!("{:?}", Outcome::Standby)]);
}

/// What version 1 has written is brought up to date, and handled.
async fn an_older_inbox_is_brought_up_to_date(bench: Bench) {
    bench.only_keeps(&[says("a", "1", 1, "one", false), says("a", "2", 2, "two", false)]).await;
    for back in [
        "ALTER TABLE hikyaku_inbox_event DROP COLUMN reply_or_push",
        "DROP INDEX hikyaku_inbox_event_dead",
        "DROP TABLE hikyaku_inbox_budget",
        "DROP INDEX hikyaku_inbox_event_check",
        "DROP INDEX hikyaku_inbox_event_unanswered",
        "ALTER TABLE hikyaku_inbox_event DROP COLUMN reply_channel",
        "ALTER TABLE hikyaku_inbox_event DROP COLUMN reply_key",
        "ALTER TABLE hikyaku_inbox_event DROP COLUMN check_at",
        "ALTER TABLE hikyaku_inbox_event DROP COLUMN unanswered",
        "DROP TABLE hikyaku_inbox_answer",
        "DROP INDEX hikyaku_inbox_event_due",
        "ALTER TABLE hikyaku_inbox_event DROP COLUMN behind",
        "ALTER TABLE hikyaku_inbox_event DROP COLUMN freed",
        "ALTER TABLE hikyaku_inbox_event DROP COLUMN given",
        "CREATE INDEX hikyaku_inbox_event_due ON hikyaku_inbox_event (due, id) WHERE state = 0",
        "UPDATE hikyaku_inbox_event SET state = 0, lease = NULL, attempts = 0",
        "UPDATE hikyaku_inbox_meta SET version = 1",
    ] {
        bench.sql(back).await;
    }
    let found = Inbox::open_existing(&bench.outbox).await.unwrap().unwrap();
    assert_eq!(found.list(EventFilter::default()).await.unwrap().len(), 2);
    let bot = bench.serve(Router::new(()).fallback(async |_| ()));
    bench.until(KeptState::Handled, 2).await;
    bot.stop().await;
    bench.sql("UPDATE hikyaku_inbox_meta SET version = 99").await;
    let newer = Inbox::open(&bench.outbox).await.unwrap_err();
    assert!(matches!(newer, Error::NewerSchema(99)), "{newer}");
}

crate::on_both_stores!(
    an_older_inbox_is_brought_up_to_date,
    what_was_answered_with_200_is_handled_by_the_next_program,
    an_event_that_comes_again_is_handled_once,
    what_cannot_be_stored_is_refused_so_that_line_sends_it_again,
    standby_events_and_dummies_reach_no_handler,
);
