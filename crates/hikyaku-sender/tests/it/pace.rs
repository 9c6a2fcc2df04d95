//! Rate limits and the quota, as LINE sees them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use hikyaku_sender::{
    Event, HoldReason, Lane, Limits, NewDelivery, Outbox, Rate, State, WaitingFor,
};
use hikyaku_sim::{FaultRule, Sim};

use crate::{
    cluster::Cluster,
    stores::{Bench, assert_each_arrived_once, delivered, on_every_store, user},
    worker::{client, line, work},
};

on_every_store![
    a_lane_that_waits_uses_its_rate,
    an_hours_broadcasts_are_counted_to_the_last_one,
    broadcasts_of_days_are_counted_to_the_last_one,
    a_reserve_keeps_the_quota_from_being_overspent,
    lanes_that_are_claimed_together_share_a_month,
    a_lane_that_waits_for_the_month_shows_it_and_says_so_once,
    a_clock_that_stands_still_lets_one_go,
    a_proxy_stops_a_lane_for_an_hour_at_most,
    fairness_lets_no_lane_starve,
];

/// When the sends arrived, in milliseconds.
fn arrivals(sim: &Sim) -> Vec<i64> {
    let sends = sim.requests().into_iter().filter(|it| it.path.ends_with("/push"));
    sends.map(|it| it.arrived_at.as_millisecond()).collect()
}

/// The most that arrived within so many milliseconds, whenever they began.
fn most_within(millis: i64, arrivals: &[i64]) -> usize {
    let mut sorted = arrivals.to_vec();
    sorted.sort_unstable();
    let until = |start: i64| sorted.partition_point(|at| *at < start + millis);
    sorted.iter().enumerate().map(|(n, start)| until(*start) - n).max().unwrap_or(0)
}

/// The longest that this program stood still, in milliseconds: what was sent meanwhile arrives together with what came
/// after it, which no sender can help.
struct Metronome(Arc<AtomicI64>, tokio::task::JoinHandle<()>);

impl Metronome {
    fn start() -> Self {
        const TICK: Duration = Duration::from_millis(5);
        let longest: Arc<AtomicI64> = Arc::default();
        let noted = longest.clone();
        let ticking = tokio::spawn(async move {
            loop {
                let began = Instant::now();
                tokio::time::sleep(TICK).await;
                let late = began.elapsed().saturating_sub(TICK).as_millis();
                noted.fetch_max(i64::try_from(late).unwrap(), Ordering::Relaxed);
            }
        });
        Self(longest, ticking)
    }

    fn stop(self) -> i64 {
        self.1.abort();
        self.0.load(Ordering::Relaxed)
    }
}

const LIMIT: usize = 200;

fn limits() -> Limits {
    let mut limits = Limits::none();
    limits.set(Lane::Push, Some(Rate::per_second(LIMIT.try_into().unwrap())));
    limits
}

/// On the machine's own clock: many workers, one after the other stopped and started again. How much of the rate they use
/// depends on the machine, so it is told and not judged.
async fn every_window_holds(sim: &Sim, url: &str, workers: usize, sends: usize) {
    let client = client(sim);
    let metronome = Metronome::start();
    let outbox = Outbox::open(url).await.unwrap();
    let batch = (0..sends).map(|n| NewDelivery::push(user(n), "hello")).collect();
    outbox.enqueue_all(batch).await.unwrap();
    let limits = limits();
    let mut running = Vec::new();
    for n in 0..workers {
        let (url, client, limits) = (url.to_owned(), client.clone(), limits.clone());
        // Its first life ends when this part of all has arrived, so that each restart falls within the busy time.
        let first = sends * (n + 1) / (2 * workers + 1);
        let sim = sim.clone();
        let some_arrived = async move {
            while sim.delivered() < first as u64 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        running.push(tokio::spawn(async move {
            let outbox = Outbox::open(&url).await.unwrap();
            let worker = |outbox: &Outbox| {
                outbox.worker().channel("default", client.clone()).limits(limits.clone())
            };
            worker(&outbox).run(some_arrived).await.unwrap();
            worker(&outbox).until_idle().run(std::future::pending()).await.unwrap();
        }));
    }
    for worker in running {
        worker.await.unwrap();
    }
    assert_each_arrived_once(sim, 0..sends, &format!("{workers} workers"));
    let arrivals = arrivals(sim);
    assert!(arrivals.len() >= sends, "the simulator keeps fewer requests than were made");
    let still = metronome.stop();
    let most = most_within(1000, &arrivals);
    let millis = arrivals.iter().max().unwrap() - arrivals.iter().min().unwrap();
    let rate = sends * 1000 / usize::try_from(millis).unwrap();
    let told = format!(
        "{workers} workers: {rate} a second, at most {most} in one, on a machine that stood still for up to {still} ms"
    );
    crate::tell(&told);
    assert!(most_within(1000 - still.min(500), &arrivals) <= LIMIT, "{told}");
}

/// `HIKYAKU_SENDS` sets how many.
fn sends() -> usize {
    std::env::var("HIKYAKU_SENDS").map_or(1400, |sends| sends.parse().unwrap())
}

async fn keeps_to_the_rate(url: &str, workers: usize) {
    let (sim, _) = line().await;
    every_window_holds(&sim, url, workers, sends()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_worker_keeps_to_the_rate_through_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("hikyaku.db").display());
    keeps_to_the_rate(&url, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_workers_keep_to_the_rate_together() {
    let Some(cluster) = Cluster::shared() else { return };
    keeps_to_the_rate(&cluster.database(), 4).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_workers_keep_to_the_rate_together() {
    let Some(cluster) = Cluster::shared() else { return };
    keeps_to_the_rate(&cluster.database(), 16).await;
}

/// What LINE refused counts too: it arrived. Afterwards the lane is slower, as it should be.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_workers_keep_to_the_rate_through_storms_of_429() {
    let Some(cluster) = Cluster::shared() else { return };
    let (sim, _) = line().await;
    // Those that are on their way together are refused together.
    let storm = |refused| {
        let rule = FaultRule::answer(429).delayed(Duration::from_millis(60)).times(refused);
        sim.fault(rule.on("POST", "/v2/bot/message/push")).unwrap();
    };
    let second = async {
        delivered(&sim, 50).await;
        storm(4);
    };
    storm(8);
    let url = cluster.database();
    tokio::join!(every_window_holds(&sim, &url, 16, 150), second);
    let refused = sim.requests().iter().filter(|it| it.status == Some(429)).count();
    assert_eq!(refused, 12);
}

/// The clock goes on only while the lane waits, so it does not matter how busy the machine is.
async fn a_lane_that_waits_uses_its_rate(bench: Bench) {
    const SENDS: usize = 300;
    const MORE: Duration = Duration::from_millis(40);
    let (sim, client) = line().await;
    let batch = (0..SENDS).map(|n| NewDelivery::push(user(n), "hello")).collect();
    bench.outbox.enqueue_all(batch).await.unwrap();
    let mut events = bench.outbox.events();
    let ticking = async {
        while let Some(event) = events.next().await {
            if let Event::Waiting(lane) = event {
                bench.clock.advance(lane.until.unwrap().since(bench.clock.now()) + MORE);
            }
        }
    };
    let worker = bench.outbox.worker().channel("default", client).limits(limits()).until_idle();
    let began = bench.clock.now();
    tokio::select! {
        report = Box::pin(worker.run(std::future::pending())) => drop(report.unwrap()),
        () = ticking => unreachable!("the outbox is there"),
    }
    let took = bench.clock.now().since(began);
    let rate = SENDS * 1000 / usize::try_from(took.as_millis()).unwrap();
    // A batch that this machine was too late for is lost time.
    assert!((LIMIT / 2..=LIMIT).contains(&rate), "{rate} a second");
    assert_eq!(sim.people_reached(), SENDS);
}

async fn an_hours_broadcasts_are_counted_to_the_last_one(bench: Bench) {
    broadcasts_are_counted(bench, Duration::from_secs(60 * 60)).await;
}

async fn broadcasts_of_days_are_counted_to_the_last_one(bench: Bench) {
    broadcasts_are_counted(bench, Duration::from_secs(48 * 60 * 60)).await;
}

/// Three are sent in each such time.
async fn broadcasts_are_counted(bench: Bench, per: Duration) {
    let sim = Sim::builder().rate_limits(false).start().await.unwrap();
    sim.add_friend();
    for n in 0..8 {
        let send = NewDelivery::broadcast("hello").idempotency_key(n.to_string());
        bench.outbox.enqueue(send).await.unwrap();
    }
    let mut limits = Limits::none();
    limits.set(Lane::Broadcast, Some(Rate { requests: 3, per }));
    let client = client(&sim);
    let mut done = Vec::new();
    for _ in 0..4 {
        // A restart in every quarter of it must not bring new permits.
        for _ in 0..4 {
            let worker = bench.outbox.worker().channel("default", client.clone());
            let mut events = bench.outbox.events();
            let stop = async {
                while sim.delivered() < 8 {
                    if let Some(Event::Waiting(_)) = events.next().await {
                        break;
                    }
                }
            };
            worker.limits(limits.clone()).run(stop).await.unwrap();
            bench.clock.advance(per / 4);
        }
        done.push(sim.delivered());
    }
    assert_eq!(done, [3, 6, 8, 8]);
}

async fn a_reserve_keeps_the_quota_from_being_overspent(bench: Bench) {
    let (sim, client) = line().await;
    sim.set_quota(10, 0);
    let send = NewDelivery::multicast((0..6).map(user), "a");
    bench.outbox.enqueue(send).await.unwrap();
    bench.outbox.enqueue(NewDelivery::multicast((10..16).map(user), "b")).await.unwrap();
    let worker = || {
        let worker = bench.outbox.worker().channel("default", client.clone());
        worker.limits(Limits::none()).until_idle()
    };
    // The first asks LINE how much is left before it sends; that there is room for one only is known then.
    let known = async {
        let worker = bench.outbox.worker().limits(Limits::none());
        let other = worker.channel("default", client.clone());
        let asked = async {
            sim.wait_for_requests(2).await.unwrap();
        };
        other.concurrency(1).run(asked).await.unwrap();
    };
    known.await;
    work(&bench, worker()).await;
    assert_eq!(sim.people_reached(), 6);
    let refused = sim.requests().iter().filter(|it| it.status == Some(429)).count();
    assert!(refused <= 1, "{refused} requests were burnt on a quota that was used up");
    assert_eq!(bench.outbox.overview().await.unwrap().count(State::Ready), 1);
}

async fn lanes_that_are_claimed_together_share_a_month(bench: Bench) {
    let (sim, client) = line().await;
    sim.set_quota(10, 0);
    bench.outbox.enqueue(NewDelivery::multicast((0..6).map(user), "a")).await.unwrap();
    let pushes = (10..16).map(|n| NewDelivery::push(user(n), "b")).collect();
    bench.outbox.enqueue_all(pushes).await.unwrap();
    let worker = bench.outbox.worker().channel("default", client);
    work(&bench, worker.limits(Limits::none()).until_idle()).await;
    let refused = sim.requests().iter().filter(|it| it.status == Some(429)).count();
    assert_eq!((sim.people_reached(), refused), (10, 0));
    assert_eq!(bench.outbox.overview().await.unwrap().count(State::Ready), 2);
}

async fn a_lane_that_waits_for_the_month_shows_it_and_says_so_once(bench: Bench) {
    let (sim, client) = line().await;
    sim.set_quota(1, 0);
    for n in 0..3 {
        bench.outbox.enqueue(NewDelivery::push(user(n), "a")).await.unwrap();
    }
    let mut events = bench.outbox.events();
    let worker = bench.outbox.worker().channel("default", client).limits(Limits::none());
    let is_held = |lane: &hikyaku_sender::LaneOverview| {
        lane.lane == Lane::Push && matches!(lane.hold, Some((HoldReason::Quota, _)))
    };
    let looks = async {
        sim.wait_for(1).await.unwrap();
        let began = Instant::now();
        while !bench.outbox.overview().await.unwrap().lanes.iter().any(is_held) {
            assert!(began.elapsed() < Duration::from_secs(60), "the lane was never held");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        // Each is a reason to look again.
        for n in 3..9 {
            bench.outbox.enqueue(NewDelivery::push(user(n), "a")).await.unwrap();
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    Box::pin(worker.run(looks)).await.unwrap();
    let text = bench.outbox.metrics().await.unwrap();
    let sample =
        "hikyaku_outbox_hold_seconds{channel=\"default\",kind=\"push\",reason=\"quota\"} 60";
    assert!(text.lines().any(|line| line == sample), "{text}");
    bench.outbox.enqueue(NewDelivery::push(user(9), "last").channel("z")).await.unwrap();
    let mut told = 0;
    let mut enqueued = 0;
    while enqueued < 7 {
        match events.next().await.unwrap() {
            Event::Waiting(it) if it.reason == WaitingFor::Hold(HoldReason::Quota) => told += 1,
            Event::Enqueued(_) => enqueued += 1,
            _ => {}
        }
    }
    assert_eq!(told, 1);
    assert_eq!(sim.delivered(), 1);
}

/// And a second worker, begun at the same moment, gets no more.
async fn a_clock_that_stands_still_lets_one_go(bench: Bench) {
    let (sim, client) = line().await;
    for n in 0..20 {
        bench.outbox.enqueue(NewDelivery::push(user(n), "a")).await.unwrap();
    }
    for _ in 0..2 {
        let mut events = bench.outbox.events();
        let waits = async {
            sim.wait_for(1).await.unwrap();
            loop {
                if let Event::Waiting(it) = events.next().await.unwrap() {
                    assert_eq!(it.reason, WaitingFor::Rate);
                    break;
                }
            }
        };
        let worker = bench.outbox.worker().channel("default", client.clone());
        Box::pin(worker.quota_every(None).run(waits)).await.unwrap();
        assert_eq!(sim.delivered(), 1);
    }
}

async fn a_proxy_stops_a_lane_for_an_hour_at_most(bench: Bench) {
    let (sim, client) = line().await;
    let never = u64::MAX.to_string();
    let rule = FaultRule::answer(429).header("retry-after", never).times(1);
    sim.fault(rule.on("POST", "/v2/bot/message/push")).unwrap();
    bench.outbox.enqueue(NewDelivery::push(user(1), "a")).await.unwrap();
    let mut events = bench.outbox.events();
    let began = bench.clock.now();
    let worker = bench.outbox.worker().channel("default", client);
    let waits = async { while !matches!(events.next().await, Some(Event::Waiting(_))) {} };
    worker.limits(Limits::none()).run(waits).await.unwrap();
    let lanes = bench.outbox.overview().await.unwrap().lanes;
    let (_, until) = lanes.iter().find_map(|lane| lane.hold).unwrap();
    assert_eq!(until.since(began), Duration::from_secs(60 * 60));
}

async fn fairness_lets_no_lane_starve(bench: Bench) {
    let (sim, client) = line().await;
    let many = (0..300).map(|n| NewDelivery::push(user(n), "many")).collect();
    bench.outbox.enqueue_all(many).await.unwrap();
    let few = (0..5).map(|n| NewDelivery::push(user(1000 + n), "few").channel("small")).collect();
    bench.outbox.enqueue_all(few).await.unwrap();
    let other = sim.add_channel();
    let worker = bench.outbox.worker().limits(Limits::none()).concurrency(10);
    let worker = worker.channel("default", client).channel("small", crate::worker::client(&other));
    work(&bench, worker.until_idle()).await;
    let last_of_few =
        sim.outbox().iter().filter(|it| it.text() == Some("few")).map(|it| it.seq).max().unwrap();
    assert!(last_of_few < 100, "the small channel waited for {last_of_few} sends");
}
