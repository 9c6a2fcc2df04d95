//! What wears a simulator out: requests at the same moment, and a clock that jumps.

use std::time::Duration;

use hikyaku_sim::Sim;

use crate::{
    bot::Bot,
    http::{get, post, post_with},
    push::{PUSH, hello},
    state::lively,
};

/// Lets a bit of everything happen. What it comes to does not matter.
async fn use_all_of(sim: &Sim) {
    sim.set_rate_limits(false);
    let friend = sim.add_friend();
    for path in ["/v2/bot/message/narrowcast", "/v2/bot/message/broadcast"] {
        post(sim, path, r#"{"messages":[{"type":"text","text":"a"}]}"#).await;
    }
    post(sim, PUSH, &hello(&friend)).await;
    let said = sim.user_says(&friend, "hi");
    sim.unsend(&said);
    for path in [
        "/v2/bot/info",
        "/v2/bot/message/quota/consumption",
        "/v2/bot/followers/ids",
        "/v2/bot/insight/followers?date=20260731",
        "/v2/bot/insight/message/delivery?date=20260731",
        "/_sim/v1/log",
        "/_sim/v1/webhooks",
        "/_sim/v1/outbox?limit=3",
        "/_sim/v1/faults",
    ] {
        assert_ne!(get(sim, path).await.status, 500, "{path}");
    }
    sim.advance(Duration::from_secs(31 * 24 * 60 * 60));
    sim.advance(Duration::from_secs(1));
    post(sim, PUSH, &hello(&friend)).await;
    let state = sim.export();
    // Whether it is taken does not matter either.
    let _ = sim.import(&state);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_requests_with_one_retry_key_at_once_one_is_accepted() {
    let sim = Sim::builder().rate_limits(false).start().await.unwrap();
    let friend = sim.add_friend();
    for round in 0..20 {
        let key = format!("123e4567-e89b-12d3-a456-4266141740{round:02}");
        let mut requests = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let (sim, key, body) = (sim.clone(), key.clone(), hello(&friend));
            requests.spawn(async move {
                post_with(&sim, PUSH, &[("x-line-retry-key", &*key)], &body).await
            });
        }
        let answers = requests.join_all().await;
        let accepted: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
        let [accepted] = &*accepted else { panic!("{} were accepted", accepted.len()) };
        for other in answers.iter().filter(|answer| answer.status != 200) {
            assert_eq!(other.status, 409);
            assert_eq!(other.headers["x-line-accepted-request-id"], accepted.request_id());
            assert_eq!(other.json()["sentMessages"], accepted.json()["sentMessages"]);
        }
    }
    assert_eq!(sim.delivery_count(&friend), 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_clock_that_jumps_both_ways_leaves_a_simulator_that_works() {
    let bot = Bot::that_answers(500).await;
    let sim = lively(&bot).await;
    for time in [
        "9999-12-30T22:00:00Z",
        "-009999-01-02T01:59:59Z",
        "1970-01-01T00:00:00Z",
        "2026-08-01T00:00:00Z",
        "2100-02-29T23:59:59Z",
    ] {
        let Ok(time) = time.parse() else { continue };
        sim.set_clock(hikyaku_sim::ClockMode::Fixed(time));
        use_all_of(&sim).await;
        sim.advance(Duration::MAX);
        use_all_of(&sim).await;
    }
}
