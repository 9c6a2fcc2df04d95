//! What a killed worker had is free at once on PostgreSQL. Leases last an hour here, so that only its lock can have told.

use std::{
    ops::Range,
    time::{Duration, Instant},
};

use hikyaku_sender::{Limits, NewDelivery, Outbox, State};
use hikyaku_sim::Sim;

use crate::{
    cluster::{Cluster, LONGEST},
    program::{Deed, Plan, Program},
    stores::user,
    worker::line,
};

const LEASE: Duration = Duration::from_secs(60 * 60);

const HELD: &str = "SELECT string_agg(pid::text, ',') FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted \
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

/// A worker in a program of its own, which stops when it has claimed something and is about to send it.
fn stops_before_it_sends(url: &str, sim: &Sim) -> Program {
    let plan = Plan {
        store: url.to_owned(),
        line: sim.api_url(),
        sends: Range::default(),
        feeds: false,
        orders: false,
        point: Some(("before send", 1, Deed::Stop)),
        ends: false,
        fresh_keys: false,
        lease: LEASE,
    };
    Program::start(&plan, sim)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_worker_has_at_once_what_a_killed_one_had() {
    const SENDS: usize = 20;
    let Some(cluster) = Cluster::shared() else { return };
    let url = cluster.database();
    let name = url.split(['/', '?']).nth(3).unwrap();
    let (sim, line) = line().await;
    let outbox = Outbox::open(&url).await.unwrap();
    let mut program = stops_before_it_sends(&url, &sim);
    let began = Instant::now();
    while cluster.sql(name, HELD).is_empty() {
        assert!(began.elapsed() < LONGEST, "it does not hold the lock");
    }
    let sends = (0..SENDS).map(|n| NewDelivery::push(user(n), "hello")).collect();
    outbox.enqueue_all(sends).await.unwrap();
    while !program.is_stopped() {
        assert!(began.elapsed() < LONGEST, "it never sends");
    }
    let had = outbox.overview().await.unwrap().count(State::InFlight);
    assert!(had > 0, "it had nothing");

    program.child.kill().unwrap();
    program.child.wait().unwrap();
    let worker = outbox.worker().channel("default", line).limits(Limits::none()).lease(LEASE);
    let run = worker.until_idle().run(std::future::pending());
    let report = tokio::time::timeout(LONGEST, run).await.expect("it waits for the lease").unwrap();
    assert_eq!(report.accepted, SENDS as u64);
    assert_eq!((sim.people_reached(), sim.duplicates()), (SENDS, vec![]));
    // The dead are forgotten.
    assert_eq!(cluster.sql(name, "SELECT count(*) FROM hikyaku_node"), "1");
}

/// An operator ends its session, or the server restarts.
#[tokio::test]
async fn a_worker_that_loses_its_session_holds_its_lock_again() {
    let Some(cluster) = Cluster::shared() else { return };
    let url = cluster.database();
    let name = url.split(['/', '?']).nth(3).unwrap().to_owned();
    let (_sim, line) = line().await;
    let outbox = Outbox::open(&url).await.unwrap();
    let stop = async {
        let began = Instant::now();
        let mut first = String::new();
        loop {
            assert!(began.elapsed() < LONGEST, "nobody holds the lock");
            let holder = cluster.sql(&name, HELD);
            if first.is_empty() && !holder.is_empty() {
                cluster.sql(&name, &format!("SELECT pg_terminate_backend({holder})"));
                first = holder;
            } else if !holder.is_empty() && holder != first {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let worker = outbox.worker().channel("default", line);
    worker.run(stop).await.unwrap();
    assert_eq!(cluster.sql(&name, "SELECT count(*) FROM hikyaku_node"), "1");
}
