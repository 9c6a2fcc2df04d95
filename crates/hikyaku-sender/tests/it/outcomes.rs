//! What is told to programs that must not miss it.

use std::{io::Read, time::Duration};

use futures_util::future::join_all;
use hikyaku::Client;
use hikyaku_sender::{Limits, NewDelivery, NewHold, Outcome, OutcomeKind};
use hikyaku_sim::{FaultRule, Sim};
use serde_json::{Value, json};

use crate::{
    stores::{Bench, on_every_store, user},
    worker::{client, line, work},
};

on_every_store![
    what_ends_without_arriving_is_told_and_what_asked_for_it,
    a_campaign_is_told_once_when_it_is_done,
    a_campaign_that_is_cancelled_is_told_once_nothing_of_it_is_open,
    a_month_that_is_used_up_is_told_once,
    a_token_that_is_refused_again_and_again_is_told_once,
    a_hold_and_its_release_are_told,
    no_reader_misses_one_of_many_writers,
    outcomes_are_kept_for_a_week,
];

async fn all(bench: &Bench) -> Vec<Outcome> {
    let (mut all, mut after) = (Vec::new(), 0);
    loop {
        let page = bench.outbox.outcomes(after).await.unwrap();
        let Some(last) = page.last() else { return all };
        after = last.id;
        all.extend(page);
    }
}

fn kinds(outcomes: &[Outcome]) -> Vec<OutcomeKind> {
    outcomes.iter().map(|it| it.kind).collect()
}

fn data(outcome: &Outcome) -> Value {
    let body: Value = serde_json::from_str(&outcome.body).unwrap();
    assert_eq!(body["type"], outcome.kind.name());
    assert_eq!(body["timestamp"], outcome.at.to_string());
    body["data"].clone()
}

async fn until_idle(bench: &Bench, client: Client) {
    let worker = bench.outbox.worker().channel("default", client).limits(Limits::none());
    work(bench, worker.until_idle()).await;
}

async fn what_ends_without_arriving_is_told_and_what_asked_for_it(bench: Bench) {
    let sim = Sim::builder().rate_limits(false).start().await.unwrap();
    let friend = || NewDelivery::push(sim.add_friend(), "hello");
    let told = friend().tell_outcome().reference(json!({"order": 17})).idempotency_key("order-17");
    let told = bench.outbox.enqueue(told).await.unwrap().id;
    bench.outbox.enqueue(friend()).await.unwrap();
    until_idle(&bench, client(&sim)).await;
    let accepted = all(&bench).await;
    assert_eq!(kinds(&accepted), [OutcomeKind::Accepted]);
    let of = data(&accepted[0]);
    assert_eq!((&of["id"], &of["state"]), (&told.get().into(), &"accepted".into()));
    assert_eq!(
        (&of["reference"], &of["idempotency_key"]),
        (&json!({"order": 17}), &"order-17".into())
    );
    let sent =
        sim.outbox().iter().find(|it| it.message_ids[0] == of["sent_messages"][0]["id"]).cloned();
    assert_eq!(sent.unwrap().request_id, of["request_id"]);

    let refused =
        bench.outbox.enqueue(NewDelivery::push(user(4_000_000), "hello")).await.unwrap().id;
    until_idle(&bench, client(&sim)).await;
    let withdrawn = bench.outbox.enqueue(friend()).await.unwrap().id;
    bench.outbox.cancel(withdrawn).await.unwrap();
    let soon = bench.outbox.now().await.unwrap() + Duration::from_secs(1);
    let expired = bench.outbox.enqueue(friend().expires_at(soon)).await.unwrap().id;
    bench.clock.advance(Duration::from_secs(2));
    until_idle(&bench, client(&sim)).await;
    // Put away by a person, who knows of it.
    bench.outbox.drop_dead_letter(refused).await.unwrap();
    let later = bench.outbox.outcomes(accepted[0].id).await.unwrap();
    let cancelled = OutcomeKind::Cancelled;
    assert_eq!(kinds(&later), [OutcomeKind::Rejected, cancelled, cancelled]);
    let ids: Vec<Value> = later.iter().map(|it| data(it)["id"].clone()).collect();
    assert_eq!(ids, [refused, withdrawn, expired].map(|id| Value::from(id.get())));
    let error = &data(&later[0])["error"];
    assert_eq!(error["status"], 400);
    assert!(error["message"].as_str().unwrap().contains("Failed to send messages"), "{error}");
    assert!(later.is_sorted_by_key(|it| it.id));
}

async fn a_campaign_is_told_once_when_it_is_done(bench: Bench) {
    let (sim, client) = line().await;
    let campaign = bench.outbox.new_campaign("bulk").idempotency_key("list").start().await.unwrap();
    campaign.feed_ids((0..1200).map(user)).await.unwrap();
    assert_eq!(all(&bench).await, []);
    until_idle(&bench, client).await;
    let told = all(&bench).await;
    assert_eq!(kinds(&told), [OutcomeKind::CampaignDone]);
    let of = data(&told[0]);
    assert_eq!(
        (&of["accepted"], &of["total"], &of["state"]),
        (&1200.into(), &1200.into(), &"done".into())
    );
    assert_eq!(sim.people_reached(), 1200);
}

async fn a_campaign_that_is_cancelled_is_told_once_nothing_of_it_is_open(bench: Bench) {
    let (sim, client) = line().await;
    // Its list was read, and LINE has the first request without that anybody knows.
    let campaign = bench.outbox.new_campaign("bulk").idempotency_key("list").start().await.unwrap();
    campaign.feed_ids((0..1200).map(user)).await.unwrap();
    let multicast = ("POST", "/v2/bot/message/multicast");
    let lost = FaultRule::drop_after_accept().on(multicast.0, multicast.1).times(1);
    sim.fault(lost).unwrap();
    let sent = async {
        sim.wait_for(1).await.unwrap();
    };
    let worker = || bench.outbox.worker().channel("default", client.clone());
    worker().concurrency(1).run(sent).await.unwrap();
    campaign.cancel().await.unwrap();
    campaign.cancel().await.unwrap();
    assert_eq!(all(&bench).await, [], "one of it is in doubt");
    bench.clock.advance(Duration::from_secs(120));
    until_idle(&bench, client).await;
    let told = all(&bench).await;
    assert_eq!(kinds(&told), [OutcomeKind::CampaignCancelled]);
    let of = data(&told[0]);
    assert_eq!((&of["state"], &of["total"]), (&"cancelled".into(), &1200.into()));
    assert_eq!((&of["accepted"], &of["cancelled"]), (&500.into(), &700.into()));

    // One whose list is still being read, and one that nobody has fed.
    let half = bench.outbox.new_campaign("half").start().await.unwrap();
    let broken = std::io::Cursor::new(user(1) + "\n").chain(Broken);
    half.feed(broken).await.unwrap_err();
    half.cancel().await.unwrap();
    bench.outbox.new_campaign("none").start().await.unwrap().cancel().await.unwrap();
    let told = bench.outbox.outcomes(told[0].id).await.unwrap();
    assert_eq!(kinds(&told), [OutcomeKind::CampaignCancelled; 2]);
}

/// The rest of a list that cannot be read.
struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(std::io::Error::other("the pipe broke"))
    }
}

async fn a_month_that_is_used_up_is_told_once(bench: Bench) {
    let sim =
        Sim::builder().any_user_is_friend().rate_limits(false).quota(1).start().await.unwrap();
    for n in 0..3 {
        bench.outbox.enqueue(NewDelivery::push(user(n), "hello")).await.unwrap();
        let many = NewDelivery::multicast([user(n)], "hello");
        bench.outbox.enqueue(many).await.unwrap();
    }
    until_idle(&bench, client(&sim)).await;
    let told = all(&bench).await;
    assert_eq!(kinds(&told), [OutcomeKind::QuotaUsedUp]);
    assert_eq!(data(&told[0]), json!({"channel": "default"}));
}

async fn a_token_that_is_refused_again_and_again_is_told_once(bench: Bench) {
    let (sim, _) = line().await;
    let wrong = Client::builder("wrong").api_base_url(sim.api_url()).build().unwrap();
    bench.outbox.enqueue(NewDelivery::push(user(1), "hello")).await.unwrap();
    let worker = bench.outbox.worker().channel("default", wrong).limits(Limits::none());
    let tried = async {
        while sim.requests().len() < 4 {
            tokio::time::sleep(Duration::from_millis(5)).await;
            bench.clock.advance(Duration::from_secs(1));
        }
    };
    worker.quota_every(None).run(tried).await.unwrap();
    assert_eq!(kinds(&all(&bench).await), [OutcomeKind::Unauthorized]);
}

async fn a_hold_and_its_release_are_told(bench: Bench) {
    let hold = bench.outbox.hold(NewHold::new("a wrong price").channel("shop")).await.unwrap();
    bench.outbox.release(hold.id).await.unwrap();
    let told = all(&bench).await;
    assert_eq!(kinds(&told), [OutcomeKind::LaneHeld, OutcomeKind::LaneReleased]);
    for it in &told {
        let of = data(it);
        assert_eq!((&of["reason"], &of["channel"]), (&"a wrong price".into(), &"shop".into()));
    }
}

async fn no_reader_misses_one_of_many_writers(bench: Bench) {
    let sends = (0..120).map(|n| NewDelivery::push(user(n), "hello")).collect();
    let enqueued = bench.outbox.enqueue_all(sends).await.unwrap();
    let ids: Vec<_> = enqueued.into_iter().map(|it| it.unwrap().id).collect();
    let read = async {
        let (mut found, mut after) = (Vec::new(), 0);
        while found.len() < ids.len() {
            let page = bench.outbox.next_outcomes(after).await.unwrap();
            assert!(page.iter().all(|it| it.id > after) && page.is_sorted_by_key(|it| it.id));
            after = page.last().unwrap().id;
            found.extend(page.iter().map(|it| data(it)["id"].as_i64().unwrap()));
        }
        found
    };
    let cancel = join_all(ids.iter().map(|id| bench.outbox.cancel(*id)));
    let both = async { tokio::join!(read, cancel) };
    let (mut found, cancelled) = tokio::time::timeout(Duration::from_secs(60), both).await.unwrap();
    assert!(cancelled.iter().all(Result::is_ok));
    found.sort_unstable();
    assert_eq!(found, ids.iter().map(|id| id.get()).collect::<Vec<_>>());
}

async fn outcomes_are_kept_for_a_week(bench: Bench) {
    let (_sim, client) = line().await;
    for days in [0, 6, 2] {
        bench.clock.advance(Duration::from_secs(days * 24 * 60 * 60));
        let send = bench.outbox.enqueue(NewDelivery::push(user(1), "hello")).await.unwrap();
        bench.outbox.cancel(send.id).await.unwrap();
        until_idle(&bench, client.clone()).await;
    }
    let ids: Vec<i64> = all(&bench).await.iter().map(|it| it.id).collect();
    assert_eq!(ids, [2, 3]);
}
