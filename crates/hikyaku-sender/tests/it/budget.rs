//! How many recipients a fairness key may reach.

use std::time::Duration;

use futures_util::future::join_all;
use hikyaku_sender::{
    Beyond, Filter, Limits, NewDelivery, NewHold, Outbox, OutcomeKind, Per, State, Time,
    WaitingFor, Worker,
};
use hikyaku_sim::FaultRule;

use crate::{
    stores::{Bench, on_every_store, user},
    worker::{line, work},
};

on_every_store![
    what_does_not_fit_waits_for_the_next_day,
    what_does_not_fit_may_be_cancelled,
    what_surely_was_not_sent_does_not_count,
    what_is_in_doubt_counts_and_is_cleared_up,
    a_larger_budget_lets_it_go_on,
    a_budget_is_heeded_by_many_workers,
    a_campaign_has_a_budget_by_its_key,
    a_budget_is_moved_with_its_store,
    a_hold_and_a_budget_go_together,
    what_is_larger_than_its_budget_waits_and_says_so,
    what_the_month_has_no_room_for_uses_no_budget_up,
];

const PUSH: (&str, &str) = ("POST", "/v2/bot/message/push");

fn push(n: usize) -> NewDelivery {
    NewDelivery::push(user(n), "hello").fairness_key("tenant-7")
}

fn worker(outbox: &Outbox, client: &hikyaku::Client) -> Worker {
    let worker = outbox.worker().channel("default", client.clone());
    worker.limits(Limits::none()).until_idle()
}

async fn budget(bench: &Bench, limit: u64) {
    bench.outbox.set_budget("tenant-7", limit, Per::Day, Beyond::Wait).await.unwrap();
}

async fn used(bench: &Bench) -> (u64, bool) {
    let budgets = bench.outbox.budgets().await.unwrap();
    (budgets[0].used, budgets[0].used_up)
}

async fn kinds(bench: &Bench) -> Vec<OutcomeKind> {
    bench.outbox.outcomes(0).await.unwrap().iter().map(|it| it.kind).collect()
}

async fn what_does_not_fit_waits_for_the_next_day(bench: Bench) {
    let (sim, client) = line().await;
    budget(&bench, 10).await;
    let mut sends: Vec<_> = (0..25).map(push).collect();
    sends.push(NewDelivery::push(user(100), "another tenant").fairness_key("tenant-8"));
    sends.push(NewDelivery::push(user(101), "nobody's"));
    bench.outbox.enqueue_all(sends).await.unwrap();
    let report = work(&bench, worker(&bench.outbox, &client)).await;
    assert_eq!((sim.delivered(), used(&bench).await), (12, (10, true)));
    let budgets = bench.outbox.budgets().await.unwrap();
    let waiting: Vec<_> = report.waiting.iter().map(|it| (it.reason, it.until)).collect();
    assert_eq!(waiting, [(WaitingFor::Budget, Some(budgets[0].until))]);
    let left = bench.outbox.list(Filter::default().state(State::Ready)).await.unwrap();
    assert_eq!(left.len(), 15);
    assert!(left.iter().all(|it| it.waiting_for == Some(WaitingFor::Budget)));
    let told = [OutcomeKind::BudgetNearlyUsedUp, OutcomeKind::BudgetUsedUp];
    assert_eq!(kinds(&bench).await, told);
    let metrics = bench.outbox.metrics().await.unwrap();
    for (name, value) in [("recipients", 10), ("used_recipients", 10)] {
        let line =
            format!("hikyaku_outbox_budget_{name}{{key=\"tenant-7\",per=\"day\"}} {value}\n");
        assert!(metrics.contains(&line), "{metrics}");
    }
    assert_eq!(bench.outbox.overview().await.unwrap().budgets, budgets);

    // It outlives the program, and the next day begins with nothing used.
    let bench = bench.restarted().await;
    work(&bench, worker(&bench.outbox, &client)).await;
    assert_eq!(sim.delivered(), 12);
    bench.clock.set(budgets[0].until);
    work(&bench, worker(&bench.outbox, &client)).await;
    assert_eq!((sim.delivered(), used(&bench).await), (22, (10, true)));
    bench.clock.advance(Duration::from_secs(24 * 60 * 60));
    work(&bench, worker(&bench.outbox, &client)).await;
    assert_eq!((sim.delivered(), used(&bench).await), (27, (5, false)));
    assert_eq!(sim.duplicates(), vec![]);
}

async fn what_does_not_fit_may_be_cancelled(bench: Bench) {
    let (sim, client) = line().await;
    bench.outbox.set_budget("tenant-7", 3, Per::Month, Beyond::Cancel).await.unwrap();
    bench.outbox.enqueue_all((0..5).map(push).collect()).await.unwrap();
    let report = work(&bench, worker(&bench.outbox, &client)).await;
    assert_eq!((sim.delivered(), report.waiting), (3, vec![]));
    let cancelled = bench.outbox.list(Filter::default().state(State::Cancelled)).await.unwrap();
    let why = "cancelled: the budget of its fairness key is used up";
    assert_eq!(cancelled.len(), 2);
    assert!(cancelled.iter().all(|it| it.last_error.as_deref() == Some(why)));
    let told = kinds(&bench).await;
    let told = |kind| told.iter().filter(|it| **it == kind).count();
    assert_eq!((told(OutcomeKind::Cancelled), told(OutcomeKind::BudgetUsedUp)), (2, 1));
}

async fn what_surely_was_not_sent_does_not_count(bench: Bench) {
    let (sim, client) = line().await;
    budget(&bench, 4).await;
    // Refused, and too fast for the rate.
    sim.fault(FaultRule::answer(400).on(PUSH.0, PUSH.1).times(2)).unwrap();
    bench.outbox.enqueue_all((0..2).map(push).collect()).await.unwrap();
    work(&bench, worker(&bench.outbox, &client)).await;
    assert_eq!(used(&bench).await, (0, false));
    sim.fault(FaultRule::answer(429).on(PUSH.0, PUSH.1).times(3)).unwrap();
    bench.outbox.enqueue_all((2..6).map(push).collect()).await.unwrap();
    work(&bench, worker(&bench.outbox, &client)).await;
    assert_eq!((sim.delivered(), used(&bench).await.0), (4, 4));
    // Replies and the like are not counted, whoever sends them.
    let all = NewDelivery::broadcast("to all").idempotency_key("all").fairness_key("tenant-7");
    bench.outbox.enqueue(all).await.unwrap();
    work(&bench, worker(&bench.outbox, &client)).await;
    assert_eq!(
        (used(&bench).await.0, bench.outbox.overview().await.unwrap().count(State::Ready)),
        (4, 0)
    );
}

async fn what_is_in_doubt_counts_and_is_cleared_up(bench: Bench) {
    let (sim, client) = line().await;
    budget(&bench, 2).await;
    // LINE has both, and nobody knows of one.
    sim.fault(FaultRule::drop_after_accept().on(PUSH.0, PUSH.1).times(1)).unwrap();
    bench.outbox.enqueue_all((0..50).map(push).collect()).await.unwrap();
    work(&bench, worker(&bench.outbox, &client).concurrency(1)).await;
    assert_eq!((sim.delivered(), sim.duplicates()), (2, vec![]));
    assert_eq!(bench.outbox.overview().await.unwrap().count(State::Accepted), 2);
    assert_eq!(used(&bench).await, (2, true));
}

async fn a_larger_budget_lets_it_go_on(bench: Bench) {
    let (sim, client) = line().await;
    budget(&bench, 1).await;
    bench.outbox.enqueue_all((0..6).map(push).collect()).await.unwrap();
    work(&bench, worker(&bench.outbox, &client)).await;
    assert_eq!(sim.delivered(), 1);
    budget(&bench, 3).await;
    work(&bench, worker(&bench.outbox, &client)).await;
    assert_eq!((sim.delivered(), used(&bench).await.0), (3, 3));
    assert!(bench.outbox.clear_budget("tenant-7").await.unwrap());
    assert!(!bench.outbox.clear_budget("tenant-7").await.unwrap());
    work(&bench, worker(&bench.outbox, &client)).await;
    assert_eq!(sim.delivered(), 6);
    let wrong = bench.outbox.set_budget("", 1, Per::Day, Beyond::Wait).await.unwrap_err();
    assert!(wrong.to_string().starts_with("fairness_key: "), "{wrong}");
}

async fn a_budget_is_heeded_by_many_workers(bench: Bench) {
    let (sim, client) = line().await;
    budget(&bench, 37).await;
    let sends = (0..200).map(|n| {
        let send = if n % 3 == 0 {
            NewDelivery::multicast([user(n), user(n + 1000)], "hello")
        } else {
            NewDelivery::push(user(n), "hello")
        };
        send.fairness_key("tenant-7").channel(["default", "shop"][n % 2])
    });
    bench.outbox.enqueue_all(sends.collect()).await.unwrap();
    // A file takes one worker.
    let workers = if bench.url.starts_with("postgres") { 4 } else { 1 };
    let worker = || worker(&bench.outbox, &client).channel("shop", client.clone());
    let all = join_all((0..workers).map(|_| worker().run(std::future::pending())));
    let all = tokio::time::timeout(Duration::from_secs(60), all).await.unwrap();
    assert!(all.iter().all(Result::is_ok));
    let (used, used_up) = used(&bench).await;
    assert_eq!((sim.people_reached() as u64, used_up), (used, true));
    // A multicast of two may not fit where one does.
    assert!((36..=37).contains(&used), "{used}");
}

async fn a_campaign_has_a_budget_by_its_key(bench: Bench) {
    let (sim, client) = line().await;
    let campaign = bench.outbox.new_personal_campaign("hello {id}").start().await.unwrap();
    let list = (0..30).fold("id\n".to_owned(), |list, n| list + &user(n) + "\n");
    campaign.feed(std::io::Cursor::new(list)).await.unwrap();
    let key = format!("campaign:{}", campaign.id());
    bench.outbox.set_budget(key, 20, Per::Day, Beyond::Wait).await.unwrap();
    work(&bench, worker(&bench.outbox, &client)).await;
    assert_eq!(sim.delivered(), 20);
    bench.clock.advance(Duration::from_secs(24 * 60 * 60));
    work(&bench, worker(&bench.outbox, &client)).await;
    assert_eq!(sim.delivered(), 30);
}

async fn a_budget_is_moved_with_its_store(bench: Bench) {
    let (sim, client) = line().await;
    budget(&bench, 2).await;
    bench.outbox.enqueue_all((0..5).map(push).collect()).await.unwrap();
    work(&bench, worker(&bench.outbox, &client)).await;
    let before = bench.outbox.budgets().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("moved.db").display());
    let target = Outbox::builder(&url).clock(bench.clock.clone()).open().await.unwrap();
    bench.outbox.move_to(&target, |_| {}).await.unwrap();
    let moved = Bench::of(target, bench.clock.clone(), url);
    assert_eq!(moved.outbox.budgets().await.unwrap(), before);
    work(&moved, worker(&moved.outbox, &client)).await;
    assert_eq!(sim.delivered(), 2);
}

async fn a_hold_and_a_budget_go_together(bench: Bench) {
    let (sim, client) = line().await;
    budget(&bench, 2).await;
    bench.outbox.enqueue_all((0..5).map(push).collect()).await.unwrap();
    let hold = NewHold::new("stop").fairness_key("tenant-7");
    let hold = bench.outbox.hold(hold).await.unwrap();
    let report = work(&bench, worker(&bench.outbox, &client)).await;
    assert_eq!((sim.delivered(), report.waiting[0].reason), (0, WaitingFor::Release));
    assert_eq!(used(&bench).await.0, 0);
    bench.outbox.release(hold.id).await.unwrap();
    work(&bench, worker(&bench.outbox, &client)).await;
    assert_eq!(sim.delivered(), 2);
    let began = bench.outbox.budgets().await.unwrap()[0].since;
    assert!(began <= bench.clock.now() && began > Time::from_millis(0));
}

async fn what_is_larger_than_its_budget_waits_and_says_so(bench: Bench) {
    let (sim, client) = line().await;
    budget(&bench, 2).await;
    let many = NewDelivery::multicast((0..3).map(user), "hello").fairness_key("tenant-7");
    let id = bench.outbox.enqueue(many).await.unwrap().id;
    let report = work(&bench, worker(&bench.outbox, &client)).await;
    assert_eq!((sim.delivered(), report.waiting[0].reason), (0, WaitingFor::Budget));
    let shown = bench.outbox.show(id).await.unwrap().unwrap();
    assert_eq!(shown.waiting_for, Some(WaitingFor::Budget));
    assert_eq!(kinds(&bench).await, [OutcomeKind::BudgetUsedUp]);
    budget(&bench, 3).await;
    work(&bench, worker(&bench.outbox, &client)).await;
    assert_eq!(sim.people_reached(), 3);
}

async fn what_the_month_has_no_room_for_uses_no_budget_up(bench: Bench) {
    let (sim, client) = line().await;
    sim.set_quota(5, 0);
    budget(&bench, 10).await;
    let many = NewDelivery::multicast((0..9).map(user), "hello").fairness_key("tenant-7");
    bench.outbox.enqueue(many).await.unwrap();
    work(&bench, worker(&bench.outbox, &client)).await;
    assert_eq!((sim.delivered(), used(&bench).await), (0, (0, false)));
    assert_eq!(kinds(&bench).await, [OutcomeKind::QuotaUsedUp]);
}
