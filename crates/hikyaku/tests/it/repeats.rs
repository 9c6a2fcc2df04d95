//! When a call is repeated, and when it must not be.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use bytes::Bytes;
use futures_core::future::BoxFuture;
use futures_util::future::{join_all, ready};
use hikyaku::{
    Client, Error, ErrorKind, RetryPolicy,
    login::LoginChannel,
    model::{ChannelSecret, RefreshToken, SendKind},
    transport::{RequestBody, ResponseBody, Transport, TransportError},
};
use proptest::prelude::*;

use crate::{
    script::{
        Outcome::{self, Answer, AnswerWith, Foreign, Interrupted, NotSent, Silence},
        Script,
    },
    server::{Server, answer},
};

const OK: Outcome = Answer(200, "{}");
const INTERNAL: Outcome = Answer(500, r#"{"message":"Internal Server Error"}"#);
const TOO_OFTEN: Outcome =
    Answer(429, r#"{"message":"The API rate limit has been exceeded. Try again later."}"#);
const NO_QUOTA: Outcome = Answer(429, r#"{"message":"You have reached your monthly limit."}"#);
const DUPLICATE: Outcome = AnswerWith(
    409,
    ("x-line-accepted-request-id", "ACCEPTED"),
    r#"{"message":"The retry key is already accepted"}"#,
);

fn client(script: &Script) -> Client {
    Client::builder("TOKEN").transport(script.clone()).build().unwrap()
}

async fn push(client: &Client) -> Result<hikyaku::Accepted, Error> {
    client.push("U1", "hi").await
}

async fn reply(client: &Client) -> Result<hikyaku::Accepted, Error> {
    client.reply("T", "hi").await
}

#[tokio::test(start_paused = true)]
async fn a_keyed_send_repeats_whatever_may_pass_under_the_same_key_and_body() {
    let script = Script::new([INTERNAL, Interrupted, NotSent, OK]);
    let accepted = push(&client(&script)).await.unwrap();
    assert!(!accepted.deduplicated);
    let sent = script.sent();
    assert_eq!(sent.len(), 4);
    assert!(sent[0].retry_key.is_some());
    assert!(
        sent.iter().all(|s| (&s.retry_key, &s.body, &s.uri)
            == (&sent[0].retry_key, &sent[0].body, &sent[0].uri))
    );
}

#[tokio::test(start_paused = true)]
async fn a_repeat_that_finds_the_first_accepted_is_a_success() {
    let script = Script::new([Interrupted, TOO_OFTEN, DUPLICATE]);
    assert!(push(&client(&script)).await.unwrap().deduplicated);
}

#[tokio::test(start_paused = true)]
async fn two_calls_have_two_keys() {
    let script = Script::new([OK, OK]);
    let client = client(&script);
    push(&client).await.unwrap();
    push(&client).await.unwrap();
    let sent = script.sent();
    assert_ne!(sent[0].retry_key, sent[1].retry_key);
}

#[tokio::test(start_paused = true)]
async fn what_will_not_pass_is_not_repeated() {
    for outcome in [
        NO_QUOTA,
        Answer(400, "{}"),
        Answer(401, "{}"),
        Answer(403, "{}"),
        Answer(404, "{}"),
        Answer(410, "{}"),
        Answer(302, ""),
        Answer(429, r#"{"message":"you have reached your MONTHLY LIMIT"}"#),
        Answer(200, "<html>"),
    ] {
        let script = Script::new([outcome]);
        push(&client(&script)).await.unwrap_err();
        assert_eq!(script.sent().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_reply_repeats_under_its_token_whatever_became_of_the_first() {
    for outcome in [
        NotSent,
        Interrupted,
        Silence,
        INTERNAL,
        TOO_OFTEN,
        Foreign(502, "<html>"),
        Foreign(403, "{}"),
    ] {
        let script = Script::new([outcome.clone(), TOO_OFTEN, OK]);
        reply(&client(&script)).await.unwrap();
        let sent = script.sent();
        assert_eq!(sent.len(), 3, "{outcome:?}");
        assert!(sent.iter().all(|s| s.retry_key.is_none() && s.body == sent[0].body));
    }
}

#[tokio::test(start_paused = true)]
async fn no_reply_is_repeated_after_its_tokens_minute() {
    let policy =
        RetryPolicy::default().max_retries(1000).max_elapsed(Duration::from_secs(10 * 60 * 60));
    for outcome in [Silence, TOO_OFTEN] {
        let script = Script::new(vec![outcome; 1000]);
        let client = Client::builder("T").retry(policy.clone()).transport(script.clone());
        reply(&client.build().unwrap()).await.unwrap_err();
        let sent = script.sent();
        let last = sent.last().unwrap().at - sent[0].at;
        assert!(last <= Duration::from_secs(60) && sent.len() > 2, "{last:?}, {}", sent.len());
    }
}

const INVALID_TOKEN: Outcome = Answer(400, r#"{"message":"Invalid reply token"}"#);

#[tokio::test(start_paused = true)]
async fn a_reply_token_that_is_used_after_a_doubt_is_never_followed_by_a_push() {
    for doubt in [Interrupted, Silence, INTERNAL, Foreign(502, ""), Foreign(404, "<html>")] {
        let script = Script::new([TOO_OFTEN, doubt, INVALID_TOKEN]);
        let client = client(&script);
        let error = client.reply("R", "hi").or_push("U1").await.unwrap_err();
        assert_eq!((error.kind(), error.may_have_landed()), (ErrorKind::Rejected, true));
        assert!(script.sent().iter().all(|sent| sent.uri.ends_with("/reply")));
    }
}

#[tokio::test(start_paused = true)]
async fn a_reply_that_was_surely_refused_is_followed_by_a_push() {
    for outcomes in [
        vec![INVALID_TOKEN],
        vec![TOO_OFTEN, NotSent, INVALID_TOKEN],
        vec![TOO_OFTEN, TOO_OFTEN, TOO_OFTEN, TOO_OFTEN],
    ] {
        let script = Script::new([outcomes, vec![OK]].concat());
        let sent = client(&script).reply("R", "hi").or_push("U1").await.unwrap();
        assert!(matches!(sent, hikyaku::message::SentBy::Push(_)));
        assert!(script.sent().last().unwrap().uri.ends_with("/push"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_without_a_key_repeats_only_after_a_sure_refusal() {
    let load = async |client: &Client| client.start_loading("U1").await;
    let mark = async |client: &Client| client.mark_as_read_by_token("M").await;
    let script = Script::new([NotSent, TOO_OFTEN, Answer(429, ""), OK]);
    load(&client(&script)).await.unwrap();
    let script = Script::new([TOO_OFTEN, OK]);
    mark(&client(&script)).await.unwrap();

    for outcome in [Interrupted, Silence, INTERNAL, NO_QUOTA, Foreign(200, "<html>")] {
        let script = Script::new([TOO_OFTEN, outcome]);
        load(&client(&script)).await.unwrap_err();
        assert_eq!(script.sent().len(), 2);
    }
}

#[tokio::test]
async fn a_file_that_was_read_is_not_sent_again_after_a_429() {
    let server = Server::start([answer(429, "{}")]).await;
    let client = Client::builder("T").api_base_url(server.url()).data_base_url(server.url());
    let file = hikyaku::audience::AudienceFile::bytes("U1\n");
    let created = client.build().unwrap().create_audience_from_file("name", file).await;
    assert_eq!(created.unwrap_err().kind(), ErrorKind::RateLimited);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_read_repeats_freely() {
    let script = Script::new([Interrupted, INTERNAL, Silence, Answer(200, r#"{"totalUsage":1}"#)]);
    assert_eq!(client(&script).quota_consumption().await.unwrap().total_usage, 1);
}

#[tokio::test(start_paused = true)]
async fn doubt_about_an_early_attempt_outlives_a_sure_last_one() {
    let script = Script::new([Interrupted, Answer(400, "{}")]);
    let error = push(&client(&script)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert!(error.may_have_landed());

    let script = Script::new([NotSent, Answer(400, "{}")]);
    assert!(!push(&client(&script)).await.unwrap_err().may_have_landed());
}

#[tokio::test(start_paused = true)]
async fn attempts_are_counted() {
    let script = Script::new([INTERNAL; 4]);
    let error = push(&client(&script)).await.unwrap_err();
    assert_eq!((error.kind(), script.sent().len()), (ErrorKind::Transient, 4));

    let script = Script::new([INTERNAL]);
    let none = Client::builder("T").transport(script.clone()).retry(RetryPolicy::none());
    push(&none.build().unwrap()).await.unwrap_err();
    assert_eq!(script.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn pauses_stay_under_their_growing_bound() {
    let script = Script::new([INTERNAL; 4]);
    push(&client(&script)).await.unwrap_err();
    let sent = script.sent();
    for (pair, longest) in sent.windows(2).zip([500, 1000, 2000]) {
        // Timers have a granularity of a millisecond.
        assert!(pair[1].at - pair[0].at <= Duration::from_millis(longest + 1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_asks_to_wait_is_waited_for() {
    let script = Script::new([AnswerWith(503, ("retry-after", "20"), ""), OK]);
    push(&client(&script)).await.unwrap();
    let sent = script.sent();
    assert!(sent[1].at - sent[0].at >= Duration::from_secs(20));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_asks_for_too_long_is_left() {
    for seconds in ["61", "18446744073709551615"] {
        let script = Script::new([AnswerWith(503, ("retry-after", seconds), "")]);
        let error = push(&client(&script)).await.unwrap_err();
        assert_eq!(error.retry_after(), Some(Duration::from_secs(seconds.parse().unwrap())));
        assert_eq!(script.sent().len(), 1);
    }
    let script = Script::new([AnswerWith(503, ("retry-after", "soon"), ""), OK]);
    push(&client(&script)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn no_repeat_begins_after_the_time_is_over_nor_after_a_keys_life() {
    for (max_elapsed, bound) in [
        (Duration::from_secs(100), Duration::from_secs(100)),
        (Duration::MAX, Duration::from_secs(23 * 60 * 60)),
    ] {
        let script = Script::new(vec![Silence; 10_000]);
        let policy = RetryPolicy::default().max_retries(u32::MAX).max_elapsed(max_elapsed);
        let client = Client::builder("T").transport(script.clone()).retry(policy).build().unwrap();
        push(&client).await.unwrap_err();
        let sent = script.sent();
        let last = sent[sent.len() - 1].at - sent[0].at;
        assert!(last <= bound && last > bound / 2, "{last:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_attempt_has_a_timeout_of_its_own() {
    let script = Script::new([Silence, Silence, OK]);
    push(&client(&script)).await.unwrap();
    let sent = script.sent();
    assert!(sent.windows(2).all(|pair| pair[1].at - pair[0].at >= Duration::from_secs(10)));
}

#[tokio::test(start_paused = true)]
async fn the_longest_durations_there_are_mean_that_nothing_is_over() {
    let longest = Duration::MAX;
    let policy = RetryPolicy::default().max_elapsed(longest);
    let script = Script::new([INTERNAL, OK, Answer(202, "")]);
    let client = Client::builder("TOKEN")
        .timeout(longest)
        .connect_timeout(longest)
        .retry(policy)
        .transport(script.clone())
        .build()
        .unwrap();
    push(&client).await.unwrap();
    let wait = client.wait_for_message_content("1").limit(longest).poll(longest);
    assert!(tokio::time::timeout(Duration::from_secs(60 * 60), wait).await.is_err());
    assert_eq!(script.sent().len(), 3);
}

fn outcomes() -> impl Strategy<Value = Vec<Outcome>> {
    let outcome = prop_oneof![
        3 => Just(NotSent),
        1 => Just(Interrupted),
        1 => Just(Silence),
        1 => Just(INTERNAL),
        1 => Just(TOO_OFTEN),
        1 => Just(NO_QUOTA),
        1 => Just(DUPLICATE),
        1 => Just(OK),
        1 => Just(Answer(200, "<html>")),
        1 => Just(Answer(408, "")),
        1 => Just(Answer(400, "{}")),
        1 => Just(Answer(409, "{}")),
        1 => Just(Foreign(200, "<html>")),
        1 => Just(Foreign(302, "")),
        1 => Just(Foreign(403, r#"{"message":"Forbidden"}"#)),
        1 => Just(Foreign(409, "{}")),
    ];
    proptest::collection::vec(outcome, 12)
}

fn run<T>(script: &Script, call: impl AsyncFnOnce(&Client) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let policy = RetryPolicy::default().max_retries(10);
    let client = Client::builder("T").transport(script.clone()).retry(policy).build().unwrap();
    runtime.block_on(call(&client))
}

proptest! {
    #[test]
    fn an_unkeyed_post_is_never_sent_again_once_bytes_left(outcomes in outcomes()) {
        let script = Script::new(outcomes);
        let result = run(&script, async |client| client.start_loading("U1").await);
        let sent = script.sent();
        let (last, earlier) = sent.split_last().unwrap();
        let refused = |outcome: &Outcome| match outcome {
            Answer(429, body) => !body.contains("monthly limit"),
            NotSent | Foreign(302, _) => true,
            _ => false,
        };
        prop_assert!(earlier.iter().all(|sent| refused(&sent.outcome)));
        let landed = !matches!(
            last.outcome,
            NotSent | Answer(400 | 409 | 429, _) | AnswerWith(409, ..) | Foreign(302, _)
        );
        prop_assert_eq!(result.map_or_else(|error| error.may_have_landed(), |_| true), landed);
    }

    #[test]
    fn a_keyed_send_has_one_key_and_stops_at_the_first_final_answer(outcomes in outcomes()) {
        let script = Script::new(outcomes);
        let result = run(&script, push);
        let sent = script.sent();
        let (last, earlier) = sent.split_last().unwrap();
        prop_assert!(sent.iter().all(|sent| sent.retry_key == last.retry_key && sent.retry_key.is_some()));
        let passing = |sent: &crate::script::Sent| match sent.outcome {
            NotSent | Interrupted | Silence | Foreign(..) | Answer(408 | 409 | 500, _) => true,
            Answer(429, body) => !body.contains("monthly limit"),
            _ => false,
        };
        prop_assert!(earlier.iter().all(passing));
        match last.outcome {
            Answer(200, "{}") => prop_assert!(!result.unwrap().deduplicated),
            AnswerWith(409, ..) => prop_assert!(result.unwrap().deduplicated),
            _ => {
                let doubt = sent.iter().any(|sent| {
                    matches!(
                        sent.outcome,
                        Interrupted
                            | Silence
                            | Answer(200 | 408 | 409 | 500, _)
                            | Foreign(200 | 403 | 409, _)
                    )
                });
                prop_assert_eq!(result.unwrap_err().may_have_landed(), doubt);
            }
        }
    }

    #[test]
    fn any_id_stays_in_its_place(id in ".*") {
        let script = Script::new([Answer(200, r#"{"phase":"waiting"}"#)]);
        run(&script, async |client| client.narrowcast_progress(&id).await).unwrap();
        let uri: http::Uri = script.sent()[0].uri.parse().unwrap();
        prop_assert_eq!(uri.path(), "/v2/bot/message/progress/narrowcast");
        let value = uri.query().unwrap().strip_prefix("requestId=").unwrap();
        prop_assert!(!value.contains(['&', '#', '+', '=']));
        let decoded = percent_encoding::percent_decode_str(value).decode_utf8().unwrap().into_owned();
        prop_assert_eq!(decoded, id);
    }
}

#[tokio::test(start_paused = true)]
async fn a_send_that_was_written_before_is_tried_once_whatever_the_policy() {
    for outcome in [INTERNAL, Interrupted, NotSent, TOO_OFTEN] {
        let script = Script::new([outcome, OK]);
        let body = r#"{"to":"U1","messages":[]}"#;
        client(&script).send_written(SendKind::Push, body).await.unwrap_err();
        assert_eq!(script.sent().len(), 1);
    }
}

/// What one call makes of two answers, and the number of requests.
async fn two<T>(
    first: Outcome,
    second: Outcome,
    call: impl AsyncFnOnce(&Client) -> Result<T, Error>,
) -> (Result<T, Error>, usize) {
    let script = Script::new([first, second]);
    let result = call(&client(&script)).await;
    (result, script.sent().len())
}

#[tokio::test(start_paused = true)]
async fn calls_without_a_key_repeat_after_a_429_for_the_rate() {
    const HASH: &str = "d41e0ad70dddfeb68f149ad6fc61574b9c5780ab7bcb2fba5517771ffbb2409c";
    let by_phone = async |client: &Client| client.push_by_phone(HASH, "hi").await;
    let template = async |client: &Client| client.push_by_phone_template(HASH, "key").await;
    assert_eq!(two(TOO_OFTEN, OK, by_phone).await.1, 2);
    assert_eq!(two(TOO_OFTEN, OK, template).await.1, 2);
    for lost in [Interrupted, INTERNAL] {
        assert_eq!(two(lost.clone(), OK, by_phone).await.1, 1);
        assert_eq!(two(lost, OK, template).await.1, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_code_of_a_login_is_used_once_and_a_refresh_token_is_not() {
    let login = Answer(200, r#"{"access_token":"A","expires_in":1,"token_type":"Bearer"}"#);
    let channel = LoginChannel::new("1234567890", ChannelSecret::new("SECRET").unwrap());
    let code =
        async |client: &Client| client.issue_login(&channel, "CODE", "https://a").await.map(|_| ());
    let token = RefreshToken::new("R").unwrap();
    let refresh = async |client: &Client| client.refresh_login(&channel, &token).await.map(|_| ());
    assert_eq!(two(NotSent, login.clone(), code).await.1, 2);
    for failure in [TOO_OFTEN, Interrupted] {
        let (result, requests) = two(failure, login.clone(), code).await;
        assert!(result.is_err() && requests == 1);
    }
    assert_eq!(two(TOO_OFTEN, login, refresh).await.1, 2);
}

#[tokio::test(start_paused = true)]
async fn marking_as_read_repeats_freely() {
    let by_token = async |client: &Client| client.mark_as_read_by_token("T").await.map(|_| ());
    let by_user = async |client: &Client| client.mark_as_read("U1").await.map(|_| ());
    for first in [TOO_OFTEN, Interrupted, INTERNAL] {
        for (result, requests) in
            [two(first.clone(), OK, by_token).await, two(first, OK, by_user).await]
        {
            result.unwrap();
            assert_eq!(requests, 2);
        }
    }
}

/// Answers 500 until it is told that LINE works again, and counts the requests.
#[derive(Clone, Default)]
struct Outage(Arc<(AtomicBool, AtomicUsize)>);

impl Outage {
    fn requests(&self) -> usize {
        self.0.1.swap(0, Relaxed)
    }
}

impl Transport for Outage {
    fn send(
        &self,
        _: http::Request<RequestBody>,
    ) -> BoxFuture<'_, Result<http::Response<ResponseBody>, TransportError>> {
        self.0.1.fetch_add(1, Relaxed);
        let status = if self.0.0.load(Relaxed) { 200 } else { 500 };
        let response = http::Response::builder()
            .status(status)
            .header("x-line-request-id", "REQUEST-ID")
            .body(Bytes::from_static(b"{}").into())
            .unwrap();
        Box::pin(ready(Ok(response)))
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_does_not_multiply_the_requests_of_a_busy_client() {
    let outage = Outage::default();
    let client = Client::builder("TOKEN").transport(outage.clone()).build().unwrap();
    let many = || join_all((0..100).map(|_| push(&client)));
    let results = many().await;
    assert!(results.iter().all(|result| result.as_ref().unwrap_err().may_have_landed()));
    let requests = outage.requests();
    assert!((150..=200).contains(&requests), "a request each, and at most 100 retries: {requests}");
    many().await;
    assert_eq!(outage.requests(), 100);
    // Where LINE works again, the retries come back.
    outage.0.0.store(true, Relaxed);
    many().await.into_iter().for_each(|result| _ = result.unwrap());
    outage.0.0.store(false, Relaxed);
    outage.requests();
    many().await;
    assert_eq!(outage.requests(), 110);
}
