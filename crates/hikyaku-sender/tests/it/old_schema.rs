//! Stores that an older version wrote, kept as SQL in `old/`: they open, are brought up to date and go on.
//!
//! In each of schema 1, and in what schema 2 made of them: sends that were accepted, refused, in flight when their worker
//! was killed, and due in 2050; a campaign that is paused, one that is done, and one that waits for a worker of its channel.
//!
//! In those that used what schema 2 brought: an accepted send that told of it, a refused one, one that was in flight when
//! its worker was killed with another of its order key behind it, one of another fairness key, one that is due in 2050; a
//! hold on multicasts and a paused campaign of one.
//!
//! In those that used what schema 3 brought: a reader of outcomes that has dealt with all there were, a hold on a fairness key and
//! one that it keeps back, a budget that two have used up and a third waits for, and one that was in flight when its worker was
//! killed with another of its order key behind it.
//!
//! In those that used what schema 4 brought: one of an order key that was accepted, refusals of two whose callers wait, of which one
//! was told, and one that was in flight when its worker was killed while its caller waits.

use std::{path::Path, time::Duration};

use hikyaku_sender::{
    CampaignId, Clock, DeliveryId, Filter, Lane, Limits, NewDelivery, Outbox, Outcome, OutcomeKind,
    State, Time, campaign::CampaignPhase,
};
use serde_json::json;

use crate::{
    cluster::Cluster,
    stores::{Bench, user},
    worker::{line, work},
};

/// When the workers of the stores were killed, or a little later.
const THEN: Time = Time::from_millis(1_795_914_900_000);
const THEN_2: Time = Time::from_millis(1_795_954_346_000);
const THEN_3: Time = Time::from_millis(1_795_986_536_000);
const THEN_4: Time = Time::from_millis(1_796_000_100_000);

async fn open(url: String, then: Time) -> Bench {
    let clock = Clock::manual(then);
    let outbox = Outbox::builder(&url).clock(clock.clone()).open().await.unwrap();
    Bench::of(outbox, clock, url)
}

fn file(folder: &Path, sql: &str) -> String {
    let path = folder.join("old.db");
    let old = rusqlite::Connection::open(&path).unwrap();
    old.execute_batch(sql).unwrap();
    old.close().unwrap();
    format!("sqlite:{}", path.display())
}

/// Nothing where there is no PostgreSQL.
fn database(sql: &str) -> Option<String> {
    let cluster = Cluster::shared()?;
    let url = cluster.database();
    let name = url.split(['/', '?']).nth(3).unwrap();
    cluster.sql(name, sql);
    Some(url)
}

#[tokio::test]
async fn a_file_of_schema_1_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    goes_on(open(file(folder.path(), include_str!("old/1.sqlite.sql")), THEN).await).await;
}

#[tokio::test]
async fn a_database_of_schema_1_goes_on() {
    if let Some(url) = database(include_str!("old/1.postgres.sql")) {
        goes_on(open(url, THEN).await).await;
    }
}

#[tokio::test]
async fn a_file_of_schema_2_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    goes_on(open(file(folder.path(), include_str!("old/2.sqlite.sql")), THEN).await).await;
}

#[tokio::test]
async fn a_database_of_schema_2_goes_on() {
    if let Some(url) = database(include_str!("old/2.postgres.sql")) {
        goes_on(open(url, THEN).await).await;
    }
}

#[tokio::test]
async fn a_file_that_used_what_schema_2_brought_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let url = file(folder.path(), include_str!("old/2-used.sqlite.sql"));
    goes_on_from_2(open(url, THEN_2).await).await;
}

#[tokio::test]
async fn a_database_that_used_what_schema_2_brought_goes_on() {
    if let Some(url) = database(include_str!("old/2-used.postgres.sql")) {
        goes_on_from_2(open(url, THEN_2).await).await;
    }
}

#[tokio::test]
async fn a_file_that_used_what_schema_3_brought_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let url = file(folder.path(), include_str!("old/3.sqlite.sql"));
    goes_on_from_3(open(url, THEN_3).await).await;
}

#[tokio::test]
async fn a_database_that_used_what_schema_3_brought_goes_on() {
    if let Some(url) = database(include_str!("old/3.postgres.sql")) {
        goes_on_from_3(open(url, THEN_3).await).await;
    }
}

#[tokio::test]
async fn a_file_that_used_what_schema_4_brought_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let url = file(folder.path(), include_str!("old/4.sqlite.sql"));
    goes_on_from_4(open(url, THEN_4).await).await;
}

#[tokio::test]
async fn a_database_that_used_what_schema_4_brought_goes_on() {
    if let Some(url) = database(include_str!("old/4.postgres.sql")) {
        goes_on_from_4(open(url, THEN_4).await).await;
    }
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

async fn goes_on_from_2(bench: Bench) {
    let outbox = &bench.outbox;
    let states = async |of: State| {
        let listed = outbox.list(Filter::default().state(of).limit(100)).await.unwrap();
        listed.iter().map(|it| it.id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(states(State::InFlight).await, ["4"]);
    assert_eq!(states(State::Rejected).await, ["2"]);
    let paid = outbox.find("default", "order-17").await.unwrap().unwrap();
    assert_eq!((paid.state, paid.reference), (State::Accepted, Some(json!({"order": 17}))));
    assert_eq!(outbox.attempts(DeliveryId::from(2)).await.unwrap()[0].status, Some(400));
    let reader = outbox.outcome_cursor("shop").unwrap();
    let kinds = |told: Vec<Outcome>| told.iter().map(|it| it.kind).collect::<Vec<_>>();
    let told = [OutcomeKind::Accepted, OutcomeKind::Rejected, OutcomeKind::LaneHeld];
    assert_eq!(kinds(reader.read().await.unwrap()), told);
    reader.advance(3).await.unwrap();

    // The lease of what was in flight is over.
    bench.clock.advance(Duration::from_secs(120));
    let (sim, client) = line().await;
    let worker = || {
        let worker = outbox.worker().channel("default", client.clone());
        worker.limits(Limits::none()).until_idle()
    };
    work(&bench, worker()).await;
    assert_eq!(states(State::Accepted).await, ["8", "6", "5", "4", "1"]);
    let to_1 = sim.outbox().into_iter().filter(|it| it.to == user(1).as_str().into());
    let texts: Vec<_> = to_1.map(|it| it.messages[0]["text"].clone()).collect();
    assert_eq!(texts, ["first", "second"]);

    let hold = outbox.holds().await.unwrap().remove(0);
    assert_eq!((hold.reason.as_str(), hold.lane), ("the price is wrong", Some(Lane::Multicast)));
    outbox.campaign(CampaignId::from(1)).await.unwrap().resume().await.unwrap();
    outbox.release(hold.id).await.unwrap();
    work(&bench, worker()).await;
    assert_eq!(states(State::Ready).await, ["3"]);
    let told = [OutcomeKind::LaneReleased, OutcomeKind::CampaignDone];
    assert_eq!(kinds(reader.read().await.unwrap()), told);
    bench.assert_at_rest().await;
}

async fn goes_on_from_3(bench: Bench) {
    let outbox = &bench.outbox;
    let states = async |of: State| {
        let listed = outbox.list(Filter::default().state(of).limit(100)).await.unwrap();
        listed.iter().map(|it| it.id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(states(State::InFlight).await, ["10"]);
    assert_eq!(states(State::Ready).await, ["11", "7", "4", "3"]);
    let reader = outbox.outcome_cursor("shop").unwrap();
    let kinds = |told: &[Outcome]| told.iter().map(|it| it.kind).collect::<Vec<_>>();
    let told = reader.read().await.unwrap();
    let expected =
        [OutcomeKind::LaneHeld, OutcomeKind::BudgetNearlyUsedUp, OutcomeKind::BudgetUsedUp];
    assert_eq!(kinds(&told), expected);
    let budget = outbox.budgets().await.unwrap().remove(0);
    assert_eq!((budget.fairness_key.as_str(), budget.used, budget.used_up), ("tenant-8", 2, true));

    // The lease of what was in flight is over.
    bench.clock.advance(Duration::from_secs(120));
    let (sim, client) = line().await;
    let worker = || {
        let worker = outbox.worker().channel("default", client.clone());
        worker.limits(Limits::none()).until_idle()
    };
    work(&bench, worker()).await;
    assert_eq!(states(State::Ready).await, ["7", "4", "3"]);
    let texts: Vec<_> = sim.outbox().into_iter().map(|it| it.messages[0]["text"].clone()).collect();
    assert_eq!(texts, ["first", "second"]);
    let hold = outbox.holds().await.unwrap().remove(0);
    assert_eq!(hold.fairness_key.as_deref(), Some("tenant-7"));
    outbox.release(hold.id).await.unwrap();
    outbox.clear_budget("tenant-8").await.unwrap();
    // What the newest schema brought: a caller that waits for a refusal.
    let refusing = hikyaku_sim::Sim::builder().rate_limits(false).start().await.unwrap();
    let watched = NewDelivery::push(user(8), "hello").watched(Duration::from_secs(600));
    let watched = outbox.enqueue(watched.channel("support")).await.unwrap().id;
    let support = crate::worker::client(&refusing);
    work(&bench, worker().channel("support", support)).await;
    assert_eq!(states(State::Ready).await, ["3"]);
    assert!(outbox.told(watched).await.unwrap());
    bench.assert_at_rest().await;
}

async fn goes_on_from_4(bench: Bench) {
    let outbox = &bench.outbox;
    let states = async |of: State| {
        let listed = outbox.list(Filter::default().state(of).limit(100)).await.unwrap();
        listed.iter().map(|it| it.id.to_string()).collect::<Vec<_>>()
    };
    let of = async |state| states(state).await.concat();
    let found = (of(State::Accepted).await, of(State::Rejected).await, of(State::InFlight).await);
    assert_eq!(found, ("1".to_owned(), "2".to_owned(), "4".to_owned()));
    let told = outbox.show(DeliveryId::from(3)).await.unwrap().unwrap();
    assert_eq!(told.state, State::Dropped);
    assert!(told.told_at.is_some());
    // What schema 5 brought: what was sent in a chat, by an index.
    let sent = Filter::default().order_key("chat").state(State::Accepted);
    let sent = outbox.list(sent).await.unwrap();
    assert_eq!(sent.iter().map(|it| it.id.to_string()).collect::<Vec<_>>(), ["1"]);

    // The lease of what was in flight is over.
    bench.clock.advance(Duration::from_secs(120));
    let (sim, client) = line().await;
    let worker = outbox.worker().channel("default", client).limits(Limits::none()).until_idle();
    work(&bench, worker).await;
    assert_eq!(states(State::Accepted).await, ["4", "1"]);
    assert_eq!(sim.delivered(), 1);
    // The caller of the refused one does not wait any more.
    bench.clock.advance(Duration::from_secs(1200));
    outbox.sweep_once().await.unwrap();
    let told = crate::told::outcomes(outbox).await;
    assert_eq!(told, [(OutcomeKind::Rejected, Some(DeliveryId::from(2)))]);
    bench.assert_at_rest().await;
}
