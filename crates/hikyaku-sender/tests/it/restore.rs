//! A store that was restored from a backup has forgotten what was sent since.
//!
//! The backup is a second store with the same deliveries: their keys are the same, and it knows of no attempt.

use std::time::Duration;

use hikyaku_sender::{Filter, Limits, NewDelivery, Outbox, State, campaign::CampaignPhase};
use hikyaku_sim::Sim;

use crate::{
    stores::{Bench, on_every_store, user},
    worker::{line, work},
};

on_every_store![
    what_was_sent_since_a_backup_is_not_sent_again,
    after_a_day_only_a_person_sends_again,
    without_quarantine_a_day_old_backup_sends_again,
    what_no_key_protects_is_unknown_at_once,
    a_half_read_campaign_is_paused,
    all_dead_letters_of_a_campaign_are_acted_on_or_left,
];

/// Sends, a backup of them in `bench`, their delivery from the original, and then some time.
async fn restored(bench: &Bench, gap: Duration) -> Sim {
    let (sim, client) = line().await;
    let original = Outbox::builder("memory:").clock(bench.clock.clone()).open().await.unwrap();
    for outbox in [&original, &bench.outbox] {
        for n in 0..5 {
            let send = NewDelivery::push(user(n), "hello").idempotency_key(format!("order-{n}"));
            outbox.enqueue(send).await.unwrap();
        }
    }
    let worker = original.worker().channel("default", client).limits(Limits::none()).until_idle();
    assert_eq!(worker.run(std::future::pending()).await.unwrap().accepted, 5);
    bench.clock.advance(gap);
    sim.advance(gap);
    sim
}

async fn deliver(bench: &Bench, sim: &Sim) {
    let worker = bench.outbox.worker().channel("default", crate::worker::client(sim));
    work(bench, worker.limits(Limits::none()).until_idle()).await;
}

async fn count(bench: &Bench, state: State) -> u64 {
    bench.outbox.overview().await.unwrap().count(state)
}

async fn what_was_sent_since_a_backup_is_not_sent_again(bench: Bench) {
    let backup = bench.clock.now();
    let sim = restored(&bench, Duration::from_secs(30 * 60)).await;
    let tomorrow = bench.clock.now() + Duration::from_secs(24 * 60 * 60);
    bench.outbox.enqueue(NewDelivery::push(user(9), "later").at(tomorrow)).await.unwrap();
    let done = bench.outbox.quarantine(backup).await.unwrap();
    // What is not due yet was not due then.
    assert_eq!((done.in_doubt, done.unknown), (5, 0));
    deliver(&bench, &sim).await;
    assert_eq!((count(&bench, State::Accepted).await, sim.duplicates()), (5, vec![]));
}

async fn after_a_day_only_a_person_sends_again(bench: Bench) {
    let backup = bench.clock.now();
    let sim = restored(&bench, Duration::from_secs(25 * 60 * 60)).await;
    let done = bench.outbox.quarantine(backup).await.unwrap();
    assert_eq!((done.in_doubt, done.unknown), (0, 5));
    deliver(&bench, &sim).await;
    assert_eq!((count(&bench, State::Unknown).await, sim.duplicates()), (5, vec![]));
    let ids = bench.outbox.list(Filter::default()).await.unwrap();
    let id = ids[0].id;
    assert!(bench.outbox.retry(id).await.is_err());
    bench.outbox.retry_may_duplicate(id).await.unwrap();
    deliver(&bench, &sim).await;
    assert_eq!(sim.duplicates().len(), 1);
}

async fn without_quarantine_a_day_old_backup_sends_again(bench: Bench) {
    let sim = restored(&bench, Duration::from_secs(25 * 60 * 60)).await;
    deliver(&bench, &sim).await;
    assert_eq!(sim.duplicates().len(), 5);
}

async fn what_no_key_protects_is_unknown_at_once(bench: Bench) {
    let backup = bench.clock.now();
    let reply = NewDelivery::reply("token", "hello");
    bench.outbox.enqueue(reply).await.unwrap();
    bench.clock.advance(Duration::from_secs(10));
    let done = bench.outbox.quarantine(backup).await.unwrap();
    assert_eq!((done.in_doubt, done.unknown), (0, 1));
    let to_come = bench.clock.now() + Duration::from_secs(60 * 60);
    assert!(bench.outbox.quarantine(to_come).await.is_err());
}

async fn a_half_read_campaign_is_paused(bench: Bench) {
    let backup = bench.clock.now();
    let whole = bench.outbox.new_campaign("whole").start().await.unwrap();
    whole.feed(std::io::Cursor::new(user(1))).await.unwrap();
    let half = bench.outbox.new_campaign("half").start().await.unwrap();
    let done = bench.outbox.quarantine(backup).await.unwrap();
    assert_eq!((done.in_doubt, done.paused), (1, vec![half.id()]));
    assert_eq!(half.progress().await.unwrap().state, CampaignPhase::Paused);
    assert_eq!(whole.progress().await.unwrap().state, CampaignPhase::Running);
}

async fn all_dead_letters_of_a_campaign_are_acted_on_or_left(bench: Bench) {
    let backup = bench.clock.now();
    let template = [hikyaku::model::Message::text("hi")];
    let campaign = bench.outbox.new_personal_campaign(&template).start().await.unwrap();
    let list = (0..1100).fold("id\n".to_owned(), |list, n| list + &user(n) + "\n");
    campaign.feed(std::io::Cursor::new(list)).await.unwrap();
    bench.clock.advance(Duration::from_secs(25 * 60 * 60));
    assert_eq!(bench.outbox.quarantine(backup).await.unwrap().unknown, 1100);
    assert_eq!(campaign.retry_dead_letters(State::Unknown, false).await.unwrap(), 0);
    assert_eq!(campaign.drop_dead_letters(State::Unknown).await.unwrap(), 1100);
    assert_eq!(campaign.drop_dead_letters(State::Unknown).await.unwrap(), 0);
}
