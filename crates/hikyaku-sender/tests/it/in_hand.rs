//! What is in flight is settled without another look at it, unless somebody has changed it meanwhile.

use std::time::Duration;

use hikyaku_sender::{DeliveryId, Filter, NewDelivery, Outbox, OutcomeKind, State};

use crate::{
    stores::{Bench, on_every_store, user},
    told::outcomes,
};

on_every_store![
    what_was_changed_in_flight_is_settled_as_it_is_now,
    what_was_taken_back_is_settled_as_it_is_now,
    what_was_removed_in_flight_stays_away,
];

const LEASE: Duration = Duration::from_secs(60);

async fn enqueue(bench: &Bench, count: usize) -> Vec<DeliveryId> {
    let sends = (0..count).map(|n| NewDelivery::push(user(n), "hello")).collect();
    let enqueued = bench.outbox.enqueue_all(sends).await.unwrap();
    enqueued.into_iter().map(|it| it.unwrap().id).collect()
}

async fn accepted(outbox: &Outbox) -> Vec<DeliveryId> {
    let accepted = outbox.list(Filter::default().state(State::Accepted)).await.unwrap();
    accepted.iter().map(|it| it.id).rev().collect()
}

async fn what_was_changed_in_flight_is_settled_as_it_is_now(bench: Bench) {
    let ids = enqueue(&bench, 4).await;
    let in_hand = bench.outbox.claim_in_hand("default", 10, LEASE).await.unwrap();
    // As soon as this is promised, its acceptance is an outcome.
    assert!(bench.outbox.report_outcome(ids[2]).await.unwrap());
    bench.outbox.settle_in_hand_as_accepted(in_hand).await.unwrap();
    assert_eq!(accepted(&bench.outbox).await, ids);
    assert_eq!(outcomes(&bench.outbox).await, [(OutcomeKind::Accepted, Some(ids[2]))]);
    bench.assert_at_rest().await;
}

async fn what_was_taken_back_is_settled_as_it_is_now(bench: Bench) {
    let ids = enqueue(&bench, 3).await;
    let late = bench.outbox.claim_in_hand("default", 2, LEASE).await.unwrap();
    let later = late.clone();
    bench.clock.advance(LEASE * 2);
    bench.outbox.sweep_once().await.unwrap();
    // Two that are in doubt, and one for the first time.
    let again = bench.outbox.claim_in_hand("default", 10, LEASE).await.unwrap();
    bench.outbox.settle_in_hand_as_accepted(late).await.unwrap();
    assert_eq!(accepted(&bench.outbox).await, ids[..2]);
    bench.outbox.settle_in_hand_as_accepted(again).await.unwrap();
    bench.outbox.settle_in_hand_as_accepted(later).await.unwrap();
    assert_eq!(accepted(&bench.outbox).await, ids);
    let attempts = bench.outbox.attempts(ids[0]).await.unwrap();
    assert_eq!(attempts[0].result, "no_answer", "the one that nobody came back from");
    bench.assert_at_rest().await;
}

async fn what_was_removed_in_flight_stays_away(bench: Bench) {
    let ids = enqueue(&bench, 2).await;
    let in_hand = bench.outbox.claim_in_hand("default", 10, LEASE).await.unwrap();
    bench.outbox.settle_in_hand_as_accepted(in_hand.clone()).await.unwrap();
    bench.clock.advance(Duration::from_secs(30 * 24 * 60 * 60));
    bench.outbox.sweep_once().await.unwrap();
    assert!(bench.outbox.show(ids[0]).await.unwrap().is_none());
    bench.outbox.settle_in_hand_as_accepted(in_hand).await.unwrap();
    assert!(bench.outbox.show(ids[0]).await.unwrap().is_none());
    bench.assert_at_rest().await;
}
