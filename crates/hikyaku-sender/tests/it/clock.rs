//! Clocks that jump. The store's is the tests' own, and LINE's goes by what really passed.

use std::time::Duration;

use hikyaku::Client;
use hikyaku_sender::{Clock, DeliveryId, Limits, NewDelivery, Outbox, State, Time, Worker};
use hikyaku_sim::{ClockMode, FaultRule, Sim};

use crate::{
    stores::{Bench, on_every_store, user},
    worker::{client, line, work},
};

on_every_store![
    what_is_in_doubt_for_longer_than_line_remembers_is_not_sent_again,
    what_was_in_flight_when_the_machine_was_suspended_is_not_sent_again,
    a_clock_that_is_set_back_delivers_nothing_twice_and_stops_nothing,
    a_clock_that_is_set_back_ends_no_hold_an_hour_late,
];

const PUSH: (&str, &str) = ("POST", "/v2/bot/message/push");

fn worker(bench: &Bench, client: &Client) -> Worker {
    let worker = bench.outbox.worker().channel("default", client.clone());
    worker.limits(Limits::none()).quota_every(None)
}

async fn enqueue(bench: &Bench, n: usize) -> DeliveryId {
    bench.outbox.enqueue(NewDelivery::push(user(n), "hello")).await.unwrap().id
}

async fn state(bench: &Bench, id: DeliveryId) -> State {
    bench.outbox.show(id).await.unwrap().unwrap().state
}

/// Lets a worker make this many requests and then takes it away.
async fn requests(bench: &Bench, sim: &Sim, client: &Client, count: usize) {
    let already = sim.requests().len();
    let stop = async {
        sim.wait_for_requests(already as u64 + count as u64).await.unwrap();
    };
    Box::pin(worker(bench, client).run(stop)).await.unwrap();
}

fn requests_for(sim: &Sim, n: usize) -> usize {
    let user = user(n);
    let is_for = |body: &[u8]| String::from_utf8_lossy(body).contains(&user);
    sim.requests().iter().filter(|it| is_for(&it.body)).count()
}

/// LINE and the outbox have one clock here, which stands still until it is advanced.
#[tokio::test]
async fn one_clock_for_a_simulator_and_an_outbox() {
    let start = "2026-08-01T00:00:00Z".parse().unwrap();
    let sim = Sim::builder().clock(ClockMode::Fixed(start)).start().await.unwrap();
    let clock = Clock::from_fn(sim.clock());
    let outbox = Outbox::builder("memory:").clock(clock.clone()).open().await.unwrap();
    let friend = sim.add_friend();
    let later = clock.now() + Duration::from_secs(60 * 60);
    outbox.enqueue(NewDelivery::push(&friend, "later").at(later)).await.unwrap();
    outbox.enqueue(NewDelivery::push(&friend, "now")).await.unwrap();
    let worker = outbox.worker().channel("default", client(&sim)).limits(Limits::none());
    let script = async {
        assert_eq!(sim.wait_for(1).await.unwrap()[0].text(), Some("now"));
        sim.advance(Duration::from_secs(60 * 60));
        let delivered = sim.wait_for(2).await.unwrap();
        let at = std::time::SystemTime::from(delivered[1].at);
        assert_eq!((delivered[1].text(), Time::from(at)), (Some("later"), later));
    };
    Box::pin(worker.quota_every(None).run(script)).await.unwrap();
}

async fn what_is_in_doubt_for_longer_than_line_remembers_is_not_sent_again(bench: Bench) {
    let (sim, client) = line().await;
    // The first landed and the second did not; nobody can tell. The third surely did not.
    let mut ids = Vec::new();
    for (n, rule) in
        [FaultRule::drop_after_accept(), FaultRule::answer(500), FaultRule::answer(401)]
            .into_iter()
            .enumerate()
    {
        ids.push(enqueue(&bench, n).await);
        sim.fault(rule.on(PUSH.0, PUSH.1)).unwrap();
        requests(&bench, &sim, &client, 1).await;
        sim.clear_faults();
    }
    ids.push(enqueue(&bench, 3).await);
    let day = Duration::from_secs(25 * 60 * 60);
    bench.clock.advance(day);
    sim.advance(day);
    work(&bench, worker(&bench, &client).until_idle()).await;
    let mut states = Vec::new();
    for id in &ids {
        states.push(state(&bench, *id).await);
    }
    assert_eq!(states, [State::Unknown, State::Unknown, State::Accepted, State::Accepted]);
    let made: Vec<usize> = (0..4).map(|n| requests_for(&sim, n)).collect();
    assert_eq!(made, [1, 1, 2, 1]);
    assert_eq!(sim.duplicates(), vec![]);
    // Only a person who accepts that it may arrive twice has it sent again.
    let refused = bench.outbox.retry(ids[1]).await.unwrap_err();
    assert!(refused.to_string().contains("may have been delivered"), "{refused}");
    bench.outbox.retry_may_duplicate(ids[1]).await.unwrap();
    work(&bench, worker(&bench, &client).until_idle()).await;
    assert_eq!(state(&bench, ids[1]).await, State::Accepted);
}

async fn what_was_in_flight_when_the_machine_was_suspended_is_not_sent_again(bench: Bench) {
    let (sim, client) = line().await;
    sim.fault(FaultRule::drop_after_accept().on(PUSH.0, PUSH.1)).unwrap();
    let id = enqueue(&bench, 0).await;
    // Killed with a request on its way: what came of it is not written down.
    let (begun, claimed) = tokio::sync::oneshot::channel();
    let begun = std::sync::Mutex::new(Some(begun));
    let doomed = worker(&bench, &client).on_step(move |step| {
        if step == "before settle"
            && let Some(begun) = begun.lock().unwrap().take()
        {
            let _ = begun.send(());
            // The thread is gone, as with a kill.
            std::panic::panic_any("killed");
        }
    });
    let doomed = tokio::spawn(doomed.run(std::future::pending()));
    claimed.await.unwrap();
    doomed.abort();
    assert!(doomed.await.is_err());
    assert_eq!(state(&bench, id).await, State::InFlight);
    sim.clear_faults();
    let day = Duration::from_secs(25 * 60 * 60);
    bench.clock.advance(day);
    sim.advance(day);
    work(&bench, worker(&bench, &client).until_idle()).await;
    assert_eq!(state(&bench, id).await, State::Unknown);
    assert_eq!((requests_for(&sim, 0), sim.duplicates()), (1, vec![]));
}

async fn a_clock_that_is_set_back_delivers_nothing_twice_and_stops_nothing(bench: Bench) {
    let (sim, client) = line().await;
    let mut ids = Vec::new();
    for (n, rule) in
        [FaultRule::drop_after_accept(), FaultRule::answer(401)].into_iter().enumerate()
    {
        ids.push(enqueue(&bench, n).await);
        sim.fault(rule.on(PUSH.0, PUSH.1)).unwrap();
        requests(&bench, &sim, &client, 1).await;
        sim.clear_faults();
    }
    ids.push(enqueue(&bench, 2).await);
    let later = bench.clock.now() + Duration::from_secs(60);
    let planned = NewDelivery::push(user(3), "hello").at(later);
    ids.push(bench.outbox.enqueue(planned).await.unwrap().id);
    let before = bench.clock.now();
    bench.clock.set(before - Duration::from_secs(60 * 60));
    ids.push(enqueue(&bench, 4).await);
    let report = work(&bench, worker(&bench, &client).until_idle()).await;
    let now = bench.clock.now();
    assert!(now < before, "what was due waited until the clock was again where it had been");
    assert_eq!(report.accepted, 3);
    let mut states = Vec::new();
    for id in &ids {
        states.push(state(&bench, *id).await);
    }
    // How old the key of the first is cannot be known any more. The fourth is to be sent at a time that has not come.
    assert_eq!(
        states,
        [State::Unknown, State::Accepted, State::Accepted, State::Ready, State::Accepted]
    );
    assert_eq!((requests_for(&sim, 0), sim.duplicates()), (1, vec![]));
}

async fn a_clock_that_is_set_back_ends_no_hold_an_hour_late(bench: Bench) {
    let (sim, client) = line().await;
    sim.fault(FaultRule::answer(429).on(PUSH.0, PUSH.1).times(1)).unwrap();
    enqueue(&bench, 0).await;
    requests(&bench, &sim, &client, 1).await;
    let before = bench.clock.now();
    bench.clock.set(before - Duration::from_secs(60 * 60));
    work(&bench, worker(&bench, &client).until_idle()).await;
    assert!(bench.clock.now() < before, "the lane was held until the clock was again where it was");
    assert_eq!((sim.people_reached(), sim.duplicates()), (1, vec![]));
}
