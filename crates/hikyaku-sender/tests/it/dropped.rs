//! Futures that are dropped in the middle, as a time limit or a `select!` does.

use std::{
    collections::BTreeSet,
    future::{Future, IntoFuture, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use hikyaku_sender::{Beyond, ErrorKind, Limits, NewDelivery, NewHold, OutcomeKind, Per, State};

use crate::{
    stores::{Bench, on_every_store, user},
    worker::{line, work},
};

on_every_store![
    an_enqueue_that_is_dropped_is_there_once_or_not_at_all,
    a_feed_that_is_dropped_goes_on_without_gap_or_repetition,
    what_a_dropped_worker_had_is_sent_once,
    order_budget_and_outcomes_outlast_dropped_workers,
    a_hold_and_a_budget_that_are_dropped_are_there_or_not,
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

async fn order_budget_and_outcomes_outlast_dropped_workers(bench: Bench) {
    const SENDS: usize = 60;
    const USERS: usize = 10;
    // It takes forty seconds there, which is too long for every day; and nothing of it outlasts a program anyway.
    if bench.url == "memory:" {
        return;
    }
    let (sim, client) = line().await;
    let outbox = &bench.outbox;
    outbox.set_budget("tenant", SENDS as u64, Per::Day, Beyond::Wait).await.unwrap();
    let push = |n: usize| {
        let push = NewDelivery::push(user(n % USERS), n.to_string()).fairness_key("tenant");
        push.in_order((n % USERS).to_string()).tell_outcome()
    };
    outbox.enqueue_all((0..SENDS).map(push).collect()).await.unwrap();
    let worker = || {
        let worker = outbox.worker().channel("default", client.clone());
        worker.limits(Limits::none()).concurrency(8)
    };
    for steps in [0, 1, 2, 4, 8, 16, 32] {
        for_some_steps(steps, Box::pin(worker().run(std::future::pending()))).await;
    }
    while let Err(why) = worker().run(std::future::ready(())).await {
        assert!(matches!(why.kind(), ErrorKind::Locked { .. }), "{why}");
    }
    bench.clock.advance(Duration::from_secs(2 * 60));
    work(&bench, worker().until_idle()).await;
    assert_eq!(sim.delivered(), SENDS as u64);
    let mut sent = sim.outbox();
    sent.sort_by_key(|it| it.seq);
    for n in 0..USERS {
        let of_user = sent.iter().filter(|it| it.to.as_str() == user(n).as_str());
        let texts: Vec<usize> = of_user.map(|it| it.text().unwrap().parse().unwrap()).collect();
        assert_eq!(texts, (n..SENDS).step_by(USERS).collect::<Vec<_>>());
    }
    assert_eq!(outbox.budgets().await.unwrap()[0].used, SENDS as u64);
    let (mut told, mut after) = (Vec::new(), 0);
    loop {
        let outcomes = outbox.outcomes(after).await.unwrap();
        let Some(last) = outcomes.last() else { break };
        after = last.id;
        let accepted = outcomes.iter().filter(|it| it.kind == OutcomeKind::Accepted);
        told.extend(accepted.map(|it| {
            let body: serde_json::Value = serde_json::from_str(&it.body).unwrap();
            body["data"]["id"].as_i64().unwrap()
        }));
    }
    let each: BTreeSet<i64> = told.iter().copied().collect();
    assert_eq!((told.len(), each.len()), (SENDS, SENDS));
}

async fn a_hold_and_a_budget_that_are_dropped_are_there_or_not(bench: Bench) {
    let outbox = &bench.outbox;
    for steps in 0..8 {
        for_some_steps(steps, outbox.hold(NewHold::new("wrong").fairness_key("k"))).await;
        for_some_steps(steps, outbox.set_budget("k", 1, Per::Day, Beyond::Wait)).await;
    }
    for hold in outbox.holds().await.unwrap() {
        for_some_steps(2, outbox.release(hold.id)).await;
    }
    for_some_steps(2, outbox.clear_budget("k")).await;
    // Whatever is there is whole, and can be ended.
    for hold in outbox.holds().await.unwrap() {
        assert_eq!((hold.reason.as_str(), hold.fairness_key.as_deref()), ("wrong", Some("k")));
        // One that was dropped may have been released a moment later.
        let _ = outbox.release(hold.id).await;
    }
    outbox.clear_budget("k").await.unwrap();
    assert!(outbox.holds().await.unwrap().is_empty());
    assert!(outbox.budgets().await.unwrap().is_empty());
}
