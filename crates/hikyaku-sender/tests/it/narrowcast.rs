//! Narrowcasts, which LINE accepts long before it has sent them.

use std::time::Duration;

use hikyaku::Client;
use hikyaku_model::audience::{DemographicFilter, Gender};
use hikyaku_sender::{DeliveryId, Event, Limits, Listed, NewDelivery, State, Worker};
use hikyaku_sim::{ClockMode, FaultRule, Sim};
use serde_json::json;

use crate::{
    stores::{Bench, on_every_store},
    worker::client,
};

on_every_store![
    a_narrowcast_is_followed_to_its_end_through_a_lost_answer_and_restarts,
    a_narrowcast_that_line_gives_up_is_rejected_with_lines_words,
    a_narrowcast_that_is_refused_as_a_repeat_is_found_again,
];

const NARROWCAST: (&str, &str) = ("POST", "/v2/bot/message/narrowcast");
const PROGRESS: (&str, &str) = ("GET", "/v2/bot/message/progress/narrowcast");

/// LINE with three friends, whose narrowcasts pick for half a minute and send for another, on a clock of its own.
async fn slow_line() -> (Sim, Client) {
    let half = Duration::from_secs(30);
    let sim =
        Sim::builder().rate_limits(false).narrowcast_phases(half, half).start().await.unwrap();
    sim.set_clock(ClockMode::Fixed(sim.now()));
    sim.add_friends(3);
    let client = client(&sim);
    (sim, client)
}

fn worker(bench: &Bench, client: &Client) -> Worker {
    let worker = bench.outbox.worker().channel("default", client.clone());
    worker.limits(Limits::none()).quota_every(None)
}

async fn enqueue(bench: &Bench) -> DeliveryId {
    let send = NewDelivery::narrowcast("to some").idempotency_key("spring");
    bench.outbox.enqueue(send).await.unwrap().id
}

async fn show(bench: &Bench, id: DeliveryId) -> Listed {
    bench.outbox.show(id).await.unwrap().unwrap()
}

/// Works until LINE has sent it or given it up, while both clocks go on.
async fn follow(bench: &Bench, sim: &Sim, client: &Client) {
    let ticking = async {
        loop {
            tokio::time::sleep(Duration::from_millis(2)).await;
            bench.clock.advance(Duration::from_secs(1));
            sim.advance(Duration::from_secs(1));
        }
    };
    let worker = worker(bench, client).until_idle();
    tokio::select! {
        report = Box::pin(worker.run(std::future::pending())) => drop(report.unwrap()),
        () = ticking => unreachable!(),
    }
}

/// Lets a worker live until it knows that LINE is at it; the store's clock goes on, LINE's does not.
async fn until_tracked(bench: &Bench, client: &Client) {
    let mut events = bench.outbox.events();
    let tracked = async {
        while !matches!(events.next().await.unwrap(), Event::Settled { state: State::Tracking, .. })
        {
        }
    };
    let ticking = async {
        loop {
            tokio::time::sleep(Duration::from_millis(2)).await;
            bench.clock.advance(Duration::from_secs(1));
        }
    };
    tokio::select! {
        report = Box::pin(worker(bench, client).run(tracked)) => drop(report.unwrap()),
        () = ticking => unreachable!(),
    }
}

fn requests(sim: &Sim, of: (&str, &str)) -> usize {
    sim.requests().iter().filter(|it| it.method == of.0 && it.path == of.1).count()
}

async fn a_narrowcast_is_followed_to_its_end_through_a_lost_answer_and_restarts(bench: Bench) {
    let (sim, client) = slow_line().await;
    let lost = FaultRule::drop_after_accept().on(NARROWCAST.0, NARROWCAST.1).times(1);
    sim.fault(lost).unwrap();
    let id = enqueue(&bench).await;
    until_tracked(&bench, &client).await;
    assert_eq!((sim.delivered(), show(&bench, id).await.state), (0, State::Tracking));
    assert_eq!(requests(&sim, NARROWCAST), 2);
    // What the 409 named is the request that LINE works on.
    let accepted =
        sim.requests().iter().find(|it| it.path == NARROWCAST.1).unwrap().request_id.clone();
    assert_eq!(show(&bench, id).await.request_id, Some(accepted));
    // Another life looks, and finds it not done.
    bench.clock.advance(Duration::from_secs(5 * 60));
    let looked = requests(&sim, PROGRESS);
    let stop = async {
        while requests(&sim, PROGRESS) == looked {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    Box::pin(worker(&bench, &client).run(stop)).await.unwrap();
    assert_eq!(show(&bench, id).await.state, State::Tracking);
    // And the next one, after an answer that LINE failed to give, sees its end.
    sim.fault(FaultRule::answer(500).on(PROGRESS.0, PROGRESS.1).times(1)).unwrap();
    follow(&bench, &sim, &client).await;
    assert_eq!(show(&bench, id).await.state, State::Accepted);
    assert_eq!(requests(&sim, NARROWCAST), 2);
    assert_eq!((sim.people_reached(), sim.duplicates()), (3, vec![]));
}

async fn a_narrowcast_that_line_gives_up_is_rejected_with_lines_words(bench: Bench) {
    let (sim, client) = slow_line().await;
    sim.add_friends(100);
    let filter = DemographicFilter::gender([Gender::Male]);
    let send = NewDelivery::narrowcast("to few").filter(filter).idempotency_key("few");
    let id = bench.outbox.enqueue(send).await.unwrap().id;
    follow(&bench, &sim, &client).await;
    let shown = show(&bench, id).await;
    assert_eq!(shown.state, State::Rejected);
    assert_eq!(shown.last_error.as_deref(), Some("fewer than 50 recipients"));
    assert_eq!(sim.delivered(), 0);
}

/// LINE may answer 202 to a repeat and say only later that an earlier request was the accepted one.
async fn a_narrowcast_that_is_refused_as_a_repeat_is_found_again(bench: Bench) {
    let (sim, client) = slow_line().await;
    let lost = FaultRule::drop_after_accept().on(NARROWCAST.0, NARROWCAST.1).times(1);
    sim.fault(lost).unwrap();
    let slipped = FaultRule::answer(202).on(NARROWCAST.0, NARROWCAST.1).times(1).body(json!({}));
    sim.fault(slipped.header("x-line-request-id", "b2c3d4e5-0000-4000-8000-000000000000")).unwrap();
    let repeat = json!({"phase": "failed", "failedDescription": "a repeat", "errorCode": 3,
        "acceptedTime": "2026-11-22T00:00:00.000Z"});
    sim.fault(FaultRule::answer(200).on(PROGRESS.0, PROGRESS.1).times(1).body(repeat)).unwrap();
    let id = enqueue(&bench).await;
    follow(&bench, &sim, &client).await;
    let shown = show(&bench, id).await;
    assert_eq!((shown.state, requests(&sim, NARROWCAST)), (State::Accepted, 3));
    let accepted =
        sim.requests().iter().find(|it| it.path == NARROWCAST.1).unwrap().request_id.clone();
    assert_eq!(shown.request_id, Some(accepted));
    assert_eq!((sim.people_reached(), sim.duplicates()), (3, vec![]));
}
