//! The primary is lost and its standby takes over; later the old primary comes back.

use std::time::{Duration, Instant};

use hikyaku::Client;
use hikyaku_sender::{Filter, Limits, NewDelivery, Outbox, State, Worker};
use hikyaku_sim::{FaultRule, Sim};
use tokio::sync::watch;

use crate::{
    cluster::{Cluster, LONGEST, url_of},
    stores::{assert_each_arrived_once, delivered, user},
    worker::{client_for_lease, line},
};

const LEASE: Duration = Duration::from_secs(2);

fn worker(outbox: &Outbox, client: &Client) -> Worker {
    let worker = outbox.worker().channel("default", client.clone()).limits(Limits::none());
    worker.lease(LEASE).concurrency(8)
}

/// As a program does that wants it to be sent for sure: again under the same key, until it is acknowledged.
async fn enqueue(outbox: &Outbox, send: NewDelivery) {
    let began = Instant::now();
    while let Err(why) = outbox.enqueue(send.clone()).await {
        assert!(why.is_retryable(), "{why}");
        assert!(began.elapsed() < LONGEST, "still not acknowledged after {LONGEST:?}: {why}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn push(n: usize) -> NewDelivery {
    NewDelivery::push(user(n), "hello").idempotency_key(n.to_string())
}

async fn faulty_line() -> (Sim, Client) {
    let (sim, _) = line().await;
    let client = client_for_lease(&sim, LEASE);
    // Pushes only: a refusal after an answer that was lost is no refusal, and what is not refused is not cut in two.
    for rule in [
        FaultRule::drop_after_accept().probability(0.03).on("POST", "/v2/bot/message/push"),
        FaultRule::answer(500).probability(0.03).on("POST", "/v2/bot/message/push"),
        FaultRule::delay(Duration::from_millis(10)).on("POST", "/v2/bot/message/*"),
    ] {
        sim.fault(rule).unwrap();
    }
    (sim, client)
}

/// `HIKYAKU_FAILOVERS` sets how many times.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_when_the_primary_is_killed_and_the_standby_promoted() {
    const EACH: usize = 250;
    let Some(mut primary) = Cluster::own() else { return };
    let database = "hikyaku";
    primary.sql("postgres", "CREATE DATABASE hikyaku");
    let (sim, client) = faulty_line().await;
    let failovers = std::env::var("HIKYAKU_FAILOVERS").map_or(1, |times| times.parse().unwrap());
    let mut sent = 0;
    for failover in 0..failovers {
        let standby = primary.synchronous_standby();
        let url = url_of(&[primary.host(), standby.host()], database);
        let (enqueued, killed) = (watch::Sender::new(0), watch::Sender::new(false));
        let mut enqueuers = Vec::new();
        for first in [sent, sent + EACH, sent + 2 * EACH] {
            let (url, enqueued, mut killed) = (url.clone(), enqueued.clone(), killed.subscribe());
            enqueuers.push(tokio::spawn(async move {
                let outbox = Outbox::open(&url).await.unwrap();
                for n in first..first + EACH {
                    // However fast the machine is, some is still to be enqueued then.
                    if n == first + EACH - 25 {
                        killed.wait_for(|killed| *killed).await.unwrap();
                    }
                    enqueue(&outbox, push(n)).await;
                    enqueued.send_modify(|count| *count += 1);
                }
            }));
        }
        sent += 3 * EACH;
        let mut workers = Vec::new();
        for _ in 0..3 {
            let (url, client) = (url.clone(), client.clone());
            let mut enqueued = enqueued.subscribe();
            workers.push(tokio::spawn(async move {
                let outbox = Outbox::open(&url).await.unwrap();
                let stop = async {
                    enqueued.wait_for(|count| *count == 3 * EACH).await.unwrap();
                };
                worker(&outbox, &client).run(stop).await.unwrap();
                let last = worker(&outbox, &client).until_idle();
                last.run(std::future::pending()).await.unwrap();
            }));
        }
        delivered(&sim, sent - 3 * EACH / 4 * 3).await;
        primary.kill();
        killed.send_replace(true);
        standby.promote();
        for task in enqueuers.into_iter().chain(workers) {
            task.await.unwrap();
        }
        assert_each_arrived_once(&sim, 0..sent, &format!("failover {failover}"));
        primary = standby;
    }
}

/// Whoever fails to fence it lets two databases send the same rows. Retry keys derive from what they share.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_primary_that_comes_back_sends_nothing_twice() {
    const SENDS: usize = 200;
    let Some(old) = Cluster::own() else { return };
    let database = "hikyaku";
    old.sql("postgres", "CREATE DATABASE hikyaku");
    let new = old.synchronous_standby();
    let (sim, client) = faulty_line().await;
    let both = url_of(&[old.host(), new.host()], database);
    let outbox = Outbox::open(&both).await.unwrap();
    let everybody = (0..SENDS).map(push).collect();
    outbox.enqueue_all(everybody).await.unwrap();
    // One that LINE refuses for one of its recipients, so that it is cut in two, and so on, with new keys. It and a
    // campaign are all left to whoever comes next.
    let mut some: Vec<String> = (SENDS..SENDS + 20).map(user).collect();
    some[7] = "unheard-of".to_owned();
    let many = NewDelivery::multicast(some, "hello").idempotency_key("many").channel("later");
    let many = outbox.enqueue(many).await.unwrap().id;
    let campaign = outbox.new_campaign("bulk").channel("later").idempotency_key("bulk");
    let campaign = campaign.start().await.unwrap();
    campaign.feed_ids((1000..3000).map(user)).await.unwrap();
    let next = |outbox: &Outbox| {
        let worker = worker(outbox, &client).channel("later", client.clone());
        worker.until_idle().run(std::future::pending())
    };

    let some_sent = async {
        delivered(&sim, 20).await;
        old.kill();
    };
    // It cannot write down what it sent last.
    let worker_of_old = worker(&outbox, &client).drain(Duration::ZERO).concurrency(2);
    let lost = tokio::spawn(worker_of_old.run(std::future::pending()));
    some_sent.await;
    lost.abort();
    new.promote();
    let outbox = Outbox::open(&both).await.unwrap();
    next(&outbox).await.unwrap();
    let everybody = || (0..SENDS + 20).filter(|n| *n != SENDS + 7).chain(1000..3000);
    assert_each_arrived_once(&sim, everybody(), "by the new primary");

    // Nobody fenced it, and somebody told it not to wait for a standby any more.
    old.launch("-c synchronous_standby_names=''");
    let stale = Outbox::open(url_of(&[old.host()], database)).await.unwrap();
    assert_eq!(stale.show(many).await.unwrap().unwrap().state, State::Ready);
    let ready = stale.overview().await.unwrap().count(State::Ready);
    assert!(ready > 50, "only {ready} were left to the old primary");
    let before = sim.requests().len();
    next(&stale).await.unwrap();
    let late = sim.requests().split_off(before);
    let known = late.iter().filter(|it| it.status == Some(409)).count() as u64;
    assert!(known >= ready, "{known} of {ready} were known to LINE");
    assert_each_arrived_once(&sim, everybody(), "by both primaries");
    // It ends with the same states as the one that sent them.
    for state in [State::Accepted, State::Rejected, State::Unknown] {
        let of = async |outbox: &Outbox| outbox.overview().await.unwrap().count(state);
        assert_eq!(of(&stale).await, of(&outbox).await, "{state}");
    }
    // And whoever enqueues into it what the new one has does not make it new.
    enqueue(&stale, push(0)).await;
    next(&stale).await.unwrap();
    assert_each_arrived_once(&sim, everybody(), "enqueued again");
    let all = Filter::default().state(State::Rejected);
    assert_eq!(stale.list(all).await.unwrap()[0].to, ["unheard-of"]);
}
