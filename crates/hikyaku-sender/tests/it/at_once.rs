//! Sends that a worker of the same program has from their first commit on.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use hikyaku_sender::{
    Beyond, DeliveryId, IdleWorker, Lane, Limits, NewDelivery, NewHold, Outbox, OutcomeKind, Per,
    Priority, Rate, State,
};
use tokio::sync::oneshot;

use crate::{
    stores::{Bench, delivered, on_every_store, user},
    worker::{line, work},
};

on_every_store![
    what_is_enqueued_is_the_workers_in_the_same_commit,
    nothing_due_is_overtaken,
    what_stands_still_is_not_taken,
    the_rate_holds,
    order_keys_hold,
    a_budget_holds,
    a_name_that_is_taken_takes_no_permit,
    a_name_that_is_taken_uses_no_budget_up,
    a_worker_gets_no_more_than_it_has_room_for,
    what_a_killed_worker_had_is_sent_again_under_its_key,
    a_running_worker_sends_without_a_claim,
    a_worker_that_stops_gives_back_what_it_was_handed,
];

const LEASE: Duration = Duration::from_secs(60);

fn push(n: usize) -> NewDelivery {
    NewDelivery::push(user(n), "hello")
}

fn idle_worker(outbox: &Outbox) -> IdleWorker {
    outbox.idle_worker("default", 8, LEASE, Limits::none())
}

async fn enqueue(outbox: &Outbox, send: NewDelivery) -> i64 {
    outbox.enqueue(send).await.unwrap().id.get()
}

async fn state(outbox: &Outbox, id: i64) -> State {
    outbox.show(DeliveryId::from(id)).await.unwrap().unwrap().state
}

/// Lets those that have a lease lose it, and sends everything.
async fn send_all(bench: &Bench) -> hikyaku_sim::Sim {
    let (sim, client) = line().await;
    bench.clock.advance(2 * LEASE);
    bench.outbox.sweep_once().await.unwrap();
    let worker = bench.outbox.worker().channel("default", client.clone()).channel("shop", client);
    work(bench, worker.limits(Limits::none()).until_idle()).await;
    assert_eq!(sim.duplicates(), vec![]);
    sim
}

async fn what_is_enqueued_is_the_workers_in_the_same_commit(bench: Bench) {
    let outbox = &bench.outbox;
    let mut worker = idle_worker(outbox);
    let id = enqueue(outbox, push(1)).await;
    assert_eq!(worker.taken(), [(id, 1)]);
    let listed = outbox.show(DeliveryId::from(id)).await.unwrap().unwrap();
    assert_eq!((listed.state, listed.attempts), (State::InFlight, 1));
    // As after a claim: nobody else gets it, and it cannot be withdrawn.
    assert_eq!(outbox.claim_some("default", 10, LEASE).await.unwrap(), []);
    assert!(outbox.cancel(DeliveryId::from(id)).await.is_err());
    // Another channel is not this worker's, and what is for later waits.
    let later = bench.clock.now() + LEASE;
    for send in [push(2).channel("shop"), push(3).at(later)] {
        let id = enqueue(outbox, send).await;
        assert_eq!(state(outbox, id).await, State::Ready);
    }
    // All of a commit, or nothing of it.
    let many = outbox.enqueue_all((10..18).map(push).collect()).await.unwrap();
    assert_eq!(worker.taken().len(), many.len());
    outbox.enqueue_all((20..29).map(push).collect()).await.unwrap();
    assert_eq!(worker.taken(), []);
    drop(worker);
    let sim = send_all(&bench).await;
    assert_eq!(sim.delivered(), 3 + 8 + 9);
}

async fn nothing_due_is_overtaken(bench: Bench) {
    let outbox = &bench.outbox;
    // Of any key and priority.
    let low = push(1).fairness_key("a").priority(Priority::Low);
    let first = enqueue(outbox, low).await;
    let mut worker = idle_worker(outbox);
    let second = enqueue(outbox, push(2).fairness_key("b").priority(Priority::High)).await;
    assert_eq!((worker.taken(), state(outbox, second).await), (vec![], State::Ready));
    // In another lane, nothing is due.
    let multicast = enqueue(outbox, NewDelivery::multicast([user(3)], "hello")).await;
    assert_eq!(worker.taken(), [(multicast, 1)]);
    let claimed = outbox.claim_some("default", 10, LEASE).await.unwrap();
    assert_eq!(claimed.len(), 2);
    // What waits for later is not overtaken.
    outbox.enqueue(push(4).at(bench.clock.now() + LEASE)).await.unwrap();
    let third = enqueue(outbox, push(5)).await;
    assert_eq!(worker.taken(), [(third, 1)]);
    outbox
        .settle_as_accepted(&[(first, 1), (second, 1), (third, 1), (multicast, 1)])
        .await
        .unwrap();
    // Nor where so many keys wait for later that a claim has to find out who is next.
    let later = |n: usize| push(n).fairness_key(n.to_string()).at(bench.clock.now() + LEASE);
    outbox.enqueue_all((100..140).map(later).collect()).await.unwrap();
    let last = enqueue(outbox, push(6)).await;
    assert_eq!((worker.taken(), state(outbox, last).await), (vec![], State::Ready));
    drop(worker);
    assert_eq!(send_all(&bench).await.delivered(), 42);
}

async fn what_stands_still_is_not_taken(bench: Bench) {
    let outbox = &bench.outbox;
    let mut worker = idle_worker(outbox);
    for hold in [
        NewHold::new("all"),
        NewHold::new("a lane").channel("default").lane(Lane::Push),
        NewHold::new("a key").fairness_key("a"),
    ] {
        let hold = outbox.hold(hold).await.unwrap();
        let id = enqueue(outbox, push(1).fairness_key("a")).await;
        assert_eq!((worker.taken(), state(outbox, id).await), (vec![], State::Ready), "{hold:?}");
        outbox.cancel(DeliveryId::from(id)).await.unwrap();
        outbox.release(hold.id).await.unwrap();
    }
    // What a hold keeps back is not overtaken by others of its lane.
    let hold = outbox.hold(NewHold::new("a key").fairness_key("a")).await.unwrap();
    outbox.enqueue(push(1).fairness_key("a")).await.unwrap();
    let other = enqueue(outbox, push(2).fairness_key("b")).await;
    assert_eq!(worker.taken(), [(other, 1)]);
    outbox.release(hold.id).await.unwrap();
    drop(worker);
    assert_eq!(send_all(&bench).await.delivered(), 2);
}

async fn the_rate_holds(bench: Bench) {
    let outbox = &bench.outbox;
    let mut limits = Limits::none();
    limits.set(Lane::Push, Some(Rate::per_second(40)));
    limits.set(Lane::Broadcast, Some(Rate::per_hour(60)));
    let mut worker = outbox.idle_worker("default", 100, LEASE, limits);
    // A bucket begins with one permit, and holds two of this rate.
    let first = enqueue(outbox, push(1)).await;
    assert_eq!(worker.taken(), [(first, 1)]);
    let second = enqueue(outbox, push(2)).await;
    assert_eq!((worker.taken(), state(outbox, second).await), (vec![], State::Ready));
    outbox.cancel(DeliveryId::from(second)).await.unwrap();
    bench.clock.advance(Duration::from_secs(10));
    outbox.enqueue_all(vec![push(3), push(4), push(5)]).await.unwrap();
    assert_eq!(worker.taken(), [], "three are more than a bucket has");
    let claimed = outbox.claim_some("default", 3, LEASE).await.unwrap();
    outbox.settle_as_accepted(&claimed).await.unwrap();
    outbox.enqueue_all(vec![push(6), push(7)]).await.unwrap();
    assert_eq!(worker.taken().len(), 2, "permits that were not used are still there");
    outbox.enqueue(push(8)).await.unwrap();
    // Each of those that are counted one by one is a claim's.
    let broadcast = NewDelivery::broadcast("to all").idempotency_key("b");
    outbox.enqueue(broadcast).await.unwrap();
    assert_eq!(worker.taken(), []);
    drop(worker);
    send_all(&bench).await;
}

async fn order_keys_hold(bench: Bench) {
    let outbox = &bench.outbox;
    let mut worker = idle_worker(outbox);
    let ordered = |n| push(n).in_order("chat");
    // Of one commit the first, whatever its lane.
    let multicast = NewDelivery::multicast([user(2)], "hello").in_order("chat");
    let ids = outbox.enqueue_all(vec![ordered(1), multicast, ordered(3), push(4)]).await.unwrap();
    let ids: Vec<i64> = ids.into_iter().map(|it| it.unwrap().id.get()).collect();
    assert_eq!(worker.taken(), [(ids[0], 1), (ids[3], 1)]);
    // A claim finds out that the others are behind it, and lets each go in its turn.
    assert_eq!(outbox.claim_some("default", 10, LEASE).await.unwrap(), []);
    let later = enqueue(outbox, ordered(5)).await;
    assert_eq!((worker.taken(), state(outbox, later).await), (vec![], State::Ready));
    outbox.settle_as_accepted(&[(ids[0], 1)]).await.unwrap();
    assert_eq!(outbox.claim_some("default", 10, LEASE).await.unwrap(), [(ids[1], 1)]);
    let other = enqueue(outbox, push(6).in_order("another")).await;
    assert_eq!(worker.taken(), [(other, 1)]);
    drop(worker);
    let sim = send_all(&bench).await;
    assert_eq!(sim.delivered(), 5);
}

async fn a_budget_holds(bench: Bench) {
    let outbox = &bench.outbox;
    let mut worker = idle_worker(outbox);
    outbox.set_budget("shop", 3, Per::Day, Beyond::Wait).await.unwrap();
    let of_shop = |n| push(n).fairness_key("shop");
    let two = NewDelivery::multicast([user(2), user(3)], "hello").fairness_key("shop");
    outbox.enqueue(of_shop(1)).await.unwrap();
    outbox.enqueue(two).await.unwrap();
    assert_eq!((worker.taken().len(), outbox.budgets().await.unwrap()[0].used), (2, 3));
    let beyond = enqueue(outbox, of_shop(4)).await;
    assert_eq!((worker.taken(), state(outbox, beyond).await), (vec![], State::Ready));
    // Others go on beside what waits, once a claim has found out that it does.
    assert_eq!(outbox.claim_some("default", 10, LEASE).await.unwrap(), []);
    let other = enqueue(outbox, push(5).fairness_key("other")).await;
    assert_eq!(worker.taken(), [(other, 1)]);
    outbox.clear_budget("shop").await.unwrap();
    drop(worker);
    assert_eq!(send_all(&bench).await.people_reached(), 5);
}

async fn a_name_that_is_taken_takes_no_permit(bench: Bench) {
    let outbox = &bench.outbox;
    let mut limits = Limits::none();
    limits.set(Lane::Push, Some(Rate::per_second(20)));
    let mut worker = outbox.idle_worker("default", 100, LEASE, limits);
    outbox.set_budget("shop", 10, Per::Day, Beyond::Wait).await.unwrap();
    let named = || push(1).idempotency_key("n").fairness_key("shop");
    let id = enqueue(outbox, named()).await;
    assert_eq!(worker.taken(), [(id, 1)]);
    bench.clock.advance(Duration::from_secs(10));
    for _ in 0..5 {
        let again = outbox.enqueue(named()).await.unwrap();
        assert!(again.existing && worker.taken().is_empty());
    }
    assert_eq!(outbox.budgets().await.unwrap()[0].used, 1);
    let other = enqueue(outbox, push(2)).await;
    assert_eq!(worker.taken(), [(other, 1)]);
    drop(worker);
    assert_eq!(send_all(&bench).await.delivered(), 2);
}

async fn a_name_that_is_taken_uses_no_budget_up(bench: Bench) {
    let outbox = &bench.outbox;
    let mut worker = idle_worker(outbox);
    let named = || push(1).idempotency_key("n").fairness_key("shop");
    enqueue(outbox, named()).await;
    outbox.set_budget("shop", 1, Per::Day, Beyond::Wait).await.unwrap();
    let repeat = async || {
        for _ in 0..3 {
            assert!(outbox.enqueue(named()).await.unwrap().existing);
        }
        let told = outbox.outcomes(0).await.unwrap();
        let told: Vec<_> = told.into_iter().map(|it| it.kind).collect();
        let budget = outbox.budgets().await.unwrap().remove(0);
        (told, budget.used, budget.used_up)
    };
    assert_eq!(repeat().await, (vec![], 0, false));
    enqueue(outbox, push(2).fairness_key("shop")).await;
    assert_eq!(repeat().await, (vec![OutcomeKind::BudgetNearlyUsedUp], 1, false));
    assert_eq!(worker.taken().len(), 2);
    outbox.clear_budget("shop").await.unwrap();
    drop(worker);
    assert_eq!(send_all(&bench).await.delivered(), 2);
}

async fn a_worker_gets_no_more_than_it_has_room_for(bench: Bench) {
    let outbox = &bench.outbox;
    let mut worker = outbox.idle_worker("default", 2, LEASE, Limits::none());
    // While it does something else, and has seen none of them.
    let (mut ids, mut states) = (Vec::new(), Vec::new());
    for n in 0..4 {
        ids.push(enqueue(outbox, push(n)).await);
    }
    for id in ids {
        states.push(state(outbox, id).await);
    }
    assert_eq!(states, [State::InFlight, State::InFlight, State::Ready, State::Ready]);
    assert_eq!(worker.taken().len(), 2);
    assert_eq!(outbox.claim_some("default", 10, LEASE).await.unwrap().len(), 2);
    let next = enqueue(outbox, push(4)).await;
    assert_eq!(worker.taken(), [(next, 1)]);
    drop(worker);
    assert_eq!(send_all(&bench).await.delivered(), 5);
}

/// Another transaction has the name, and may have it for long.
#[tokio::test]
async fn who_waits_for_a_name_keeps_no_lane_from_being_sent() {
    let Some(bench) = Bench::postgres().await else { return };
    let outbox = &bench.outbox;
    let due = enqueue(outbox, push(1)).await;
    let named = || push(2).idempotency_key("n");
    let mut caller = crate::postgres::client(&bench.url).await;
    let transaction = caller.transaction().await.unwrap();
    let json = named().to_json().unwrap();
    let sql = "SELECT id FROM hikyaku_enqueue_v1($1::text::jsonb)";
    transaction.query_one(sql, &[&json]).await.unwrap();
    let worker = idle_worker(outbox);
    let waits = tokio::spawn({
        let outbox = outbox.clone();
        async move { outbox.enqueue(named()).await.unwrap() }
    });
    let waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted \
        AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())";
    while transaction.query_one(waiting, &[]).await.unwrap().get::<_, i64>(0) == 0 {}
    let claim = outbox.claim_some("default", 10, LEASE);
    let claimed = tokio::time::timeout(Duration::from_secs(20), claim).await;
    assert_eq!(claimed.expect("the claim waits for the name, too").unwrap(), [(due, 1)]);
    transaction.commit().await.unwrap();
    assert!(waits.await.unwrap().existing);
    drop(worker);
    assert_eq!(send_all(&bench).await.delivered(), 2);
    bench.assert_at_rest().await;
}

async fn what_a_killed_worker_had_is_sent_again_under_its_key(bench: Bench) {
    let outbox = &bench.outbox;
    let mut worker = idle_worker(outbox);
    let key = hikyaku::RetryKey::new();
    let id = enqueue(outbox, push(1).retry_key(key)).await;
    assert_eq!(worker.taken(), [(id, 1)]);
    drop(worker);
    bench.clock.advance(LEASE);
    outbox.sweep_once().await.unwrap();
    let listed = outbox.show(DeliveryId::from(id)).await.unwrap().unwrap();
    assert_eq!((listed.state, listed.may_have_landed), (State::Ready, true));
    let sim = send_all(&bench).await;
    let requests = sim.requests();
    let keys: Vec<_> =
        requests.iter().filter_map(|it| it.headers.get("x-line-retry-key")).collect();
    assert_eq!(keys, [key.to_string().as_str()]);
}

async fn a_running_worker_sends_without_a_claim(bench: Bench) {
    const SENDS: usize = 20;
    let (sim, client) = line().await;
    let steps: Arc<Mutex<Vec<&'static str>>> = Arc::default();
    let noted = steps.clone();
    let worker = bench.outbox.worker().channel("default", client).limits(Limits::none());
    let worker = worker.quota_every(None).on_step(move |step| noted.lock().unwrap().push(step));
    let test = async {
        let mut at_once = 0;
        for n in 0..SENDS {
            // Until it has nothing left to do.
            while !steps.lock().unwrap().ends_with(&["before claim", "after claim"]) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            steps.lock().unwrap().clear();
            let id = bench.outbox.enqueue(push(n)).await.unwrap().id;
            bench.outbox.wait(id, LEASE).await.unwrap();
            let steps = steps.lock().unwrap();
            let sent = steps.iter().position(|step| *step == "before send").unwrap();
            at_once += usize::from(!steps[..sent].contains(&"after claim"));
        }
        at_once
    };
    let (stop, stopped) = oneshot::channel::<()>();
    let test = async {
        let at_once = test.await;
        let _ = stop.send(());
        at_once
    };
    let stopped = async { stopped.await.unwrap_or_default() };
    let (_, at_once) = tokio::join!(Box::pin(worker.run(stopped)), test);
    // Each has a claim before it otherwise. A claim that falls between by chance proves nothing.
    assert!(at_once > 0, "none of {SENDS}");
    assert_eq!((sim.delivered(), sim.duplicates()), (SENDS as u64, vec![]));
}

/// What is on its way to a worker when that ends is nobody's afterwards.
async fn a_worker_that_stops_gives_back_what_it_was_handed(bench: Bench) {
    let (sim, client) = line().await;
    let mut enqueued = 0;
    for _ in 0..10 {
        let worker = bench.outbox.worker().channel("default", client.clone());
        let worker = worker.limits(Limits::none()).quota_every(None);
        let fill = async {
            delivered(&sim, enqueued).await;
            for n in 0..10 {
                bench.outbox.enqueue(push(enqueued + n)).await.unwrap();
            }
        };
        let ((), report) = tokio::join!(
            fill,
            worker.run(async {
                delivered(&sim, enqueued + 3).await;
            })
        );
        report.unwrap();
        bench.assert_at_rest().await;
        enqueued += 10;
    }
    assert_eq!(send_all(&bench).await.delivered() + sim.delivered(), enqueued as u64);
}
