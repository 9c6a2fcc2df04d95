//! What is kept of the requests that were made for a delivery.

use std::time::Duration;

use hikyaku_sender::{Attempt, DeliveryId, Limits, NewDelivery, State, Worker};
use hikyaku_sim::{FaultRule, Sim};

use crate::{
    stores::{Bench, on_every_store, user},
    worker::{client, line, work},
};

on_every_store![
    an_accepted_push_has_its_one_request_and_the_ids_of_its_messages,
    a_lost_answer_is_found_again_by_the_repeat,
    lines_own_words_are_kept_as_they_came,
    a_killed_worker_leaves_a_request_without_an_answer,
    the_first_request_and_the_newest_are_kept,
    nothing_is_kept_of_a_request_that_was_never_made,
];

const PUSH: &str = "/v2/bot/message/push";

fn worker(bench: &Bench, sim: &Sim) -> Worker {
    let worker = bench.outbox.worker().channel("default", client(sim)).limits(Limits::none());
    worker.quota_every(None).until_idle().name("host/1")
}

async fn enqueue(bench: &Bench) -> DeliveryId {
    bench.outbox.enqueue(NewDelivery::push(user(1), "hello")).await.unwrap().id
}

async fn attempts(bench: &Bench, id: DeliveryId) -> Vec<Attempt> {
    bench.outbox.attempts(id).await.unwrap()
}

fn results(attempts: &[Attempt]) -> Vec<(&str, Option<u16>)> {
    attempts.iter().map(|it| (&*it.result, it.status)).collect()
}

async fn an_accepted_push_has_its_one_request_and_the_ids_of_its_messages(bench: Bench) {
    let (sim, _) = line().await;
    let id = enqueue(&bench).await;
    let before = bench.outbox.now().await.unwrap();
    work(&bench, worker(&bench, &sim)).await;
    let delivery = bench.outbox.show(id).await.unwrap().unwrap();
    let delivered = &sim.outbox()[0];
    let sent: Vec<_> = delivery.sent_messages.iter().map(|it| it.id.clone()).collect();
    assert_eq!(sent, delivered.message_ids);
    assert!(delivery.sent_messages[0].quote_token.is_some());
    let attempts = attempts(&bench, id).await;
    assert_eq!(results(&attempts), [("accepted", Some(200))]);
    let only = &attempts[0];
    assert_eq!(only.request_id, Some(delivered.request_id.clone()));
    assert_eq!((only.worker.as_deref(), only.error.as_deref()), (Some("host/1"), None));
    assert!(only.began >= before && only.began <= bench.outbox.now().await.unwrap());
    assert!(only.took.is_some());
    assert_eq!(bench.outbox.attempts(DeliveryId::from(id.get() + 1)).await.unwrap(), []);
}

async fn a_lost_answer_is_found_again_by_the_repeat(bench: Bench) {
    let (sim, _) = line().await;
    sim.fault(FaultRule::drop_after_accept().on("POST", PUSH).times(1)).unwrap();
    let id = enqueue(&bench).await;
    work(&bench, worker(&bench, &sim)).await;
    let attempts = attempts(&bench, id).await;
    assert_eq!(results(&attempts), [("network", None), ("duplicate", Some(409))]);
    let delivered = &sim.outbox()[0];
    assert_eq!(attempts[1].accepted_request_id, Some(delivered.request_id.clone()));
    assert_ne!(attempts[1].request_id, attempts[1].accepted_request_id);
    assert!(attempts[0].number < attempts[1].number && attempts[0].began < attempts[1].began);
    let delivery = bench.outbox.show(id).await.unwrap().unwrap();
    let sent: Vec<_> = delivery.sent_messages.iter().map(|it| it.id.clone()).collect();
    assert_eq!(sent, delivered.message_ids, "the 409 has them, too");
}

async fn lines_own_words_are_kept_as_they_came(bench: Bench) {
    let sim = Sim::builder().rate_limits(false).start().await.unwrap();
    let id = enqueue(&bench).await;
    work(&bench, worker(&bench, &sim)).await;
    let attempts = attempts(&bench, id).await;
    assert_eq!(results(&attempts), [("rejected", Some(400))]);
    let refusal = r#"{"message":"Failed to send messages"}"#;
    assert_eq!(attempts[0].body.as_deref(), Some(refusal));
    assert!(attempts[0].request_id.is_some());
    assert!(bench.outbox.show(id).await.unwrap().unwrap().sent_messages.is_empty());
}

async fn a_killed_worker_leaves_a_request_without_an_answer(bench: Bench) {
    let (sim, _) = line().await;
    let delay = FaultRule::delay(Duration::from_secs(600)).on("POST", PUSH).times(1);
    let slow = sim.fault(delay).unwrap();
    let id = enqueue(&bench).await;
    let asked = async {
        while sim.fault_hits(&slow) == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
            bench.clock.advance(Duration::from_secs(1));
        }
    };
    tokio::select! {
        _ = worker(&bench, &sim).run(std::future::pending()) => unreachable!(),
        () = asked => {}
    }
    let held = bench.outbox.show(id).await.unwrap().unwrap();
    assert_eq!((held.state, held.worker.as_deref()), (State::InFlight, Some("host/1")));
    assert_eq!(attempts(&bench, id).await, []);
    work(&bench, worker(&bench, &sim).name("host/2")).await;
    let attempts = attempts(&bench, id).await;
    assert_eq!(results(&attempts), [("no_answer", None), ("accepted", Some(200))]);
    let by: Vec<_> = attempts.iter().map(|it| (it.worker.as_deref(), it.took.is_some())).collect();
    assert_eq!(by, [(Some("host/1"), false), (Some("host/2"), true)]);
}

async fn the_first_request_and_the_newest_are_kept(bench: Bench) {
    let (sim, _) = line().await;
    sim.fault(FaultRule::answer(500).on("POST", PUSH).times(25)).unwrap();
    let id = enqueue(&bench).await;
    let other = enqueue(&bench).await;
    bench.outbox.cancel(other).await.unwrap();
    // They take hours.
    let ticking = async {
        loop {
            tokio::time::sleep(Duration::from_millis(5)).await;
            bench.clock.advance(Duration::from_secs(10));
        }
    };
    tokio::select! {
        report = worker(&bench, &sim).lease(Duration::from_secs(24 * 60 * 60)).run(std::future::pending()) => drop(report.unwrap()),
        () = ticking => unreachable!(),
    }
    let attempts = attempts(&bench, id).await;
    assert_eq!(sim.requests().len(), 26);
    assert_eq!(attempts.len(), 21, "the first, and the newest 20");
    let numbers: Vec<i64> = attempts.iter().map(|it| it.number).collect();
    assert_eq!(numbers[0], 1);
    assert!(numbers.is_sorted() && numbers[1] > 5, "{numbers:?}");
    assert_eq!(results(&attempts)[19..], [("transient", Some(500)), ("accepted", Some(200))]);
    assert_eq!(bench.outbox.attempts(other).await.unwrap(), []);
}

async fn nothing_is_kept_of_a_request_that_was_never_made(bench: Bench) {
    let (sim, _) = line().await;
    let id = enqueue(&bench).await;
    let soon = bench.outbox.now().await.unwrap() + Duration::from_secs(30);
    let expiring = NewDelivery::push(user(2), "hello").expires_at(soon);
    let expired = bench.outbox.enqueue(expiring).await.unwrap().id;
    bench.clock.advance(Duration::from_secs(60));
    work(&bench, worker(&bench, &sim)).await;
    assert_eq!(attempts(&bench, expired).await, []);
    assert_eq!(attempts(&bench, id).await.len(), 1);
}
