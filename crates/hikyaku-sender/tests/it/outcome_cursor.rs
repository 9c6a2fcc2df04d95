//! Readers of outcomes whose place is in the store.

use std::{
    collections::BTreeMap, future::poll_fn, pin::pin, sync::Mutex, task::Poll, time::Duration,
};

use hikyaku_sender::{DeliveryId, ErrorKind, NewDelivery, NewHold, Outbox, Outcome, OutcomeCursor};
use tokio::{sync::Notify, time::timeout};

use crate::stores::{Bench, on_every_store, user};

on_every_store![
    a_place_outlives_programs_and_never_goes_back,
    one_reader_has_a_place_at_a_time,
    a_reader_that_is_gone_is_waited_for,
    what_fails_is_tried_again_and_nothing_is_left_out,
    a_reader_that_is_dropped_anywhere_leaves_nothing_out,
    places_are_listed_and_forgotten,
    a_reader_that_has_nothing_to_do_writes_nothing,
];

/// As many holds as this are outcomes without any delivery.
async fn tell(outbox: &Outbox, outcomes: usize) {
    for n in 0..outcomes {
        outbox.hold(NewHold::new(n.to_string())).await.unwrap();
    }
}

/// Two outcomes for each delivery: as it waits for a person, and put away again.
async fn withdraw(outbox: &Outbox, deliveries: usize) -> Vec<DeliveryId> {
    let sends = (0..deliveries).map(|n| NewDelivery::push(user(n), "hello")).collect();
    let enqueued = outbox.enqueue_all(sends).await.unwrap();
    let ids: Vec<_> = enqueued.into_iter().map(|it| it.unwrap().id).collect();
    for id in &ids {
        outbox.cancel(*id).await.unwrap();
    }
    ids
}

fn cursor(outbox: &Outbox) -> OutcomeCursor {
    outbox.outcome_cursor("shop").unwrap()
}

fn ids(outcomes: &[Outcome]) -> Vec<i64> {
    outcomes.iter().map(|it| it.id).collect()
}

async fn a_place_outlives_programs_and_never_goes_back(bench: Bench) {
    tell(&bench.outbox, 3).await;
    let first = cursor(&bench.outbox);
    assert_eq!(ids(&first.next().await.unwrap()), [1, 2, 3]);
    first.advance(2).await.unwrap();
    first.advance(1).await.unwrap();
    assert_eq!(ids(&first.read().await.unwrap()), [3]);
    first.leave().await.unwrap();
    let bench = bench.restarted().await;
    let second = cursor(&bench.outbox);
    assert_eq!(ids(&second.read().await.unwrap()), [3]);
    second.skip_to(3).await.unwrap();
    assert_eq!(second.read().await.unwrap(), []);
    // Another name is another place.
    let other = bench.outbox.outcome_cursor("books").unwrap();
    assert_eq!(ids(&other.read().await.unwrap()), [1, 2, 3]);
    let wrong = bench.outbox.outcome_cursor("a\nb").unwrap_err();
    assert!(wrong.to_string().starts_with("cursor: must have 1 to 200 bytes"), "{wrong}");
}

async fn one_reader_has_a_place_at_a_time(bench: Bench) {
    tell(&bench.outbox, 1).await;
    let (first, second) = (cursor(&bench.outbox), cursor(&bench.outbox));
    first.read().await.unwrap();
    let taken = second.read().await.unwrap_err();
    assert!(
        matches!(taken.kind(), ErrorKind::CursorTaken { name, .. } if name == "shop"),
        "{taken}"
    );
    assert!(!taken.is_retryable() && second.advance(1).await.is_err());
    // What waits goes on as soon as the other one leaves.
    let leave = async {
        first.advance(1).await.unwrap();
        tell(&bench.outbox, 1).await;
        first.leave().await.unwrap();
    };
    let (next, ()) = tokio::join!(second.next(), leave);
    assert_eq!(ids(&next.unwrap()), [2]);
}

async fn a_reader_that_is_gone_is_waited_for(bench: Bench) {
    tell(&bench.outbox, 1).await;
    let (first, second) = (cursor(&bench.outbox), cursor(&bench.outbox));
    first.read().await.unwrap();
    bench.clock.advance(Duration::from_secs(14));
    second.read().await.unwrap_err();
    bench.clock.advance(Duration::from_secs(2));
    assert_eq!(ids(&second.read().await.unwrap()), [1]);
    // It comes back, and must not take it for its own.
    let lost = first.advance(1).await.unwrap_err();
    assert!(matches!(lost.kind(), ErrorKind::CursorTaken { .. }), "{lost}");
    assert_eq!(ids(&second.read().await.unwrap()), [1]);
    // Nobody else came in between: it is still its own.
    bench.clock.advance(Duration::from_secs(60));
    second.advance(1).await.unwrap();
    // A clock that was ahead does not keep others out for as long.
    bench.clock.set(bench.outbox.now().await.unwrap() - Duration::from_secs(60 * 60));
    assert_eq!(first.read().await.unwrap(), []);
}

async fn what_fails_is_tried_again_and_nothing_is_left_out(bench: Bench) {
    let deliveries = withdraw(&bench.outbox, 130).await;
    tell(&bench.outbox, 5).await;
    let dealt = Mutex::new(Vec::new());
    let attempts = Mutex::new(BTreeMap::<i64, usize>::new());
    let done = Notify::new();
    let reader = cursor(&bench.outbox).concurrency(8).again_after(Duration::from_millis(1));
    let run = reader.run(done.notified(), |outcome| {
        let tried = {
            let mut attempts = attempts.lock().unwrap();
            let tried = attempts.entry(outcome.id).or_default();
            *tried += 1;
            *tried
        };
        let fails = outcome.id % 7 == 0 && tried < 3;
        if !fails {
            let mut dealt = dealt.lock().unwrap();
            dealt.push(outcome.id);
            if dealt.len() == deliveries.len() + 5 {
                done.notify_one();
            }
        }
        async move { if fails { Err("not now") } else { Ok(()) } }
    });
    timeout(Duration::from_secs(60), run).await.unwrap().unwrap();
    let mut dealt = dealt.into_inner().unwrap();
    // Those of no delivery keep their order whatever else goes on.
    let of_holds: Vec<i64> = dealt.iter().copied().filter(|id| *id > 130).collect();
    assert_eq!(of_holds, [131, 132, 133, 134, 135]);
    dealt.sort_unstable();
    assert_eq!(dealt, (1..=135).collect::<Vec<i64>>());
    assert_eq!(attempts.into_inner().unwrap()[&7], 3);
    assert_eq!(cursor(&bench.outbox).read().await.unwrap(), []);
}

async fn a_reader_that_is_dropped_anywhere_leaves_nothing_out(bench: Bench) {
    withdraw(&bench.outbox, 150).await;
    let dealt = Mutex::new(BTreeMap::<i64, usize>::new());
    let mut drops = 0;
    for polls in (1..).step_by(3) {
        let reader = cursor(&bench.outbox).concurrency(4);
        let run = reader.run(all_dealt_with(&bench.outbox), |outcome| {
            *dealt.lock().unwrap().entry(outcome.id).or_default() += 1;
            // A store in memory may answer at once each time: without this, one poll could end it.
            async {
                tokio::task::yield_now().await;
                Ok::<(), String>(())
            }
        });
        if let Some(ended) = Box::pin(polled(polls, run)).await {
            ended.unwrap();
            break;
        }
        drops += 1;
        // What it has begun is done before this.
        bench.outbox.forget_outcome_cursor("nobody").await.unwrap();
        bench.clock.advance(Duration::from_secs(16));
    }
    let dealt = dealt.into_inner().unwrap();
    assert_eq!(dealt.keys().copied().collect::<Vec<_>>(), (1..=150).collect::<Vec<i64>>());
    assert!(drops > 0, "nothing was dropped in the middle");
}

/// What comes of it when it is dropped, as by a kill, after so many polls.
async fn polled<F: Future>(times: usize, future: F) -> Option<F::Output> {
    let (mut future, mut left) = (pin!(future), times);
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

async fn all_dealt_with(outbox: &Outbox) {
    while outbox.outcome_cursors().await.unwrap().first().is_none_or(|it| it.behind > 0) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn places_are_listed_and_forgotten(bench: Bench) {
    assert_eq!(bench.outbox.outcome_cursors().await.unwrap(), []);
    tell(&bench.outbox, 2).await;
    let began = bench.outbox.now().await.unwrap();
    bench.clock.advance(Duration::from_secs(30));
    let reader = cursor(&bench.outbox);
    reader.read().await.unwrap();
    let place = bench.outbox.outcome_cursors().await.unwrap().remove(0);
    assert_eq!((place.name.as_str(), place.after, place.behind), ("shop", 0, 2));
    assert_eq!((place.oldest, place.reader.is_some()), (Some(began), true));
    assert_eq!(bench.outbox.overview().await.unwrap().outcome_cursors, [place]);
    let metrics = bench.outbox.metrics().await.unwrap();
    let untold = "hikyaku_outbox_outcomes_untold{cursor=\"shop\"} 2\n";
    assert!(metrics.contains(untold), "{metrics}");
    let since = "hikyaku_outbox_outcomes_untold_seconds{cursor=\"shop\"} 30\n";
    assert!(metrics.contains(since), "{metrics}");
    assert!(bench.outbox.forget_outcome_cursor("shop").await.is_err(), "it is read");
    reader.advance(2).await.unwrap();
    reader.leave().await.unwrap();
    let place = bench.outbox.outcome_cursors().await.unwrap().remove(0);
    assert_eq!((place.after, place.behind, place.oldest, place.reader), (2, 0, None, None));
    assert!(bench.outbox.forget_outcome_cursor("shop").await.unwrap());
    assert!(!bench.outbox.forget_outcome_cursor("shop").await.unwrap());
    assert_eq!(bench.outbox.outcome_cursors().await.unwrap(), []);
}

async fn a_reader_that_has_nothing_to_do_writes_nothing(bench: Bench) {
    let (first, second) = (cursor(&bench.outbox), cursor(&bench.outbox));
    let place = async || bench.outbox.outcome_cursors().await.unwrap().remove(0);
    // It is listed from its first look on.
    assert_eq!(first.read().await.unwrap(), []);
    let begun = place().await.reader;
    assert!(begun.is_some());
    for _ in 0..10 {
        bench.clock.advance(Duration::from_secs(4));
        assert_eq!(first.read().await.unwrap(), []);
        assert_eq!(second.read().await.unwrap(), []);
    }
    assert_eq!(place().await.reader, None, "its time is over, and was not renewed");
    // Of those that wait, one gets what comes.
    tell(&bench.outbox, 1).await;
    assert_eq!(ids(&second.read().await.unwrap()), [1]);
    first.read().await.unwrap_err();
    assert!(place().await.reader.is_some_and(|by| Some(by) != begun));
    second.advance(1).await.unwrap();
    assert_eq!(first.read().await.unwrap(), []);
}
