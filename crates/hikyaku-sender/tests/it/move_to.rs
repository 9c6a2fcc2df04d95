use hikyaku_sender::{Filter, Limits, NewDelivery, NewHold, State, campaign::CampaignPhase};
use hikyaku_sim::FaultRule;
use tokio_postgres::IsolationLevel;

use crate::{
    postgres::{self, until_waiting},
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
    let in_doubt = NewDelivery::push(user(1), "in doubt").idempotency_key("doubt").reference(17);
    source.outbox.enqueue(in_doubt.clone()).await.unwrap();
    let once = source.outbox.worker().channel("default", client.clone()).limits(Limits::none());
    let stop = async {
        sim.wait_for(1).await.unwrap();
    };
    once.run(stop).await.unwrap();
    let before = &source.outbox.list(Filter::default()).await.unwrap()[0];
    // More than its row holds.
    sim.fault(FaultRule::answer(500).on("POST", "/v2/bot/message/push").times(1)).unwrap();
    let id = before.id;
    tried_again(&source, worker(&source)).await;
    let attempts = source.outbox.attempts(id).await.unwrap();
    assert_eq!(attempts.len(), 2);
    let before = &source.outbox.list(Filter::default()).await.unwrap()[0];
    assert!(before.may_have_landed && before.state == State::Ready);
    source.outbox.enqueue(NewDelivery::push(user(2), "waiting")).await.unwrap();
    // Half read.
    let campaign = source.outbox.new_campaign("bulk").dedupe(true).idempotency_key("list");
    let campaign = campaign.start().await.unwrap();
    let list: String = (10..15_010).chain(10..20).map(|n| user(n) + "\n").collect();
    let half = std::io::Cursor::new(list[..34 * 12_000].to_owned());
    campaign.feed(std::io::Read::chain(half, Failing)).await.unwrap_err();

    let withdrawn = source.outbox.enqueue(NewDelivery::push(user(4), "withdrawn")).await.unwrap();
    source.outbox.cancel(withdrawn.id).await.unwrap();
    source.outbox.hold(NewHold::new("before the move")).await.unwrap();
    source.outbox.release(1).await.unwrap();
    let outcomes = source.outbox.outcomes(0).await.unwrap();
    assert_eq!(outcomes.len(), 3);
    let reader = source.outbox.outcome_cursor("shop").unwrap();
    reader.read().await.unwrap();
    reader.advance(outcomes[0].id).await.unwrap();

    let moved = source.outbox.move_to(&target.outbox, |_| {}).await.unwrap();
    assert_eq!((moved.deliveries, moved.campaigns.len()), (23, 1));
    assert_eq!(target.outbox.outcomes(0).await.unwrap(), outcomes);
    let reader = target.outbox.outcome_cursor("shop").unwrap();
    assert_eq!(reader.read().await.unwrap(), outcomes[1..]);
    let refused = source.outbox.enqueue(NewDelivery::push(user(3), "too late")).await.unwrap_err();
    assert!(refused.to_string().starts_with("this store was moved to "), "{refused}");
    let refused = source.outbox.move_to(&target.outbox, |_| {}).await.unwrap_err();
    assert!(refused.to_string().contains("move into an empty one"), "{refused}");

    assert!(target.outbox.enqueue(in_doubt).await.unwrap().existing);
    let oldest = target.outbox.list(Filter::default()).await.unwrap().pop().unwrap();
    assert_eq!((oldest.retry_key, oldest.may_have_landed), (before.retry_key, true));
    assert_eq!(oldest.reference, Some(17.into()));
    assert_eq!(target.outbox.attempts(oldest.id).await.unwrap(), attempts);
    let campaign = target.outbox.campaign(moved.campaigns[0].1).await.unwrap();
    let fed = campaign.feed(std::io::Cursor::new(list)).await.unwrap();
    assert_eq!((fed.progress.total, fed.progress.repeated), (15_000, 10));
    work(&target, worker(&target)).await;
    assert_eq!(campaign.progress().await.unwrap().state, CampaignPhase::Done);
    assert_eq!((sim.people_reached(), sim.duplicates()), (15_002, vec![]));
    let later = target.outbox.outcomes(outcomes[2].id).await.unwrap();
    assert_eq!(later.len(), 1, "the campaign that is done, after all that a reader has seen");
}

/// Until what is in doubt was tried once more.
async fn tried_again(bench: &Bench, worker: hikyaku_sender::Worker) {
    let mut events = bench.outbox.events();
    let stop = async {
        while !matches!(events.next().await, Some(hikyaku_sender::Event::Settled { .. })) {}
    };
    let ticking = async {
        loop {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            bench.clock.advance(std::time::Duration::from_secs(1));
        }
    };
    tokio::select! {
        report = worker.run(stop) => drop(report.unwrap()),
        () = ticking => unreachable!(),
    }
}

struct Failing;

impl std::io::Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(std::io::Error::other("broken off"))
    }
}

#[tokio::test]
async fn a_target_with_outcomes_that_somebody_may_have_read_is_refused() {
    let (source, target) = (Bench::sqlite().await, Bench::sqlite().await);
    let hold = target.outbox.hold(NewHold::new("a wrong price")).await.unwrap();
    target.outbox.release(hold.id).await.unwrap();
    let refused = source.outbox.move_to(&target.outbox, |_| {}).await.unwrap_err();
    assert!(refused.to_string().contains("move into an empty one"), "{refused}");
    // The source is open all the same.
    source.outbox.enqueue(push(1).remove(0)).await.unwrap();
}

/// A database, two outboxes on it and on another, and a connection of a program that has its own rows there.
async fn beside_a_caller() -> Option<(Bench, Bench, tokio_postgres::Client)> {
    let (source, target) = (Bench::postgres().await?, Bench::sqlite().await);
    let caller = postgres::client(&source.url).await;
    Some((source, target, caller))
}

fn push(n: usize) -> Vec<NewDelivery> {
    vec![NewDelivery::push(user(n), "hello").idempotency_key(n.to_string())]
}

async fn enqueue_in(
    transaction: &tokio_postgres::Transaction<'_>,
) -> Result<(), tokio_postgres::Error> {
    let json = push(1).remove(0).to_json().unwrap();
    let sql = "SELECT * FROM hikyaku_enqueue_v1($1::text::jsonb)";
    transaction.query_one(sql, &[&json]).await.map(drop)
}

#[tokio::test]
async fn what_a_caller_commits_while_the_move_begins_is_moved() {
    let Some((source, target, mut caller)) = beside_a_caller().await else { return };
    let transaction = caller.transaction().await.unwrap();
    enqueue_in(&transaction).await.unwrap();
    let committed = async {
        until_waiting(&source, 1).await;
        transaction.commit().await.unwrap();
    };
    let (moved, ()) = tokio::join!(source.outbox.move_to(&target.outbox, |_| {}), committed);
    assert_eq!(moved.unwrap().deliveries, 1);
    assert!(target.outbox.enqueue(push(1).remove(0)).await.unwrap().existing);
}

#[tokio::test]
async fn what_a_caller_began_before_the_move_and_enqueues_after_it_is_refused() {
    for isolation in [IsolationLevel::ReadCommitted, IsolationLevel::RepeatableRead] {
        let Some((source, target, mut caller)) = beside_a_caller().await else { return };
        let transaction = caller.build_transaction().isolation_level(isolation);
        let transaction = transaction.start().await.unwrap();
        // From here on, a repeatable read sees the database as it is now.
        transaction.query("SELECT * FROM hikyaku_meta", &[]).await.unwrap();
        source.outbox.move_to(&target.outbox, |_| {}).await.unwrap();
        let refused = enqueue_in(&transaction).await.unwrap_err();
        let code = refused.code().unwrap().code();
        // It was moved, or changed since the transaction began.
        assert!(["55000", "40001"].contains(&code), "{refused:?}");
    }
}

#[tokio::test]
async fn a_move_waits_for_a_claim_and_is_then_refused() {
    let Some((source, target, caller)) = beside_a_caller().await else { return };
    let (sim, client) = line().await;
    source.outbox.enqueue(push(1).remove(0)).await.unwrap();
    // The claim stops before it is committed, and the request before it is answered.
    let wait = "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NEW; END';
        CREATE TRIGGER wait BEFORE UPDATE ON hikyaku_delivery FOR EACH ROW WHEN (NEW.state = 1) EXECUTE FUNCTION wait();
        SELECT pg_advisory_lock(1)";
    caller.batch_execute(wait).await.unwrap();
    sim.fault(FaultRule::delay(std::time::Duration::from_secs(1))).unwrap();
    let worker = source.outbox.worker().channel("default", client).quota_every(None);
    let moved = async {
        until_waiting(&source, 1).await;
        let moved = source.outbox.move_to(&target.outbox, |_| {});
        let unlocked = async {
            until_waiting(&source, 2).await;
            caller.batch_execute("SELECT pg_advisory_unlock(1)").await.unwrap();
        };
        let (moved, ()) = tokio::join!(moved, unlocked);
        let refused = moved.unwrap_err();
        assert!(refused.to_string().contains("still on their way"), "{refused}");
        sim.wait_for(1).await.unwrap();
    };
    let report = Box::pin(worker.limits(Limits::none()).run(moved)).await.unwrap();
    assert_eq!(report.accepted, 1);
    source.assert_at_rest().await;
}
