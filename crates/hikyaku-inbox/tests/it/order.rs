//! One chat in order, many chats at once.

use std::sync::{Arc, Mutex};

use hikyaku_inbox::{InContext as _, KeptState};
use hikyaku_webhook::{Context, Router};
use http::StatusCode;
use tokio::sync::{Barrier, Notify};

use crate::bench::{Bench, LONGEST, says};

#[derive(Clone, Default)]
struct Heard {
    all: Arc<Mutex<Vec<(String, bool)>>>,
    /// Another chat's event was handled, which came after all.
    last: Arc<Notify>,
}

async fn hear(context: Context<Heard>) {
    let late = context.transaction().unwrap().is_late();
    let text = context.event.text().unwrap_or("-").to_owned();
    match text.as_str() {
        "last" => return context.state.last.notify_one(),
        // Whatever may overtake it has done so by then.
        "0" => context.state.last.notified().await,
        _ => {}
    }
    context.state.all.lock().unwrap().push((text, late));
}

fn heard(heard: &Heard) -> Vec<(String, bool)> {
    heard.all.lock().unwrap().clone()
}

async fn one_chat_is_handled_in_the_order_of_its_timestamps(bench: Bench) {
    // They come backwards.
    let bodies: Vec<String> =
        (0..10).rev().map(|n| says("a", &n.to_string(), n, &n.to_string(), false)).collect();
    bench.only_keeps(&bodies[..9]).await;
    // The one that was taken before its elders came is given back when its lease ends.
    let all = Heard::default();
    bench.sql("UPDATE hikyaku_inbox_event SET state = 0, lease = NULL, attempts = 0").await;
    bench.sql("UPDATE hikyaku_inbox_event SET due = due + 600000").await;
    let bot = bench.serve(Router::new(all.clone()).fallback(hear));
    assert_eq!(bot.post(&bodies[9]).await, StatusCode::OK);
    bench.sql("UPDATE hikyaku_inbox_event SET due = due - 600000 WHERE at > 0").await;
    assert_eq!(bot.post(&says("b", "last", 1, "last", false)).await, StatusCode::OK);
    bench.until(KeptState::Handled, 11).await;
    bot.stop().await;
    let expected: Vec<_> = (0..10).map(|n: i64| (n.to_string(), false)).collect();
    assert_eq!(heard(&all), expected);
}

async fn an_older_event_that_comes_too_late_is_told_as_late(bench: Bench) {
    let all = Heard::default();
    let bot = bench.serve(Router::new(all.clone()).fallback(hear));
    assert_eq!(bot.post(&says("a", "2", 2, "2", false)).await, StatusCode::OK);
    bench.until(KeptState::Handled, 1).await;
    assert_eq!(bot.post(&says("a", "1", 1, "1", true)).await, StatusCode::OK);
    // Another chat's are none of its business.
    assert_eq!(bot.post(&says("b", "3", 1, "b", true)).await, StatusCode::OK);
    let events = bench.until(KeptState::Handled, 3).await;
    bot.stop().await;
    assert!(heard(&all).contains(&("1".to_owned(), true)));
    assert!(heard(&all).contains(&("b".to_owned(), false)));
    let late = events.iter().filter(|it| it.late).map(|it| it.event_id.as_str());
    assert_eq!(late.collect::<Vec<_>>(), ["1"]);
}

async fn many_chats_are_handled_at_once(bench: Bench) {
    // Each waits until all of them are there.
    let barrier = Arc::new(Barrier::new(8));
    let meet = async |context: Context<Arc<Barrier>>| {
        tokio::time::timeout(LONGEST, context.state.wait()).await.unwrap();
    };
    let bot = bench.serve(Router::new(barrier).fallback(meet));
    for n in 0..8 {
        let name = n.to_string();
        assert_eq!(bot.post(&says(&name, &name, 1, &name, false)).await, StatusCode::OK);
    }
    bench.until(KeptState::Handled, 8).await;
    bot.stop().await;
}

crate::on_both_stores!(
    one_chat_is_handled_in_the_order_of_its_timestamps,
    an_older_event_that_comes_too_late_is_told_as_late,
    many_chats_are_handled_at_once,
);
