//! Callers that wait: what they are told, nobody else need be, and what another program does reaches them.

use std::time::Duration;

use hikyaku_sender::{
    DeliveryId, Limits, NewDelivery, Outbox, Outcome, OutcomeKind, State, Worker,
};
use hikyaku_sim::Sim;
use tokio::{sync::oneshot, time::timeout};

use crate::{
    stores::{Bench, on_every_store, user},
    worker::{client, line, work},
};

on_every_store![
    a_refusal_that_its_caller_got_is_told_to_nobody_else,
    a_refusal_that_its_caller_did_not_get_is_told_later,
    a_withdrawal_is_told_once_too,
    what_nobody_waits_for_is_told_at_once,
    who_waits_is_remembered_by_a_moved_store,
    nobody_waits_for_what_a_person_retries,
    a_caller_who_waits_no_longer_gets_every_outcome_reported,
    what_somebody_relies_on_is_not_refused,
];

const PATIENCE: Duration = Duration::from_secs(3);

fn push(n: usize) -> NewDelivery {
    NewDelivery::push(user(n), "hello")
}

fn worker(outbox: &Outbox, sim: &Sim) -> Worker {
    let worker = outbox.worker().channel("default", client(sim));
    worker.limits(Limits::none()).until_idle()
}

/// One that knows nobody, so that each push is refused.
async fn refusing() -> Sim {
    Sim::builder().rate_limits(false).start().await.unwrap()
}

/// All that was told, and of which delivery.
pub(crate) async fn outcomes(outbox: &Outbox) -> Vec<(OutcomeKind, Option<DeliveryId>)> {
    let read = |it: &Outcome| {
        let body: serde_json::Value = serde_json::from_str(&it.body).unwrap();
        (it.kind, body["data"]["id"].as_i64().map(DeliveryId::from))
    };
    outbox.outcomes(0).await.unwrap().iter().map(read).collect()
}

async fn refused(bench: &Bench, send: NewDelivery) -> DeliveryId {
    let id = bench.outbox.enqueue(send).await.unwrap().id;
    work(bench, worker(&bench.outbox, &refusing().await)).await;
    assert_eq!(bench.outbox.show(id).await.unwrap().unwrap().state, State::Rejected);
    id
}

/// Long after anybody's patience has ended.
async fn much_later(bench: &Bench) {
    bench.clock.advance(Duration::from_secs(60 * 60));
    bench.outbox.sweep_once().await.unwrap();
}

async fn a_refusal_that_its_caller_got_is_told_to_nobody_else(bench: Bench) {
    let id = refused(&bench, push(1).watched(Duration::from_secs(600))).await;
    // Until its caller has it, it is on the tray.
    assert_eq!(bench.outbox.show(id).await.unwrap().unwrap().told_at, None);
    bench.outbox.sweep_once().await.unwrap();
    assert_eq!(outcomes(&bench.outbox).await, []);
    assert!(bench.outbox.told(id).await.unwrap());
    assert!(!bench.outbox.told(id).await.unwrap());
    let shown = bench.outbox.show(id).await.unwrap().unwrap();
    assert_eq!((shown.state, shown.told_at), (State::Dropped, Some(bench.clock.now())));
    assert!(shown.last_error.unwrap().contains("Failed to send messages"));
    assert_eq!(bench.outbox.overview().await.unwrap().count(State::Rejected), 0);
    much_later(&bench).await;
    assert_eq!(outcomes(&bench.outbox).await, []);
    assert!(!bench.outbox.told(DeliveryId::from(4711)).await.unwrap());
}

/// As after a kill before the answer was handed over.
async fn a_refusal_that_its_caller_did_not_get_is_told_later(bench: Bench) {
    let id = refused(&bench, push(1).watched(Duration::from_secs(600))).await;
    assert_eq!(outcomes(&bench.outbox).await, []);
    let bench = bench.restarted().await;
    much_later(&bench).await;
    assert_eq!(outcomes(&bench.outbox).await, [(OutcomeKind::Rejected, Some(id))]);
    much_later(&bench).await;
    assert_eq!(outcomes(&bench.outbox).await.len(), 1, "once");
    let shown = bench.outbox.show(id).await.unwrap().unwrap();
    assert_eq!((shown.state, shown.told_at), (State::Rejected, None), "it is on the tray");
    // A person gives it another life, and nobody waits for that.
    bench.outbox.retry(id).await.unwrap();
    work(&bench, worker(&bench.outbox, &refusing().await)).await;
    assert_eq!(outcomes(&bench.outbox).await.len(), 2);
}

async fn a_withdrawal_is_told_once_too(bench: Bench) {
    let watched = |n| push(n).watched(PATIENCE);
    let ids = bench.outbox.enqueue_all(vec![watched(1), watched(2), push(3)]).await.unwrap();
    let ids: Vec<DeliveryId> = ids.into_iter().map(|it| it.unwrap().id).collect();
    for id in &ids {
        bench.outbox.cancel(*id).await.unwrap();
    }
    assert!(bench.outbox.told(ids[0]).await.unwrap());
    assert_eq!(bench.outbox.show(ids[0]).await.unwrap().unwrap().state, State::Cancelled);
    much_later(&bench).await;
    let told = outcomes(&bench.outbox).await;
    let cancelled = |at: usize| (OutcomeKind::Cancelled, Some(ids[at]));
    assert_eq!(told, [cancelled(2), cancelled(1)]);
}

async fn what_nobody_waits_for_is_told_at_once(bench: Bench) {
    let id = refused(&bench, push(1)).await;
    assert_eq!(outcomes(&bench.outbox).await, [(OutcomeKind::Rejected, Some(id))]);
    // What was accepted is no refusal.
    let (sim, _) = line().await;
    let id = bench.outbox.enqueue(push(2).watched(PATIENCE)).await.unwrap().id;
    work(&bench, worker(&bench.outbox, &sim)).await;
    assert!(!bench.outbox.told(id).await.unwrap());
    assert_eq!(bench.outbox.show(id).await.unwrap().unwrap().state, State::Accepted);
}

async fn who_waits_is_remembered_by_a_moved_store(bench: Bench) {
    refused(&bench, push(1).watched(Duration::from_secs(600))).await;
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("moved.db").display());
    let target = Outbox::builder(&url).clock(bench.clock.clone()).open().await.unwrap();
    bench.outbox.move_to(&target, |_| {}).await.unwrap();
    let moved = Bench::of(target, bench.clock.clone(), url);
    assert_eq!(outcomes(&moved.outbox).await, []);
    much_later(&moved).await;
    assert_eq!(outcomes(&moved.outbox).await.len(), 1);
}

async fn nobody_waits_for_what_a_person_retries(bench: Bench) {
    let id = refused(&bench, push(1).watched(Duration::from_secs(600))).await;
    bench.outbox.retry(id).await.unwrap();
    work(&bench, worker(&bench.outbox, &refusing().await)).await;
    assert_eq!(outcomes(&bench.outbox).await, [(OutcomeKind::Rejected, Some(id))]);
}

async fn a_caller_who_waits_no_longer_gets_every_outcome_reported(bench: Bench) {
    let (sim, _) = line().await;
    let ids = bench.outbox.enqueue_all(vec![push(1).watched(PATIENCE), push(2).watched(PATIENCE)]);
    let ids: Vec<DeliveryId> = ids.await.unwrap().into_iter().map(|it| it.unwrap().id).collect();
    for _ in 0..2 {
        assert!(bench.outbox.report_outcome(ids[0]).await.unwrap());
    }
    assert!(bench.outbox.show(ids[0]).await.unwrap().unwrap().tells_outcome);
    work(&bench, worker(&bench.outbox, &sim)).await;
    assert_eq!(outcomes(&bench.outbox).await, [(OutcomeKind::Accepted, Some(ids[0]))]);
    assert!(!bench.outbox.report_outcome(ids[1]).await.unwrap(), "it has ended");
    assert!(!bench.outbox.report_outcome(DeliveryId::from(4711)).await.unwrap());
    // A refusal is reported at once.
    let id = bench.outbox.enqueue(push(3).watched(Duration::from_secs(600))).await.unwrap().id;
    assert!(bench.outbox.report_outcome(id).await.unwrap());
    work(&bench, worker(&bench.outbox, &refusing().await)).await;
    assert_eq!(outcomes(&bench.outbox).await[1..], [(OutcomeKind::Rejected, Some(id))]);
}

async fn what_somebody_relies_on_is_not_refused(bench: Bench) {
    let sends = vec![push(1).watched(PATIENCE), push(2).watched(PATIENCE), push(3).tell_outcome()];
    let ids = bench.outbox.enqueue_all(sends).await.unwrap();
    let ids: Vec<DeliveryId> = ids.into_iter().map(|it| it.unwrap().id).collect();
    assert!(bench.outbox.report_outcome(ids[1]).await.unwrap());
    for (at, refused) in [(0, true), (0, false), (1, false), (2, false)] {
        assert_eq!(bench.outbox.refuse(ids[at], "no room").await.unwrap(), refused, "{at}");
    }
    let shown = bench.outbox.show(ids[0]).await.unwrap().unwrap();
    assert_eq!((shown.state, shown.last_error.as_deref()), (State::Cancelled, Some("no room")));
    assert_eq!(bench.outbox.show(ids[1]).await.unwrap().unwrap().state, State::Ready);
    assert!(!bench.outbox.refuse(DeliveryId::from(4711), "no room").await.unwrap());
}

/// Runs a test beside a worker.
async fn beside<T>(worker: Worker, test: impl Future<Output = T>) -> T {
    let (stop, stopped) = oneshot::channel::<()>();
    let test = async {
        let out = test.await;
        let _ = stop.send(());
        out
    };
    let stopped = async { stopped.await.unwrap_or_default() };
    tokio::join!(Box::pin(worker.run(stopped)), Box::pin(test)).1
}

/// It never looks by itself, so it is the notification that ends the wait.
#[tokio::test]
async fn who_waits_in_another_program_is_notified() {
    const LONG: Duration = Duration::from_secs(60 * 60);
    let Some(bench) = Bench::postgres().await else { return };
    let (sim, line) = line().await;
    let waiting = Outbox::builder(&bench.url).clock(bench.clock.clone()).open().await.unwrap();
    let listens = waiting.worker().channel("another", line.clone()).quota_every(None);
    let sends = bench.outbox.worker().channel("default", line).quota_every(None);
    let test = async {
        // What is settled before the other one listens is not told again.
        for n in 0..20 {
            let send = push(n).watched(LONG);
            let id = waiting.enqueue(send).await.unwrap().id;
            let waited = waiting.wait_for_news(id, LONG);
            if let Ok(waited) = timeout(Duration::from_secs(15), waited).await {
                return waited.unwrap().unwrap().state;
            }
        }
        State::Ready
    };
    let state = beside(listens, beside(sends.limits(Limits::none()), test)).await;
    assert_eq!(state, State::Accepted);
    assert_eq!(sim.duplicates(), vec![]);
}

#[tokio::test]
async fn only_what_is_watched_elsewhere_is_notified() {
    let Some(bench) = Bench::postgres().await else { return };
    let (_sim, line) = line().await;
    let (mut listening, mut connection) = {
        let config: tokio_postgres::Config = bench.url.parse().unwrap();
        config.connect(tokio_postgres::NoTls).await.unwrap()
    };
    let (heard, mut notified) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        loop {
            let message = std::future::poll_fn(|context| connection.poll_message(context)).await;
            let Some(Ok(message)) = message else { return };
            if let tokio_postgres::AsyncMessage::Notification(it) = message {
                let _ = heard.send(it.payload().to_owned());
            }
        }
    });
    let transaction = listening.transaction().await.unwrap();
    transaction.batch_execute("LISTEN hikyaku_settled").await.unwrap();
    transaction.commit().await.unwrap();
    let worker = bench.outbox.worker().channel("default", line).quota_every(None);
    let test = async {
        let push = |n| push(n).idempotency_key(n.to_string());
        let plain = bench.outbox.enqueue(push(1)).await.unwrap().id;
        bench.outbox.wait(plain, Duration::from_secs(60)).await.unwrap();
        let watched = push(2).watched(Duration::from_secs(600));
        let watched = bench.outbox.enqueue(watched).await.unwrap().id;
        (watched.to_string(), notified.recv().await.unwrap())
    };
    let (watched, payload) = beside(worker.limits(Limits::none()), test).await;
    assert_eq!(payload, watched, "the first that is heard of is the one that is watched");
}
