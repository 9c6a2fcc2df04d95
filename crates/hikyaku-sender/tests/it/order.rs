//! Deliveries with an order key leave one after another.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_core::future::BoxFuture;
use hikyaku::{
    Client,
    transport::{HyperTransport, RequestBody, ResponseBody, Transport, TransportError},
};
use hikyaku_sender::{
    Beyond, ErrorKind, Filter, Lane, Limits, NewDelivery, NewHold, Outbox, Per, Priority, State,
    WaitingFor, Worker,
};
use hikyaku_sim::{FaultRule, Sim};

use crate::{
    stores::{Bench, on_every_store, user},
    worker::{line, work},
};

on_every_store![
    a_hundred_to_one_user_arrive_in_order,
    many_chats_keep_their_orders_beside_each_other,
    one_that_is_stuck_is_overtaken_after_a_minute,
    a_lane_that_is_held_is_overtaken_by_another,
    a_key_that_is_held_keeps_no_other_waiting,
    a_key_that_is_held_later_keeps_no_other_waiting,
    a_key_whose_budget_is_used_up_keeps_no_other_waiting,
    what_is_withdrawn_or_refused_lets_the_next_one_go,
    one_for_later_keeps_nobody_waiting,
    halves_of_a_list_come_before_what_was_enqueued_after_it,
    a_worker_that_is_gone_leaves_the_order_behind,
    an_order_is_moved_with_its_store,
];

/// LINE behind a network that notes who is on their way at the same time, and fails for some texts.
#[derive(Default)]
struct Watch {
    on_their_way: Mutex<HashSet<String>>,
    overlaps: Mutex<Vec<String>>,
    stuck: Mutex<HashSet<String>>,
}

#[derive(Clone)]
struct Watched(Arc<Watch>, Arc<HyperTransport>);

/// Removes a chat even when its request is dropped.
struct OnItsWay(Arc<Watch>, String);

impl Drop for OnItsWay {
    fn drop(&mut self) {
        self.0.on_their_way.lock().unwrap().remove(&self.1);
    }
}

impl Transport for Watched {
    fn send(
        &self,
        request: http::Request<RequestBody>,
    ) -> BoxFuture<'_, Result<http::Response<ResponseBody>, TransportError>> {
        Box::pin(async move {
            let json = request.body().as_bytes().map(|bytes| serde_json::from_slice(bytes));
            let json: serde_json::Value = json.and_then(Result::ok).unwrap_or_default();
            let to = json["to"].as_str().or(json["to"][0].as_str()).unwrap_or_default().to_owned();
            let text = json["messages"][0]["text"].as_str().unwrap_or_default().to_owned();
            if !self.0.on_their_way.lock().unwrap().insert(to.clone()) {
                self.0.overlaps.lock().unwrap().push(format!("{to}: {text}"));
            }
            let _on_its_way = OnItsWay(self.0.clone(), to);
            if self.0.stuck.lock().unwrap().contains(&text) {
                let body = bytes::Bytes::from_static(br#"{"message":"stuck"}"#);
                let answer = http::Response::builder().status(500).header("x-line-request-id", "r");
                return Ok(answer.body(ResponseBody::from(body)).unwrap());
            }
            self.1.send(request).await
        })
    }
}

struct Line {
    sim: Sim,
    client: Client,
    watch: Arc<Watch>,
}

impl Line {
    async fn start() -> Self {
        let (sim, _) = line().await;
        let watch = Arc::new(Watch::default());
        let transport = Arc::new(HyperTransport::new(Duration::from_secs(5)));
        let client = Client::builder(sim.channel_token().expose())
            .api_base_url(sim.api_url())
            .transport(Watched(watch.clone(), transport))
            .build()
            .unwrap();
        Self { sim, client, watch }
    }

    fn worker(&self, bench: &Bench) -> Worker {
        let worker = bench.outbox.worker().channel("default", self.client.clone());
        worker.limits(Limits::none()).quota_every(None)
    }

    /// Works until nothing is left to do. The clock moves on, but a minute is longer than a busy machine takes for a step.
    async fn work(&self, bench: &Bench) -> hikyaku_sender::Report {
        let ticking = async {
            loop {
                tokio::time::sleep(Duration::from_millis(5)).await;
                bench.clock.advance(Duration::from_millis(100));
            }
        };
        tokio::select! {
            report = self.worker(bench).until_idle().run(std::future::pending()) => report.unwrap(),
            () = ticking => unreachable!(),
        }
    }

    /// What a user got, in the order in which it came, without repetitions.
    fn got(&self, n: usize) -> Vec<String> {
        let mut got: Vec<_> = self.sim.outbox();
        got.retain(|it| it.to.as_str() == user(n));
        got.sort_by_key(|it| it.seq);
        got.iter().map(|it| it.messages[0]["text"].as_str().unwrap().to_owned()).collect()
    }

    fn assert_one_at_a_time(&self) {
        assert_eq!(*self.watch.overlaps.lock().unwrap(), Vec::<String>::new());
    }

    fn sticks(&self, text: &str) {
        self.watch.stuck.lock().unwrap().insert(text.to_owned());
    }
}

fn push(n: usize, text: impl std::fmt::Display) -> NewDelivery {
    NewDelivery::push(user(n), text.to_string()).in_order(user(n))
}

fn numbers(count: usize) -> Vec<String> {
    (0..count).map(|n| n.to_string()).collect()
}

async fn a_hundred_to_one_user_arrive_in_order(bench: Bench) {
    let line = Line::start().await;
    for rule in [
        FaultRule::answer(500).probability(0.04),
        FaultRule::drop_after_accept().probability(0.04),
        FaultRule::reset().probability(0.02),
        FaultRule::delay(Duration::from_millis(5)).probability(0.2),
    ] {
        line.sim.fault(rule.on("POST", "/v2/bot/message/push")).unwrap();
    }
    for n in 0..100 {
        bench.outbox.enqueue(push(1, n)).await.unwrap();
    }
    assert_eq!(line.work(&bench).await.accepted, 100);
    assert_eq!(line.got(1), numbers(100));
    line.assert_one_at_a_time();
}

async fn many_chats_keep_their_orders_beside_each_other(bench: Bench) {
    let line = Line::start().await;
    line.sim
        .fault(FaultRule::answer(500).probability(0.1).on("POST", "/v2/bot/message/*"))
        .unwrap();
    let mut sends = Vec::new();
    for text in 0..10 {
        for n in 0..20 {
            // The more urgent one waits for its turn, too, whatever way it goes.
            let send = if text % 3 == 2 {
                NewDelivery::multicast([user(n)], text.to_string()).in_order(user(n))
            } else {
                push(n, text)
            };
            let urgent = text % 4 == 0;
            sends.push(send.priority(if urgent { Priority::High } else { Priority::Normal }));
            sends.push(NewDelivery::push(user(100), "whenever"));
        }
    }
    bench.outbox.enqueue_all(sends).await.unwrap();
    line.work(&bench).await;
    for n in 0..20 {
        assert_eq!(line.got(n), numbers(10), "chat {n}");
    }
    assert_eq!(line.got(100).len(), 200);
    let overlaps = line.watch.overlaps.lock().unwrap().clone();
    assert!(overlaps.iter().all(|it| it.ends_with("whenever")), "{overlaps:?}");
}

async fn one_that_is_stuck_is_overtaken_after_a_minute(bench: Bench) {
    let line = Line::start().await;
    line.sticks("0");
    let began = bench.clock.now();
    for n in 0..4 {
        bench.outbox.enqueue(push(1, n)).await.unwrap();
    }
    // Not the lane that fails: others go through it.
    for n in 2..50 {
        bench.outbox.enqueue(push(n, n).at(began + Duration::from_secs(n as u64))).await.unwrap();
    }
    let stop = async {
        while line.got(1).len() < 3 {
            tokio::time::sleep(Duration::from_millis(5)).await;
            bench.clock.advance(Duration::from_secs(1));
            let waited = bench.clock.now().since(began);
            if waited < Duration::from_secs(58) {
                assert_eq!(line.got(1), Vec::<String>::new(), "overtaken after {waited:?}");
            }
        }
    };
    line.worker(&bench).run(stop).await.unwrap();
    assert_eq!(line.got(1), ["1", "2", "3"]);
    // What comes later does not wait for it any more.
    let before = bench.clock.now();
    bench.outbox.enqueue(push(1, "4")).await.unwrap();
    let stop = async {
        while line.got(1).len() < 4 {
            tokio::time::sleep(Duration::from_millis(5)).await;
            assert_eq!(bench.clock.now(), before);
        }
    };
    line.worker(&bench).run(stop).await.unwrap();

    line.watch.stuck.lock().unwrap().clear();
    line.work(&bench).await;
    assert_eq!(line.got(1), ["1", "2", "3", "4", "0"]);
    line.assert_one_at_a_time();
}

async fn a_lane_that_is_held_is_overtaken_by_another(bench: Bench) {
    let line = Line::start().await;
    let hold = bench.outbox.hold(NewHold::new("stop").lane(Lane::Multicast)).await.unwrap();
    let began = bench.clock.now();
    let first = NewDelivery::multicast([user(1)], "0").in_order(user(1));
    bench.outbox.enqueue(first).await.unwrap();
    let next = bench.outbox.enqueue(push(1, "1")).await.unwrap().id;
    line.work(&bench).await;
    assert_eq!(line.got(1), ["1"]);
    assert!(bench.clock.now().since(began) >= Duration::from_secs(60));
    assert_eq!(bench.outbox.show(next).await.unwrap().unwrap().waiting_for, None);
    bench.outbox.release(hold.id).await.unwrap();
    line.work(&bench).await;
    assert_eq!(line.got(1), ["1", "0"]);
    line.assert_one_at_a_time();
}

async fn a_key_that_is_held_keeps_no_other_waiting(bench: Bench) {
    let line = Line::start().await;
    let hold = bench.outbox.hold(NewHold::new("stop").fairness_key("a")).await.unwrap();
    for (text, key) in ["a", "a", "b", "a", "b", "b"].into_iter().enumerate() {
        bench.outbox.enqueue(push(1, text).fairness_key(key)).await.unwrap();
    }
    line.work(&bench).await;
    assert_eq!(line.got(1), ["2", "4", "5"]);
    bench.outbox.release(hold.id).await.unwrap();
    line.work(&bench).await;
    assert_eq!(line.got(1), ["2", "4", "5", "0", "1", "3"]);
    line.assert_one_at_a_time();
    bench.assert_at_rest().await;
}

async fn a_key_that_is_held_later_keeps_no_other_waiting(bench: Bench) {
    let line = Line::start().await;
    line.sticks("0");
    for (text, key) in ["b", "a", "a", "b", "b"].into_iter().enumerate() {
        bench.outbox.enqueue(push(1, text).fairness_key(key)).await.unwrap();
    }
    // All others are behind the first.
    let waiting = async {
        loop {
            let listed = bench.outbox.list(Filter::default()).await.unwrap();
            let waits = |it: &&hikyaku_sender::Listed| it.waiting_for == Some(WaitingFor::Order);
            if listed.iter().filter(waits).count() == 4 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    line.worker(&bench).run(waiting).await.unwrap();
    let hold = bench.outbox.hold(NewHold::new("stop").fairness_key("a")).await.unwrap();
    line.watch.stuck.lock().unwrap().clear();
    line.work(&bench).await;
    assert_eq!(line.got(1), ["0", "3", "4"]);
    bench.outbox.release(hold.id).await.unwrap();
    line.work(&bench).await;
    assert_eq!(line.got(1), ["0", "3", "4", "1", "2"]);
    line.assert_one_at_a_time();
    bench.assert_at_rest().await;
}

async fn a_key_whose_budget_is_used_up_keeps_no_other_waiting(bench: Bench) {
    let line = Line::start().await;
    bench.outbox.set_budget("a", 1, Per::Day, Beyond::Wait).await.unwrap();
    for (text, key) in ["a", "a", "b", "a", "b"].into_iter().enumerate() {
        bench.outbox.enqueue(push(1, text).fairness_key(key)).await.unwrap();
    }
    line.work(&bench).await;
    assert_eq!(line.got(1), ["0", "2", "4"]);
    bench.outbox.set_budget("a", 10, Per::Day, Beyond::Wait).await.unwrap();
    line.work(&bench).await;
    assert_eq!(line.got(1), ["0", "2", "4", "1", "3"]);
    line.assert_one_at_a_time();
}

async fn what_is_withdrawn_or_refused_lets_the_next_one_go(bench: Bench) {
    let line = Line::start().await;
    let mut ids = Vec::new();
    for n in 0..6 {
        let send = push(1, n);
        let send = if n == 2 {
            send.expires_at(bench.clock.now() + Duration::from_millis(1))
        } else {
            send
        };
        ids.push(bench.outbox.enqueue(send).await.unwrap().id);
    }
    bench.clock.advance(Duration::from_secs(1));
    let refusal = FaultRule::answer(403).on("POST", "/v2/bot/message/push").times(1);
    line.sim.fault(refusal).unwrap();
    let hold = bench.outbox.hold(NewHold::new("stop")).await.unwrap();
    bench.outbox.cancel(ids[3]).await.unwrap();
    bench.outbox.release(hold.id).await.unwrap();
    line.work(&bench).await;
    assert_eq!(line.got(1), ["1", "4", "5"]);

    // One that lives again is behind those that wait by now.
    bench.outbox.enqueue(push(1, "6")).await.unwrap();
    bench.clock.advance(Duration::from_secs(1));
    bench.outbox.retry(ids[0]).await.unwrap();
    line.work(&bench).await;
    assert_eq!(line.got(1), ["1", "4", "5", "6", "0"]);
    line.assert_one_at_a_time();
    let invalid = bench.outbox.enqueue(push(1, "x").in_order("")).await.unwrap_err();
    assert!(matches!(invalid.kind(), ErrorKind::Invalid(_)), "{invalid}");
}

async fn one_for_later_keeps_nobody_waiting(bench: Bench) {
    let line = Line::start().await;
    let later = bench.clock.now() + Duration::from_secs(5 * 60);
    bench.outbox.enqueue(push(1, "later").at(later)).await.unwrap();
    bench.outbox.enqueue(push(1, "now")).await.unwrap();
    work(&bench, line.worker(&bench).until_idle()).await;
    assert_eq!(line.got(1), ["now", "later"]);
    assert!(bench.clock.now() >= later);
}

async fn halves_of_a_list_come_before_what_was_enqueued_after_it(bench: Bench) {
    let line = Line::start().await;
    let mut to: Vec<String> = (1..8).map(user).collect();
    "unheard-of".clone_into(&mut to[3]);
    let list = NewDelivery::multicast(to, "0").in_order("all");
    bench.outbox.enqueue(list).await.unwrap();
    for n in 1..8 {
        bench.outbox.enqueue(NewDelivery::push(user(n), "1").in_order("all")).await.unwrap();
    }
    line.work(&bench).await;
    let mut got = line.sim.outbox();
    got.sort_by_key(|it| it.seq);
    let texts: Vec<_> = got.iter().map(|it| it.messages[0]["text"].as_str().unwrap()).collect();
    assert_eq!(texts, [["0"; 6].as_slice(), &["1"; 7]].concat());
}

async fn a_worker_that_is_gone_leaves_the_order_behind(bench: Bench) {
    let line = Line::start().await;
    for n in 0..20 {
        bench.outbox.enqueue(push(1, n)).await.unwrap();
    }
    // Each is dropped in the middle of its work.
    for round in 1..8 {
        let mut worker = Box::pin(line.worker(&bench).run(std::future::pending()));
        let enough = async {
            while line.sim.delivered() < 2 * round {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            ended = &mut worker => panic!("{ended:?}"),
            () = enough => {}
        }
        drop(worker);
        // Its lease ends.
        bench.clock.advance(Duration::from_secs(61));
    }
    line.work(&bench).await;
    assert_eq!(line.got(1), numbers(20));
    line.assert_one_at_a_time();
}

async fn an_order_is_moved_with_its_store(bench: Bench) {
    let line = Line::start().await;
    line.sticks("0");
    for n in 0..5 {
        bench.outbox.enqueue(push(1, n)).await.unwrap();
    }
    let seen = |outbox: Outbox| async move {
        let listed = outbox.list(Filter::default().state(State::Ready)).await.unwrap();
        let waits = |it: &&hikyaku_sender::Listed| it.waiting_for == Some(WaitingFor::Order);
        (listed.iter().filter(waits).count(), listed.iter().all(|it| it.order_key.is_some()))
    };
    let stop = async {
        while seen(bench.outbox.clone()).await != (4, true) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    line.worker(&bench).run(stop).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("moved.db").display());
    let target = Outbox::builder(&url).clock(bench.clock.clone()).open().await.unwrap();
    bench.outbox.move_to(&target, |_| {}).await.unwrap();
    assert_eq!(seen(target.clone()).await, (4, true));
    let moved = Bench::of(target, bench.clock.clone(), url);
    line.watch.stuck.lock().unwrap().clear();
    line.work(&moved).await;
    assert_eq!(line.got(1), numbers(5));
    moved.assert_at_rest().await;
}
