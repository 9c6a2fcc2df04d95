//! What becomes of each kind of success.

use hikyaku::{
    ErrorKind,
    message::{NarrowcastPhase, QuotaKind, SentCountKind, SentCountStatus},
};

use crate::{
    day, react,
    server::{answer, answer_with},
};

#[tokio::test]
async fn a_push_tells_its_request_id_and_its_messages() {
    let body = r#"{"sentMessages":[{"id":"461230966842064897","quoteToken":"q1","new":1},{"id":"2"}],"x":{}}"#;
    let accepted =
        react(answer(200, body), async |client| client.push("U1", "hi").await).await.unwrap();
    assert_eq!(accepted.request_id.as_deref(), Some("REQUEST-ID"));
    assert_eq!(accepted.status(), 200);
    assert!(!accepted.deduplicated);
    let sent: Vec<_> =
        accepted.sent_messages.iter().map(|m| (m.id.as_str(), m.quote_token.as_deref())).collect();
    assert_eq!(sent, [("461230966842064897", Some("q1")), ("2", None)]);
}

#[tokio::test]
async fn a_202_is_a_success() {
    let body = "{}";
    let accepted =
        react(answer(202, body), async |client| client.broadcast("hi").await).await.unwrap();
    assert_eq!((accepted.status().as_u16(), accepted.sent_messages.len()), (202, 0));
    let loading = react(answer(202, body), async |client| client.start_loading("U1").await).await;
    assert_eq!(loading.unwrap().http_status(), 202);
}

#[tokio::test]
async fn a_409_under_a_retry_key_is_the_accepted_request() {
    let header = "x-line-accepted-request-id: ACCEPTED-ID\r\n";
    let body = r#"{"message":"The retry key is already accepted","sentMessages":[{"id":"1","quoteToken":"q"}]}"#;
    let push = async |client: &hikyaku::Client| client.push("U1", "hi").await;
    let accepted = react(answer_with(409, header, body), push).await.unwrap();
    assert!(accepted.deduplicated);
    assert_eq!(accepted.request_id.as_deref(), Some("ACCEPTED-ID"));
    assert_eq!(accepted.sent_messages[0].id, "1");
    assert_eq!(accepted.status(), 409);

    let body = r#"{"message":"The retry key is already accepted"}"#;
    let multicast = async |client: &hikyaku::Client| client.multicast(&["U1"], "hi").await;
    let accepted = react(answer_with(409, header, body), multicast).await.unwrap();
    assert!(accepted.deduplicated && accepted.sent_messages.is_empty());
}

#[tokio::test]
async fn a_409_is_an_error_where_there_is_no_retry_key() {
    let body = r#"{"message":"Conflict"}"#;
    let error = react(answer(409, body), async |client| client.reply("T", "hi").await).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Rejected);
}

#[tokio::test]
async fn a_409_that_names_no_accepted_request_leaves_the_outcome_open() {
    for body in ["{}", r#"{"message":"Conflict"}"#, "<html>"] {
        let error = react(answer(409, body), async |client| client.push("U1", "hi").await).await;
        let error = error.unwrap_err();
        assert_eq!((error.kind(), error.may_have_landed()), (ErrorKind::Rejected, true), "{body}");
    }
}

#[tokio::test]
async fn an_accepted_send_may_say_nothing_at_all() {
    let accepted = react(answer(200, ""), async |client| client.push("U1", "hi").await).await;
    assert_eq!(accepted.unwrap().request_id.as_deref(), Some("REQUEST-ID"));
}

#[tokio::test]
async fn sent_messages_that_are_null_are_none() {
    let body = r#"{"sentMessages":null}"#;
    let accepted = react(answer(200, body), async |client| client.push("U1", "hi").await).await;
    assert!(accepted.unwrap().sent_messages.is_empty());
}

#[tokio::test]
async fn a_page_with_status_200_is_no_sent_message() {
    for body in ["<html>Please log in</html>", "[]", "null", r#"{"sentMessages":5}"#] {
        let error = react(answer(200, body), async |client| client.push("U1", "hi").await)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
        assert!(error.may_have_landed());
        assert_eq!(error.request_id(), Some("REQUEST-ID"));
    }
}

#[tokio::test]
async fn unknown_fields_are_kept_and_written_back() {
    let body = r#"{"type":"limited","value":1000,"resetsAt":"2026-02-01"}"#;
    let quota = react(answer(200, body), async |client| client.quota().await).await.unwrap();
    assert_eq!((&quota.kind, quota.value), (&QuotaKind::Limited, Some(1000)));
    assert_eq!(quota.request_id(), Some("REQUEST-ID"));
    assert_eq!(quota.headers()["content-type"], "application/json");
    assert_eq!(serde_json::to_string(&*quota).unwrap(), body);
}

#[tokio::test]
async fn unknown_words_are_kept_and_written_back() {
    let body = r#"{"userId":"U1","basicId":"@1","displayName":"B","chatMode":"robot","markAsReadMode":"never"}"#;
    let info = react(answer(200, body), async |client| client.bot_info().await).await.unwrap();
    assert_eq!(serde_json::to_string(&*info).unwrap(), body);

    let body = r#"{"phase":"thinking"}"#;
    let progress = react(answer(200, body), async |client| client.narrowcast_progress("1").await)
        .await
        .unwrap();
    assert_eq!(progress.phase, NarrowcastPhase::Other("thinking".to_owned()));
    assert_eq!(serde_json::to_string(&*progress).unwrap(), body);
}

#[tokio::test]
async fn a_missing_field_names_itself() {
    let error = react(answer(200, "{}"), async |client| client.quota().await).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.message().contains("missing field `type`"), "{error}");
}

#[tokio::test]
async fn counts_that_are_not_ready_have_no_number() {
    for (body, status, success) in [
        (r#"{"status":"ready","success":10000}"#, SentCountStatus::Ready, Some(10_000)),
        (r#"{"status":"unready"}"#, SentCountStatus::Unready, None),
        (r#"{"status":"out_of_service"}"#, SentCountStatus::OutOfService, None),
        (r#"{"status":"unavailable_for_privacy"}"#, SentCountStatus::UnavailableForPrivacy, None),
    ] {
        let count = async |client: &hikyaku::Client| {
            client.sent_count(SentCountKind::Push, day(2026, 1, 2)).await
        };
        let count = react(answer(200, body), count).await.unwrap();
        assert_eq!((&count.status, count.success), (&status, success));
    }
}

#[tokio::test]
async fn a_call_with_nothing_to_tell_takes_an_empty_answer() {
    let read = async |client: &hikyaku::Client| client.mark_as_read_by_token("T").await;
    for body in ["{}", "", r#"{"new":1}"#] {
        react(answer(200, body), read).await.unwrap();
    }
    assert_eq!(react(answer(200, "<html>"), read).await.unwrap_err().kind(), ErrorKind::Decode);
}
