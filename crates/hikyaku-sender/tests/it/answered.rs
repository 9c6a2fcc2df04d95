//! A caller who waits for LINE's answer, the names that callers give, and requests as they wrote them.

use std::time::Duration;

use futures_util::future::join_all;
use hikyaku::RetryKey;
use hikyaku_sender::{
    DeliveryId, ErrorKind, Existing, Limits, NewDelivery, NewHold, Outbox, SendKind, State,
    WaitingFor, Worker,
};
use hikyaku_sim::{FaultRule, Sim};

use crate::{
    stores::{Bench, on_every_store, user},
    worker::{client, line, work},
};

on_every_store![
    a_caller_who_waits_gets_lines_answer,
    the_answer_to_a_repeat_tells_of_the_accepted_request,
    a_wait_ends_where_no_caller_would_wait,
    what_another_program_does_ends_a_wait,
    a_callers_retry_key_goes_to_line_and_names_one_delivery,
    a_retry_key_is_refused_where_line_takes_none,
    a_name_is_free_after_a_sure_refusal,
    the_name_of_what_may_have_arrived_stays_taken,
    of_many_who_take_a_name_over_one_is_new,
    a_request_goes_to_line_as_it_was_written,
    a_written_multicast_is_never_cut_in_two,
    what_a_written_request_says_is_not_said_beside_it,
];

const PUSH: &str = "/v2/bot/message/push";

/// Longer than any test.
const LONG: Duration = Duration::from_secs(600);

fn worker(outbox: &Outbox, sim: &Sim) -> Worker {
    let worker = outbox.worker().channel("default", client(sim)).limits(Limits::none());
    worker.quota_every(None).until_idle()
}

async fn state(bench: &Bench, id: DeliveryId) -> State {
    bench.outbox.show(id).await.unwrap().unwrap().state
}

async fn a_caller_who_waits_gets_lines_answer(bench: Bench) {
    let (sim, _) = line().await;
    let id = bench.outbox.enqueue(NewDelivery::push(user(1), "hello")).await.unwrap().id;
    assert_eq!(bench.outbox.answer(id).await.unwrap(), None);
    let waits = join_all([bench.outbox.wait(id, LONG), bench.outbox.wait(id, LONG)]);
    let (waited, _) = tokio::join!(waits, work(&bench, worker(&bench.outbox, &sim)));
    for waited in waited {
        assert_eq!(waited.unwrap().unwrap().state, State::Accepted);
    }
    let answer = bench.outbox.answer(id).await.unwrap().unwrap();
    let sent = &sim.outbox()[0];
    let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(body["sentMessages"][0]["id"], sent.message_ids[0].as_str());
    assert_eq!((answer.status, answer.repeated, answer.accepted_request_id), (200, false, None));
    let listed = bench.outbox.show(id).await.unwrap().unwrap();
    assert!(answer.request_id.is_some() && answer.request_id == listed.request_id);

    let none = bench.outbox.wait(DeliveryId::from(4711), LONG).await.unwrap();
    assert!(none.is_none());
}

async fn the_answer_to_a_repeat_tells_of_the_accepted_request(bench: Bench) {
    let (sim, _) = line().await;
    sim.fault(FaultRule::drop_after_accept().on("POST", PUSH).times(1)).unwrap();
    let id = bench.outbox.enqueue(NewDelivery::push(user(1), "hello")).await.unwrap().id;
    let wait = bench.outbox.wait(id, LONG);
    let (waited, _) = tokio::join!(wait, work(&bench, worker(&bench.outbox, &sim)));
    let accepted = waited.unwrap().unwrap();
    let answer = bench.outbox.answer(id).await.unwrap().unwrap();
    assert_eq!((answer.status, answer.repeated), (409, true));
    assert_eq!(answer.accepted_request_id, accepted.request_id);
    assert!(answer.body.contains("sentMessages"), "{answer:?}");

    let refused = Sim::builder().rate_limits(false).start().await.unwrap();
    let id = bench.outbox.enqueue(NewDelivery::push(user(2), "hello")).await.unwrap().id;
    work(&bench, worker(&bench.outbox, &refused)).await;
    let answer = bench.outbox.answer(id).await.unwrap().unwrap();
    let words = r#"{"message":"Failed to send messages"}"#;
    assert_eq!((answer.status, answer.body.as_str(), answer.repeated), (400, words, false));
}

async fn a_wait_ends_where_no_caller_would_wait(bench: Bench) {
    let id = bench.outbox.enqueue(NewDelivery::push(user(1), "hello")).await.unwrap().id;
    let now = bench.outbox.wait(id, Duration::ZERO).await.unwrap().unwrap();
    assert_eq!((now.state, now.waiting_for), (State::Ready, None));
    let waits = async { bench.outbox.wait(id, LONG).await.unwrap().unwrap().waiting_for };
    let holds = async { bench.outbox.hold(NewHold::new("a test")).await.unwrap() };
    let (waiting_for, _) = tokio::join!(waits, holds);
    assert_eq!(waiting_for, Some(WaitingFor::Release));
    bench.outbox.cancel(id).await.unwrap();
    let cancelled = bench.outbox.wait(id, LONG).await.unwrap().unwrap();
    assert_eq!(cancelled.state, State::Cancelled);
}

async fn what_another_program_does_ends_a_wait(bench: Bench) {
    if bench.url == "memory:" {
        return;
    }
    let (sim, _) = line().await;
    let id = bench.outbox.enqueue(NewDelivery::push(user(1), "hello")).await.unwrap().id;
    let other = Outbox::builder(&bench.url).clock(bench.clock.clone()).open().await.unwrap();
    let wait = bench.outbox.wait(id, LONG);
    let (waited, _) = tokio::join!(wait, work(&bench, worker(&other, &sim)));
    assert_eq!(waited.unwrap().unwrap().state, State::Accepted);
}

async fn a_callers_retry_key_goes_to_line_and_names_one_delivery(bench: Bench) {
    let (sim, _) = line().await;
    let key = RetryKey::new();
    let push = |text: &str| NewDelivery::push(user(1), text).retry_key(key);
    let first = bench.outbox.enqueue(push("a")).await.unwrap();
    assert!(bench.outbox.enqueue(push("a")).await.unwrap().existing);
    let other = bench.outbox.enqueue(push("b")).await.unwrap_err();
    assert_eq!(other.kind(), &ErrorKind::Conflict { existing: Existing::Delivery(first.id) });
    sim.fault(FaultRule::answer(500).on("POST", PUSH).times(1)).unwrap();
    work(&bench, worker(&bench.outbox, &sim)).await;
    let requests = sim.requests();
    let keys: Vec<_> = requests.iter().map(|it| it.headers["x-line-retry-key"].clone()).collect();
    assert_eq!(keys, [key.to_string(), key.to_string()]);
    // What is named otherwise has the key all the same.
    let named = NewDelivery::push(user(2), "a").idempotency_key("mine").retry_key(RetryKey::new());
    let id = bench.outbox.enqueue(named).await.unwrap().id;
    let found = bench.outbox.find("default", "mine").await.unwrap().unwrap();
    assert_eq!(found.id, id);
    work(&bench, worker(&bench.outbox, &sim)).await;
}

async fn a_retry_key_is_refused_where_line_takes_none(bench: Bench) {
    let reply = NewDelivery::reply("token", "a").retry_key(RetryKey::new());
    let why = bench.outbox.enqueue(reply).await.unwrap_err().to_string();
    assert!(why.starts_with("retry_key: must not be set"), "{why}");
}

async fn a_name_is_free_after_a_sure_refusal(bench: Bench) {
    let refusing = Sim::builder().rate_limits(false).start().await.unwrap();
    let named = |text: &str| NewDelivery::push(user(1), text).idempotency_key("n");
    let refused = bench.outbox.enqueue(named("a")).await.unwrap().id;
    work(&bench, worker(&bench.outbox, &refusing)).await;
    // Only whoever asks for it takes a name over.
    assert!(bench.outbox.enqueue(named("a")).await.unwrap().existing);
    assert!(bench.outbox.enqueue(named("b")).await.is_err());

    let second = bench.outbox.enqueue(named("b").take_over_name()).await.unwrap();
    assert!(!second.existing && second.id != refused);
    let put_away = bench.outbox.show(refused).await.unwrap().unwrap();
    assert_eq!((put_away.state, put_away.idempotency_key), (State::Dropped, None));
    assert!(put_away.last_error.unwrap().contains("Failed to send messages"));
    assert!(bench.outbox.retry(refused).await.is_err());
    // It waits: the name is its own.
    assert!(bench.outbox.enqueue(named("c").take_over_name()).await.is_err());

    bench.outbox.cancel(second.id).await.unwrap();
    let third = bench.outbox.enqueue(named("c").take_over_name()).await.unwrap();
    assert!(!third.existing);
    assert_eq!(state(&bench, second.id).await, State::Cancelled);
    // A refusal that somebody has put away already.
    work(&bench, worker(&bench.outbox, &refusing)).await;
    bench.outbox.drop_dead_letter(third.id).await.unwrap();
    let (sim, _) = line().await;
    let last = bench.outbox.enqueue(named("d").take_over_name()).await.unwrap();
    assert!(!last.existing);
    work(&bench, worker(&bench.outbox, &sim)).await;
    // It is accepted.
    let again = bench.outbox.enqueue(named("d").take_over_name()).await.unwrap();
    assert_eq!((again.id, again.existing), (last.id, true));
    assert!(bench.outbox.enqueue(named("e").take_over_name()).await.is_err());
    assert_eq!(sim.delivered(), 1);
}

async fn the_name_of_what_may_have_arrived_stays_taken(bench: Bench) {
    let (sim, _) = line().await;
    // Each attempt fails after LINE has acted, until the key is too old.
    sim.fault(FaultRule::drop_after_accept().on("POST", PUSH)).unwrap();
    let named = |text: &str| NewDelivery::push(user(1), text).idempotency_key("n");
    let id = bench.outbox.enqueue(named("a")).await.unwrap().id;
    let unknown = async {
        let running = worker(&bench.outbox, &sim).run(std::future::pending());
        let ages = async {
            while state(&bench, id).await != State::Unknown {
                bench.clock.advance(Duration::from_secs(60 * 60));
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::select! {
            _ = running => {}
            () = ages => {}
        }
    };
    unknown.await;
    bench.clock.advance(Duration::from_secs(120));
    for text in ["a", "b"] {
        let again = bench.outbox.enqueue(named(text).take_over_name()).await;
        assert!(again.is_err() || again.unwrap().id == id, "{text}");
    }
    bench.outbox.drop_dead_letter(id).await.unwrap();
    assert!(bench.outbox.enqueue(named("b").take_over_name()).await.is_err());
}

async fn of_many_who_take_a_name_over_one_is_new(bench: Bench) {
    let named = || NewDelivery::push(user(1), "a").idempotency_key("n").take_over_name();
    for _ in 0..5 {
        let before = bench.outbox.enqueue(named()).await.unwrap();
        assert!(!before.existing);
        bench.outbox.cancel(before.id).await.unwrap();
        let taken = join_all((0..8).map(|_| bench.outbox.enqueue(named()))).await;
        let taken: Vec<_> = taken.into_iter().map(Result::unwrap).collect();
        let new: Vec<_> = taken.iter().filter(|it| !it.existing).collect();
        assert_eq!(new.len(), 1, "{taken:?}");
        assert!(taken.iter().all(|it| it.id == new[0].id), "{taken:?}");
        bench.outbox.cancel(new[0].id).await.unwrap();
    }
}

async fn a_request_goes_to_line_as_it_was_written(bench: Bench) {
    let (sim, _) = line().await;
    let to = user(1);
    let rest = r#""messages": [ {"text":"h\u00e9","type":"text"} ],"new":{"n":12345678901234567890},"x":1.50"#;
    let push = NewDelivery::request(SendKind::Push, format!(r#"{{ {rest} , "to" : "{to}" }}"#));
    let push = push.unwrap();
    assert_eq!(push.recipients(), std::slice::from_ref(&to));
    let id = bench.outbox.enqueue(push.idempotency_key("n")).await.unwrap().id;
    // Another order of members is the same request.
    let same = format!(
        r#"{{"to":"{to}","x":1.5,"new":{{"n":12345678901234567890}},"messages":[{{"type":"text","text":"hé"}}]}}"#
    );
    let same = NewDelivery::request(SendKind::Push, same).unwrap().idempotency_key("n");
    let same = bench.outbox.enqueue(same).await.unwrap();
    assert_eq!((same.id, same.existing), (id, true));
    sim.fault(FaultRule::answer(500).on("POST", PUSH).times(1)).unwrap();
    work(&bench.clone().restarted().await, worker(&bench.outbox, &sim)).await;
    let sent = format!(
        r#"{{"to":"{to}","messages":[ {{"text":"h\u00e9","type":"text"}} ],"new":{{"n":12345678901234567890}},"x":1.50}}"#
    );
    let bodies: Vec<_> = sim.requests().iter().map(|it| it.body.clone()).collect();
    assert_eq!(bodies, [sent.as_bytes(), sent.as_bytes()]);
}

async fn a_written_multicast_is_never_cut_in_two(bench: Bench) {
    let (sim, _) = line().await;
    let users = serde_json::json!([user(1), "not-an-id-that-line-knows", user(2)]);
    let body = format!(r#"{{"to":{users},"messages":[{{"type":"text","text":"a"}}]}}"#);
    let multicast = NewDelivery::request(SendKind::Multicast, body).unwrap();
    let id = bench.outbox.enqueue(multicast).await.unwrap().id;
    let bench = bench.restarted().await;
    work(&bench, worker(&bench.outbox, &sim)).await;
    assert_eq!((state(&bench, id).await, sim.delivered()), (State::Rejected, 0));
}

async fn what_a_written_request_says_is_not_said_beside_it(bench: Bench) {
    let body = format!(r#"{{"to":"{}","messages":[]}}"#, user(1));
    let push = NewDelivery::request(SendKind::Push, &body).unwrap();
    let why = bench.outbox.enqueue(push.clone().unit("u")).await.unwrap_err().to_string();
    assert!(why.starts_with("customAggregationUnits: must not be set"), "{why}");
    assert!(push.to_json().is_err());
    for body in ["[]", "{}", r#"{"to":"a b"}"#, r#"{"to":"a","to":"b"}"#] {
        let refused = match NewDelivery::request(SendKind::Push, body) {
            Ok(push) => bench.outbox.enqueue(push).await.map(drop),
            Err(why) => Err(why),
        };
        assert!(matches!(refused.unwrap_err().kind(), ErrorKind::Invalid(_)), "{body}");
    }
}
