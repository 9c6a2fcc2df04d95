//! Workers that stand still for longer than their leases, as on a machine that is suspended.

use std::time::{Duration, Instant};

use hikyaku_sender::{Limits, NewDelivery, Outbox};
use hikyaku_sim::Sim;

use crate::{
    cluster::Cluster,
    program::{Deed, Plan, Program},
    stores::{assert_each_arrived_once, user},
    worker::{client_for_lease, line},
};

const LEASE: Duration = Duration::from_secs(1);

async fn enqueue(url: &str, sends: usize) -> Outbox {
    let outbox = Outbox::open(url).await.unwrap();
    let batch = (0..sends).map(|n| NewDelivery::push(user(n), "hello")).collect();
    outbox.enqueue_all(batch).await.unwrap();
    outbox
}

fn plan(url: &str, sim: &Sim, point: &'static str) -> Plan {
    Plan {
        store: url.to_owned(),
        line: sim.api_url(),
        sends: 0..0,
        feeds: false,
        orders: false,
        point: Some((point, 2, Deed::Stop)),
        ends: true,
        fresh_keys: false,
        lease: LEASE,
    }
}

async fn until_stopped(program: &Program) {
    let began = Instant::now();
    while !program.is_stopped() {
        assert!(began.elapsed() < Duration::from_secs(30), "it never came to its point");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Each of them has deliveries that it claimed, at another step of their way; a fourth program takes them over.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stopped_workers_had_is_taken_over_and_they_harm_nothing_when_they_go_on() {
    const SENDS: usize = 1500;
    let Some(cluster) = Cluster::shared() else { return };
    let url = cluster.database();
    let (sim, _) = line().await;
    let outbox = enqueue(&url, SENDS).await;
    let stopped: Vec<_> = ["after claim", "before send", "after send", "before settle"]
        .map(|point| plan(&url, &sim, point))
        .map(|plan| (Program::start(&plan, &sim), plan))
        .into();
    for (program, _) in &stopped {
        until_stopped(program).await;
    }
    assert!(sim.people_reached() < SENDS);
    let client = client_for_lease(&sim, LEASE);
    let worker = outbox.worker().channel("default", client).limits(Limits::none()).lease(LEASE);
    let report = worker.until_idle().run(std::future::pending()).await.unwrap();
    assert!(report.accepted > 0);
    assert_each_arrived_once(&sim, 0..SENDS, "while they stood still");
    let before = sim.requests().len();
    for (program, _) in &stopped {
        program.signal("-CONT");
    }
    for (mut program, plan) in stopped {
        program.end();
        program.bury(&plan);
    }
    assert_each_arrived_once(&sim, 0..SENDS, "after they went on");
    // Whoever stood still just before a request makes it after all, unless its connection is gone by now.
    let requests = sim.requests().split_off(before);
    let mut late = requests.iter().filter(|it| it.path == "/v2/bot/message/push");
    assert!(late.all(|it| it.status == Some(409)), "{requests:?}");
}

/// Nobody else can take them over; the worker itself finds its leases ended.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_on_sqlite_goes_on_after_it_stood_still_for_longer_than_its_lease() {
    const SENDS: usize = 600;
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("hikyaku.db").display());
    let (sim, _) = line().await;
    let outbox = enqueue(&url, SENDS).await;
    let plan = plan(&url, &sim, "before send");
    let mut program = Program::start(&plan, &sim);
    until_stopped(&program).await;
    let leases_end = outbox.now().await.unwrap() + LEASE;
    while outbox.now().await.unwrap() <= leases_end {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    program.signal("-CONT");
    program.end();
    program.bury(&plan);
    assert_each_arrived_once(&sim, 0..SENDS, "after it went on");
}
