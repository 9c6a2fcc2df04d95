//! Acts on all deliveries that fit a filter.

use std::{future::pending, time::Duration};

use hikyaku_sender::{Act, Acted, Filter, Limits, NewDelivery, State, delivery::Refusal};
use hikyaku_sim::FaultRule;
use tokio::sync::Notify;

use crate::{
    stores::{Bench, on_every_store, user},
    worker::line,
};

on_every_store![
    a_preview_is_what_comes_of_it,
    what_is_broken_off_and_repeated_comes_to_the_same_end,
    two_people_act_on_each_delivery_once,
];

const RETRY: Act = Act::Retry { may_duplicate: false };

/// Two refused multicasts of 3, a refused push, two by phone that may have arrived, one accepted, and a push for tomorrow.
async fn fill(bench: &Bench) {
    let (sim, client) = line().await;
    let path = |name: &str| format!("/v2/bot/message/{name}");
    sim.fault(FaultRule::answer(403).on("POST", &path("multicast")).times(2)).unwrap();
    sim.fault(FaultRule::answer(403).on("POST", &path("push")).times(1)).unwrap();
    sim.fault(FaultRule::answer(500).on("POST", "/bot/pnp/push").times(2)).unwrap();
    let (outbox, tomorrow) = (&bench.outbox, bench.clock.now() + Duration::from_secs(24 * 3600));
    let mut sends: Vec<_> =
        (0..2).map(|n| NewDelivery::multicast((n..n + 3).map(user), "hello")).collect();
    sends.push(NewDelivery::push(user(1), "refused"));
    sends.extend((0..2).map(|n| NewDelivery::phone(format!("{n}").repeat(64), "hello")));
    sends.push(NewDelivery::push(user(2), "tomorrow").at(tomorrow));
    outbox.enqueue_all(sends).await.unwrap();
    let worker = || outbox.worker().channel("default", client.clone()).limits(Limits::none());
    worker().quota_every(None).until_idle().run(pending()).await.unwrap();
    outbox.enqueue(NewDelivery::push(user(3), "accepted")).await.unwrap();
    worker().quota_every(None).until_idle().run(pending()).await.unwrap();
}

async fn a_preview_is_what_comes_of_it(bench: Bench) {
    use State::{Ready, Rejected, Unknown};

    fill(&bench).await;
    let outbox = &bench.outbox;
    let check = async |filter: Filter, act: Act| {
        let preview = outbox.preview(&filter, act).await.unwrap();
        let examples: Vec<_> = preview.examples.iter().map(|it| it.state).collect();
        let fitting = outbox.list(filter.clone().limit(1000)).await.unwrap().len() as u64;
        assert_eq!(preview.deliveries(), fitting, "a preview changes nothing: {preview:?}");
        let mut told = Vec::new();
        let acted = outbox.act_on(&filter, act, |so_far| told.push(so_far.clone())).await.unwrap();
        assert_eq!((acted.done, &acted.refused), (preview.possible, &preview.refused));
        assert_eq!(told.last(), Some(&acted));
        (preview.possible, preview.quota, preview.may_duplicate, examples, acted.refused)
    };
    let dead = Filter::default().state(Rejected).state(Unknown);
    let refused = vec![(Refusal::MayDuplicate, 2)];
    let came = check(dead.clone(), RETRY).await;
    assert_eq!(came, (3, 7, 0, vec![Rejected; 3], refused));
    let came = check(dead.clone(), Act::Retry { may_duplicate: true }).await;
    assert_eq!(came, (2, 0, 2, vec![Unknown; 2], vec![]));
    assert_eq!(check(dead, RETRY).await, (0, 0, 0, vec![], vec![]));
    let all = check(Filter::default().limit(1), Act::Cancel).await;
    assert_eq!(all, (6, 0, 0, vec![Ready; 6], vec![(Refusal::Finished, 1)]));
    let all = check(Filter::default(), Act::Drop).await;
    assert_eq!(all, (0, 0, 0, vec![], vec![(Refusal::NoDeadLetter, 7)]));
    let nobody = check(Filter::default().recipient("\0"), Act::Cancel).await;
    assert_eq!(nobody, (0, 0, 0, vec![], vec![]));
}

async fn waiting(bench: &Bench, sends: usize) {
    let send = |n| NewDelivery::push(user(n), if n % 3 == 0 { "a third" } else { "the others" });
    bench.outbox.enqueue_all((0..sends).map(send).collect()).await.unwrap();
}

async fn what_is_broken_off_and_repeated_comes_to_the_same_end(bench: Bench) {
    waiting(&bench, 1300).await;
    let (outbox, ready) = (&bench.outbox, Filter::default().state(State::Ready));
    let (first_page, mut before) = (Notify::new(), Acted::default());
    // A store that waits for nothing is at the end before it can be broken off.
    tokio::select! {
        biased;
        () = first_page.notified() => {}
        acted = outbox.act_on(&ready, Act::Cancel, |so_far| {
            before = so_far.clone();
            first_page.notify_one();
        }) => drop(acted.unwrap()),
    }
    assert!(before.done >= 500 && before.refused.is_empty(), "{before:?}");
    outbox.act_on(&ready, Act::Cancel, |_| {}).await.unwrap();
    let again = outbox.act_on(&ready, Act::Cancel, |_| {}).await.unwrap();
    assert_eq!(again, Acted::default());
    assert_eq!(outbox.overview().await.unwrap().deliveries, [(State::Cancelled, 1300)]);
}

async fn two_people_act_on_each_delivery_once(bench: Bench) {
    waiting(&bench, 1300).await;
    let (outbox, ready) = (&bench.outbox, Filter::default().state(State::Ready));
    let act = || outbox.act_on(&ready, Act::Cancel, |_| {});
    let (one, other) = tokio::join!(act(), act());
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!((one.done + other.done, one.refused, other.refused), (1300, vec![], vec![]));
}
