//! Every answer there can be, through a client, to a delivery's state: literal bytes in, state and hold out.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use futures_core::future::BoxFuture;
use hikyaku::{
    Answer, Client, RetryPolicy,
    transport::{RequestBody, ResponseBody, Transport, TransportError},
};
use uuid::Uuid;

use super::*;
use crate::pace::HoldReason;

const LEASE: Duration = Duration::from_secs(60);

/// Who answers, and in which form.
#[derive(Clone, Copy, Debug)]
enum From {
    /// LINE: JSON in its form, and its request id.
    Line,
    /// JSON that is not LINE's.
    Json,
    Html,
    Empty,
    /// LINE's, whose body breaks off.
    CutOff,
}

const FORMS: [From; 5] = [From::Line, From::Json, From::Html, From::Empty, From::CutOff];

/// What an answer comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Comes {
    Accepted,
    /// LINE's own refusal.
    Refused,
    /// Perhaps delivered; this delivery is tried again.
    Perhaps,
    /// Not LINE, and perhaps on the way to it: perhaps delivered, and the lane waits.
    Foreign,
    /// Not LINE, and not on the way to it either: surely not delivered, and the lane waits.
    Astray,
    /// Surely not delivered; this delivery waits.
    Later,
    /// Surely not delivered; the lane waits.
    Held(HoldReason),
}

use Comes::{Accepted, Astray, Foreign, Held, Later, Perhaps, Refused};

const RATE: Comes = Held(HoldReason::Rate);
const TOKEN: Comes = Held(HoldReason::Unauthorized);

/// By status: LINE's JSON, other JSON, HTML, nothing, and LINE's cut off.
const TABLE: [(u16, [Comes; 5]); 24] = [
    (200, [Accepted, Foreign, Foreign, Foreign, Perhaps]),
    (201, [Accepted, Foreign, Foreign, Foreign, Perhaps]),
    (202, [Accepted, Foreign, Foreign, Foreign, Perhaps]),
    (301, [Refused, Astray, Astray, Astray, Refused]),
    (302, [Refused, Astray, Astray, Astray, Refused]),
    (307, [Refused, Astray, Astray, Astray, Refused]),
    (400, [Refused, Foreign, Foreign, Foreign, Refused]),
    (401, [TOKEN, Foreign, Foreign, Foreign, TOKEN]),
    (402, [Refused, Foreign, Foreign, Foreign, Refused]),
    (403, [Refused, Foreign, Foreign, Foreign, Refused]),
    (404, [Refused, Foreign, Foreign, Foreign, Refused]),
    (405, [Refused, Foreign, Foreign, Foreign, Refused]),
    (407, [Refused, Astray, Astray, Astray, Refused]),
    (408, [Perhaps, Perhaps, Perhaps, Perhaps, Perhaps]),
    (409, [Perhaps, Foreign, Foreign, Foreign, Perhaps]),
    (410, [Refused, Foreign, Foreign, Foreign, Refused]),
    (413, [Refused, Foreign, Foreign, Foreign, Refused]),
    (422, [Refused, Foreign, Foreign, Foreign, Refused]),
    (429, [RATE, RATE, RATE, RATE, Later]),
    (451, [Refused, Foreign, Foreign, Foreign, Refused]),
    (500, [Perhaps, Perhaps, Perhaps, Perhaps, Perhaps]),
    (502, [Perhaps, Perhaps, Perhaps, Perhaps, Perhaps]),
    (503, [Perhaps, Perhaps, Perhaps, Perhaps, Perhaps]),
    (511, [Perhaps, Perhaps, Perhaps, Perhaps, Perhaps]),
];

/// A transport that gives one answer.
#[derive(Clone)]
struct Answers {
    status: u16,
    headers: Vec<(&'static str, &'static str)>,
    body: Vec<u8>,
    cut_off: bool,
}

/// A body that breaks off after its first piece.
struct Broken(Option<Bytes>);

impl http_body::Body for Broken {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, TransportError>>> {
        Poll::Ready(Some(match self.0.take() {
            Some(piece) => Ok(http_body::Frame::data(piece)),
            None => Err(TransportError::interrupted("the connection is gone")),
        }))
    }
}

impl Transport for Answers {
    fn send(
        &self,
        _: http::Request<RequestBody>,
    ) -> BoxFuture<'_, Result<http::Response<ResponseBody>, TransportError>> {
        let body = Bytes::from(self.body.clone());
        let body = if self.cut_off {
            ResponseBody::new(Broken(Some(body)))
        } else {
            ResponseBody::from(body)
        };
        let mut answer = http::Response::builder().status(self.status);
        for (name, value) in &self.headers {
            answer = answer.header(*name, *value);
        }
        Box::pin(std::future::ready(Ok(answer.body(body).unwrap())))
    }
}

const LINE: (&str, &str) = ("x-line-request-id", "b5a6c5e1-0000-4000-8000-000000000001");
const ACCEPTED: (&str, &str) =
    ("x-line-accepted-request-id", "b5a6c5e1-0000-4000-8000-000000000002");

impl Answers {
    fn new(status: u16, from: From, kind: Option<SendKind>) -> Self {
        let lines = match status {
            200..300 if kind.is_none() => r#"{"phase":"sending"}"#,
            200..300 => "{}",
            429 => r#"{"message":"The API rate limit has been exceeded. Try again later."}"#,
            _ => r#"{"message":"The request body has 1 error(s)"}"#,
        };
        let body = match from {
            From::Line => lines,
            From::CutOff => &lines[..1],
            From::Json => r#"{"message":"Forbidden","portal":true}"#,
            From::Html => "<html><body>Please log in</body></html>",
            From::Empty => "",
        };
        let is_lines = matches!(from, From::Line | From::CutOff);
        Self {
            status,
            headers: if is_lines { vec![LINE] } else { Vec::new() },
            body: body.into(),
            cut_off: matches!(from, From::CutOff),
        }
    }

    fn client(&self) -> Client {
        let builder = Client::builder("token").retry(RetryPolicy::none());
        builder.transport(self.clone()).build().unwrap()
    }

    /// What a client makes of it, judged.
    async fn judged(&self, kind: Option<SendKind>, failures: u32) -> Verdict {
        judged(&self.client(), kind, failures).await
    }
}

/// What this client makes of a send, judged; without a kind, of a question about a narrowcast's progress.
async fn judged(client: &Client, kind: Option<SendKind>, failures: u32) -> Verdict {
    let lane = kind.map_or(Lane::NarrowcastProgress, Lane::of);
    let tried = Tried { lane, attempts: 1, failures, chance: 1.0 };
    let Some(kind) = kind else {
        let answer = client.narrowcast_progress("r").await.map(Answer::into_inner);
        return judge_progress(tried, 0, answer);
    };
    let mut send = client.send_written(kind, r#"{"messages":[]}"#);
    if lane.has_retry_key() {
        send = send.retry_key(Uuid::from_u128(7));
    }
    judge(tried, send.await)
}

fn at(seconds: u64) -> Time {
    Time::from_millis(1_800_000_000_000) + Duration::from_secs(seconds)
}

/// A delivery in flight, after an attempt whose answer was lost or without one.
fn in_flight(kind: SendKind, doubted: bool) -> Delivery {
    let mut row = Delivery::new(kind, 2, Uuid::from_u128(7), at(0));
    if doubted {
        row.claim(at(0), LEASE);
        row.doubt("no whole answer", at(1));
    }
    row.claim(at(1), LEASE);
    assert_eq!(row.state, State::InFlight);
    row
}

fn tracked() -> Delivery {
    let mut row = in_flight(SendKind::Narrowcast, false);
    let accepted = Outcome::Accepted { request_id: Some("r".into()), duplicate: false };
    row.settle(row.fence, accepted, at(1));
    row.claim(at(2), LEASE);
    row
}

/// Where a send is then, and whether it is in doubt.
fn expected(comes: Comes, kind: SendKind, doubted: bool) -> (State, bool) {
    match comes {
        Accepted if kind == SendKind::Narrowcast => (State::Tracking, false),
        Accepted => (State::Accepted, false),
        Refused if !doubted => (State::Rejected, false),
        // Only an acceptance ends a doubt.
        Refused => (State::Unknown, true),
        Perhaps | Foreign if kind == SendKind::PhoneNumber => (State::Unknown, doubted),
        Perhaps | Foreign => (State::Ready, true),
        Astray | Later | Held(_) => (State::Ready, doubted),
    }
}

fn expected_hold(comes: Comes) -> Option<HoldReason> {
    match comes {
        Foreign | Astray => Some(HoldReason::LineDown),
        Held(reason) => Some(reason),
        Accepted | Refused | Perhaps | Later => None,
    }
}

#[tokio::test]
async fn only_line_s_own_answer_ends_a_delivery() {
    use SendKind::{Broadcast, Multicast, Narrowcast, PhoneNumber, Push, Reply};

    let mut wrong = Vec::new();
    for (status, row) in TABLE {
        for (from, comes) in FORMS.into_iter().zip(row) {
            let answers = |kind| Answers::new(status, from, kind);
            for kind in [Push, Multicast, Broadcast, Narrowcast, Reply, PhoneNumber] {
                for doubted in [false, true] {
                    if doubted && kind == PhoneNumber {
                        continue;
                    }
                    let verdict = answers(Some(kind)).judged(Some(kind), 0).await;
                    let hold = verdict.hold.as_ref().map(|stop| stop.reason);
                    let told = verdict.hold.map(|stop| (stop.status, stop.why.is_empty()));
                    let mut row = in_flight(kind, doubted);
                    row.settle(row.fence, verdict.outcome, at(2));
                    let found = (row.state, row.maybe_landed());
                    let unkeyed = !Lane::of(kind).has_retry_key();
                    let refused = status == 409 && comes == Perhaps && unkeyed;
                    let comes = if refused { Refused } else { comes };
                    let expected = (expected(comes, kind, doubted), expected_hold(comes));
                    if (found, hold) != expected
                        || told.is_some_and(|it| it != (Some(status), false))
                    {
                        wrong.push(format!(
                            "{kind:?} {status} {from:?} doubted {doubted}: {found:?} {hold:?} {told:?}, not {expected:?}"
                        ));
                    }
                }
            }
            // Nothing but a key makes a conflict of it.
            let comes = if status == 409 && comes == Perhaps { Refused } else { comes };
            let verdict = answers(None).judged(None, 0).await;
            let hold = verdict.hold.as_ref().map(|stop| stop.reason);
            let mut row = tracked();
            row.settle(row.fence, verdict.outcome, at(3));
            let state = if comes == Refused { State::Accepted } else { State::Tracking };
            if row.state != state || hold != expected_hold(comes) {
                wrong.push(format!(
                    "progress {status} {from:?}: {} {hold:?}, not {state}",
                    row.state
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cells:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn only_line_s_words_say_that_the_month_is_used_up() {
    let month = r#"{"message":"You have reached your monthly limit."}"#;
    for (headers, body, reason) in [
        (vec![LINE], month, Some(HoldReason::Quota)),
        (vec![], month, Some(HoldReason::Quota)),
        (vec![LINE], r#"{"message":"Too many messages to one user."}"#, None),
        (vec![], r#"{"message":"Too many requests"}"#, Some(HoldReason::Rate)),
        (vec![], "<html>slow down</html>", Some(HoldReason::Rate)),
        (vec![], "", Some(HoldReason::Rate)),
    ] {
        let answers = Answers { status: 429, headers, body: body.into(), cut_off: false };
        let verdict = answers.judged(Some(SendKind::Push), 0).await;
        assert_eq!(verdict.hold.map(|stop| stop.reason), reason, "{body}");
        let sure = matches!(verdict.outcome, Outcome::Retry { may_have_landed: false, .. });
        assert!(sure, "{body}: {:?}", verdict.outcome);
    }
}

#[tokio::test]
async fn delivered_before_is_what_line_says_with_the_accepted_request() {
    for cut_off in [false, true] {
        let headers = vec![LINE, ACCEPTED];
        let body = br#"{"message":"The retry key is already accepted"}"#.to_vec();
        let answers = Answers { status: 409, headers, body, cut_off };
        let verdict = answers.judged(Some(SendKind::Push), 0).await;
        let id = Some(ACCEPTED.1.to_owned());
        assert_eq!(verdict.outcome, Outcome::Accepted { request_id: id, duplicate: true });
    }
}

#[tokio::test]
async fn ten_failures_in_a_row_hold_the_lane() {
    for (failures, reason) in [(8, None), (9, Some(HoldReason::LineDown))] {
        let verdict =
            Answers::new(500, From::Line, None).judged(Some(SendKind::Push), failures).await;
        assert_eq!(verdict.hold.map(|stop| stop.reason), reason);
        assert!(verdict.failed);
    }
}

/// Another worker's client may have the token.
#[tokio::test]
async fn what_this_client_cannot_send_is_never_final() {
    use SendKind::{Broadcast, Multicast, Narrowcast, PhoneNumber, Push, Reply};

    let answers = Answers::new(200, From::Line, Some(Push));
    let client = Client::without_token().transport(answers).build().unwrap();
    for kind in [Push, Multicast, Broadcast, Narrowcast, Reply, PhoneNumber] {
        for doubted in [false, true] {
            if doubted && kind == PhoneNumber {
                continue;
            }
            let verdict = judged(&client, Some(kind), 0).await;
            assert_eq!((verdict.hold, verdict.failed), (None, false), "{kind:?}");
            let mut row = in_flight(kind, doubted);
            row.settle(row.fence, verdict.outcome, at(2));
            assert_eq!((row.state, row.maybe_landed()), (State::Ready, doubted), "{kind:?}");
            assert!(row.due > at(2), "{kind:?} is tried again at once");
            let why = row.last_error.unwrap();
            assert!(why.contains("invalid") && why.contains("token"), "{why}");
        }
    }
    let mut row = tracked();
    row.settle(row.fence, judged(&client, None, 0).await.outcome, at(3));
    assert_eq!(row.state, State::Tracking);
}

#[tokio::test]
async fn told_text_is_short_and_has_no_control_characters() {
    let bad = format!("bad \\u0000 \\u001b[31m thing {}", "x".repeat(40_000));
    let reason = |verdict: Verdict| match verdict.outcome {
        Outcome::Rejected { reason, .. }
        | Outcome::Tracked(Phase::Failed { reason, .. })
        | Outcome::Retry { reason, .. } => reason,
        other => panic!("{other:?}"),
    };
    for (status, kind, body) in [
        (400, Some(SendKind::Push), format!(r#"{{"message":"{bad}"}}"#)),
        (
            400,
            Some(SendKind::Push),
            format!(r#"{{"message":"m","details":[{{"message":"{bad}","property":"{bad}"}}]}}"#),
        ),
        (500, Some(SendKind::Push), format!("<html>{bad}")),
        (200, None, format!(r#"{{"phase":"failed","errorCode":1,"failedDescription":"{bad}"}}"#)),
    ] {
        let answers = Answers { status, headers: vec![LINE], body: body.into(), cut_off: false };
        let reason = reason(answers.judged(kind, 0).await);
        assert!(!reason.contains(char::is_control), "{reason:?}");
        assert!((20..=500).contains(&reason.chars().count()), "{}", reason.len());
        // What LINE is asked about it by.
        assert!(
            kind.is_none() || reason.ends_with(&format!("[request id {}]", LINE.1)),
            "{reason}"
        );
    }
}
