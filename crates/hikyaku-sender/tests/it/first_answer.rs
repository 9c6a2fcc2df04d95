//! LINE's acceptance, told to a caller who waits before the store has it.

use std::{
    sync::{Arc, Condvar, Mutex},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use hikyaku::RetryKey;
use hikyaku_sender::{
    DeliveryId, Enqueued, Error, Limits, LineAnswer, NewDelivery, Report, State, Waited, Worker,
};
use hikyaku_sim::{FaultRule, Sim};

use crate::{
    stores::{Bench, on_every_store, user},
    worker::{client, line, work},
};

on_every_store![
    an_acceptance_is_told_before_it_is_recorded,
    one_that_was_told_and_never_recorded_is_delivered_once,
    a_caller_who_comes_later_hears_it_too,
    what_may_still_change_is_told_once_it_is_recorded,
];

/// Longer than any test.
const LONG: Duration = Duration::from_secs(600);
const LEASE: Duration = Duration::from_secs(60);
const PUSH: &str = "/v2/bot/message/push";

fn worker(bench: &Bench, sim: &Sim) -> Worker {
    let worker = bench.outbox.worker().channel("default", client(sim)).limits(Limits::none());
    worker.quota_every(None).until_idle()
}

/// What a worker comes to before it records an outcome.
#[derive(Default)]
struct Gate(Mutex<Option<Then>>, Condvar);

#[derive(Clone, Copy, PartialEq)]
enum Then {
    GoOn,
    Die,
}

impl Gate {
    fn pass(&self) {
        let then = self.1.wait_while(self.0.lock().unwrap(), |then| then.is_none()).unwrap();
        let dies = *then == Some(Then::Die);
        drop(then);
        assert!(!dies, "killed");
    }

    fn open(&self, then: Then) {
        *self.0.lock().unwrap() = Some(then);
        self.1.notify_all();
    }
}

/// A worker in a thread of its own, which stands still before it records its first outcome.
fn at_the_gate(bench: &Bench, sim: &Sim) -> (Arc<Gate>, JoinHandle<Result<Report, Error>>) {
    let gate = Arc::new(Gate::default());
    let at_step = gate.clone();
    let worker = worker(bench, sim).on_step(move |step| {
        if step == "before settle" {
            // The store's connections go on: who waits may have got one that this runtime drives.
            tokio::task::block_in_place(|| at_step.pass());
        }
    });
    let running = std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(worker.run(std::future::pending()))
    });
    (gate, running)
}

async fn told(bench: &Bench, of: impl Into<Enqueued>) -> (LineAnswer, Instant) {
    match bench.outbox.wait_for_answer(of, LONG).await.unwrap().unwrap() {
        Waited::Accepted { answer, heard, .. } => (answer, heard),
        other => panic!("{other:?}"),
    }
}

async fn recorded(bench: &Bench, of: impl Into<Enqueued>) -> (State, Option<LineAnswer>) {
    match bench.outbox.wait_for_answer(of, LONG).await.unwrap().unwrap() {
        Waited::Stored { delivery, answer, .. } => (delivery.state, answer),
        other => panic!("{other:?}"),
    }
}

async fn state(bench: &Bench, id: DeliveryId) -> State {
    bench.outbox.show(id).await.unwrap().unwrap().state
}

async fn join(running: JoinHandle<Result<Report, Error>>) -> std::thread::Result<Report> {
    let joined = tokio::task::spawn_blocking(|| running.join()).await.unwrap();
    joined.map(Result::unwrap)
}

async fn an_acceptance_is_told_before_it_is_recorded(bench: Bench) {
    let (sim, _) = line().await;
    let enqueued = bench.outbox.enqueue(NewDelivery::push(user(1), "hello")).await.unwrap();
    let (gate, running) = at_the_gate(&bench, &sim);
    let (answer, _) = told(&bench, enqueued).await;
    assert_eq!(state(&bench, enqueued.id).await, State::InFlight);
    bench.outbox.wait_until_recorded(Duration::ZERO).await;
    gate.open(Then::GoOn);
    bench.outbox.wait_until_recorded(LONG).await;
    assert_eq!(state(&bench, enqueued.id).await, State::Accepted);
    assert_eq!(join(running).await.unwrap().accepted, 1);
    assert_eq!((answer.status, answer.repeated), (200, false));
    assert!(answer.body.contains(&sim.outbox()[0].message_ids[0]), "{answer:?}");
    assert_eq!(recorded(&bench, enqueued).await, (State::Accepted, Some(answer)));
}

async fn one_that_was_told_and_never_recorded_is_delivered_once(bench: Bench) {
    let (sim, _) = line().await;
    let push = NewDelivery::push(user(1), "hello").retry_key(RetryKey::new());
    let enqueued = bench.outbox.enqueue(push.clone()).await.unwrap();
    let (gate, running) = at_the_gate(&bench, &sim);
    let (answer, _) = told(&bench, enqueued).await;
    gate.open(Then::Die);
    assert!(join(running).await.is_err(), "the worker lives");
    let bench = bench.restarted().await;
    bench.clock.advance(LEASE);
    bench.outbox.sweep_once().await.unwrap();
    let listed = bench.outbox.show(enqueued.id).await.unwrap().unwrap();
    assert_eq!((listed.state, listed.may_have_landed), (State::Ready, true));
    work(&bench, worker(&bench, &sim)).await;
    let (state, again) = recorded(&bench, enqueued).await;
    let again = again.unwrap();
    assert_eq!((state, again.status), (State::Accepted, 409));
    assert_eq!(again.accepted_request_id, answer.request_id);
    assert_eq!((sim.delivered(), sim.duplicates(), sim.requests().len()), (1, vec![], 2));
    assert!(bench.outbox.enqueue(push).await.unwrap().existing);
}

async fn a_caller_who_comes_later_hears_it_too(bench: Bench) {
    let (sim, _) = line().await;
    let push = NewDelivery::push(user(1), "hello").retry_key(RetryKey::new());
    let first = bench.outbox.enqueue(push.clone()).await.unwrap();
    let (gate, running) = at_the_gate(&bench, &sim);
    let (answer, heard) = told(&bench, first).await;
    let came = Instant::now();
    let again = bench.outbox.enqueue(push).await.unwrap();
    assert!(again.existing && heard <= came);
    assert_eq!(told(&bench, again).await, (answer, heard));
    gate.open(Then::GoOn);
    join(running).await.unwrap();
}

/// Its worker gives it up, because the database refuses what it would record.
#[tokio::test]
async fn nobody_waits_for_a_record_that_is_given_up() {
    let Some(bench) = Bench::postgres().await else { return };
    let (sim, _) = line().await;
    let accepted_is_refused = "ALTER TABLE hikyaku_delivery ADD CHECK (state <> 4)";
    crate::postgres::client(&bench.url).await.batch_execute(accepted_is_refused).await.unwrap();
    let enqueued = bench.outbox.enqueue(NewDelivery::push(user(1), "hello")).await.unwrap();
    let (gate, running) = at_the_gate(&bench, &sim);
    told(&bench, enqueued).await;
    gate.open(Then::GoOn);
    let recorded = bench.outbox.wait_until_recorded(LONG);
    tokio::time::timeout(LONG / 10, recorded).await.expect("nothing will be recorded");
    assert_eq!(state(&bench, enqueued.id).await, State::InFlight);
    drop(running);
}

async fn what_may_still_change_is_told_once_it_is_recorded(bench: Bench) {
    let (sim, _) = line().await;
    let friend = sim.add_friend();
    let token = sim.user_says(&friend, "hi").reply_token;
    let reply = NewDelivery::reply(token, "hello");
    assert_eq!(told_later(&bench, &sim, reply).await, State::Accepted);
    let narrowcast = NewDelivery::narrowcast("hello").retry_key(RetryKey::new());
    assert_eq!(told_later(&bench, &sim, narrowcast).await, State::Tracking);
    sim.fault(FaultRule::drop_after_accept().on("POST", PUSH).times(1)).unwrap();
    let push = || NewDelivery::push(friend.as_str(), "hello");
    assert_eq!(told_later(&bench, &sim, push()).await, State::Accepted);
    sim.fault(FaultRule::answer(500).on("POST", PUSH).times(1)).unwrap();
    assert_eq!(told_later(&bench, &sim, push()).await, State::Accepted);
    sim.fault(FaultRule::answer(400).on("POST", PUSH).times(1)).unwrap();
    assert_eq!(told_later(&bench, &sim, push()).await, State::Rejected);
}

async fn told_later(bench: &Bench, sim: &Sim, delivery: NewDelivery) -> State {
    let enqueued = bench.outbox.enqueue(delivery).await.unwrap();
    let told = recorded(bench, enqueued);
    let (told, _) = tokio::join!(told, work(bench, worker(bench, sim)));
    told.0
}
