//! The whole state as one document: taken away, brought back, and kept over a restart.

use std::time::Duration;

use hikyaku_sim::{ClockMode, FaultRule, Sim, StartError, Tap, UserMessage, WebhookState};
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::{Value, json};

use crate::{
    bot::Bot,
    http::{call, control, get, get_data, post, post_with, raw, request},
    push::{PUSH, hello},
};

async fn export(sim: &Sim) -> String {
    let answer = control(sim, "GET", "/state", "").await;
    answer.is_status(200);
    answer.text().to_owned()
}

/// A simulator in which something of everything has happened.
pub(crate) async fn lively(bot: &Bot) -> Sim {
    let sim = Sim::builder()
        .webhook(bot.url())
        .webhook_redelivery(true)
        .clock(ClockMode::Fixed("2026-08-01T00:00:00Z".parse().unwrap()))
        .start()
        .await
        .unwrap();
    let hana = sim.add_friend();
    let group = sim.invite(&[hana.clone(), sim.add_user()]);
    sim.user_sends(&hana, UserMessage::image(&b"\x89PNG\r\n\x1a\n\0"[..]));
    sim.user_says(&group, "あ\u{1f600}\0");
    sim.postback(&hana, Tap::new("when").date("2026-12-25"));
    post(&sim, PUSH, &hello(&hana)).await.is_status(200);
    let key = [("x-line-retry-key", "5f9a4c3e-1111-4222-8333-444455556666")];
    post_with(&sim, PUSH, &key, &hello(&hana)).await.is_status(200);
    let all = json!({ "messages": [{ "type": "text", "text": "a\\\"b" }] }).to_string();
    post(&sim, "/v2/bot/message/narrowcast", &all).await.is_status(202);
    post(&sim, "/v2/bot/message/broadcast", &all).await.is_status(200);
    get(&sim, "/v2/bot/nothing?a=b").await.is_status(404);
    sim.fault(FaultRule::answer(503).on("GET", "/v2/bot/info").times(3)).unwrap();
    control(&sim, "PUT", "/quota", r#"{"limit":100,"used":7}"#).await.is_status(200);
    let rate = r#"{"method":"POST","path":"/v2/bot/message/push","rate":{"count":3,"per":"1m"}}"#;
    control(&sim, "PUT", "/ratelimit", rate).await.is_status(204);
    sim.login().add_redirect_uri("http://127.0.0.1/back");
    sim.webhooks().wait_until_idle().await.unwrap();
    let delivery = sim.outbox().remove(0);
    sim.see(&delivery);
    sim
}

#[tokio::test]
async fn a_state_that_is_imported_is_exported_the_same() {
    let bot = Bot::that_answers(500).await;
    let sim = lively(&bot).await;
    let first = export(&sim).await;
    let other = Sim::start().await.unwrap();
    control(&other, "PUT", "/state", &first).await.is(204, "");
    assert_eq!(export(&other).await, first);
    assert_eq!(other.export(), first);
    other.import(&first).unwrap();
    assert_eq!(other.export(), first);
}

#[tokio::test]
async fn what_was_remembered_still_holds_after_an_import() {
    let bot = Bot::that_answers(200).await;
    let sim = lively(&bot).await;
    let state = export(&sim).await;
    let hana = sim.friends()[0].clone();
    let picture = sim.webhooks().all()[1].events[0].clone();
    let picture = serde_json::to_value(&picture).unwrap();
    let picture = picture["message"]["id"].as_str().unwrap().to_owned();
    drop(sim);

    let sim = Sim::start().await.unwrap();
    control(&sim, "PUT", "/state", &state).await.is_status(204);
    assert_eq!(sim.friends(), std::slice::from_ref(&hana));
    assert_eq!(sim.outbox().len(), 3);
    // A retry key is remembered with its answer, a content with its bytes, and the rate that was set.
    let key = [("x-line-retry-key", "5f9a4c3e-1111-4222-8333-444455556666")];
    post_with(&sim, PUSH, &key, &hello(&hana)).await.is_status(409);
    let content = get_data(&sim, &format!("/v2/bot/message/{picture}/content")).await;
    assert_eq!((content.status, &*content.body), (200, &b"\x89PNG\r\n\x1a\n\0"[..]));
    post(&sim, PUSH, &hello(&hana)).await.is_status(200);
    post(&sim, PUSH, &hello(&hana)).await.is_status(200);
    post(&sim, PUSH, &hello(&hana)).await.is_status(429);
    // The fault has two hits left, and the quota what was used.
    get(&sim, "/v2/bot/info").await.is_status(503);
    let quota = control(&sim, "GET", "/quota", "").await.json();
    assert_eq!((&quota["limit"], &quota["used"]), (&json!(100), &json!(9)));
    // What was on its way goes on: the narrowcast ends on the clock that was brought along.
    sim.advance(Duration::from_secs(10));
    assert_eq!(sim.delivery_count(&hana), 6);
    let told = sim.webhooks().all().len() as u64;
    sim.user_says(&hana, "still there?");
    sim.webhooks().wait_for(told + 1).await.unwrap();
    let ids: Vec<_> = sim.webhooks().all().iter().map(|webhook| webhook.id).collect();
    assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
}

#[tokio::test]
async fn a_webhook_that_waited_for_its_answer_is_posted_after_an_import() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let sim = Sim::builder().webhook(url).start().await.unwrap();
    sim.user_says(sim.add_friend(), "hi");
    let state = sim.export();
    drop((sim, silent));
    let bot = Bot::that_answers(200).await;
    let sim = Sim::start().await.unwrap();
    let mut state: Value = serde_json::from_str(&state).unwrap();
    state["world"]["channels"][0]["webhook"]["url"] = bot.url().into();
    sim.import(&state.to_string()).unwrap();
    sim.webhooks().wait_for(1).await.unwrap();
    assert_eq!(bot.events()[0]["message"]["text"], "hi");
}

/// Any order of acts leaves a state that comes back whole.
#[test]
fn every_state_comes_back_as_it_was() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let acts = proptest::collection::vec(0..12_u8, 0..14);
    let mut runner = TestRunner::new(ProptestConfig::with_cases(24));
    let done = runner.run(&acts, |acts| {
        runtime.block_on(async {
            let sim = Sim::start().await.unwrap();
            let other = Sim::start().await.unwrap();
            for act in acts {
                let friend = sim.add_friend();
                match act {
                    0 => _ = sim.user_says(&friend, "hi"),
                    1 => sim.block(&friend),
                    2 => _ = sim.add_group(std::slice::from_ref(&friend)),
                    3 => _ = post(&sim, PUSH, &hello(&friend)).await,
                    4 => _ = sim.add_channel(),
                    5 => _ = sim.add_module(),
                    6 => sim.advance(Duration::from_secs(3600)),
                    7 => _ = sim.fault(FaultRule::answer(503).probability(0.5)).unwrap(),
                    8 => _ = post(&sim, "/v2/bot/message/broadcast", "{}").await,
                    9 => _ = get(&sim, "/v2/bot/info").await,
                    10 => _ = sim.add_audience(&hikyaku_sim::Audience::default()),
                    _ => _ = call(&sim, "POST", "/v2/bot/richmenu", "{}").await,
                }
                let state = sim.export();
                other.import(&state).unwrap();
                assert_eq!(other.export(), state);
            }
        });
        Ok(())
    });
    done.unwrap();
}

#[tokio::test]
async fn a_state_of_another_version_or_none_at_all_changes_nothing() {
    let sim = Sim::start().await.unwrap();
    let hana = sim.add_friend();
    let state: Value = serde_json::from_str(&sim.export()).unwrap();
    let with = |change: &dyn Fn(&mut Value)| {
        let mut state = state.clone();
        change(&mut state);
        state.to_string()
    };
    for (body, words) in [
        (String::new(), "this is no state of a simulator"),
        ("[]".to_owned(), "this is no state of a simulator"),
        (r#"{"users":[]}"#.to_owned(), "`format` is not `hikyaku-sim`"),
        (
            with(&|state| state["version"] = 1.into()),
            "this state has version 1, and this simulator reads version 2 alone",
        ),
        (with(&|state| state["version"] = Value::Null), "this state has version null"),
        (with(&|state| state["more"] = 1.into()), "unknown field `more`"),
        (with(&|state| state["world"]["more"] = 1.into()), "unknown field `more`"),
        (with(&|state| state["world"]["channels"] = json!([])), "it has no channel of one kind"),
        (
            with(&|state| state["world"]["logins"][0]["linked"] = 7.into()),
            "a channel or provider that it does not have",
        ),
        (
            with(&|state| state["world"]["providers"] = json!([])),
            "a channel or provider that it does not have",
        ),
        (
            with(&|state| state["world"]["last_message_id"] = u64::MAX.into()),
            "`last_message_id` is 18446744073709551615, which is too large to go on from",
        ),
        (
            with(
                &|state| state["world"]["outbox"]["deliveries"] = json!([{ "seq": 1, "at": "2026-08-01T00:00:00Z", "user": hana, "chat": null, "sent": 3 }]),
            ),
            "a delivery of no request",
        ),
    ] {
        let answer = control(&sim, "PUT", "/state", &body).await;
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert_eq!(answer.status, 400, "{message}");
        assert!(message.contains(words), "{message}");
        assert_eq!(sim.friends(), std::slice::from_ref(&hana));
    }
}

#[tokio::test]
async fn a_large_state_is_taken_though_large_calls_are_not() {
    let sim = Sim::start().await.unwrap();
    let hana = sim.add_friend();
    sim.user_sends(&hana, UserMessage::file("a", vec![7; 3 << 20]));
    let state = sim.export();
    assert!(state.len() > 3 << 20);
    control(&Sim::start().await.unwrap(), "PUT", "/state", &state).await.is_status(204);
    let request = request("POST", "/_sim/v1/users", &[], state.as_bytes());
    let answer = raw(&sim.api_url(), &request).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 413"));
}

#[tokio::test]
async fn a_snapshot_brings_back_a_prepared_state() {
    let sim = Sim::start().await.unwrap();
    let hana = sim.add_friend();
    control(&sim, "POST", "/snapshots", "").await.is(201, r#"{"id":"snapshot-1"}"#);
    post(&sim, PUSH, &hello(&hana)).await.is_status(200);
    assert_eq!(sim.delivered(), 1);
    control(&sim, "POST", "/snapshots/snapshot-1/restore", "").await.is(204, "");
    assert_eq!((sim.delivered(), sim.friends()), (0, vec![hana]));
    control(&sim, "GET", "/snapshots", "").await.is(200, r#"{"snapshots":["snapshot-1"]}"#);
    control(&sim, "DELETE", "/snapshots/snapshot-1", "").await.is(204, "");
    control(&sim, "POST", "/snapshots/snapshot-1/restore", "").await.is_status(404);
}

#[tokio::test]
async fn what_comes_of_a_post_from_before_an_import_is_not_taken_for_one_of_after_it() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let sim = Sim::builder().webhook(url).start().await.unwrap();
    sim.user_says(sim.add_friend(), "hi");
    let (held, _) = listener.accept().await.unwrap();
    control(&sim, "POST", "/snapshots", "").await.is_status(201);
    control(&sim, "POST", "/snapshots/snapshot-1/restore", "").await.is(204, "");
    // The webhook that waited is posted again, and answered.
    let (mut stream, _) = listener.accept().await.unwrap();
    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    tokio::io::AsyncWriteExt::write_all(&mut stream, answer).await.unwrap();
    let webhooks = sim.webhooks().wait_for(1).await.unwrap();
    assert_eq!(webhooks[0].state, WebhookState::Delivered);
    // The old one ends without an answer. The next webhook ends after that.
    drop(held);
    sim.user_says(sim.friends().remove(0), "still there?");
    let (mut stream, _) = listener.accept().await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut stream, answer).await.unwrap();
    let webhooks = sim.webhooks().wait_for(2).await.unwrap();
    let attempts: Vec<_> = webhooks.iter().map(|webhook| webhook.attempts.len()).collect();
    assert_eq!((attempts, webhooks[0].state), (vec![1, 1], WebhookState::Delivered));
}

#[tokio::test]
async fn a_file_keeps_the_state_and_one_simulator_has_it() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("sim.json");
    let start = || Sim::builder().state_file(&path).start();
    let sim = start().await.unwrap();
    let hana = sim.add_friend();
    let StartError::State { why, .. } = start().await.unwrap_err() else { panic!() };
    assert!(why.contains("another simulator"), "{why}");
    let key = sim.login().channel_id();
    sim.stop().await;
    let sim = start().await.unwrap();
    assert_eq!((sim.friends(), sim.login().channel_id()), (vec![hana], key));
    sim.stop().await;
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&path.metadata().unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
    }
    std::fs::write(&path, "{}").unwrap();
    let StartError::State { why, .. } = start().await.unwrap_err() else { panic!() };
    assert!(why.contains("this is no state"), "{why}");
}
