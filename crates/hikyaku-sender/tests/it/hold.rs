//! What a person stops, and lets go on.

use std::{
    future::pending,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use futures_util::FutureExt;
use hikyaku_sender::{
    ErrorKind, HoldId, Lane, Limits, NewDelivery, NewHold, Outbox, State, WaitingFor, Worker,
};

use crate::{
    stores::{Bench, delivered, on_every_store, user},
    worker::{line, work},
};

on_every_store![
    a_hold_stops_what_it_names,
    what_is_held_waits_for_its_release,
    a_hold_ends_by_itself,
    a_running_worker_heeds_a_hold,
    a_hold_that_cannot_be_is_refused,
    a_hold_is_moved_with_its_store,
    a_hold_on_a_key_lets_the_others_go_on,
    a_hold_on_a_key_has_a_scope,
    a_campaign_is_held_by_its_key,
];

const MINUTE: Duration = Duration::from_secs(60);

fn push(n: usize) -> NewDelivery {
    NewDelivery::push(user(n), "hello")
}

fn multicast(n: usize) -> NewDelivery {
    NewDelivery::multicast([user(n)], "hello")
}

async fn a_hold_stops_what_it_names(bench: Bench) {
    for (hold, held) in [
        (NewHold::new("all"), 4),
        (NewHold::new("a channel").channel("shop"), 2),
        (NewHold::new("a lane").lane(Lane::Push), 2),
        (NewHold::new("a lane of a channel").channel("shop").lane(Lane::Push), 1),
        (NewHold::new("another lane").lane(Lane::Broadcast), 0),
        (NewHold::new("another channel").channel("sho"), 0),
    ] {
        let (sim, client) = line().await;
        let both = |n, channel| [push(n).channel(channel), multicast(n + 1).channel(channel)];
        let sends = [both(1, "shop"), both(3, "default")].concat();
        bench.outbox.enqueue_all(sends).await.unwrap();
        let placed = bench.outbox.hold(hold).await.unwrap();
        let worker = || {
            let worker = bench.outbox.worker().channel("default", client.clone());
            worker.channel("shop", client.clone()).limits(Limits::none()).until_idle()
        };
        let report = work(&bench, worker()).await;
        assert_eq!(sim.delivered(), 4 - held, "{placed:?}");
        let waiting = report.waiting.iter().filter(|it| it.reason == WaitingFor::Release);
        assert_eq!(waiting.count() as u64, held, "{placed:?}");
        bench.outbox.release(placed.id).await.unwrap();
        work(&bench, worker()).await;
        assert_eq!((sim.delivered(), sim.duplicates()), (4, vec![]), "{placed:?}");
    }
}

fn worker(bench: &Bench, client: hikyaku::Client) -> Worker {
    bench.outbox.worker().channel("default", client).limits(Limits::none()).until_idle()
}

async fn what_is_held_waits_for_its_release(bench: Bench) {
    let (sim, client) = line().await;
    let twice = [NewHold::new("the price is wrong").by("ann"), NewHold::new("lunch").by("bob")];
    let mut holds = Vec::new();
    for hold in twice {
        holds.push(bench.outbox.hold(hold.channel("default")).await.unwrap());
    }
    let id = bench.outbox.enqueue(push(1)).await.unwrap().id;
    assert_eq!(bench.outbox.holds().await.unwrap(), holds);
    let [ann, bob] = holds.as_slice() else { panic!("{holds:?}") };
    assert_eq!((ann.reason.as_str(), ann.who.as_str()), ("the price is wrong", "ann"));
    assert_eq!(bench.outbox.release(ann.id).await.unwrap(), *ann);
    work(&bench, worker(&bench, client.clone())).await;
    assert_eq!(bench.outbox.show(id).await.unwrap().unwrap().state, State::Ready, "bob's stands");

    bench.outbox.release(bob.id).await.unwrap();
    let again = bench.outbox.release(bob.id).await.unwrap_err();
    assert!(matches!(again.kind(), ErrorKind::NoHold(id) if *id == bob.id), "{again}");
    work(&bench, worker(&bench, client)).await;
    assert_eq!(sim.delivered(), 1);
}

async fn a_hold_ends_by_itself(bench: Bench) {
    let (sim, client) = line().await;
    let until = bench.clock.now() + 5 * MINUTE;
    bench.outbox.hold(NewHold::new("lunch").until(until)).await.unwrap();
    bench.outbox.enqueue(push(1)).await.unwrap();
    work(&bench, worker(&bench, client)).await;
    assert!(bench.clock.now() >= until, "the hold was over before it ended");
    assert_eq!(sim.delivered(), 1);
    assert_eq!(bench.outbox.holds().await.unwrap(), vec![]);
}

async fn a_running_worker_heeds_a_hold(bench: Bench) {
    let (sim, client) = line().await;
    let worker = bench.outbox.worker().channel("default", client).limits(Limits::none());
    let test = async {
        bench.outbox.enqueue_all(vec![push(1), multicast(2)]).await.unwrap();
        delivered(&sim, 2).await;
        let hold = bench.outbox.hold(NewHold::new("stop").lane(Lane::Push)).await.unwrap();
        bench.outbox.enqueue_all(vec![push(3), multicast(4)]).await.unwrap();
        // The claim that takes the one has looked at the other, too.
        delivered(&sim, 3).await;
        assert_eq!(sim.delivery_count(&user(3).as_str().into()), 0);
        bench.outbox.release(hold.id).await.unwrap();
        delivered(&sim, 4).await;
    };
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let test = async {
        test.await;
        let _ = stop.send(());
    };
    let stopped = async { stopped.await.unwrap_or_default() };
    let (report, ()) = tokio::join!(worker.run(stopped), test);
    assert_eq!(report.unwrap().accepted, 4);
}

async fn a_hold_that_cannot_be_is_refused(bench: Bench) {
    let now = bench.clock.now();
    for (hold, field) in [
        (NewHold::new(""), "reason"),
        (NewHold::new("why").channel("a\nb"), "channel"),
        (NewHold::new("why").by("x".repeat(201)), "who"),
        (NewHold::new("why").until(now), "until"),
        (NewHold::new("why").fairness_key(""), "fairness_key"),
    ] {
        let why = bench.outbox.hold(hold).await.unwrap_err();
        let ErrorKind::Invalid(rules) = why.kind() else { panic!("{why}") };
        assert!(rules.iter().any(|rule| rule.property() == field), "{why}");
    }
    assert_eq!(bench.outbox.holds().await.unwrap(), vec![]);
    assert!(bench.outbox.release(HoldId::from(1)).await.is_err());
}

async fn a_hold_is_moved_with_its_store(bench: Bench) {
    let (sim, client) = line().await;
    let hold = NewHold::new("stop").channel("default").lane(Lane::Push).by("ann");
    let on_key =
        NewHold::new("and this").fairness_key("tenant-7").until(bench.clock.now() + MINUTE);
    bench.outbox.hold(on_key.clone()).await.unwrap();
    let hold = bench.outbox.hold(hold).await.unwrap();
    bench.outbox.enqueue(push(1)).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("moved.db").display());
    let target = Outbox::builder(&url).clock(bench.clock.clone()).open().await.unwrap();
    bench.outbox.move_to(&target, |_| {}).await.unwrap();
    drop(target);
    // And it outlives the program that has placed it.
    let outbox = Outbox::builder(&url).clock(bench.clock.clone()).open().await.unwrap();
    let moved = Bench::of(outbox, bench.clock.clone(), url);
    let holds = moved.outbox.holds().await.unwrap();
    let [key, one] = holds.as_slice() else { panic!("{holds:?}") };
    assert_eq!(key.fairness_key.as_deref(), Some("tenant-7"));
    assert_eq!((&one.reason, &one.who, one.at), (&hold.reason, &hold.who, hold.at));
    work(&moved, worker(&moved, client.clone())).await;
    assert_eq!(sim.delivered(), 0);
    moved.outbox.release(one.id).await.unwrap();
    work(&moved, worker(&moved, client)).await;
    assert_eq!(sim.delivered(), 1);
}

async fn a_hold_on_a_key_lets_the_others_go_on(bench: Bench) {
    let (sim, client) = line().await;
    let hold = NewHold::new("a loop in their program").fairness_key("tenant-7").by("ann");
    let hold = bench.outbox.hold(hold).await.unwrap();
    assert_eq!(hold.fairness_key.as_deref(), Some("tenant-7"));
    let mut sends: Vec<_> = (0..600).map(|n| push(n).fairness_key("tenant-7")).collect();
    sends.extend((600..620).map(|n| push(n).fairness_key("tenant-8")));
    sends.push(push(620));
    let ids: Vec<_> = bench.outbox.enqueue_all(sends).await.unwrap();
    let later = bench.clock.now() + 5 * MINUTE;
    bench.outbox.enqueue(push(621).at(later)).await.unwrap();
    let report = work(&bench, worker(&bench, client.clone())).await;
    // Also the one that was due later: it is not overlooked for what is held.
    assert_eq!(sim.delivered(), 22);
    let reasons: Vec<_> = report.waiting.iter().map(|it| (it.lane, it.reason)).collect();
    assert_eq!(reasons, [(Lane::Push, WaitingFor::Release)]);
    let show = async |n: usize| {
        let id = ids[n].as_ref().unwrap().id;
        let shown = bench.outbox.show(id).await.unwrap().unwrap();
        (shown.state, shown.waiting_for)
    };
    assert_eq!(show(3).await, (State::Ready, Some(WaitingFor::Release)));
    assert_eq!(show(610).await.0, State::Accepted);
    // It is written down, and outlives programs.
    let bench = bench.restarted().await;
    assert_eq!(bench.outbox.holds().await.unwrap(), std::slice::from_ref(&hold));
    work(&bench, worker(&bench, client.clone())).await;
    assert_eq!(sim.delivered(), 22);
    bench.outbox.release(hold.id).await.unwrap();
    work(&bench, worker(&bench, client)).await;
    assert_eq!((sim.delivered(), sim.duplicates()), (622, vec![]));
}

async fn a_hold_on_a_key_has_a_scope(bench: Bench) {
    let key = || NewHold::new("stop").fairness_key("tenant-7");
    for (hold, held) in [
        (key(), 4),
        (key().channel("shop"), 2),
        (key().lane(Lane::Push), 2),
        (key().channel("shop").lane(Lane::Push), 1),
        (key().lane(Lane::Broadcast), 0),
        (NewHold::new("stop").fairness_key("tenant"), 0),
    ] {
        let (sim, client) = line().await;
        let both = |n, channel| [push(n).channel(channel), multicast(n + 1).channel(channel)];
        let sends = [both(1, "shop"), both(3, "default")].concat();
        let sends = sends.into_iter().flat_map(|it| [it.clone(), it.fairness_key("tenant-7")]);
        bench.outbox.enqueue_all(sends.collect()).await.unwrap();
        let placed = bench.outbox.hold(hold).await.unwrap();
        let worker = || {
            let worker = bench.outbox.worker().channel("default", client.clone());
            worker.channel("shop", client.clone()).limits(Limits::none()).until_idle()
        };
        let report = work(&bench, worker()).await;
        assert_eq!(sim.delivered(), 8 - held, "{placed:?}");
        let waiting = report.waiting.iter().filter(|it| it.reason == WaitingFor::Release);
        assert_eq!(waiting.count() as u64, held, "{placed:?}");
        bench.outbox.release(placed.id).await.unwrap();
        work(&bench, worker()).await;
        assert_eq!(sim.delivered(), 8, "{placed:?}");
    }
}

async fn a_campaign_is_held_by_its_key(bench: Bench) {
    let (sim, client) = line().await;
    let campaign = bench.outbox.new_campaign("spring").start().await.unwrap();
    campaign.feed_ids((0..10).map(user)).await.unwrap();
    let key = format!("campaign:{}", campaign.id());
    let hold = bench.outbox.hold(NewHold::new("wait").fairness_key(key)).await.unwrap();
    let other = bench.outbox.new_campaign("sale").start().await.unwrap();
    other.feed_ids((10..15).map(user)).await.unwrap();
    work(&bench, worker(&bench, client.clone())).await;
    assert_eq!(sim.people_reached(), 5);
    let watched = campaign.watch(MINUTE).next().await.unwrap();
    assert_eq!(watched.waiting.map(|it| it.reason), Some(WaitingFor::Release));
    bench.outbox.release(hold.id).await.unwrap();
    work(&bench, worker(&bench, client)).await;
    assert_eq!(sim.people_reached(), 15);
}

/// A worker that stood still after its claim, while somebody placed a hold.
#[tokio::test]
async fn what_was_claimed_before_a_hold_is_not_sent_long_after_it() {
    let bench = Bench::memory().await;
    let (sim, client) = line().await;
    bench.outbox.enqueue(push(1)).await.unwrap();
    let (outbox, stood) = (bench.outbox.clone(), AtomicBool::new(false));
    let worker = worker(&bench, client).on_step(move |step| {
        if step == "after claim" && !stood.swap(true, Ordering::Relaxed) {
            outbox.hold(NewHold::new("stop")).now_or_never().unwrap().unwrap();
            std::thread::sleep(Duration::from_millis(600));
        }
    });
    let report = worker.run(pending()).await.unwrap();
    assert_eq!(report.waiting[0].reason, WaitingFor::Release);
    assert_eq!(sim.requests().iter().filter(|it| it.path.ends_with("/push")).count(), 0);
}
