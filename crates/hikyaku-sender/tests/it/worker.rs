use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use futures_core::future::BoxFuture;
use hikyaku::{
    Client,
    token::{IssuedToken, TokenProvider},
    transport::{RequestBody, ResponseBody, Transport, TransportError},
};
use hikyaku_model::SendKind;
use hikyaku_sender::{
    DeliveryId, Event, Filter, HoldReason, Limits, NewDelivery, State, WaitingFor, Worker,
};
use hikyaku_sim::{FaultRule, Sim};

use crate::stores::{Bench, on_every_store, user};

on_every_store![
    what_is_enqueued_arrives_once,
    lost_answers_and_errors_after_acceptance_deliver_once,
    a_bad_message_is_rejected_with_lines_words,
    one_bad_user_does_not_keep_a_multicast_from_the_others,
    a_list_that_is_refused_as_a_whole_is_not_cut_to_the_bottom,
    what_line_says_is_kept_so_that_every_store_can,
    a_wrong_token_rejects_nothing,
    a_refused_token_is_tried_about_once_a_minute,
    a_new_token_is_asked_for_once,
    a_used_up_quota_parks_the_lane,
    a_channel_that_no_worker_has_is_told,
    what_another_worker_waited_for_is_tried_again,
    a_clock_that_is_not_lines_is_told,
    too_many_requests_hold_the_lane,
    a_network_that_was_away_for_long_is_tried_again_every_half_minute,
    a_reply_in_doubt_is_sent_again_under_its_token,
    a_reply_is_pushed_where_it_surely_did_not_arrive_and_the_rest_follows,
    what_answers_in_line_s_place_ends_nothing,
    a_worker_that_is_told_to_stop_leaves_nothing_in_flight,
    what_is_due_later_waits,
    high_priority_goes_first,
    an_expired_delivery_is_not_sent,
];

/// A simulator without rate limits, and a client of it.
pub(crate) async fn line() -> (Sim, Client) {
    let sim = Sim::builder().any_user_is_friend().rate_limits(false).start().await.unwrap();
    let client = client(&sim);
    (sim, client)
}

pub(crate) fn client(sim: &Sim) -> Client {
    Client::builder(sim.channel_token().expose()).api_base_url(sim.api_url()).build().unwrap()
}

/// A client that gives up well before a lease of this length ends.
pub(crate) fn client_for_lease(sim: &Sim, lease: Duration) -> Client {
    let builder = Client::builder(sim.channel_token().expose()).api_base_url(sim.api_url());
    builder.timeout(lease / 2).build().unwrap()
}

fn worker(bench: &Bench, client: Client) -> Worker {
    bench.outbox.worker().channel("default", client).limits(Limits::none()).until_idle()
}

/// Works until nothing is left to do. A manual clock moves on while the worker waits, so that no test does.
pub(crate) async fn work(bench: &Bench, worker: Worker) -> hikyaku_sender::Report {
    let ticking = async {
        loop {
            tokio::time::sleep(Duration::from_millis(5)).await;
            bench.clock.advance(Duration::from_secs(1));
        }
    };
    tokio::select! {
        report = worker.run(std::future::pending()) => report.unwrap(),
        () = ticking => unreachable!(),
    }
}

async fn state(bench: &Bench, id: DeliveryId) -> State {
    bench.outbox.show(id).await.unwrap().unwrap().state
}

async fn what_is_enqueued_arrives_once(bench: Bench) {
    let (sim, client) = line().await;
    for n in 0..50 {
        bench.outbox.enqueue(NewDelivery::push(user(n), "hello")).await.unwrap();
    }
    let all = NewDelivery::broadcast("to all").idempotency_key("b");
    let broadcast = bench.outbox.enqueue(all).await.unwrap().id;
    let many = NewDelivery::multicast((100..110).map(user), "to many").unit("test");
    bench.outbox.enqueue(many).await.unwrap();
    let report = work(&bench, worker(&bench, client)).await;
    assert_eq!((report.accepted, report.rejected, report.unknown), (52, 0, 0));
    assert_eq!((sim.people_reached(), sim.duplicates()), (60, vec![]));
    let shown = bench.outbox.show(broadcast).await.unwrap().unwrap();
    assert_eq!(shown.state, State::Accepted);
    assert!(shown.request_id.is_some());
}

async fn lost_answers_and_errors_after_acceptance_deliver_once(bench: Bench) {
    let (sim, client) = line().await;
    for rule in [
        FaultRule::drop_after_accept().probability(0.2),
        FaultRule::truncate().probability(0.1),
        FaultRule::answer(500).probability(0.2),
        FaultRule::reset().probability(0.1),
    ] {
        sim.fault(rule.on("POST", "/v2/bot/message/*")).unwrap();
    }
    for n in 0..100 {
        bench.outbox.enqueue(NewDelivery::push(user(n), "hello")).await.unwrap();
    }
    let report = work(&bench, worker(&bench, client)).await;
    assert_eq!(report.accepted, 100);
    assert_eq!((sim.people_reached(), sim.duplicates()), (100, vec![]));
}

/// A portal, a proxy, a wrong address; then LINE itself.
async fn what_answers_in_line_s_place_ends_nothing(bench: Bench) {
    for n in 0..50 {
        bench.outbox.enqueue(NewDelivery::push(user(n), "hello")).await.unwrap();
    }
    let mut events = bench.outbox.events();
    let html = "<html>please log in</html>";
    let json = r#"{"message":"Forbidden"}"#;
    for (status, body) in
        [(302, html), (403, json), (404, html), (200, html), (407, ""), (400, json), (401, html)]
    {
        let portal = Client::builder("token").transport(Portal { status, body }).build().unwrap();
        let told = async {
            loop {
                if let Event::Held { reason, status: of, why, .. } = events.next().await.unwrap() {
                    assert_eq!((reason, of), (HoldReason::LineDown, Some(status)), "{why}");
                    assert!(!why.is_empty());
                    break;
                }
            }
        };
        Box::pin(worker(&bench, portal).quota_every(None).run(told)).await.unwrap();
        let overview = bench.outbox.overview().await.unwrap();
        assert_eq!(overview.count(State::Ready), 50, "after {status}: {overview:?}");
        assert!(matches!(overview.lanes[0].hold, Some((HoldReason::LineDown, _))), "{status}");
        bench.clock.advance(Duration::from_secs(60));
    }
    let (sim, client) = line().await;
    let report = work(&bench, worker(&bench, client)).await;
    assert_eq!((report.accepted, report.rejected, report.unknown), (50, 0, 0));
    assert_eq!(sim.duplicates(), vec![]);
}

/// Answers in LINE's place, without LINE's request id.
struct Portal {
    status: u16,
    body: &'static str,
}

impl Transport for Portal {
    fn send(
        &self,
        _: http::Request<RequestBody>,
    ) -> BoxFuture<'_, Result<http::Response<ResponseBody>, TransportError>> {
        let body = ResponseBody::from(bytes::Bytes::from_static(self.body.as_bytes()));
        let answer = http::Response::builder().status(self.status).body(body).unwrap();
        Box::pin(std::future::ready(Ok(answer)))
    }
}

async fn a_bad_message_is_rejected_with_lines_words(bench: Bench) {
    let (sim, client) = line().await;
    sim.fault(FaultRule::answer(403).on("POST", "/v2/bot/message/push")).unwrap();
    let id = bench.outbox.enqueue(NewDelivery::push(user(1), "a")).await.unwrap().id;
    work(&bench, worker(&bench, client.clone())).await;
    let shown = bench.outbox.show(id).await.unwrap().unwrap();
    assert_eq!((shown.state, shown.last_status), (State::Rejected, Some(403)));
    assert!(shown.last_error.unwrap().contains("403"));
    let key = shown.retry_key;

    sim.clear_faults();
    bench.outbox.retry(id).await.unwrap();
    work(&bench, worker(&bench, client)).await;
    let shown = bench.outbox.show(id).await.unwrap().unwrap();
    assert_eq!(shown.state, State::Accepted);
    assert_ne!(shown.retry_key, key);
}

async fn one_bad_user_does_not_keep_a_multicast_from_the_others(bench: Bench) {
    let (sim, client) = line().await;
    let mut users: Vec<String> = (0..20).map(user).collect();
    users[13] = "not-an-id-that-line-knows".into();
    bench.outbox.enqueue(NewDelivery::multicast(users, "a")).await.unwrap();
    let report = work(&bench, worker(&bench, client)).await;
    assert_eq!(report.rejected, 1);
    assert_eq!((sim.people_reached(), sim.duplicates()), (19, vec![]));
    let rejected = Filter::default().state(State::Rejected);
    let rejected = bench.outbox.list(rejected).await.unwrap();
    assert_eq!(rejected[0].to, ["not-an-id-that-line-knows"]);
}

async fn a_list_that_is_refused_as_a_whole_is_not_cut_to_the_bottom(bench: Bench) {
    const CHUNKS: usize = 20;
    let (sim, client) = line().await;
    let body = serde_json::json!({ "message": "Failed to send messages" });
    let refusal = FaultRule::answer(400).on("POST", "/v2/bot/message/multicast").body(body);
    sim.fault(refusal).unwrap();
    let chunk = |n: usize| NewDelivery::multicast((n * 100..n * 100 + 100).map(user), "a");
    bench.outbox.enqueue_all((0..CHUNKS).map(chunk).collect()).await.unwrap();
    // With a clock that stands still: no lease ends before its outcome is written down, so nothing is in doubt.
    worker(&bench, client).concurrency(4).run(std::future::pending()).await.unwrap();
    let requests = sim.requests().iter().filter(|it| it.status == Some(400)).count();
    let to_the_bottom = CHUNKS * 199;
    // However slowly outcomes are written down: each chunk in all its halves until the first are one recipient alone.
    let before_the_bottom = CHUNKS * 127;
    assert!(requests < before_the_bottom + 64, "{requests} requests of {to_the_bottom}");
    let all = Filter::default().limit(10_000);
    let listed = bench.outbox.list(all).await.unwrap();
    let rejected = listed.iter().filter(|it| it.state == State::Rejected);
    let states = bench.outbox.overview().await.unwrap().deliveries;
    let refused: usize = rejected.clone().map(|it| it.to.len()).sum();
    assert_eq!(refused, CHUNKS * 100, "{states:?}");
    let told = rejected.filter_map(|it| it.last_error.as_deref()).filter(|why| {
        why.contains("alone was refused in the same words") && why.contains("Failed to send")
    });
    assert!(told.count() >= CHUNKS / 2);
}

async fn what_line_says_is_kept_so_that_every_store_can(bench: Bench) {
    let (sim, client) = line().await;
    let message = format!("bad \u{0} \u{1b}[31mthing\r\n{}", "x".repeat(60_000));
    let body = serde_json::json!({ "message": message });
    let refusal = FaultRule::answer(400).on("POST", "/v2/bot/message/push").body(body);
    sim.fault(refusal.times(1)).unwrap();
    for n in 0..40 {
        bench.outbox.enqueue(NewDelivery::push(user(n), "a")).await.unwrap();
    }
    let report = work(&bench, worker(&bench, client)).await;
    assert_eq!((report.accepted, report.rejected), (39, 1));
    let rejected = Filter::default().state(State::Rejected);
    let told = bench.outbox.list(rejected).await.unwrap().remove(0).last_error.unwrap();
    assert!(told.contains("bad") && told.contains("thing"), "{told}");
    assert!(!told.contains(char::is_control) && told.chars().count() <= 500, "{}", told.len());
}

async fn a_channel_that_no_worker_has_is_told(bench: Bench) {
    let (sim, client) = line().await;
    let misspelt = NewDelivery::push(user(1), "a").channel("defautl");
    bench.outbox.enqueue(misspelt).await.unwrap();
    let later = NewDelivery::push(user(2), "a").channel("elsewhere");
    let tomorrow = bench.clock.now() + Duration::from_secs(24 * 60 * 60);
    bench.outbox.enqueue(later.at(tomorrow)).await.unwrap();
    bench.outbox.enqueue(NewDelivery::push(user(3), "a")).await.unwrap();
    bench.clock.advance(Duration::from_secs(90));
    let mut events = bench.outbox.events();
    let worker = || worker(&bench, client.clone()).quota_every(None);
    let warned = async {
        loop {
            match events.next().await.unwrap() {
                Event::Waiting(waiting) if waiting.reason == WaitingFor::Worker => break waiting,
                _ => {}
            }
        }
    };
    let mut waiting = None;
    let stop = async { waiting = Some(warned.await) };
    let running = bench.outbox.worker().channel("default", client.clone()).quota_every(None);
    running.run(stop).await.unwrap();
    let report = worker().run(std::future::pending()).await.unwrap();
    assert_eq!(report.waiting, [waiting.unwrap()]);
    let [it] = report.waiting.as_slice() else { panic!("{report:?}") };
    assert_eq!((it.channel.as_str(), it.reason), ("defautl", WaitingFor::Worker));
    let text = bench.outbox.metrics().await.unwrap();
    let sample = "hikyaku_outbox_overdue_seconds{channel=\"defautl\",kind=\"push\"} 90";
    assert!(text.lines().any(|line| line == sample), "{text}");
    assert_eq!(sim.delivered(), 1);
}

async fn a_wrong_token_rejects_nothing(bench: Bench) {
    let (sim, client) = line().await;
    let id = bench.outbox.enqueue(NewDelivery::push(user(1), "a")).await.unwrap().id;
    let wrong = Client::builder("wrong").api_base_url(sim.api_url()).build().unwrap();
    let report = work(&bench, worker(&bench, wrong)).await;
    assert_eq!(report.waiting[0].reason, WaitingFor::Hold(HoldReason::Unauthorized));
    assert_eq!(state(&bench, id).await, State::Ready);
    bench.clock.advance(Duration::from_secs(2 * 60));
    work(&bench, worker(&bench, client)).await;
    assert_eq!(state(&bench, id).await, State::Accepted);
}

/// While a new delivery comes each time that the lane may go on.
async fn a_refused_token_is_tried_about_once_a_minute(bench: Bench) {
    let (sim, _) = line().await;
    let enqueue = async |n| bench.outbox.enqueue(NewDelivery::push(user(n), "a")).await.unwrap();
    enqueue(0).await;
    let began = bench.clock.now();
    let mut events = bench.outbox.events();
    let mut held = Vec::new();
    let stop = async {
        while held.len() < 8 {
            match events.next().await.unwrap() {
                Event::Held { reason, status, why, .. } => held.push((reason, status, why)),
                Event::Waiting(lane) if lane.until > Some(bench.clock.now()) => {
                    bench.clock.set(lane.until.unwrap() + Duration::from_millis(1));
                    enqueue(held.len()).await;
                }
                _ => {}
            }
        }
    };
    // The provider is no better than what it replaces.
    let (wrong, issued) = issuing(&sim, |_| "wrong".to_owned());
    let worker = bench.outbox.worker().channel("default", wrong).limits(Limits::none());
    Box::pin(worker.concurrency(1).quota_every(None).run(stop)).await.unwrap();
    let minutes = bench.clock.now().since(began).as_secs() / 60;
    assert!((7..=8).contains(&minutes), "{minutes} minutes");
    let refused = sim.requests().iter().filter(|it| it.status == Some(401)).count();
    // What was claimed before the answer came is not sent after it.
    assert_eq!(refused, held.len(), "requests in {minutes} minutes");
    let issued = issued.load(Ordering::Relaxed);
    assert!(issued <= 3, "{issued} tokens in {minutes} minutes");
    for (reason, status, why) in held {
        assert_eq!((reason, status), (HoldReason::Unauthorized, Some(401)));
        assert!(why.contains("401"), "{why}");
    }
}

/// A client whose tokens this makes, by how many there were before, and how many there were.
fn issuing(
    sim: &Sim,
    token: impl Fn(usize) -> String + Send + Sync + 'static,
) -> (Client, Arc<AtomicUsize>) {
    let issued = Arc::new(AtomicUsize::new(0));
    let count = issued.clone();
    let provider = TokenProvider::custom(move || {
        let token = token(count.fetch_add(1, Ordering::Relaxed)).parse();
        std::future::ready(token.map(|token| IssuedToken::new(token, Duration::from_secs(60 * 60))))
    });
    (Client::builder_with(provider).base_url(sim.api_url()).build().unwrap(), issued)
}

async fn a_new_token_is_asked_for_once(bench: Bench) {
    let (sim, _) = line().await;
    for n in 0..20 {
        bench.outbox.enqueue(NewDelivery::push(user(n), "a")).await.unwrap();
    }
    let good = sim.channel_token().expose().to_owned();
    let (client, issued) =
        issuing(&sim, move |n| if n == 0 { "wrong".to_owned() } else { good.clone() });
    let report = work(&bench, worker(&bench, client).quota_every(None)).await;
    assert_eq!((report.accepted, report.waiting.len()), (20, 0));
    assert_eq!(issued.load(Ordering::Relaxed), 2);
}

async fn a_used_up_quota_parks_the_lane(bench: Bench) {
    let (sim, client) = line().await;
    sim.set_quota(5, 0);
    for n in 0..8 {
        bench.outbox.enqueue(NewDelivery::push(user(n), "a")).await.unwrap();
    }
    let report = work(&bench, worker(&bench, client.clone()).quota_every(None)).await;
    assert_eq!(report.accepted, 5);
    assert!(report.waiting.iter().any(|it| it.reason == WaitingFor::Hold(HoldReason::Quota)));
    sim.set_quota(None, 5);
    bench.clock.advance(Duration::from_secs(2 * 60));
    assert_eq!(work(&bench, worker(&bench, client)).await.accepted, 3);
    assert_eq!((sim.people_reached(), sim.duplicates()), (8, vec![]));
}

async fn what_another_worker_waited_for_is_tried_again(bench: Bench) {
    let (sim, client) = line().await;
    sim.set_quota(5, 5);
    let wrong = Client::builder("wrong").api_base_url(sim.api_url()).build().unwrap();
    bench.outbox.enqueue(NewDelivery::push(user(1), "a")).await.unwrap();
    // Each begins at once after the one before, while the hold that it left still stands.
    for (client, reason) in [(wrong, HoldReason::Unauthorized), (client.clone(), HoldReason::Quota)]
    {
        let worker = worker(&bench, client).quota_every(None);
        let report = worker.run(std::future::pending()).await.unwrap();
        assert_eq!(report.waiting[0].reason, WaitingFor::Hold(reason));
    }
    sim.set_quota(6, 5);
    let report = worker(&bench, client).run(std::future::pending()).await.unwrap();
    assert_eq!((report.accepted, report.waiting), (1, vec![]));
}

async fn a_clock_that_is_not_lines_is_told(bench: Bench) {
    let (sim, client) = line().await;
    let mut events = bench.outbox.events();
    let now: jiff::Timestamp = bench.clock.now().to_string().parse().unwrap();
    for (ahead, expected) in [(0, None), (59, None), (-700, Some(-700)), (90, Some(90))] {
        let date = (now - jiff::SignedDuration::from_secs(ahead)).strftime("%a, %d %b %Y %T GMT");
        let answer = FaultRule::answer(200)
            .on("GET", "/v2/bot/message/quota/consumption")
            .body(serde_json::json!({"totalUsage": 0}))
            .header("date", date.to_string())
            .times(1);
        sim.fault(answer).unwrap();
        worker(&bench, client.clone()).run(std::future::pending()).await.unwrap();
        bench.outbox.enqueue(NewDelivery::push(user(1), "a")).await.unwrap();
        let mut told = None;
        // The last of them comes after the worker.
        loop {
            match events.next().await.unwrap() {
                Event::ClockSkew { seconds_ahead, .. } => told = Some(seconds_ahead),
                Event::Enqueued(_) => break,
                _ => {}
            }
        }
        assert_eq!(told, expected);
    }
}

async fn too_many_requests_hold_the_lane(bench: Bench) {
    let (sim, client) = line().await;
    let rule = FaultRule::answer(429).on("POST", "/v2/bot/message/push").times(3);
    sim.fault(rule).unwrap();
    for n in 0..10 {
        bench.outbox.enqueue(NewDelivery::push(user(n), "a")).await.unwrap();
    }
    // While the clock stands still, so does the lane.
    let held = async {
        let is_held =
            |lane: &hikyaku_sender::LaneOverview| matches!(lane.hold, Some((HoldReason::Rate, _)));
        let began = Instant::now();
        while !bench.outbox.overview().await.unwrap().lanes.iter().any(is_held) {
            assert!(began.elapsed() < Duration::from_secs(60), "the lane was never held");
            tokio::task::yield_now().await;
        }
    };
    let first = worker(&bench, client.clone()).concurrency(1).run(held).await.unwrap();
    assert!(first.accepted < 10);
    let report = work(&bench, worker(&bench, client).concurrency(1)).await;
    assert_eq!(first.accepted + report.accepted, 10);
    let overview = bench.outbox.overview().await.unwrap();
    assert!(overview.lanes.iter().any(|lane| lane.speed < 1.0));
}

/// The last attempt may have begun just before the network was back, and has ten seconds.
async fn a_network_that_was_away_for_long_is_tried_again_every_half_minute(bench: Bench) {
    const SENDS: usize = 12;
    let (sim, client) = line().await;
    sim.fault(FaultRule::reset().on("POST", "/v2/bot/message/push")).unwrap();
    for n in 0..SENDS {
        bench.outbox.enqueue(NewDelivery::push(user(n), "hello")).await.unwrap();
    }
    for attempt in 1..=9 {
        // The clock stands still, so each is tried once.
        let tried = async {
            let began = Instant::now();
            let waits =
                |it: &hikyaku_sender::Listed| it.attempts == attempt && it.state == State::Ready;
            while !bench.outbox.list(Filter::default()).await.unwrap().iter().all(waits) {
                assert!(began.elapsed() < Duration::from_secs(60), "attempt {attempt} never ended");
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        worker(&bench, client.clone()).run(tried).await.unwrap();
        let now = bench.clock.now();
        let deliveries = bench.outbox.list(Filter::default()).await.unwrap();
        assert_eq!(deliveries.len(), SENDS);
        let overview = bench.outbox.overview().await.unwrap();
        let held = overview.lanes.iter().filter_map(|lane| lane.hold);
        assert!(held.clone().all(|(reason, _)| reason == HoldReason::LineDown));
        let ends = deliveries.iter().map(|it| it.due).chain(held.map(|(_, until)| until));
        let wait = ends.max().unwrap().since(now);
        assert!(wait <= Duration::from_secs(30), "{wait:?} after attempt {attempt}");
        bench.clock.advance(wait);
    }
    sim.clear_faults();
    let report = work(&bench, worker(&bench, client)).await;
    assert_eq!(report.accepted, SENDS as u64);
    assert_eq!(sim.duplicates(), vec![]);
}

/// One worker for each attempt, and the clock stands still while it works.
async fn a_reply_in_doubt_is_sent_again_under_its_token(bench: Bench) {
    let (sim, client) = line().await;
    let reply = ("POST", "/v2/bot/message/reply");
    for (doubt, ended, arrived) in [
        (FaultRule::answer(500), State::Accepted, 1),
        (FaultRule::reset(), State::Accepted, 1),
        (FaultRule::drop_after_accept(), State::Unknown, 1),
        (FaultRule::answer(403), State::Rejected, 0),
    ] {
        let friend = sim.add_friend();
        let token = sim.user_says(&friend, "hi").reply_token;
        sim.clear_faults();
        sim.fault(doubt.on(reply.0, reply.1).times(1)).unwrap();
        let id = bench.outbox.enqueue(NewDelivery::reply(token, "answer")).await.unwrap().id;
        let tried = async {
            let began = Instant::now();
            while bench.outbox.show(id).await.unwrap().unwrap().last_error.is_none() {
                assert!(began.elapsed() < Duration::from_secs(60), "it was never tried");
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        worker(&bench, client.clone()).run(tried).await.unwrap();
        bench.clock.advance(Duration::from_secs(1));
        worker(&bench, client.clone()).run(std::future::pending()).await.unwrap();
        assert_eq!((state(&bench, id).await, sim.delivery_count(&friend)), (ended, arrived));
        if ended == State::Unknown {
            let shown = bench.outbox.show(id).await.unwrap().unwrap();
            let told = shown.last_error.unwrap();
            assert!(told.contains("may have landed") && told.contains("reply token"), "{told}");
            let error = bench.outbox.retry(id).await.unwrap_err();
            assert!(error.to_string().contains("may have been delivered"), "{error}");
            bench.outbox.drop_dead_letter(id).await.unwrap();
            assert_eq!(state(&bench, id).await, State::Dropped);
        }
    }
    let sent = sim.requests().into_iter().filter(|it| it.path == reply.1);
    let bodies: Vec<_> = sent.map(|it| it.body.clone()).collect();
    assert_eq!(bodies.len(), 7);
    assert!(bodies[..6].chunks(2).all(|two| two[0] == two[1]), "the same bytes");
}

async fn a_reply_is_pushed_where_it_surely_did_not_arrive_and_the_rest_follows(bench: Bench) {
    let (sim, client) = line().await;
    let minute = Duration::from_secs(60);
    for (name, ended, kind, arrived) in [
        ("taken", State::Accepted, SendKind::Reply, vec!["answer", "rest"]),
        ("used", State::Accepted, SendKind::Push, vec!["answer", "rest"]),
        ("late", State::Accepted, SendKind::Push, vec!["answer", "rest"]),
        ("in doubt", State::Unknown, SendKind::Reply, vec!["answer", "rest"]),
    ] {
        let friend = sim.add_friend();
        let token = sim.user_says(&friend, "hi").reply_token;
        match name {
            "used" => drop(client.reply(&token, "used").await.unwrap()),
            "in doubt" => {
                let lost = FaultRule::drop_after_accept().on("POST", "/v2/bot/message/reply");
                sim.fault(lost.times(1)).unwrap();
            }
            _ => {}
        }
        let answer =
            NewDelivery::reply(&token, "answer").or_push(&friend).in_order(friend.as_str());
        let answer = answer.idempotency_key(name);
        let id = bench.outbox.enqueue(answer.clone()).await.unwrap().id;
        let rest = NewDelivery::push(&friend, "rest").in_order(friend.as_str());
        let rest = bench.outbox.enqueue(rest).await.unwrap().id;
        let shown = bench.outbox.show(id).await.unwrap().unwrap();
        assert_eq!((shown.kind, shown.to), (SendKind::Reply, vec![friend.to_string()]));
        if name == "late" {
            bench.clock.advance(minute);
        }
        let began = Instant::now();
        while state(&bench, rest).await != State::Accepted {
            assert!(began.elapsed() < minute, "{name}: {:?}", bench.outbox.show(id).await);
            worker(&bench, client.clone())
                .run(tokio::time::sleep(Duration::from_millis(50)))
                .await
                .unwrap();
            bench.clock.advance(Duration::from_secs(1));
        }
        let shown = bench.outbox.show(id).await.unwrap().unwrap();
        assert_eq!((shown.state, shown.kind), (ended, kind), "{name}: {shown:?}");
        let texts = sim.outbox().into_iter().filter(|it| it.to == friend);
        let texts: Vec<String> = texts.filter_map(|it| it.text().map(str::to_owned)).collect();
        let texts: Vec<_> = texts.iter().filter(|it| *it != "used").collect();
        assert_eq!(texts, arrived, "{name}");
        // It is the same delivery to whoever enqueues it again, whatever it has become.
        let again = bench.outbox.enqueue(answer).await.unwrap();
        assert_eq!((again.id, again.existing), (id, true));
        assert_eq!(bench.outbox.contradictions().await.unwrap(), Vec::<String>::new());
    }
}

async fn a_worker_that_is_told_to_stop_leaves_nothing_in_flight(bench: Bench) {
    let (sim, client) = line().await;
    sim.fault(FaultRule::delay(Duration::from_millis(30))).unwrap();
    for n in 0..200 {
        bench.outbox.enqueue(NewDelivery::push(user(n), "a")).await.unwrap();
    }
    let worker =
        bench.outbox.worker().channel("default", client).limits(Limits::none()).concurrency(20);
    let stop = async {
        sim.wait_for(20).await.unwrap();
    };
    let report = worker.run(stop).await.unwrap();
    let overview = bench.outbox.overview().await.unwrap();
    assert_eq!(overview.count(State::InFlight), 0);
    assert_eq!(overview.count(State::Accepted), report.accepted);
    assert_eq!(sim.delivered(), report.accepted);
    assert!(report.accepted < 200);
}

async fn what_is_due_later_waits(bench: Bench) {
    let (sim, client) = line().await;
    let at = bench.clock.now() + Duration::from_secs(60 * 60);
    let id = bench.outbox.enqueue(NewDelivery::push(user(1), "a").at(at)).await.unwrap().id;
    work(&bench, worker(&bench, client.clone())).await;
    assert_eq!((sim.delivered(), state(&bench, id).await), (0, State::Ready));
    bench.clock.set(at);
    work(&bench, worker(&bench, client)).await;
    assert_eq!(state(&bench, id).await, State::Accepted);
}

async fn high_priority_goes_first(bench: Bench) {
    use hikyaku_sender::Priority;

    let (sim, client) = line().await;
    for (n, priority) in [Priority::Low, Priority::Normal, Priority::High].into_iter().enumerate() {
        let send = NewDelivery::push(user(n), "a").priority(priority);
        bench.outbox.enqueue(send).await.unwrap();
    }
    work(&bench, worker(&bench, client).concurrency(1)).await;
    let order: Vec<String> = sim.outbox().iter().map(|it| it.to.to_string()).collect();
    assert_eq!(order, [user(2), user(1), user(0)]);
}

async fn an_expired_delivery_is_not_sent(bench: Bench) {
    let (sim, client) = line().await;
    let soon = bench.clock.now() + Duration::from_secs(5);
    let send = NewDelivery::push(user(1), "a").expires_at(soon);
    let id = bench.outbox.enqueue(send).await.unwrap().id;
    bench.clock.set(soon);
    work(&bench, worker(&bench, client)).await;
    assert_eq!((sim.delivered(), state(&bench, id).await), (0, State::Cancelled));
}
