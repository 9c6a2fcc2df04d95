//! What a glance tells of lanes that wait.

use hikyaku_sender::{
    Filter, HoldReason, Lane, NewDelivery, NewHold, Overview, Rate, State, WaitingFor,
};

use crate::{
    stores::{Bench, on_every_store, user},
    worker::{line, work},
};

on_every_store![a_lane_that_waits_says_so_everywhere];

fn of(overview: &Overview, lane: Lane) -> (u64, Option<WaitingFor>) {
    let of = overview.lanes.iter().find(|it| it.lane == lane).unwrap();
    (of.waiting, of.waiting_for)
}

async fn a_lane_that_waits_says_so_everywhere(bench: Bench) {
    let (sim, client) = line().await;
    sim.set_quota(100, 99);
    let outbox = &bench.outbox;
    for n in 0..3 {
        outbox.enqueue(NewDelivery::push(user(n), "hello")).await.unwrap();
    }
    let hold = outbox.hold(NewHold::new("stop").lane(Lane::Reply)).await.unwrap();
    outbox.enqueue(NewDelivery::reply("nHuyWiB7yP5Zw52FIkcQobQuGDXCTA", "hi")).await.unwrap();
    let tomorrow = bench.clock.now() + std::time::Duration::from_secs(24 * 60 * 60);
    outbox.enqueue(NewDelivery::multicast([user(9)], "later").at(tomorrow)).await.unwrap();
    let worker = outbox.worker().channel("default", client).until_idle();
    assert_eq!(work(&bench, worker).await.accepted, 1);

    let overview = outbox.overview().await.unwrap();
    let quota = Some(WaitingFor::Hold(HoldReason::Quota));
    assert_eq!(of(&overview, Lane::Push), (2, quota));
    assert_eq!(of(&overview, Lane::Reply), (1, Some(WaitingFor::Release)));
    assert_eq!(of(&overview, Lane::Multicast), (0, None), "it is not due");
    assert_eq!(overview.holds, [hold]);
    let push = overview.lanes.iter().find(|it| it.lane == Lane::Push).unwrap();
    assert_eq!((push.limit, push.per_second), (Some(Rate::per_second(2000)), Some(1700.0)));

    let listed = outbox.list(Filter::default().state(State::Ready)).await.unwrap();
    for it in listed {
        let expected = match Lane::of(it.kind) {
            Lane::Push => quota,
            Lane::Reply => Some(WaitingFor::Release),
            _ => None,
        };
        assert_eq!(it.waiting_for, expected, "{it:?}");
        assert_eq!(outbox.show(it.id).await.unwrap().unwrap().waiting_for, expected);
    }
    let text = outbox.metrics().await.unwrap();
    for line in [
        r#"hikyaku_outbox_due_deliveries{channel="default",kind="push"} 2"#,
        r#"hikyaku_outbox_rate_per_second{channel="default",kind="push"} 1700"#,
        r#"hikyaku_outbox_hold_seconds{channel="default",kind="reply",reason="hold"} +Inf"#,
    ] {
        assert!(text.lines().any(|it| it == line), "{line}\n{text}");
    }
    assert!(
        text.contains(
            r#"hikyaku_outbox_hold_seconds{channel="default",kind="push",reason="quota"}"#
        )
    );
}
