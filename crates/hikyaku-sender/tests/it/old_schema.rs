//! Stores that an older version wrote, kept as SQL in `old/`: they open, are brought up to date and go on.
//!
//! In each: sends that were accepted, refused, in flight when their worker was killed, and due in 2050; a campaign that is
//! paused, one that is done, and one that waits for a worker of its channel.

use std::time::Duration;

use hikyaku_sender::{
    CampaignId, Clock, DeliveryId, Filter, Limits, NewDelivery, Outbox, State, Time,
    campaign::CampaignPhase,
};

use crate::{
    cluster::Cluster,
    stores::{Bench, user},
    worker::{line, work},
};

/// When the worker was killed, or a little later.
const THEN: Time = Time::from_millis(1_795_914_900_000);

async fn open(url: String) -> Bench {
    let clock = Clock::manual(THEN);
    let outbox = Outbox::builder(&url).clock(clock.clone()).open().await.unwrap();
    Bench::of(outbox, clock, url)
}

#[tokio::test]
async fn a_file_of_schema_1_goes_on() {
    a_file_goes_on(include_str!("old/1.sqlite.sql")).await;
}

#[tokio::test]
async fn a_file_of_schema_2_goes_on() {
    a_file_goes_on(include_str!("old/2.sqlite.sql")).await;
}

#[tokio::test]
async fn a_database_of_schema_1_goes_on() {
    a_database_goes_on(include_str!("old/1.postgres.sql")).await;
}

#[tokio::test]
async fn a_database_of_schema_2_goes_on() {
    a_database_goes_on(include_str!("old/2.postgres.sql")).await;
}

async fn a_file_goes_on(written: &str) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.db");
    let old = rusqlite::Connection::open(&path).unwrap();
    old.execute_batch(written).unwrap();
    old.close().unwrap();
    goes_on(open(format!("sqlite:{}", path.display())).await).await;
}

async fn a_database_goes_on(written: &str) {
    let Some(cluster) = Cluster::shared() else { return };
    let url = cluster.database();
    let name = url.split(['/', '?']).nth(3).unwrap();
    cluster.sql(name, written);
    goes_on(open(url).await).await;
}

async fn goes_on(bench: Bench) {
    let outbox = &bench.outbox;
    let states = async |of: State| {
        let listed = outbox.list(Filter::default().state(of).limit(100)).await.unwrap();
        listed.iter().map(|it| it.id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(states(State::InFlight).await, ["15"]);
    assert_eq!(states(State::Accepted).await, ["13", "3", "1"]);
    assert_eq!(states(State::Rejected).await, ["2"]);
    let refused = outbox.show(DeliveryId::from(2)).await.unwrap().unwrap();
    assert!(refused.last_error.unwrap().contains("Failed to send messages"));
    let paid = NewDelivery::push(user(1), "your order 17 is paid").idempotency_key("order-17");
    assert!(outbox.enqueue(paid).await.unwrap().existing);
    let campaign = outbox.campaign(CampaignId::from(1)).await.unwrap();
    assert_eq!(campaign.progress().await.unwrap().state, CampaignPhase::Paused);

    // The lease of what was in flight is over.
    bench.clock.advance(Duration::from_secs(120));
    let (sim, client) = line().await;
    let worker = || {
        let worker = outbox.worker().channel("default", client.clone());
        worker.channel("support", client.clone()).limits(Limits::none()).until_idle()
    };
    work(&bench, worker()).await;
    assert_eq!(states(State::Accepted).await, ["15", "14", "13", "3", "1"]);
    let sent_to_2 = || sim.delivery_count(&user(2).as_str().into());
    assert_eq!((sim.delivered(), sent_to_2()), (9, 2));

    campaign.resume().await.unwrap();
    work(&bench, worker()).await;
    assert_eq!(campaign.progress().await.unwrap().state, CampaignPhase::Done);
    assert_eq!((sim.delivered(), sent_to_2()), (17, 3));
    assert_eq!(states(State::Ready).await, ["4"]);
    bench.assert_at_rest().await;
}
