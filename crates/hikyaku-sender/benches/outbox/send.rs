use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use hikyaku::{Client, model::SendKind};
use hikyaku_sender::{Limits, NewDelivery, Outbox};

use crate::{Place, ROUNDS, Store, cpu, line::Line, median, median_ratio, per_second, user};

const IN_FLIGHT: usize = 64;

/// The same requests without a store, and from an outbox.
pub(crate) async fn measure(stores: &[Place], what: &str, requests: usize, recipients: usize) {
    let line = Line::start();
    for store in stores {
        let name = store.name();
        let (mut bare, mut durable) = (Vec::new(), Vec::new());
        let (mut bare_took, mut durable_took) = (Took::default(), Took::default());
        for _ in 0..ROUNDS {
            let before = Took::so_far(&line, store);
            bare.push(send_bare(&line.client, requests, recipients).await);
            bare_took.add(&before, &Took::so_far(&line, store));
            let (_kept, outbox) = enqueue(store, requests, recipients).await;
            let before = Took::so_far(&line, store);
            durable.push(send_durably(&outbox, &line.client, requests).await);
            durable_took.add(&before, &Took::so_far(&line, store));
        }
        let of_it = median_ratio(&durable, &bare);
        println!("{what}, no store:        {:>9.0} requests a second", median(bare));
        println!(
            "{what}, from {name}: {:>9.0} requests a second, {of_it:.2} of it",
            median(durable)
        );
        bare_took.print("no store", ROUNDS * requests);
        durable_took.print(name, ROUNDS * requests);
    }
}

/// Processor time: of this program, of the simulator, and of the store's server.
#[derive(Default)]
struct Took([Duration; 3]);

impl Took {
    fn so_far(line: &Line, store: &Place) -> Self {
        Self([cpu::of_this_program(), line.took(), store.server_took()])
    }

    fn add(&mut self, before: &Self, after: &Self) {
        for (sum, (before, after)) in self.0.iter_mut().zip(before.0.iter().zip(&after.0)) {
            *sum += after.saturating_sub(*before);
        }
    }

    fn print(&self, name: &str, requests: usize) {
        let [sender, line, server] = self.0.map(|it| 1e6 / per_second(requests, it));
        println!(
            "{name}, of a processor for each: {sender:.1} µs to send, {server:.1} µs the server, {line:.1} µs the simulator"
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

async fn enqueue(place: &Place, requests: usize, recipients: usize) -> (Store, Outbox) {
    let store = place.store();
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
    (store, outbox)
}

async fn send_durably(outbox: &Outbox, client: &Client, requests: usize) -> f64 {
    let worker = outbox.worker().channel("default", client.clone()).limits(Limits::none());
    let worker = worker.concurrency(IN_FLIGHT).quota_every(None).until_idle();
    let began = Instant::now();
    let report = Box::pin(worker.run(std::future::pending())).await.unwrap();
    assert_eq!(report.accepted, requests as u64);
    per_second(requests, began.elapsed())
}
