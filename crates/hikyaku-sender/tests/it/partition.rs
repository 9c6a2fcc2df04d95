//! A worker that is cut off from the store, or from LINE, without any connection being closed.
//!
//! It lasts until others have done the work, or until some of it is in doubt; and `HIKYAKU_PARTITION` seconds longer.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

use hikyaku_sender::{Filter, Limits, NewDelivery, Outbox, State};
use hikyaku_sim::{FaultRule, Sim};
use tokio::task::{JoinSet, block_in_place};

use crate::{
    cluster::Cluster,
    network::{Site, Way},
    program::{Plan, Program},
    proxy::Cut,
    stores::{assert_each_arrived_once, delivered, user},
    worker,
};

/// How soon the work must go on.
const RECOVERY: Duration = Duration::from_secs(60);

const SENDS: usize = 300;

/// Everybody on this machine, and on its wires, may use the store.
const RULES: &str = "local all all trust\nhost all all samenet trust\n";

const LEASE: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_worker_that_loses_the_store_keeps_nothing_from_the_others_and_comes_back() {
    let mut cuts = JoinSet::new();
    for cut in [Cut::There, Cut::Back, Cut::Both] {
        cuts.spawn(from_the_store(cut));
    }
    cuts.join_all().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_worker_that_loses_line_goes_on_when_it_is_back() {
    let mut cuts = JoinSet::new();
    for cut in [Cut::There, Cut::Back, Cut::Both] {
        cuts.spawn(from_line(cut));
    }
    cuts.join_all().await;
}

/// Else machines that are lost, or cut off again and again, would use up what connections the server has.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_is_not_left_with_the_connections_of_a_machine_that_is_gone() {
    let site = Site::new();
    let (mut to_store, mut to_line) = (site.way(), site.way());
    let Some(cluster) = Cluster::listening(to_store.server(), RULES) else { return };
    let sim = slow_line(to_line.server()).await;
    let store = url(to_store.open(cluster.port()).await);
    let line = to_line.open(port(&sim)).await;
    let Way::Wire(wire) = &to_store else {
        return crate::tell("skipped: a proxy never lets the server's side of a connection go");
    };
    let program = Program::start_at(&site, &plan(store, line), &sim);
    let its = format!("FROM pg_stat_activity WHERE client_addr = '{}'", wire.worker());
    // A connection says with its first statement how soon the server is to give it up; the one that listens does so when
    // it knows that no pooler is in between, and then takes the lock of two numbers.
    let listens = "pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2)";
    cluster.wait_until(&format!("SELECT count(*) > 0 {its} AND {listens}"), "t");
    wire.cut(Cut::Both);
    drop(program);
    // One that the cut kept from saying anything is kept as long as the server likes.
    cluster.wait_until(&format!("SELECT count(*) > 0 {its} AND query <> ''"), "f");
}

/// One worker loses the store. Another does the work meanwhile; the first one comes back.
async fn from_the_store(cut: Cut) {
    let site = Site::new();
    let (mut to_store, mut to_line) = (site.way(), site.way());
    let Some(cluster) = Cluster::listening(to_store.server(), RULES) else { return };
    let outbox = Outbox::open(url((to_store.server(), cluster.port()).into())).await.unwrap();
    enqueue(&outbox, 0..SENDS).await;
    let sim = slow_line(to_line.server()).await;
    let store = url(to_store.open(cluster.port()).await);
    let line = to_line.open(port(&sim)).await;
    let mut first = block_in_place(|| Program::start_at(&site, &plan(store, line), &sim));
    delivered(&sim, SENDS / 4).await;
    to_store.cut(cut);
    let cut_off = Instant::now();
    let second = outbox
        .worker()
        .channel("default", worker::client_for_lease(&sim, LEASE))
        .limits(Limits::none());
    let second = second.concurrency(16).lease(LEASE).until_idle();
    let done = tokio::time::timeout(RECOVERY, second.run(std::future::pending())).await;
    let report = done.unwrap_or_else(|_| panic!("{cut:?}: the others wait for it")).unwrap();
    assert!(report.accepted > 0, "{cut:?}: it did everything before it was cut off");
    let taken_over = cut_off.elapsed();
    even_longer().await;
    to_store.heal();
    let healed = Instant::now();
    enqueue(&outbox, SENDS..SENDS + 50).await;
    until_accepted(&outbox, SENDS + 50).await;
    crate::tell(&format!(
        "store, {cut:?}: its work was done by others after {taken_over:.1?}, and it works again after {:.1?}",
        healed.elapsed()
    ));
    block_in_place(|| first.end());
    assert_each_arrived_once(&sim, 0..SENDS + 50, &format!("store, {cut:?}"));
}

/// The only worker loses LINE.
async fn from_line(cut: Cut) {
    let site = Site::new();
    let mut to_line = site.way();
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("hikyaku.db").display());
    let outbox = Outbox::open(&url).await.unwrap();
    enqueue(&outbox, 0..SENDS).await;
    let sim = slow_line(to_line.server()).await;
    let line = to_line.open(port(&sim)).await;
    let mut worker = block_in_place(|| Program::start_at(&site, &plan(url, line), &sim));
    delivered(&sim, SENDS / 4).await;
    to_line.cut(cut);
    until_in_doubt(&outbox).await;
    even_longer().await;
    let (arrived, known) = (sim.delivered(), accepted(&outbox).await);
    assert!(known < SENDS as u64, "{cut:?}: it did everything before it was cut off");
    assert!(cut != Cut::Back || known < arrived, "{cut:?}: it heard of all {known} that arrived");
    to_line.heal();
    let healed = Instant::now();
    until_accepted(&outbox, SENDS).await;
    crate::tell(&format!("LINE, {cut:?}: all is sent after {:.1?}", healed.elapsed()));
    block_in_place(|| worker.end());
    assert_each_arrived_once(&sim, 0..SENDS, &format!("LINE, {cut:?}"));
}

fn url(store: SocketAddr) -> String {
    format!("postgres://postgres@{store}/postgres")
}

/// LINE at this address, so slow that a network can be cut in the midst of the work.
async fn slow_line(address: Ipv4Addr) -> Sim {
    let sim = Sim::builder().bind_address(address.into()).any_user_is_friend().rate_limits(false);
    let sim = sim.start().await.unwrap();
    sim.fault(FaultRule::delay(Duration::from_millis(100))).unwrap();
    sim
}

fn port(sim: &Sim) -> u16 {
    sim.api_url().trim_end_matches('/').rsplit(':').next().unwrap().parse().unwrap()
}

/// A worker that does nothing else.
fn plan(store: String, line: SocketAddr) -> Plan {
    Plan {
        store,
        line: format!("http://{line}"),
        sends: 0..0,
        feeds: false,
        orders: false,
        point: None,
        ends: false,
        fresh_keys: false,
        lease: LEASE,
    }
}

async fn enqueue(outbox: &Outbox, sends: std::ops::Range<usize>) {
    let batch = sends.map(|n| NewDelivery::push(user(n), "hello")).collect();
    outbox.enqueue_all(batch).await.unwrap();
}

async fn accepted(outbox: &Outbox) -> u64 {
    outbox.overview().await.unwrap().count(State::Accepted)
}

/// Waits until so many are known to have been accepted.
async fn until_accepted(outbox: &Outbox, sends: usize) {
    let began = Instant::now();
    loop {
        let accepted = accepted(outbox).await;
        if accepted == sends as u64 {
            return;
        }
        assert!(began.elapsed() < RECOVERY, "{accepted} of {sends} after {RECOVERY:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Waits until nobody knows whether something has arrived.
async fn until_in_doubt(outbox: &Outbox) {
    let began = Instant::now();
    let waiting = || Filter::default().state(State::Ready).limit(1000);
    while !outbox.list(waiting()).await.unwrap().iter().any(|it| it.may_have_landed) {
        assert!(began.elapsed() < RECOVERY, "nothing was on its way");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// As long as `HIKYAKU_PARTITION` says, in seconds.
async fn even_longer() {
    if let Ok(seconds) = std::env::var("HIKYAKU_PARTITION") {
        tokio::time::sleep(Duration::from_secs(seconds.parse().unwrap())).await;
    }
}
