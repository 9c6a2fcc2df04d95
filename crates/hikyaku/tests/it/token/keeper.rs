//! A client that gets its tokens by itself, in paused time.

use std::time::Duration;

use futures_util::future::join_all;
use hikyaku::{Client, ErrorKind, TokenProvider, audience::AudienceFile};
use tokio::time::Instant;

use super::{
    key,
    line::{Line, pass, push, stateless},
    secret,
};
use crate::server::{Server, answer};

#[tokio::test(start_paused = true)]
async fn nothing_is_issued_before_the_first_call() {
    let line = Line::new(900);
    let client = line.client(stateless());
    pass(5).await;
    assert!(line.log().is_empty());
    push(&client).await.unwrap();
    push(&client.clone()).await.unwrap();
    assert_eq!(line.log(), ["issue at 5", "push T1", "push T1"]);
}

#[tokio::test(start_paused = true)]
async fn however_many_callers_wait_one_token_is_issued() {
    let line = Line::new(900);
    let client = line.client(stateless());
    for sent in join_all((0..100).map(|_| push(&client))).await {
        sent.unwrap();
    }
    let log = line.log();
    assert_eq!(log.iter().filter(|entry| entry.starts_with("issue")).count(), 1);
    assert_eq!(log.iter().filter(|entry| *entry == "push T1").count(), 100);
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_gives_up_does_not_stop_the_issuing_for_others() {
    let line = Line::new(900);
    let client = line.client(stateless());
    let hasty = tokio::time::timeout(Duration::from_millis(10), push(&client));
    let (hasty, patient) = tokio::join!(hasty, push(&client));
    assert!(hasty.is_err());
    patient.unwrap();
    assert_eq!(line.log(), ["issue at 0", "push T1"]);
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_in_the_background_ahead_of_its_end() {
    let line = Line::new(900);
    let client = line.client(stateless());
    push(&client).await.unwrap();
    pass(500).await;
    push(&client).await.unwrap();
    pass(200).await;
    let before = Instant::now();
    push(&client).await.unwrap();
    assert_eq!(Instant::now(), before, "the call does not wait");
    pass(2).await;
    push(&client).await.unwrap();
    assert_eq!(
        line.log(),
        ["issue at 0", "push T1", "push T1", "push T1", "issue at 701", "push T2"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_token_past_its_end_is_never_sent() {
    let line = Line::new(900);
    let client = line.client(stateless());
    push(&client).await.unwrap();
    pass(880).await;
    push(&client).await.unwrap();
    assert_eq!(line.log(), ["issue at 0", "push T1", "issue at 881", "push T2"]);
}

#[tokio::test(start_paused = true)]
async fn a_failure_keeps_a_living_token_and_is_tried_again_after_growing_pauses() {
    let line = Line::new(900);
    let client = line.client(stateless());
    push(&client).await.unwrap();
    pass(650).await;
    line.set(|world| world.issuing_fails = Some(500));
    line.log();
    for _ in 0..20 {
        push(&client).await.unwrap();
        pass(1).await;
    }
    let log = line.log();
    assert_eq!(log.iter().filter(|entry| *entry == "push T1").count(), 20);
    let issues: Vec<_> = log.iter().filter_map(|entry| entry.strip_prefix("issue at ")).collect();
    assert_eq!(issues, ["651", "653", "656", "661", "670"]);
    line.set(|world| world.issuing_fails = None);
    pass(60).await;
    push(&client).await.unwrap();
    pass(1).await;
    push(&client).await.unwrap();
    assert_eq!(line.log().last().unwrap(), "push T2");
}

#[tokio::test(start_paused = true)]
async fn without_any_token_the_call_fails_with_the_reason_and_surely_unsent() {
    let line = Line::new(900);
    line.set(|world| world.issuing_fails = Some(400));
    let client = line.client(stateless());
    for sent in join_all((0..5).map(|_| push(&client))).await {
        let error = sent.unwrap_err();
        assert_eq!(
            error.to_string(),
            "unauthorized: no channel access token could be issued: rejected (400): invalid_client \
             [request id REQUEST-ID]"
        );
        assert!(!error.may_have_landed() && !error.is_retryable());
    }
    push(&client).await.unwrap_err();
    assert_eq!(line.log(), ["issue at 0"]);

    line.set(|world| world.issuing_fails = Some(503));
    pass(2).await;
    let error = push(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transient);
    assert!(error.is_retryable() && !error.may_have_landed());
    line.set(|world| world.issuing_fails = None);
    pass(2).await;
    push(&client).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_replaced_once_and_the_call_repeated() {
    let line = Line::new(900);
    let client = line.client(stateless());
    push(&client).await.unwrap();
    line.set(|world| {
        world.revoked.insert("T1".to_owned());
    });
    client.reply("R", "hi").await.unwrap();
    assert_eq!(line.log(), ["issue at 0", "push T1", "push T1", "issue at 1", "push T2"]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_download_is_begun_again_too() {
    let line = Line::new(900);
    let client = line.client(stateless());
    push(&client).await.unwrap();
    line.set(|world| {
        world.revoked.insert("T1".to_owned());
    });
    client.message_content("1").await.unwrap();
    assert_eq!(line.log(), ["issue at 0", "push T1", "push T1", "issue at 1", "push T2"]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_upload_is_not_repeated_since_its_file_is_gone() {
    let line = Line::new(900);
    line.set(|world| world.refuses_all = true);
    let client = line.client(stateless());
    let file = AudienceFile::bytes("U1\n");
    let error = client.add_file_to_audience(1, file).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_landed()), (ErrorKind::Unauthorized, false));
    assert_eq!(line.log(), ["issue at 0", "push T1"]);
}

#[tokio::test(start_paused = true)]
async fn many_refused_at_once_share_one_replacement() {
    let line = Line::new(900);
    let client = line.client(stateless());
    push(&client).await.unwrap();
    line.set(|world| {
        world.revoked.insert("T1".to_owned());
    });
    line.log();
    for sent in join_all((0..10).map(|_| push(&client))).await {
        sent.unwrap();
    }
    let log = line.log();
    assert_eq!(log.iter().filter(|entry| entry.starts_with("issue")).count(), 1);
    assert_eq!(log.iter().filter(|entry| *entry == "push T2").count(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_is_refused_whatever_its_token_uses_up_few() {
    let line = Line::new(900);
    line.set(|world| world.refuses_all = true);
    let client = line.client(stateless());
    let error = push(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Unauthorized, 401));
    assert_eq!(line.log(), ["issue at 0", "push T1", "issue at 1", "push T2"]);
    for _ in 0..590 {
        push(&client).await.unwrap_err();
        pass(1).await;
    }
    let log = line.log();
    assert_eq!(log.iter().filter(|entry| entry.starts_with("issue")).count(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_fixed_token_is_not_replaced() {
    let line = Line::new(900);
    line.set(|world| world.refuses_all = true);
    let client = line.client(TokenProvider::fixed("FIXED".parse().unwrap()));
    assert_eq!(push(&client).await.unwrap_err().kind(), ErrorKind::Unauthorized);
    assert_eq!(line.log(), ["push FIXED"]);
}

#[tokio::test(start_paused = true)]
async fn a_token_without_a_life_is_no_token() {
    let line = Line::new(0);
    let error = push(&line.client(stateless())).await.unwrap_err();
    assert!(error.to_string().contains("valid for 0 seconds"), "{error}");
    assert_eq!(line.log(), ["issue at 0"]);

    let line = Line::new(u64::MAX);
    push(&line.client(stateless())).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn signing_providers_keep_a_client_supplied_too() {
    for provider in [
        TokenProvider::stateless_by_jwt(key()),
        TokenProvider::v2_1(key(), Duration::from_secs(720 * 60 * 60)),
    ] {
        let line = Line::new(900);
        push(&line.client(provider)).await.unwrap();
        assert_eq!(line.log(), ["issue at 0", "push T1"]);
    }
}

#[test]
fn a_runtime_that_ends_amid_an_issuing_does_not_block_the_next() {
    let line = {
        let runtime = runtime();
        let _guard = runtime.enter();
        Line::new(900)
    };
    let client = line.client(stateless());
    let first = runtime();
    first.block_on(async {
        let hasty = tokio::time::timeout(Duration::from_millis(10), push(&client));
        hasty.await.unwrap_err();
    });
    drop(first);
    runtime().block_on(push(&client)).unwrap();
    assert_eq!(line.log().last().unwrap(), "push T1");
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

#[tokio::test]
async fn a_provider_never_shows_its_secret() {
    let provider = stateless();
    assert_eq!(format!("{provider:?}"), "TokenProvider(stateless)");
    let builder = Client::builder_with(provider);
    assert!(!format!("{builder:?}").contains("SECRET"));
    assert!(!format!("{:?}", builder.build().unwrap()).contains("SECRET"));
}

#[tokio::test]
async fn a_refusal_of_a_call_without_the_channels_token_replaces_nothing() {
    let server = Server::start([answer(401, r#"{"error":"invalid_client"}"#)]).await;
    let client = Client::builder_with(stateless()).api_base_url(server.url()).build().unwrap();
    client.issue_short_lived_token("1", &secret()).await.unwrap_err();
    assert_eq!(server.requests().len(), 1);
}
