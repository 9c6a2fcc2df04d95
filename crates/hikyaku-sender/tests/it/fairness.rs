//! Fairness keys take turns, and campaigns that stand still are in nobody's way.
//!
//! `HIKYAKU_FAIR` sets how many sends the greatest key has.

use std::time::Duration;

use hikyaku::{Client, model::Message};
use hikyaku_sender::{
    ErrorKind, Lane, Limits, NewDelivery, Priority, Rate, State, WaitingFor, Worker,
};
use hikyaku_sim::Sim;

use crate::{
    stores::{Bench, on_every_store, user},
    worker::{line, work},
};

on_every_store![
    a_key_with_many_sends_stands_before_nobody_s_single_one,
    whose_turn_it_is_survives_a_restart,
    a_campaign_stands_before_nobody_s_single_push,
    what_is_more_urgent_still_goes_first,
    keys_that_only_wait_for_later_hold_up_no_others,
    a_paused_campaign_is_not_due,
    a_campaign_is_paused_and_let_go_in_one_commit,
    the_keys_of_campaigns_are_their_own,
];

fn many() -> usize {
    std::env::var("HIKYAKU_FAIR").map_or(3000, |many| many.parse().unwrap())
}

fn worker(bench: &Bench, client: &Client) -> Worker {
    bench.outbox.worker().channel("default", client.clone()).limits(Limits::none())
}

async fn enqueue(bench: &Bench, sends: impl IntoIterator<Item = NewDelivery>) {
    let sends: Vec<NewDelivery> = sends.into_iter().collect();
    for batch in sends.chunks(1000) {
        bench.outbox.enqueue_all(batch.to_vec()).await.unwrap();
    }
}

/// The places of these users in the order in which they got something, from 1.
fn places(sim: &Sim, users: impl IntoIterator<Item = usize>) -> Vec<u64> {
    let sent = sim.outbox();
    let place = |n| sent.iter().find(|it| it.to.as_str() == user(n)).map(|it| it.seq);
    users.into_iter().map(|n| place(n).unwrap_or(u64::MAX)).collect()
}

async fn a_key_with_many_sends_stands_before_nobody_s_single_one(bench: Bench) {
    const OTHERS: usize = 50;
    let (sim, client) = line().await;
    let many = many();
    let of_many = |n| NewDelivery::push(user(n), "hello").fairness_key("many");
    enqueue(&bench, (0..many).map(of_many)).await;
    // Keys before and behind it, and sends that have none.
    let single = |n: usize| {
        let send = NewDelivery::push(user(many + n), "hello");
        match n % 10 {
            0 if n > 0 => send.fairness_key(format!("a{n}")),
            0 => send,
            _ => send.fairness_key(format!("z{n}")),
        }
    };
    enqueue(&bench, (0..OTHERS).map(single)).await;
    let stop = async {
        let patient = sim.within(Duration::from_secs(300));
        patient.wait_for(2 * (1 + OTHERS as u64)).await.unwrap();
    };
    worker(&bench, &client).concurrency(1).run(stop).await.unwrap();
    let last = places(&sim, many..many + OTHERS).into_iter().max();
    assert!(last <= Some(2 * (1 + OTHERS as u64)), "{last:?}");
}

/// One permit at a time, so that each claim gives one key its turn.
async fn whose_turn_it_is_survives_a_restart(mut bench: Bench) {
    const KEYS: usize = 20;
    let (sim, client) = line().await;
    let of_key =
        |n: usize| NewDelivery::push(user(n), "hello").fairness_key(format!("key {:02}", n % KEYS));
    enqueue(&bench, (0..5 * KEYS).map(of_key)).await;
    for sent in [7, 14, 20] {
        let mut limits = Limits::none();
        limits.set(Lane::Push, Some(Rate::per_second(1)));
        let worker = bench.outbox.worker().channel("default", client.clone()).limits(limits);
        let stop = async {
            while sim.delivered() < sent {
                tokio::time::sleep(Duration::from_millis(2)).await;
                bench.clock.advance(Duration::from_secs(1));
            }
        };
        worker.quota_every(None).run(stop).await.unwrap();
        bench = bench.restarted().await;
    }
    let keys = places(&sim, 0..5 * KEYS).into_iter().enumerate();
    let first = keys.filter(|(_, place)| *place <= 20).map(|(n, _)| n % KEYS);
    let first: std::collections::BTreeSet<usize> = first.collect();
    // What a worker had claimed when it was stopped waits until its key comes round again.
    assert!(first.len() >= KEYS - 2, "{first:?}");
}

async fn a_campaign_stands_before_nobody_s_single_push(bench: Bench) {
    let (sim, client) = line().await;
    let many = many();
    let template = [Message::text("hello {name}")];
    let campaign = bench.outbox.new_personal_campaign(&template).priority(Priority::Normal);
    let campaign = campaign.start().await.unwrap();
    let list: String = (0..many).map(|n| user(n) + ",friend\n").collect();
    campaign.feed(std::io::Cursor::new(format!("id,name\n{list}"))).await.unwrap();
    enqueue(&bench, [NewDelivery::push(user(many), "your code is 123456")]).await;
    let stop = async {
        sim.wait_for(4).await.unwrap();
    };
    worker(&bench, &client).concurrency(1).run(stop).await.unwrap();
    assert!(places(&sim, [many])[0] <= 4);
}

async fn what_is_more_urgent_still_goes_first(bench: Bench) {
    let (sim, client) = line().await;
    let send =
        |n, priority, key| NewDelivery::push(user(n), "hello").priority(priority).fairness_key(key);
    let urgent = (4..8).map(|n| send(n, Priority::High, "many"));
    let normal = [send(0, Priority::Normal, "a"), send(1, Priority::Normal, "z")];
    let late = [send(2, Priority::Low, "a"), send(3, Priority::Low, "z")];
    enqueue(&bench, late.into_iter().chain(normal).chain(urgent)).await;
    let report = work(&bench, worker(&bench, &client).concurrency(1).until_idle()).await;
    assert_eq!(report.accepted, 8);
    let before = |of: [usize; 2]| places(&sim, of).into_iter().max();
    assert!(places(&sim, 4..8).into_iter().all(|place| place <= 4));
    assert_eq!((before([0, 1]), before([2, 3])), (Some(6), Some(8)));
}

/// More of them than one claim looks at, of the same priority and of a higher one.
async fn keys_that_only_wait_for_later_hold_up_no_others(bench: Bench) {
    let (sim, client) = line().await;
    let tomorrow = bench.clock.now() + Duration::from_secs(24 * 3600);
    let later = |n: usize| {
        let priority = if n.is_multiple_of(2) { Priority::High } else { Priority::Normal };
        let send = NewDelivery::push(user(n), "hello").at(tomorrow).priority(priority);
        send.fairness_key(format!("later {n}"))
    };
    enqueue(&bench, (0..700).map(later)).await;
    // In front of them, behind them and in between.
    let keys = ["a", "later 333a", "later 444a", "z"];
    let now = |n: usize| NewDelivery::push(user(n), "hello").fairness_key(keys[n % 4]);
    enqueue(&bench, (1000..1020).map(now)).await;
    let report = worker(&bench, &client).until_idle().run(std::future::pending()).await.unwrap();
    assert_eq!((report.accepted, sim.people_reached()), (20, 20));
    let overview = bench.outbox.overview().await.unwrap();
    assert_eq!(overview.lanes[0].next_due, Some(tomorrow));
}

async fn a_paused_campaign_is_not_due(bench: Bench) {
    let (sim, client) = line().await;
    let campaign = bench.outbox.new_campaign("hello").start().await.unwrap();
    campaign.feed_ids((0..3000).map(user)).await.unwrap();
    campaign.pause().await.unwrap();
    // Its deliveries wait with it, and nobody has to be alarmed about them.
    let overview = bench.outbox.overview().await.unwrap();
    assert_eq!(overview.count(State::Ready), 6);
    assert!(overview.lanes.iter().all(|lane| lane.next_due.is_none()), "{:?}", overview.lanes);
    let run =
        async || worker(&bench, &client).until_idle().run(std::future::pending()).await.unwrap();
    let report = run().await;
    assert_eq!((report.accepted, report.waiting.len(), sim.delivered()), (0, 0, 0));
    campaign.resume().await.unwrap();
    assert_eq!((run().await.accepted, sim.delivered()), (6, 3000));
}

/// A strict one is held until its list was found good.
async fn a_campaign_is_paused_and_let_go_in_one_commit(bench: Bench) {
    let (sim, client) = line().await;
    let campaign = bench.outbox.new_campaign("hello").strict(true).start().await.unwrap();
    campaign.feed_ids((0..3000).map(user)).await.unwrap();
    let rows = async || bench.outbox.list(hikyaku_sender::Filter::default()).await.unwrap();
    let before = format!("{:?}", rows().await);
    campaign.pause().await.unwrap();
    let mut paused = rows().await;
    for row in &mut paused {
        assert_eq!(row.waiting_for.take(), Some(WaitingFor::Campaign));
    }
    assert!(format!("{paused:?}") == before, "the rows of a paused campaign changed");
    campaign.resume().await.unwrap();
    assert!(format!("{:?}", rows().await) == before, "the rows of a resumed campaign changed");
    work(&bench, worker(&bench, &client).until_idle()).await;
    assert_eq!((sim.people_reached(), sim.duplicates()), (3000, vec![]));
}

async fn the_keys_of_campaigns_are_their_own(bench: Bench) {
    let enqueue = async |key: &str| {
        let send = NewDelivery::push(user(1), "hello").fairness_key(key);
        bench.outbox.enqueue(send).await
    };
    for wrong in ["campaign:1", "a\nb", &"k".repeat(201)] {
        let refused = enqueue(wrong).await.unwrap_err();
        assert!(matches!(refused.kind(), ErrorKind::Invalid(_)), "{refused}");
        assert!(refused.to_string().contains("fairness_key"), "{refused}");
    }
    let shown = async |key| {
        let id = enqueue(key).await.unwrap().id;
        bench.outbox.show(id).await.unwrap().unwrap().fairness_key
    };
    assert_eq!((shown("shop").await.as_deref(), shown("").await), (Some("shop"), None));
    let campaign = bench.outbox.new_campaign("hello").start().await.unwrap();
    campaign.feed_ids([user(2)]).await.unwrap();
    let filter = hikyaku_sender::Filter::default().campaign(campaign.id());
    let listed = bench.outbox.list(filter).await.unwrap();
    assert_eq!(listed[0].fairness_key, Some(format!("campaign:{}", campaign.id())));
}
