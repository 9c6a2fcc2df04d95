use std::time::Duration;

use hikyaku_model::audience::Limit;
use hikyaku_sender::{ErrorKind, Event, Existing, Filter, Limits, NewDelivery, Priority, State};

use crate::{
    stores::{Bench, on_every_store, user},
    worker::{line, work},
};

on_every_store![
    the_same_key_and_contents_are_one_delivery,
    another_body_under_the_same_key_is_a_conflict_and_changes_nothing,
    a_batch_answers_line_by_line,
    what_cannot_be_sent_is_refused_and_nothing_is_kept,
    a_newer_narrowing_is_sent_when_it_is_asked_for,
    a_time_that_no_calendar_has_is_refused,
    a_worker_takes_any_patience,
    a_lease_that_ends_before_an_answer_may_come_is_refused,
    a_worker_without_a_channel_is_refused,
    a_waiting_delivery_can_be_cancelled_once,
    lists_are_filtered_and_paged,
    keys_derive_from_the_channel_and_the_name,
    a_reply_token_is_not_shown,
    a_reference_comes_back,
    a_reference_that_is_too_large_is_refused,
];

async fn the_same_key_and_contents_are_one_delivery(bench: Bench) {
    let send = NewDelivery::push(user(1), "hello").idempotency_key("a");
    let first = bench.outbox.enqueue(send.clone()).await.unwrap();
    let again = bench.outbox.enqueue(send).await.unwrap();
    assert!(!first.existing);
    assert_eq!((again.id, again.existing), (first.id, true));
    assert_eq!(bench.outbox.overview().await.unwrap().count(State::Ready), 1);
}

async fn another_body_under_the_same_key_is_a_conflict_and_changes_nothing(bench: Bench) {
    let first =
        bench.outbox.enqueue(NewDelivery::push(user(1), "a").idempotency_key("k")).await.unwrap();
    for other in [
        NewDelivery::push(user(1), "b"),
        NewDelivery::push(user(2), "a"),
        NewDelivery::multicast([user(1)], "a"),
        NewDelivery::push(user(1), "a").notification_disabled(true),
    ] {
        let error = bench.outbox.enqueue(other.idempotency_key("k")).await.unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::Conflict { existing: Existing::Delivery(first.id) });
    }
    let kept = bench.outbox.list(Filter::default()).await.unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(
        kept[0].body,
        Some(serde_json::json!({"messages": [{"type": "text", "text": "a"}]}))
    );
}

async fn a_batch_answers_line_by_line(bench: Bench) {
    let batch = vec![
        NewDelivery::push(user(1), "a").idempotency_key("k"),
        NewDelivery::push(user(1), "a").idempotency_key("k"),
        NewDelivery::push(user(1), "other").idempotency_key("k"),
        NewDelivery::push(user(1), "a"),
    ];
    let answers = bench.outbox.enqueue_all(batch).await.unwrap();
    let existing: Vec<_> =
        answers.iter().map(|it| it.as_ref().ok().map(|it| it.existing)).collect();
    assert_eq!(existing, [Some(false), Some(true), None, Some(false)]);
}

async fn a_reference_comes_back(bench: Bench) {
    let (_sim, client) = line().await;
    let order = serde_json::json!({"order": 17, "of": "渡辺 \u{0}"});
    let named = || NewDelivery::push(user(1), "paid").idempotency_key("order-17");
    bench.outbox.enqueue(named().reference(order.clone())).await.unwrap();
    // It is no part of what is sent, so this is the same delivery, with the reference that it has.
    let again = bench.outbox.enqueue(named().reference("another")).await.unwrap();
    assert!(again.existing);
    bench.outbox.enqueue(NewDelivery::push(user(2), "paid")).await.unwrap();
    let found = bench.outbox.find("default", "order-17").await.unwrap().unwrap();
    assert_eq!((found.id, found.reference), (again.id, Some(order.clone())));
    for (channel, key) in [("default", "order-18"), ("shop", "order-17")] {
        assert!(bench.outbox.find(channel, key).await.unwrap().is_none(), "{channel} {key}");
    }
    let mut events = bench.outbox.events();
    let worker = bench.outbox.worker().channel("default", client).limits(Limits::none());
    work(&bench, worker.until_idle()).await;
    let mut settled = Vec::new();
    while settled.len() < 2 {
        if let Event::Settled { reference, .. } = events.next().await.unwrap() {
            settled.push(reference);
        }
    }
    settled.sort_by_key(Option::is_none);
    assert_eq!(settled, [Some(order), None]);
}

async fn a_reference_that_is_too_large_is_refused(bench: Bench) {
    let of =
        |bytes: usize| NewDelivery::push(user(1), "a").reference("x".repeat(bytes - "\"\"".len()));
    assert!(bench.outbox.enqueue(of(2000)).await.is_ok());
    let deep = (0..200).fold(serde_json::Value::Null, |inner, _| serde_json::json!([inner]));
    for refused in [of(2001), NewDelivery::push(user(1), "a").reference(deep)] {
        let why = bench.outbox.enqueue(refused).await.unwrap_err().to_string();
        assert_eq!(why, "reference: must have at most 2000 bytes and 127 levels as JSON");
    }
    assert_eq!(bench.outbox.list(Filter::default()).await.unwrap().len(), 1);
}

/// A narrowcast with the filter that some JSON is.
fn misspelt(filter: &str) -> NewDelivery {
    let filter: hikyaku_model::audience::Filter = serde_json::from_str(filter).unwrap();
    NewDelivery::narrowcast("a").idempotency_key("n").filter(filter)
}

async fn a_newer_narrowing_is_sent_when_it_is_asked_for(bench: Bench) {
    let newer = misspelt(r#"{"interest":{"oneOf":["tea"]}}"#);
    assert!(bench.outbox.enqueue(newer.clone()).await.is_err());
    assert!(bench.outbox.enqueue(newer.allow_unknown_narrowing()).await.is_ok());
}

async fn what_cannot_be_sent_is_refused_and_nothing_is_kept(bench: Bench) {
    let refused = [
        (NewDelivery::push("", "a"), "to: must not be empty"),
        (NewDelivery::push("U 1", "a"), "to: must not contain blanks or control characters"),
        (NewDelivery::push(user(1), ""), "messages[0].text: must not be empty"),
        (
            NewDelivery::multicast((0..501).map(user), "a"),
            "to: must have at most 500 users; start a campaign for more",
        ),
        (
            NewDelivery::multicast(["C0123456789abcdef0123456789abcdef"], "a"),
            "to[0]: is the id of a group; a different kind of id goes here",
        ),
        (
            NewDelivery::broadcast("a"),
            "idempotency_key: must be set, so that what goes to many is never sent twice by mistake",
        ),
        (
            NewDelivery::phone("+81", "a"),
            "to: must be a SHA-256 digest in 64 lower-case hexadecimal digits",
        ),
        (
            NewDelivery::push("", "").limit(Limit::new().max(1)),
            "messages[0].text: must not be empty; to: must not be empty; limit: must not be set: only a narrowcast takes it",
        ),
        (
            NewDelivery::narrowcast("a").idempotency_key("n").limit(Limit::new().max(0)),
            "limit.max: must be between 1 and 2147483647",
        ),
        (
            misspelt(r#"{"type":"gender","oneOf":["female"]}"#),
            "filter: must have demographic, else it reaches everybody; \
             filter.oneOf: is no field that belongs here; known are demographic; \
             filter.type: is no field that belongs here; known are demographic",
        ),
        (
            misspelt(r#"{"demographics":{"type":"gender","oneOf":["female"]}}"#),
            "filter: must have demographic, else it reaches everybody; \
             filter.demographics: is no field that belongs here; known are demographic",
        ),
        (
            NewDelivery::push(user(1), "a").unit("café").delivery_tag("short"),
            "X-Line-Delivery-Tag: must have 16 to 100 UTF-16 code units, has 5; \
             customAggregationUnits[0]: must match ^[a-zA-Z0-9_]{1,30}$; \
             X-Line-Delivery-Tag: must not be set: only a send to a phone number takes it",
        ),
        (
            NewDelivery::push("U".repeat(2 * 1024 * 1024), "a"),
            "the request is larger than the 2 MB that LINE takes",
        ),
        (
            NewDelivery::push(user(1), "").idempotency_key("").channel("a\n"),
            "channel: must have 1 to 200 bytes and no control characters; \
             idempotency_key: must have 1 to 200 bytes and no control characters; \
             messages[0].text: must not be empty",
        ),
    ];
    for (send, why) in refused {
        let good = NewDelivery::push(user(1), "good");
        let error = bench.outbox.enqueue_all(vec![good, send]).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Invalid(_)), "{error:?}");
        assert_eq!(error.to_string(), why);
    }
    assert!(bench.outbox.list(Filter::default()).await.unwrap().is_empty());
}

async fn a_time_that_no_calendar_has_is_refused(bench: Bench) {
    let never = bench.clock.now() + Duration::MAX;
    for send in [
        NewDelivery::push(user(1), "a").at(never),
        NewDelivery::push(user(1), "a").expires_at(never),
    ] {
        let error = bench.outbox.enqueue(send).await.unwrap_err();
        assert!(error.to_string().contains("must have a date"), "{error}");
    }
    let error = bench.outbox.new_campaign("a").at(never).start().await.unwrap_err();
    assert!(error.to_string().contains("at: must have a date"), "{error}");
    let at = bench.clock.now();
    let error = bench.outbox.new_campaign("a").at(at).expires_at(at).start().await.unwrap_err();
    assert!(error.to_string().contains("expires_at: must be later than"), "{error}");
}

async fn a_worker_takes_any_patience(bench: Bench) {
    let (_sim, client) = line().await;
    let worker = bench.outbox.worker().channel("default", client);
    let worker = worker.drain(Duration::MAX).lease(Duration::MAX);
    worker.quota_every(Some(Duration::MAX)).run(std::future::ready(())).await.unwrap();
}

async fn a_lease_that_ends_before_an_answer_may_come_is_refused(bench: Bench) {
    let (_sim, client) = line().await;
    let timeout = client.timeout();
    let worker = |lease| bench.outbox.worker().channel("default", client.clone()).lease(lease);
    let error = worker(timeout).run(std::future::ready(())).await.unwrap_err();
    assert!(error.to_string().starts_with("lease: must be longer than the timeout"), "{error}");
    let longer = timeout + Duration::from_millis(1);
    worker(longer).run(std::future::ready(())).await.unwrap();
}

async fn a_worker_without_a_channel_is_refused(bench: Bench) {
    let error = bench.outbox.worker().run(std::future::pending()).await.unwrap_err();
    let told = "channel: must be set, or the worker has nothing that it may send";
    assert_eq!(error.to_string(), told);
}

async fn a_waiting_delivery_can_be_cancelled_once(bench: Bench) {
    let at = bench.clock.now() + Duration::from_secs(60);
    let id = bench.outbox.enqueue(NewDelivery::push(user(1), "a").at(at)).await.unwrap().id;
    bench.outbox.cancel(id).await.unwrap();
    assert_eq!(bench.outbox.show(id).await.unwrap().unwrap().state, State::Cancelled);
    let error = bench.outbox.cancel(id).await.unwrap_err();
    assert_eq!(error.to_string(), "delivery 1 is finished, so there is nothing to cancel");
    let error = bench.outbox.retry(id).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "delivery 1 is neither rejected nor unknown, so there is nothing to retry or drop"
    );
    let error = bench.outbox.cancel(99.into()).await.unwrap_err();
    assert_eq!(error.to_string(), "there is no delivery 99");
}

async fn lists_are_filtered_and_paged(bench: Bench) {
    for n in 0..5 {
        let channel = if n % 2 == 0 { "even" } else { "odd" };
        let send = NewDelivery::push(user(n), "a").channel(channel).priority(Priority::High);
        bench.outbox.enqueue(send).await.unwrap();
    }
    let ids = async |filter| -> Vec<i64> {
        bench.outbox.list(filter).await.unwrap().iter().map(|it| it.id.get()).collect()
    };
    assert_eq!(ids(Filter::default().limit(2)).await, [5, 4]);
    let next = Filter::default().before(4).limit(2);
    assert_eq!(ids(next).await, [3, 2]);
    let even = Filter::default().channel("even");
    assert_eq!(ids(even).await, [5, 3, 1]);
    let unknown = Filter::default().state(State::Unknown);
    assert!(ids(unknown).await.is_empty());
}

async fn keys_derive_from_the_channel_and_the_name(bench: Bench) {
    let keys = async |channel: &str, name: &str| {
        let send = NewDelivery::push(user(1), "a").channel(channel).idempotency_key(name);
        let id = bench.outbox.enqueue(send).await.unwrap().id;
        bench.outbox.show(id).await.unwrap().unwrap().retry_key
    };
    let key = keys("default", "order-17").await;
    assert_eq!(key, keys("default", "order-17").await);
    assert_ne!(key, keys("default", "order-18").await);
    assert_ne!(key, keys("other", "order-17").await);
    // Every store and every version must derive this very key.
    assert_eq!(key.to_string(), "a0d5d3bf-861d-5c91-a2f6-b0e308dd96b8");
}

async fn a_reply_token_is_not_shown(bench: Bench) {
    let id = bench.outbox.enqueue(NewDelivery::reply("secret-token", "a")).await.unwrap().id;
    let shown = bench.outbox.show(id).await.unwrap().unwrap();
    assert!(!serde_json::to_string(&shown).unwrap().contains("secret-token"));
    assert!(shown.expires_at.is_some());
}
