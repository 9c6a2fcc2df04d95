//! The trace that a send is a part of.

use hikyaku_sender::{Filter, Limits, Listed, NewDelivery, State};

use crate::{
    stores::{Bench, on_every_store, user},
    worker::line,
};

on_every_store![a_trace_is_kept_and_never_sent];

const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

async fn a_trace_is_kept_and_never_sent(bench: Bench) {
    let (sim, client) = line().await;
    let outbox = &bench.outbox;
    let push = |n| NewDelivery::push(user(n), "hello");
    let bad = NewDelivery::multicast([user(4), user(5), "unheard-of".to_owned()], "hello");
    outbox
        .enqueue_all(vec![
            push(1).trace_context(PARENT, Some("rojo=00f067aa0ba902b7")),
            push(2).trace_context(PARENT, Some(&"x".repeat(600))),
            push(3).trace_context("not a trace", Some("a=b")),
            bad.trace_context(PARENT, None),
        ])
        .await
        .unwrap();
    // A repeat is the same send, whatever trace it comes in.
    let named = push(6).idempotency_key("order-17");
    outbox.enqueue(named.clone().trace_context(PARENT, None)).await.unwrap();
    assert!(outbox.enqueue(named).await.unwrap().existing);
    let rows = async |filter: Filter| {
        let mut rows = outbox.list(filter).await.unwrap();
        rows.reverse();
        rows
    };
    let traces = |rows: &[Listed]| {
        let trace = |it: &Listed| (it.traceparent.clone(), it.tracestate.clone());
        rows.iter().map(trace).collect::<Vec<_>>()
    };
    let parent = || Some(PARENT.to_owned());
    let kept = traces(&rows(Filter::default()).await);
    let state = Some("rojo=00f067aa0ba902b7".to_owned());
    let expected =
        [(parent(), state), (parent(), None), (None, None), (parent(), None), (parent(), None)];
    assert_eq!(kept, expected);

    let worker = outbox.worker().channel("default", client).limits(Limits::none());
    crate::worker::work(&bench, worker.until_idle()).await;
    assert_eq!(sim.delivered(), 6);
    assert_eq!(rows(Filter::default().state(State::Rejected)).await.len(), 1);
    let sent = rows(Filter::default()).await;
    assert_eq!(traces(&sent)[..5], expected, "it outlives the send");
    let halves = traces(&sent[5..]);
    assert!(halves.len() > 1 && halves.iter().all(|it| it.0 == parent()), "{halves:?}");
    for request in sim.requests() {
        let told = format!("{:?} {:?}", request.headers, request.body);
        assert!(!told.contains("trace") && !told.contains("0af7651916cd43dd"), "{told}");
    }
}

#[tokio::test]
async fn a_move_carries_traces() {
    let (source, target) = (Bench::sqlite().await, Bench::memory().await);
    let send = NewDelivery::push(user(1), "hello").trace_context(PARENT, Some("a=b"));
    source.outbox.enqueue(send).await.unwrap();
    source.outbox.move_to(&target.outbox, |_| {}).await.unwrap();
    let moved = target.outbox.list(Filter::default()).await.unwrap().remove(0);
    assert_eq!(moved.traceparent.as_deref(), Some(PARENT));
    assert_eq!(moved.tracestate.as_deref(), Some("a=b"));
}
