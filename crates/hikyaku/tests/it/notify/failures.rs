//! Errors, rate limits and repeats.

use std::time::{Duration, UNIX_EPOCH};

use hikyaku::{
    Error, ErrorKind, RetryPolicy,
    notify::{NotifyClient, NotifyToken, RateLimits, Revocation},
};

use super::{LIMITS, OK, UNKNOWN_TOKEN, builder, react, send, token};
use crate::{
    script::{
        Outcome::{self, Answer, AnswerWith, Interrupted, NotSent},
        Script,
    },
    server::{answer, answer_with},
};

/// The error of a send that gets this answer.
async fn refused(status: u16, body: &str) -> Error {
    react(answer(status, body), send).await.unwrap_err()
}

#[tokio::test]
async fn rate_limits_come_as_numbers_and_a_time() {
    let sent = react(answer_with(200, LIMITS, OK), send).await.unwrap();
    let limits = &sent.rate_limits;
    assert_eq!((limits.limit, limits.remaining), (Some(1000), Some(997)));
    assert_eq!((limits.image_limit, limits.image_remaining), (Some(50), Some(49)));
    assert_eq!(limits.reset, Some(UNIX_EPOCH + Duration::from_secs(1_726_965_600)));

    let sent = react(answer(200, OK), send).await.unwrap();
    assert_eq!(sent.rate_limits, RateLimits::default());

    let odd = "X-RateLimit-Limit: many\r\nX-RateLimit-Remaining: -1\r\nX-RateLimit-Reset: 99999999999999999999\r\n\
               X-RateLimit-ImageLimit: 9223372036854775807\r\n";
    let sent = react(answer_with(200, odd, OK), send).await.unwrap();
    assert_eq!(sent.rate_limits.image_limit, Some(u64::try_from(i64::MAX).unwrap()));
    assert_eq!((sent.rate_limits.limit, sent.rate_limits.reset), (None, None));
}

#[tokio::test]
async fn errors_have_rate_limits_too() {
    let exhausted = "X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 1726965600\r\n";
    let body = r#"{"status":429,"message":"Too many requests"}"#;
    let error = react(answer_with(429, exhausted, body), send).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    let limits = RateLimits::from_headers(error.headers());
    let reset = UNIX_EPOCH + Duration::from_secs(1_726_965_600);
    assert_eq!((limits.remaining, limits.reset), (Some(0), Some(reset)));
}

#[tokio::test]
async fn every_known_error_text_has_its_kind_and_is_shown() {
    for (status, message, kind) in [
        (400, "message: must not be empty", ErrorKind::Rejected),
        (
            400,
            "LINE Notify account doesn't join group which you want to send.",
            ErrorKind::Rejected,
        ),
        (400, "Image rate limit exceeded.", ErrorKind::RateLimited),
        (429, "Image rate limit exceeded.", ErrorKind::RateLimited),
        (429, "You have reached your monthly limit.", ErrorKind::RateLimited),
        (401, "Invalid access token", ErrorKind::Unauthorized),
        (500, "Internal Server Error", ErrorKind::Transient),
        (503, "stopped", ErrorKind::Transient),
        (404, "Not found", ErrorKind::NotFound),
        (405, "Method not allowed", ErrorKind::Rejected),
        (413, "Too large", ErrorKind::Rejected),
    ] {
        let body = format!(r#"{{"status":{status},"message":"{message}"}}"#);
        let error = refused(status, &body).await;
        assert_eq!(error.kind(), kind, "{body}");
        assert_eq!(error.status().unwrap(), status);
        assert!(error.message().starts_with(message), "{error}");
    }
    // The raw text, as one client of the time compared it.
    let error = refused(400, "Image rate limit exceeded.").await;
    assert_eq!(error.kind(), ErrorKind::RateLimited);
}

#[tokio::test]
async fn an_unknown_token_is_said_to_be_revoked() {
    let error = refused(401, UNKNOWN_TOKEN).await;
    assert_eq!(
        error.to_string(),
        "unauthorized (401): Invalid access token; the user revoked the token, or there never was such a token; \
         forget it and have the user connect again [request id REQUEST-ID]"
    );
    assert!(!format!("{error:?}").contains("SECRET"));
}

#[tokio::test]
async fn a_401_of_something_else_than_the_api_is_no_word_about_the_token() {
    for body in ["<html>Log in</html>", "null", "[]", r#""Unauthorized""#] {
        assert_eq!(refused(401, body).await.kind(), ErrorKind::Foreign, "{body}");
    }
}

#[tokio::test]
async fn a_status_in_the_body_counts_on_http_200() {
    for (body, status, kind) in [
        (UNKNOWN_TOKEN, 401, ErrorKind::Unauthorized),
        (r#"{"status":400,"message":"message: must not be empty"}"#, 400, ErrorKind::Rejected),
        (r#"{"status":500,"message":"x"}"#, 500, ErrorKind::Transient),
        (r#"{"status":429,"message":"x"}"#, 429, ErrorKind::RateLimited),
        (r#"{"status":201,"message":"x"}"#, 400, ErrorKind::Rejected),
        (r#"{"status":70000,"message":"x"}"#, 400, ErrorKind::Rejected),
    ] {
        let error = refused(200, body).await;
        assert_eq!(error.kind(), kind, "{body}");
        assert_eq!(error.status().unwrap(), status, "{body}");
    }
    for body in ["{}", r#"{"message":"ok"}"#, r#"{"status":"200"}"#] {
        assert_eq!(refused(200, body).await.kind(), ErrorKind::Decode, "{body}");
    }
    for body in ["[200]", "null", "", "<html>"] {
        assert_eq!(refused(200, body).await.kind(), ErrorKind::Foreign, "{body}");
    }
}

fn original(script: &Script) -> NotifyClient {
    NotifyClient::builder().transport(script.clone()).build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_closed_hosts_are_said_to_be_closed() {
    for outcome in [
        Answer(200, "<html>Thank you for using LINE Notify</html>"),
        Answer(401, "<html>"),
        Answer(404, ""),
        Answer(410, "gone"),
        Answer(502, "<html>"),
        AnswerWith(301, ("location", "https://line.me/"), ""),
    ] {
        let script = Script::new([outcome]);
        let error = send(&original(&script)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Gone, "{error}");
        assert!(error.message().contains("LINE Notify ended on 2025-03-31"), "{error}");
        assert_eq!(script.sent()[0].uri, "https://notify-api.line.me/api/notify");
    }
    let script = Script::new([NotSent, NotSent, NotSent, NotSent]);
    let error = send(&original(&script)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network);
    assert!(error.message().contains("LINE Notify ended on 2025-03-31"), "{error}");

    let script = Script::new([Answer(401, UNKNOWN_TOKEN)]);
    assert_eq!(send(&original(&script)).await.unwrap_err().kind(), ErrorKind::Unauthorized);
}

#[tokio::test]
async fn a_gateway_is_never_said_to_be_closed() {
    let error = refused(502, "<html>").await;
    assert_eq!(error.kind(), ErrorKind::Transient);
    assert!(!error.to_string().contains("ended"), "{error}");
}

fn scripted(outcomes: impl IntoIterator<Item = Outcome>) -> (Script, NotifyClient) {
    let script = Script::new(outcomes);
    let client = builder("http://gateway").retry(RetryPolicy::default()).transport(script.clone());
    (script, client.build().unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_message_is_not_repeated_once_bytes_left() {
    let (script, client) = scripted([NotSent, NotSent, Answer(200, OK)]);
    send(&client).await.unwrap();
    assert_eq!(script.sent().len(), 3);
    for outcome in
        [Interrupted, Answer(500, "{}"), Answer(429, "{}"), Answer(200, r#"{"status":500}"#)]
    {
        let (script, client) = scripted([outcome]);
        send(&client).await.unwrap_err();
        assert_eq!(script.sent().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_code_is_not_spent_twice() {
    let (script, client) = scripted([NotSent, Interrupted]);
    assert!(client.token("code").await.unwrap_err().may_have_landed());
    assert_eq!(script.sent().len(), 2);
    assert_eq!(script.sent()[0].authorization, None);
}

#[tokio::test(start_paused = true)]
async fn asking_and_revoking_repeat_freely() {
    let status = r#"{"status":200,"message":"ok","targetType":"USER","target":"A"}"#;
    let (_, client) = scripted([Interrupted, Answer(503, "{}"), Answer(200, status)]);
    client.status(&token()).await.unwrap();
    let (_, client) = scripted([Answer(500, "{}"), Interrupted, Answer(401, UNKNOWN_TOKEN)]);
    assert_eq!(*client.revoke(&token()).await.unwrap(), Revocation::AlreadyRevoked);
}

#[test]
fn secrets_are_never_shown() {
    let builder = builder("http://x");
    assert!(!format!("{builder:?}").contains("SECRET"));
    let client = builder.build().unwrap();
    assert!(!format!("{client:?}").contains("SECRET"));
    assert!(!format!("{:?}", client.notify(&token(), "hi")).contains("SECRET"));
    assert_eq!(format!("{:?}", token()), "NotifyToken(redacted)");
}

#[test]
fn what_can_be_no_setting_is_refused() {
    for builder in [
        NotifyClient::builder().bot_base_url("notify-bot.line.me"),
        NotifyClient::builder().api_base_url(""),
        NotifyClient::builder().client_secret("a\n"),
        NotifyClient::builder().user_agent("\n"),
    ] {
        assert_eq!(builder.build().unwrap_err().kind(), ErrorKind::Invalid);
    }
    assert!("TOKEN\n".parse::<NotifyToken>().unwrap_err().to_string().contains("line break"));
    assert!("".parse::<NotifyToken>().is_err());
}
