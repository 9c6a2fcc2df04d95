//! Futures that are dropped in the middle, as a time limit or a `select!` does.

use std::{
    future::{Future, IntoFuture, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use hikyaku_sender::{ErrorKind, Limits, NewDelivery, State};

use crate::{
    stores::{Bench, on_every_store, user},
    worker::{line, work},
};

on_every_store![
    an_enqueue_that_is_dropped_is_there_once_or_not_at_all,
    a_feed_that_is_dropped_goes_on_without_gap_or_repetition,
    what_a_dropped_worker_had_is_sent_once,
];

/// Lets a future go so far, and drops it.
async fn for_some_steps(steps: usize, future: impl Future) {
    let (mut future, mut left) = (pin!(future), steps);
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Pending if left > 0 => {
            left -= 1;
            Poll::Pending
        }
        _ => Poll::Ready(()),
    })
    .await;
}

async fn an_enqueue_that_is_dropped_is_there_once_or_not_at_all(bench: Bench) {
    const SENDS: usize = 24;
    let push = |n| NewDelivery::push(user(n), "hello").idempotency_key(n.to_string());
    for n in 0..SENDS {
        for_some_steps(n % 4, bench.outbox.enqueue(push(n))).await;
        bench.outbox.enqueue(push(n)).await.unwrap();
    }
    let overview = bench.outbox.overview().await.unwrap();
    assert_eq!(overview.deliveries, [(State::Ready, SENDS as u64)]);
}

async fn a_feed_that_is_dropped_goes_on_without_gap_or_repetition(bench: Bench) {
    let (sim, client) = line().await;
    let campaign = bench.outbox.new_campaign("hello").start().await.unwrap();
    let feed = || campaign.feed_ids((0..21_000).map(user)).into_future();
    for steps in 0..8 {
        for_some_steps(steps, feed()).await;
    }
    // What the last one has begun to write may still be written.
    while let Err(why) = feed().await {
        assert!(matches!(why.kind(), ErrorKind::Locked { .. }), "{why}");
    }
    let worker = bench.outbox.worker().channel("default", client).limits(Limits::none());
    work(&bench, worker.until_idle()).await;
    assert_eq!(campaign.progress().await.unwrap().accepted, 21_000);
    assert_eq!((sim.people_reached(), sim.duplicates()), (21_000, vec![]));
}

async fn what_a_dropped_worker_had_is_sent_once(bench: Bench) {
    const SENDS: usize = 200;
    let (sim, client) = line().await;
    let batch = (0..SENDS).map(|n| NewDelivery::push(user(n), "hello")).collect();
    bench.outbox.enqueue_all(batch).await.unwrap();
    let worker = || {
        let worker = bench.outbox.worker().channel("default", client.clone());
        worker.limits(Limits::none()).concurrency(8)
    };
    // Fewer in all than it takes to send everything.
    for steps in [0, 1, 2, 4, 8, 16] {
        for_some_steps(steps, Box::pin(worker().run(std::future::pending()))).await;
    }
    // A file that the last one was just taking is let go a moment later.
    while let Err(why) = worker().run(std::future::ready(())).await {
        assert!(matches!(why.kind(), ErrorKind::Locked { .. }), "{why}");
    }
    // Their leases end by themselves; a file's next worker does not wait for that.
    bench.clock.advance(Duration::from_secs(2 * 60));
    work(&bench, worker().until_idle()).await;
    assert_eq!((sim.people_reached(), sim.duplicates()), (SENDS, vec![]));
}
