//! Whose an answer is and what it means: every status of interest, from LINE and from what may stand before it.

use std::io;

use bytes::Bytes;
use futures_core::future::BoxFuture;
use futures_util::{StreamExt, future::ready, stream};
use hikyaku::{
    Accepted, Client, Error, ErrorKind, RetryPolicy,
    transport::{RequestBody, ResponseBody, Transport, TransportError},
};
use http_body::Frame;
use http_body_util::StreamBody;
use proptest::prelude::*;

/// An answer, or its loss where there is none.
#[derive(Clone, Debug, Default)]
struct Literal {
    status: Option<u16>,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    /// Whether the connection breaks after the body.
    cut: bool,
}

impl Literal {
    fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status: Some(status), body: body.into(), ..Self::default() }
    }

    fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    fn named(self) -> Self {
        self.header("x-line-request-id", "REQUEST-ID")
    }

    fn cut(self) -> Self {
        Self { cut: true, ..self }
    }
}

/// Gives the answers one after the other, and the last one for ever.
struct Answers(std::sync::Mutex<Vec<Literal>>);

impl Transport for Answers {
    fn send(
        &self,
        _: http::Request<RequestBody>,
    ) -> BoxFuture<'_, Result<http::Response<ResponseBody>, TransportError>> {
        let mut answers = self.0.lock().unwrap();
        let answer = if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() };
        let Some(status) = answer.status else {
            return Box::pin(ready(Err(TransportError::interrupted("reset"))));
        };
        let mut response = http::Response::builder().status(status);
        for (name, value) in answer.headers {
            response = response.header(name, value);
        }
        let whole = stream::iter([Ok(Frame::data(Bytes::from(answer.body)))]);
        let end = answer.cut.then(|| Err(io::Error::other("reset")));
        let body = ResponseBody::new(StreamBody::new(whole.chain(stream::iter(end))));
        Box::pin(ready(Ok(response.body(body).unwrap())))
    }
}

/// What a call makes of these answers, each but the last to an attempt that is repeated.
async fn judged<T>(answers: impl Into<Vec<Literal>>, call: impl AsyncFnOnce(&Client) -> T) -> T {
    let answers = answers.into();
    let max_retries = u32::try_from(answers.len() - 1).unwrap();
    let client = Client::builder("TOKEN")
        .retry(RetryPolicy::default().max_retries(max_retries))
        .transport(Answers(answers.into()))
        .build()
        .unwrap();
    call(&client).await
}

async fn push(client: &Client) -> Result<Accepted, Error> {
    client.push("U1", "hi").await
}

const STATUSES: [u16; 32] = [
    200, 201, 202, 204, 206, 300, 301, 302, 303, 304, 307, 308, 400, 401, 402, 403, 404, 405, 407,
    408, 409, 410, 413, 415, 418, 422, 423, 429, 500, 502, 503, 777,
];

/// The forms of an answer, and whether it is LINE's and whole.
fn forms(status: u16) -> [(Literal, bool, bool); 8] {
    let words = match status {
        200..=299 => "{}",
        _ => r#"{"message":"Some reason","details":[]}"#,
    };
    let gateway = r#"{"message":"Forbidden"}"#;
    let page = || Literal::new(status, "<html><h1>Log in</h1>").header("content-type", "text/html");
    [
        (Literal::new(status, words).named(), true, true),
        (Literal::new(status, &words[..1]).named().cut(), true, false),
        (Literal::new(status, gateway), false, true),
        (Literal::new(status, "[1]"), false, true),
        (Literal::new(status, &gateway[..9]).cut(), false, false),
        (page(), false, true),
        (page().cut(), false, false),
        (Literal::new(status, ""), false, true),
    ]
}

/// The kind of a push's failure, and whether the push may have landed; nothing for a success.
fn expected(status: u16, lines: bool, whole: bool) -> Option<(ErrorKind, bool)> {
    Some(match status {
        200..=299 if !whole => (ErrorKind::Network, true),
        200..=299 if lines => return None,
        408 | 500..=599 => (ErrorKind::Transient, true),
        429 => (ErrorKind::RateLimited, false),
        300..=399 | 407 if !lines => (ErrorKind::Foreign, false),
        _ if !lines => (ErrorKind::Foreign, true),
        401 => (ErrorKind::Unauthorized, false),
        403 => (ErrorKind::Forbidden, false),
        404 => (ErrorKind::NotFound, false),
        410 => (ErrorKind::Gone, false),
        // Under a retry key: LINE knows the key, and does not say that it accepted it.
        409 => (ErrorKind::Rejected, true),
        _ => (ErrorKind::Rejected, false),
    })
}

#[tokio::test(start_paused = true)]
async fn every_status_in_every_form_with_and_without_a_lost_answer_before() {
    for status in STATUSES {
        for (answer, lines, whole) in forms(status) {
            let expected = expected(status, lines, whole);
            let told = format!("{answer:?}");
            let first = judged([answer.clone()], push).await;
            let found = first.as_ref().err().map(|error| (error.kind(), error.may_have_landed()));
            assert_eq!(found, expected, "{told}");
            if let Err(error) = &first {
                let passing = [
                    ErrorKind::Network,
                    ErrorKind::Transient,
                    ErrorKind::RateLimited,
                    ErrorKind::Foreign,
                ];
                assert_eq!(error.is_retryable(), passing.contains(&error.kind()), "{told}");
            }

            let second = judged([Literal::default(), answer], push).await;
            let found = second.as_ref().err().map(|error| (error.kind(), error.may_have_landed()));
            assert_eq!(found, expected.map(|(kind, _)| (kind, true)), "after a loss: {told}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_read_as_it_comes_is_judged_the_same() {
    for status in STATUSES.into_iter().filter(|status| *status >= 300) {
        for (answer, lines, whole) in forms(status) {
            let (kind, _) = expected(status, lines, whole).unwrap();
            let told = format!("{answer:?}");
            let content =
                judged([answer.clone()], async |client| client.message_content("1").await).await;
            assert_eq!(content.unwrap_err().kind(), kind, "{told}");
            let quota = judged([answer], async |client| client.quota().await).await;
            assert_eq!(quota.unwrap_err().kind(), kind, "{told}");
        }
    }
}

/// What a call by name makes of an answer, with its body.
async fn judged_by_name(name: &str, answer: Literal) -> Result<Bytes, Error> {
    let call =
        async |client: &Client| client.call_operation(name).body("{}").await?.bytes(1 << 20).await;
    judged([answer], call).await
}

#[tokio::test(start_paused = true)]
async fn a_send_by_name_is_judged_as_a_push_is() {
    for status in STATUSES {
        for (answer, lines, whole) in forms(status) {
            let told = format!("{answer:?}");
            let kind = judged_by_name("pushMessage", answer).await.err().map(|error| error.kind());
            assert_eq!(kind, expected(status, lines, whole).map(|(kind, _)| kind), "{told}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_proxys_success_is_none_of_an_operations() {
    let json = |body: &str| Literal::new(200, body).header("content-type", "application/json");
    let text = Literal::new(200, "blocked by policy").header("content-type", "text/plain");
    let empty = Literal::new(200, "");
    for name in ["pushMessage", "replyMessage", "pushMessagesByPhone", "markMessagesAsRead"] {
        for answer in [json(r#"{"blocked":true}"#), text.clone(), empty.clone()] {
            let told = format!("{name}: {answer:?}");
            let error = judged_by_name(name, answer).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Foreign, "{told}");
            assert!(error.may_have_landed(), "{told}");
        }
        assert_eq!(judged_by_name(name, json("{}")).await.unwrap(), "{}");
        judged_by_name(name, text.clone().named()).await.unwrap();
    }
    for answer in [json(r#"{"message":"Forbidden"}"#), json("[]"), text, empty] {
        let told = format!("{answer:?}");
        let error = judged_by_name("createRichMenu", answer).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Foreign, "{told}");
    }
    let made = r#"{"richMenuId":"richmenu-1"}"#;
    assert_eq!(judged_by_name("createRichMenu", json(made)).await.unwrap(), made);
}

#[tokio::test(start_paused = true)]
async fn a_portals_page_is_no_content() {
    let page = Literal::new(200, "<html>").header("content-type", "Text/HTML; charset=utf-8");
    let content = judged([page.clone()], async |client| client.message_content("1").await).await;
    assert_eq!(content.unwrap_err().kind(), ErrorKind::Foreign);
    // LINE may have been sent such a file.
    judged([page.named()], async |client| client.message_content("1").await).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_documented_body_passes_for_lines_in_a_test_of_ones_own() {
    for body in ["{}", r#"{"sentMessages":[{"id":"1"}]}"#] {
        judged([Literal::new(200, body)], push).await.unwrap();
    }
    let quota = Literal::new(200, r#"{"type":"limited","value":5}"#);
    judged([quota], async |client| client.quota().await).await.unwrap();
    let loading = async |client: &Client| client.start_loading("U1").await;
    judged([Literal::new(202, "{}")], loading).await.unwrap();
    for body in ["", r#"{"message":"Forbidden"}"#, "null", "[]"] {
        let error = judged([Literal::new(200, body)], push).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Foreign, "{body}");
        let error = judged([Literal::new(200, body)], loading).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Foreign, "{body}");
        let error = judged([Literal::new(200, body)], async |client| client.quota().await).await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Foreign, "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn only_lines_words_make_the_months_quota_of_a_429() {
    for (body, kind) in [
        (r#"{"message":"You have reached your monthly limit."}"#, ErrorKind::QuotaExceeded),
        (r#"{"message":"you have reached your MONTHLY LIMIT"}"#, ErrorKind::QuotaExceeded),
        (
            r#"{"message":"The API rate limit has been exceeded. Try again later."}"#,
            ErrorKind::RateLimited,
        ),
        (r#"{"message":"Too many requests to the same user"}"#, ErrorKind::RateLimited),
        (r#"{"message":"The number of concurrent operations is limited"}"#, ErrorKind::RateLimited),
        (r#"{"message":"Quota exceeded"}"#, ErrorKind::RateLimited),
        ("<html>monthly limit", ErrorKind::RateLimited),
        ("{}", ErrorKind::RateLimited),
        ("", ErrorKind::RateLimited),
    ] {
        for answer in [Literal::new(429, body), Literal::new(429, body).named()] {
            let error = judged([answer], push).await.unwrap_err();
            assert_eq!((error.kind(), error.may_have_landed()), (kind, false), "{body}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_409_is_delivered_before_only_where_it_names_the_accepted_request() {
    for body in ["{}", r#"{"message":"The retry key is already accepted"}"#, "<html>", ""] {
        for answer in [Literal::new(409, body), Literal::new(409, body).cut()] {
            let accepted = answer.clone().named().header("x-line-accepted-request-id", "ACCEPTED");
            let sent = judged([accepted.clone()], push).await.unwrap();
            assert!(sent.deduplicated);
            assert_eq!(sent.request_id.as_deref(), Some("ACCEPTED"));
            // A reply has no key that it could be about.
            let reply = judged([accepted], async |client| client.reply("R", "hi").await).await;
            let error = reply.unwrap_err();
            assert_eq!((error.kind(), error.may_have_landed()), (ErrorKind::Rejected, false));

            let error = judged([answer], push).await.unwrap_err();
            assert_eq!((error.kind(), error.may_have_landed()), (ErrorKind::Foreign, true));
        }
    }
    // Of a key whose outcome is open a repeat tells it.
    let open = Literal::new(409, "{}").named();
    let accepted = open.clone().header("x-line-accepted-request-id", "ACCEPTED");
    assert!(judged([open, accepted], push).await.unwrap().deduplicated);
}

#[tokio::test(start_paused = true)]
async fn what_is_told_of_an_error_can_be_kept_anywhere() {
    let nul = "a\\u0000b\\u001b[31m\\n".repeat(700);
    let body = format!(
        r#"{{"message":"{nul}","details":[{{"property":"{nul}","message":"{nul}"}},{{"message":"second"}}]}}"#
    );
    let error = judged([Literal::new(400, body).named()], push).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert!(error.message().starts_with("a b [31m a b"), "{error}");
    assert_eq!(error.details().len(), 2);
    check_texts(&error);

    let oauth =
        format!(r#"{{"error":"invalid_request","error_description":"{}\u0000"}}"#, "x".repeat(900));
    let verify = async |client: &Client| client.verify_v2_1_token(&"T".parse().unwrap()).await;
    let error = judged([Literal::new(400, oauth)], verify).await.unwrap_err();
    assert!(error.message().starts_with("invalid_request: xxx"), "{error}");
    check_texts(&error);

    let location = format!("https://other.example/{}", "x".repeat(3000));
    let error = judged([Literal::new(302, "").header("location", &location)], push).await;
    let error = error.unwrap_err();
    assert!(error.message().contains("a redirect to https://other.example/xxx"), "{error}");
    check_texts(&error);

    let strange = format!(r#"{{"type":"none","value":"{}"}}"#, "y\\u0000".repeat(2000));
    let quota = async |client: &Client| client.quota().await;
    let error = judged([Literal::new(200, strange).named()], quota).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    check_texts(&error);
}

#[tokio::test(start_paused = true)]
async fn why_a_narrowcast_failed_can_be_kept_anywhere() {
    let why = "z\\u0000".repeat(600);
    let body = format!(r#"{{"phase":"failed","failedDescription":"{why}"}}"#);
    let progress = judged([Literal::new(200, body).named()], async |client| {
        client.narrowcast_progress("1").await
    });
    let progress = progress.await.unwrap();
    let told = progress.failed_description.as_deref().unwrap();
    assert!(told.starts_with("z z "), "{told}");
    assert!(told.chars().count() <= 500 && !told.contains(char::is_control));
}

fn check_texts(error: &Error) {
    let details = error.details().iter().flat_map(|detail| [&detail.property, &detail.message]);
    let texts = details.flatten().map(String::as_str).chain([error.message()]);
    for text in texts {
        assert!(text.chars().count() <= 500, "{}", text.chars().count());
        assert!(!text.contains(char::is_control), "{text:?}");
    }
    let whole = error.to_string();
    assert!(whole.chars().count() <= 500, "{}", whole.chars().count());
    // However long the rest is; what is not of the length of LINE's own may be cut.
    if let Some(id) = error.request_id().filter(|id| id.len() <= 36 && !id.contains('\t')) {
        assert!(whole.ends_with(&format!(" [request id {id}]")), "{whole}");
    }
    assert!(!whole.contains(char::is_control), "{whole:?}");
}

fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let text = r"([ -~]|\\u00[01][0-9a-f]|\\n|é|飛){0,600}";
    let words = (text, text, text).prop_map(|(message, property, detail)| {
        let clean = |text: &str| text.replace(['"'], "'").replace("\\'", "'");
        format!(
            r#"{{"message":"{}","details":[{{"property":"{}","message":"{}"}}]}}"#,
            clean(&message),
            clean(&property),
            clean(&detail)
        )
        .into_bytes()
    });
    prop_oneof![
        2 => words,
        1 => Just(b"{}".to_vec()),
        1 => Just(br#"{"message":"You have reached your monthly limit."}"#.to_vec()),
        1 => Just(br#"{"sentMessages":[{"id":"1"}]}"#.to_vec()),
        1 => Just(br#"{"error":"e","error_description":"\u0000"}"#.to_vec()),
        1 => Just(b"<html>\0</html>".to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..2000),
    ]
}

fn answers() -> impl Strategy<Value = Literal> {
    let status = prop_oneof![3 => proptest::sample::select(STATUSES.to_vec()), 1 => 100_u16..1000];
    let value = || proptest::option::of("[ -~\t]{0,700}");
    (status, value(), value(), value(), value(), bodies(), any::<bool>()).prop_map(
        |(status, request, accepted, location, content_type, body, cut)| {
            let headers = [
                ("x-line-request-id", request),
                ("x-line-accepted-request-id", accepted),
                ("location", location),
                ("content-type", content_type),
            ];
            let headers = headers.into_iter().filter_map(|(name, value)| Some((name, value?)));
            Literal { status: Some(status), headers: headers.collect(), body, cut }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn any_answer_is_judged_by_the_same_laws(answer in answers()) {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let has = |name: &str| answer.headers.iter().any(|(known, _)| *known == name);
        let (status, named) = (answer.status.unwrap(), has("x-line-request-id"));
        match runtime.block_on(judged([answer.clone()], push)) {
            Ok(accepted) if accepted.deduplicated => {
                prop_assert!(status == 409 && has("x-line-accepted-request-id"));
            }
            Ok(_) => prop_assert!((200..300).contains(&status)),
            Err(error) => {
                check_texts(&error);
                let month = error.kind() == ErrorKind::QuotaExceeded;
                prop_assert!(!month || status == 429);
                prop_assert!(named || month || error.is_retryable(), "{:?}", error);
                let foreign = error.kind() == ErrorKind::Foreign;
                prop_assert!(!(named && foreign), "{:?}", error);
            }
        }
        // Nothing but LINE's own words is a refusal that a program forgets a person or a token for.
        let profile = runtime.block_on(judged([answer.clone()], async |client| client.profile("U1").await));
        if let Err(error) = &profile {
            check_texts(error);
            prop_assert!(named || error.is_retryable() || error.kind() == ErrorKind::QuotaExceeded);
        }
        let content = runtime.block_on(judged([answer], async |client| client.message_content("1").await));
        if let Err(error) = &content {
            check_texts(error);
            prop_assert!(named || error.is_retryable() || error.kind() == ErrorKind::QuotaExceeded);
        }
    }
}
