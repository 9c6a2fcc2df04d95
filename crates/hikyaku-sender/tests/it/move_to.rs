use hikyaku_sender::{Filter, Limits, NewDelivery, State, campaign::CampaignPhase};
use hikyaku_sim::FaultRule;

use crate::{
    stores::{Bench, user},
    worker::{line, work},
};

#[tokio::test]
async fn from_sqlite_to_postgres_and_nothing_is_forgotten() {
    if let Some(target) = Bench::postgres().await {
        moves(Bench::sqlite().await, target).await;
    }
}

#[tokio::test]
async fn from_postgres_to_sqlite_and_nothing_is_forgotten() {
    if let Some(source) = Bench::postgres().await {
        moves(source, Bench::sqlite().await).await;
    }
}

#[tokio::test]
async fn from_sqlite_to_memory_as_the_reference() {
    moves(Bench::sqlite().await, Bench::memory().await).await;
}

/// Everything is left half done, moved, and finished from there.
async fn moves(source: Bench, target: Bench) {
    let (sim, client) = line().await;
    let worker = |bench: &Bench| {
        let worker = bench.outbox.worker().channel("default", client.clone());
        worker.limits(Limits::none()).until_idle()
    };
    // In doubt: LINE took it, and the answer was lost.
    sim.fault(FaultRule::drop_after_accept().on("POST", "/v2/bot/message/push").times(1)).unwrap();
    let in_doubt = NewDelivery::push(user(1), "in doubt").idempotency_key("doubt");
    source.outbox.enqueue(in_doubt.clone()).await.unwrap();
    let once = source.outbox.worker().channel("default", client.clone()).limits(Limits::none());
    let stop = async {
        sim.wait_for(1).await.unwrap();
    };
    once.run(stop).await.unwrap();
    let before = &source.outbox.list(Filter::default()).await.unwrap()[0];
    assert!(before.may_have_landed && before.state == State::Ready);
    source.outbox.enqueue(NewDelivery::push(user(2), "waiting")).await.unwrap();
    // Half read.
    let campaign = source.outbox.new_campaign("bulk").dedupe(true).idempotency_key("list");
    let campaign = campaign.start().await.unwrap();
    let list: String = (10..15_010).chain(10..20).map(|n| user(n) + "\n").collect();
    let half = std::io::Cursor::new(list[..34 * 12_000].to_owned());
    campaign.feed(std::io::Read::chain(half, Failing)).await.unwrap_err();

    let moved = source.outbox.move_to(&target.outbox, |_| {}).await.unwrap();
    assert_eq!((moved.deliveries, moved.campaigns.len()), (22, 1));
    let refused = source.outbox.enqueue(NewDelivery::push(user(3), "too late")).await.unwrap_err();
    assert!(refused.to_string().starts_with("this store was moved to "), "{refused}");
    let refused = source.outbox.move_to(&target.outbox, |_| {}).await.unwrap_err();
    assert!(refused.to_string().contains("move into an empty one"), "{refused}");

    assert!(target.outbox.enqueue(in_doubt).await.unwrap().existing);
    let oldest = target.outbox.list(Filter::default()).await.unwrap().pop().unwrap();
    assert_eq!((oldest.retry_key, oldest.may_have_landed), (before.retry_key, true));
    let campaign = target.outbox.campaign(moved.campaigns[0].1).await.unwrap();
    let fed = campaign.feed(std::io::Cursor::new(list)).await.unwrap();
    assert_eq!((fed.progress.total, fed.progress.repeated), (15_000, 10));
    work(&target, worker(&target)).await;
    assert_eq!(campaign.progress().await.unwrap().state, CampaignPhase::Done);
    assert_eq!((sim.people_reached(), sim.duplicates()), (15_002, vec![]));
}

struct Failing;

impl std::io::Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(std::io::Error::other("broken off"))
    }
}
