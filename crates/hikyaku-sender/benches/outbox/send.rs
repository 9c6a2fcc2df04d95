use std::time::Instant;

use futures_util::{StreamExt, stream};
use hikyaku::{Client, model::SendKind};
use hikyaku_sender::{Limits, NewDelivery};

use crate::{Place, ROUNDS, line::Line, median, median_ratio, per_second, user};

const IN_FLIGHT: usize = 64;

/// The same requests without a store, and from an outbox.
pub(crate) async fn measure(stores: &[Place], what: &str, requests: usize, recipients: usize) {
    let line = Line::start();
    for store in stores {
        let name = store.name();
        let (mut bare, mut durable) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            bare.push(send_bare(&line.client, requests, recipients).await);
            durable.push(send_durably(store, &line.client, requests, recipients).await);
        }
        let of_it = median_ratio(&durable, &bare);
        println!("{what}, no store:        {:>9.0} requests a second", median(bare));
        println!(
            "{what}, from {name}: {:>9.0} requests a second, {of_it:.2} of it",
            median(durable)
        );
    }
}

async fn send_bare(client: &Client, requests: usize, recipients: usize) -> f64 {
    let began = Instant::now();
    let all = stream::iter(0..requests).for_each_concurrent(IN_FLIGHT, |n| async move {
        let to: Vec<String> = (n * recipients..(n + 1) * recipients).map(user).collect();
        let (kind, to) = if recipients == 1 {
            (SendKind::Push, serde_json::to_string(&to[0]).unwrap())
        } else {
            (SendKind::Multicast, serde_json::to_string(&to).unwrap())
        };
        let body = format!(r#"{{"to":{to},"messages":[{{"type":"text","text":"hello"}}]}}"#);
        client.send_written(kind, body).await.unwrap();
    });
    all.await;
    per_second(requests, began.elapsed())
}

async fn send_durably(store: &Place, client: &Client, requests: usize, recipients: usize) -> f64 {
    let store = store.store();
    let outbox = store.open().await;
    for first in (0..requests).step_by(1000) {
        let batch = (first..requests.min(first + 1000)).map(|n| {
            if recipients == 1 {
                NewDelivery::push(user(n), "hello")
            } else {
                let to = (n * recipients..(n + 1) * recipients).map(user);
                NewDelivery::multicast(to, "hello")
            }
        });
        outbox.enqueue_all(batch.collect()).await.unwrap();
    }
    let worker = outbox.worker().channel("default", client.clone()).limits(Limits::none());
    let worker = worker.concurrency(IN_FLIGHT).quota_every(None).until_idle();
    let began = Instant::now();
    let report = Box::pin(worker.run(std::future::pending())).await.unwrap();
    assert_eq!(report.accepted, requests as u64);
    per_second(requests, began.elapsed())
}
