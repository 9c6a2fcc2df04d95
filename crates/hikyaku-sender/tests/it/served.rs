//! Channels and limits that change while a worker runs.

use std::{future::Future, sync::Arc, time::Duration};

use hikyaku::Client;
use hikyaku_sender::{
    ErrorKind, Event, Lane, Limits, NewDelivery, Rate, Report, State, Worker, WorkerHandle,
};
use hikyaku_sim::FaultRule;
use tokio::sync::Notify;

use crate::{
    stores::{Bench, delivered, on_every_store, user},
    worker::line,
};

on_every_store![
    a_channel_is_added_and_removed,
    what_is_on_its_way_ends_when_its_channel_is_removed,
    another_client_is_tried_at_once,
    limits_are_changed,
    what_cannot_be_is_refused,
];

/// A worker without limits and channels.
fn worker(bench: &Bench) -> Worker {
    bench.outbox.worker().limits(Limits::none()).quota_every(None)
}

/// Runs a worker beside a test.
async fn beside<F: Future<Output = ()>>(
    worker: Worker,
    test: impl FnOnce(WorkerHandle) -> F,
) -> Report {
    let test = test(worker.handle());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let test = async {
        test.await;
        let _ = stop.send(());
    };
    let stopped = async { stopped.await.unwrap_or_default() };
    tokio::join!(Box::pin(worker.run(stopped)), test).0.unwrap()
}

fn push(n: usize, channel: &str) -> NewDelivery {
    NewDelivery::push(user(n), "hello").channel(channel)
}

async fn a_channel_is_added_and_removed(bench: Bench) {
    let (sim, client) = line().await;
    let outbox = &bench.outbox;
    let report = beside(worker(&bench), async |handle| {
        outbox.enqueue_all(vec![push(1, "shop"), push(2, "support")]).await.unwrap();
        handle.add_channel("shop", client.clone()).unwrap();
        delivered(&sim, 1).await;
        assert_eq!(sim.delivery_count(&user(1).as_str().into()), 1);
        handle.add_channel("support", client.clone()).unwrap();
        assert_eq!(handle.channels(), ["shop", "support"]);
        delivered(&sim, 2).await;

        assert!(handle.remove_channel("shop"));
        assert!(!handle.remove_channel("shop"));
        outbox.enqueue_all(vec![push(3, "shop"), push(4, "support")]).await.unwrap();
        delivered(&sim, 3).await;
        assert_eq!(sim.delivery_count(&user(3).as_str().into()), 0);
        let text = outbox.metrics().await.unwrap();
        for (channel, workers) in [("shop", 0), ("support", 1)] {
            let line = format!("hikyaku_workers{{channel=\"{channel}\"}} {workers}");
            assert!(text.lines().any(|it| it == line), "{line}\n{text}");
        }
        handle.add_channel("shop", client.clone()).unwrap();
        delivered(&sim, 4).await;
    })
    .await;
    assert_eq!((report.accepted, sim.duplicates()), (4, vec![]));
}

async fn what_is_on_its_way_ends_when_its_channel_is_removed(bench: Bench) {
    let (sim, client) = line().await;
    let slow = FaultRule::delay(Duration::from_millis(100)).on("POST", "/v2/bot/message/push");
    sim.fault(slow).unwrap();
    let outbox = &bench.outbox;
    let id = outbox.enqueue(push(1, "shop")).await.unwrap().id;
    let sending = Arc::new(Notify::new());
    let told = sending.clone();
    let worker = worker(&bench).on_step(move |step| {
        if step == "before send" {
            told.notify_one();
        }
    });
    let report = beside(worker, async |handle| {
        handle.add_channel("shop", client).unwrap();
        sending.notified().await;
        handle.remove_channel("shop");
        while outbox.show(id).await.unwrap().unwrap().state != State::Accepted {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    assert_eq!((report.accepted, sim.delivered()), (1, 1));
}

async fn another_client_is_tried_at_once(bench: Bench) {
    let (sim, client) = line().await;
    let wrong = Client::builder("wrong").api_base_url(sim.api_url()).build().unwrap();
    let outbox = &bench.outbox;
    outbox.enqueue(push(1, "shop")).await.unwrap();
    let mut events = outbox.events();
    // The clock stands still, so that no hold would end by itself.
    beside(worker(&bench), async |handle| {
        handle.add_channel("shop", wrong).unwrap();
        while !matches!(events.next().await, Some(Event::Held { .. })) {}
        handle.add_channel("shop", client).unwrap();
        bench.clock.advance(Duration::from_secs(10));
        delivered(&sim, 1).await;
    })
    .await;
}

async fn limits_are_changed(bench: Bench) {
    let (sim, client) = line().await;
    let outbox = &bench.outbox;
    beside(worker(&bench), async |handle| {
        let mut limits = Limits::none();
        limits.set(Lane::Push, Some(Rate::per_hour(1)));
        handle.set_limits(limits);
        handle.add_channel("shop", client).unwrap();
        outbox.enqueue_all(vec![push(1, "shop"), push(2, "shop")]).await.unwrap();
        delivered(&sim, 1).await;
        let multicast = NewDelivery::multicast([user(3)], "hello").channel("shop");
        outbox.enqueue(multicast).await.unwrap();
        // The claim that takes it has looked at the other lane, too.
        delivered(&sim, 2).await;
        handle.set_limits(Limits::none());
        delivered(&sim, 3).await;
    })
    .await;
}

/// PostgreSQL has a clock of its own, which no test sets forward.
#[tokio::test]
async fn a_raised_quota_is_found_within_a_minute() {
    for bench in [Bench::memory().await, Bench::sqlite().await] {
        let (sim, client) = line().await;
        sim.set_quota(5, 5);
        let outbox = &bench.outbox;
        let id = outbox.enqueue(push(1, "shop")).await.unwrap().id;
        let worker = outbox.worker().limits(Limits::none()).channel("shop", client);
        beside(worker, async |_| {
            let waits = outbox.wait(id, Duration::from_secs(60)).await.unwrap().unwrap();
            assert_eq!((waits.state, sim.delivered()), (State::Ready, 0));
            sim.set_quota(6, 5);
            bench.clock.advance(Duration::from_secs(60));
            delivered(&sim, 1).await;
        })
        .await;
    }
}

async fn what_cannot_be_is_refused(bench: Bench) {
    let (sim, _) = line().await;
    let patient = Client::builder(sim.channel_token().expose()).api_base_url(sim.api_url());
    let patient = patient.timeout(Duration::from_secs(60)).build().unwrap();
    let worker = bench.outbox.worker();
    let refused = worker.handle().add_channel("shop", patient).unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::Invalid(_)), "{refused}");
    // Without a handle, it would never have anything to do.
    assert!(worker.run(std::future::ready(())).await.is_err());
    let worker = bench.outbox.worker();
    let _handle = worker.handle();
    worker.run(std::future::ready(())).await.unwrap();
}
