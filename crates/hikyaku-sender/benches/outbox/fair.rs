use std::{future::Future, time::Instant};

use hikyaku::{Client, model::Message};
use hikyaku_sender::{Limits, NewDelivery, Outbox, Priority};

use crate::{Place, ROUNDS, line::Line, median, median_ratio, per_second, user};

const PUSHES: usize = 20_000;
const KEYS: usize = 1000;
const RECIPIENTS: usize = 1_000_000;

/// What it costs that many keys take turns, and a campaign that stands still.
pub(crate) async fn measure(stores: &[Place]) {
    let line = Line::start();
    for store in stores {
        let name = store.name();
        keys(store, &line.client).await;
        let place = store.store();
        let outbox = place.open().await;
        let campaign = begin_campaign(&outbox).await;
        let (mut pauses, mut resumes) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            resumes.push(took(campaign.resume()).await);
            pauses.push(took(campaign.pause()).await);
        }
        println!(
            "{name}, a campaign of {RECIPIENTS} rows: paused in {:.1} ms, resumed in {:.1} ms",
            median(pauses),
            median(resumes)
        );
        let (mut beside, mut alone) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let empty = store.store();
            alone.push(send(&empty.open().await, &line.client, 1).await);
            beside.push(send(&outbox, &line.client, 1).await);
        }
        println!(
            "{name}, pushes beside it while it is paused: {:.0} a second, {:.2} of those without it",
            median(beside.clone()),
            median_ratio(&beside, &alone)
        );
    }
}

async fn keys(store: &Place, client: &Client) {
    let (mut one, mut many) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        one.push(send(&store.store().open().await, client, 1).await);
        many.push(send(&store.store().open().await, client, KEYS).await);
    }
    println!(
        "{}, pushes with one fairness key: {:.0} a second; with {KEYS}: {:.0}, {:.2} times the time",
        store.name(),
        median(one.clone()),
        median(many.clone()),
        median_ratio(&one, &many)
    );
}

async fn send(outbox: &Outbox, client: &Client, keys: usize) -> f64 {
    for first in (0..PUSHES).step_by(1000) {
        let push =
            |n| NewDelivery::push(user(n), "hello").fairness_key(format!("key {}", n % keys));
        outbox.enqueue_all((first..first + 1000).map(push).collect()).await.unwrap();
    }
    let worker = outbox.worker().channel("default", client.clone()).limits(Limits::none());
    let worker = worker.quota_every(None).until_idle();
    let began = Instant::now();
    let report = Box::pin(worker.run(std::future::pending())).await.unwrap();
    assert_eq!(report.accepted, PUSHES as u64);
    per_second(PUSHES, began.elapsed())
}

/// One of single pushes, as urgent as others, paused.
async fn begin_campaign(outbox: &Outbox) -> hikyaku_sender::Campaign {
    let template = [Message::text("hello {name}")];
    let campaign = outbox.new_personal_campaign(&template).priority(Priority::Normal);
    let campaign = campaign.start().await.unwrap();
    campaign.pause().await.unwrap();
    let lines = (0..RECIPIENTS).map(|n| user(n) + ",friend");
    let list = std::iter::once("id,name".to_owned()).chain(lines).collect::<Vec<_>>().join("\n");
    campaign.feed(std::io::Cursor::new(list)).await.unwrap();
    campaign
}

/// In milliseconds.
async fn took<T>(what: impl Future<Output = Result<T, hikyaku_sender::Error>>) -> f64 {
    let began = Instant::now();
    what.await.unwrap();
    began.elapsed().as_secs_f64() * 1000.0
}
