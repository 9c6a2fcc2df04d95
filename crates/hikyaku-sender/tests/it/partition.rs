//! A worker that is cut off from the store, or from LINE, without any connection being closed.

use std::time::{Duration, Instant};

use hikyaku::Client;
use hikyaku_sender::{Limits, NewDelivery, Outbox, Report, State, Worker};
use hikyaku_sim::{FaultRule, Sim};
use tokio::sync::watch;

use crate::{
    cluster::Cluster,
    proxy::{Cut, Proxy, Target},
    stores::{assert_each_arrived_once, delivered, user},
    worker::line,
};

/// How soon the work must go on.
const RECOVERY: Duration = Duration::from_mins(1);

const SENDS: usize = 300;

fn client(url: &str, sim: &Sim) -> Client {
    let client = Client::builder(sim.channel_token().expose()).api_base_url(url);
    client.timeout(Duration::from_secs(2)).build().unwrap()
}

fn worker(outbox: &Outbox, client: Client) -> Worker {
    let worker = outbox.worker().channel("default", client).limits(Limits::none());
    worker.lease(Duration::from_secs(5)).concurrency(4).drain(Duration::ZERO)
}

/// Works until it is told to stop.
fn start(worker: Worker) -> (watch::Sender<bool>, tokio::task::JoinHandle<Report>) {
    let (stop, mut stopped) = watch::channel(false);
    let running = tokio::spawn(async move {
        let stop = async {
            let _ = stopped.wait_for(|stop| *stop).await;
        };
        worker.run(stop).await.unwrap()
    });
    (stop, running)
}

async fn enqueue(outbox: &Outbox, sends: std::ops::Range<usize>) {
    let batch = sends.map(|n| NewDelivery::push(user(n), "hello")).collect();
    outbox.enqueue_all(batch).await.unwrap();
}

/// How long `HIKYAKU_PARTITION` says, in seconds, or as long as it takes to have an effect.
async fn lasting() {
    let seconds = std::env::var("HIKYAKU_PARTITION").map_or(3, |it| it.parse().unwrap());
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

/// One worker loses the store. Another does the work meanwhile; the first one comes back.
async fn from_the_store(cluster: &Cluster, cut: Cut) {
    let url = cluster.database();
    let (sim, direct) = line().await;
    sim.fault(FaultRule::delay(Duration::from_millis(10))).unwrap();
    let proxy = Proxy::start(Target::Socket(cluster.host().join(".s.PGSQL.5432"))).await;
    let (_, database) = url.split_once("@/").unwrap();
    let (database, _) = database.split_once('?').unwrap();
    let through = format!("postgres://postgres@{}/{database}", proxy.address());
    let (here, there) = (Outbox::open(&url).await.unwrap(), Outbox::open(&through).await.unwrap());
    enqueue(&here, 0..SENDS).await;
    let first = start(worker(&there, direct.clone()));
    delivered(&sim, SENDS / 4).await;
    proxy.cut(cut);
    let second = start(worker(&here, direct));
    delivered(&sim, SENDS).await;
    lasting().await;
    second.0.send_replace(true);
    second.1.await.unwrap();
    proxy.heal();
    enqueue(&here, SENDS..SENDS + 50).await;
    delivered(&sim, SENDS + 50).await;
    let began = Instant::now();
    while here.overview().await.unwrap().count(State::Accepted) < SENDS as u64 + 50 {
        assert!(began.elapsed() < RECOVERY, "{cut:?}: what was sent is not written down");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    first.0.send_replace(true);
    first.1.await.unwrap();
    assert_each_arrived_once(&sim, 0..SENDS + 50, &format!("store, {cut:?}"));
}

/// The only worker loses LINE.
async fn from_line(cut: Cut) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("hikyaku.db").display());
    let (sim, _) = line().await;
    sim.fault(FaultRule::delay(Duration::from_millis(10))).unwrap();
    let address = sim.api_url();
    let address = address.trim_start_matches("http://").trim_end_matches('/').parse().unwrap();
    let proxy = Proxy::start(Target::Tcp(address)).await;
    let outbox = Outbox::open(&url).await.unwrap();
    enqueue(&outbox, 0..SENDS).await;
    let through = client(&format!("http://{}", proxy.address()), &sim);
    let running = start(worker(&outbox, through));
    delivered(&sim, SENDS / 4).await;
    proxy.cut(cut);
    lasting().await;
    proxy.heal();
    let healed = Instant::now();
    while outbox.overview().await.unwrap().count(State::Accepted) < SENDS as u64 {
        assert!(healed.elapsed() < RECOVERY, "{cut:?}: {} reached", sim.people_reached());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    running.0.send_replace(true);
    running.1.await.unwrap();
    assert_each_arrived_once(&sim, 0..SENDS, &format!("LINE, {cut:?}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_loses_the_store_keeps_nothing_from_the_others_and_comes_back() {
    let Some(cluster) = Cluster::shared() else { return };
    tokio::join!(
        from_the_store(cluster, Cut::There),
        from_the_store(cluster, Cut::Back),
        from_the_store(cluster, Cut::Both),
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_loses_line_goes_on_when_it_is_back() {
    tokio::join!(from_line(Cut::There), from_line(Cut::Back), from_line(Cut::Both));
}
