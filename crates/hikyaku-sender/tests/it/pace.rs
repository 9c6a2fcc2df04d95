//! Rate limits and the quota, as LINE sees them.

use std::time::Duration;

use hikyaku_sender::{Event, Lane, Limits, NewDelivery, Outbox, Rate, State};
use hikyaku_sim::Sim;

use crate::{
    cluster::Cluster,
    stores::{Bench, on_every_store, user},
    worker::{client, line, work},
};

on_every_store![
    an_hours_broadcasts_are_counted_to_the_last_one,
    a_reserve_keeps_the_quota_from_being_overspent,
    fairness_lets_no_lane_starve,
];

/// When the sends arrived, in milliseconds.
fn arrivals(sim: &Sim) -> Vec<i64> {
    let sends = sim.requests().into_iter().filter(|it| it.path.ends_with("/push"));
    sends.map(|it| it.arrived_at.as_millisecond()).collect()
}

fn most_in_a_second(arrivals: &[i64]) -> usize {
    let within =
        |start: i64| arrivals.iter().filter(|at| (start..start + 1000).contains(*at)).count();
    arrivals.iter().map(|start| within(*start)).max().unwrap_or(0)
}

/// On the machine's own clock: many workers, one after the other stopped and started again.
async fn every_window_holds(url: &str, workers: usize) {
    const LIMIT: usize = 200;
    let (sim, client) = line().await;
    let outbox = Outbox::open(url).await.unwrap();
    let batch = (0..700).map(|n| NewDelivery::push(user(n), "hello")).collect();
    outbox.enqueue_all(batch).await.unwrap();
    let mut limits = Limits::none();
    limits.set(Lane::Push, Some(Rate::per_second(200)));
    let mut running = Vec::new();
    for n in 0..workers {
        let (url, client, limits) = (url.to_owned(), client.clone(), limits.clone());
        running.push(tokio::spawn(async move {
            // Its first life is short, so that a restart falls within the busy time.
            let first = Duration::from_millis(700 + 150 * n as u64);
            let outbox = Outbox::open(&url).await.unwrap();
            let worker = |outbox: &Outbox| {
                outbox.worker().channel("default", client.clone()).limits(limits.clone())
            };
            worker(&outbox).run(tokio::time::sleep(first)).await.unwrap();
            worker(&outbox).until_idle().run(std::future::pending()).await.unwrap();
        }));
    }
    for worker in running {
        worker.await.unwrap();
    }
    assert_eq!((sim.people_reached(), sim.duplicates()), (700, vec![]));
    let arrivals = arrivals(&sim);
    let most = most_in_a_second(&arrivals);
    assert!(most <= LIMIT, "{most} in one second");
    let millis = arrivals.iter().max().unwrap() - arrivals.iter().min().unwrap();
    let rate = 700 * 1000 / millis;
    assert!(rate >= 120, "only {rate} a second");
}

#[tokio::test]
async fn one_worker_keeps_to_the_rate_through_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("hikyaku.db").display());
    every_window_holds(&url, 1).await;
}

#[tokio::test]
async fn four_workers_keep_to_the_rate_together() {
    let Some(cluster) = Cluster::shared() else { return };
    every_window_holds(&cluster.database(), 4).await;
}

async fn an_hours_broadcasts_are_counted_to_the_last_one(bench: Bench) {
    let sim = Sim::builder().rate_limits(false).start().await.unwrap();
    sim.add_friend();
    for n in 0..8 {
        let send = NewDelivery::broadcast("hello").idempotency_key(n.to_string());
        bench.outbox.enqueue(send).await.unwrap();
    }
    let mut limits = Limits::none();
    limits.set(Lane::Broadcast, Some(Rate::per_hour(3)));
    let client = client(&sim);
    let mut done = Vec::new();
    for _ in 0..4 {
        // A restart in every quarter of an hour must not bring new permits.
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
            bench.clock.advance(Duration::from_mins(15));
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
