//! Sends of more than one request.

use hikyaku::{Client, ErrorKind, message::SentBy, model::UserId};
use uuid::Uuid;

use crate::script::{
    Outcome::{self, Answer, AnswerWith, Interrupted, NotSent},
    Script,
};

const OK: Outcome = Answer(200, "{}");
const REFUSED: Outcome = Answer(400, r#"{"message":"Invalid reply token"}"#);
const DUPLICATE: Outcome = AnswerWith(
    409,
    ("x-line-accepted-request-id", "ACCEPTED"),
    r#"{"message":"The retry key is already accepted"}"#,
);
const NO_QUOTA: Outcome = Answer(429, r#"{"message":"You have reached your monthly limit."}"#);

fn client(script: &Script) -> Client {
    Client::builder("TOKEN").transport(script.clone()).build().unwrap()
}

fn paths(script: &Script) -> Vec<String> {
    let path = |uri: &str| uri.rsplit_once('/').unwrap().1.to_owned();
    script.sent().iter().map(|sent| path(&sent.uri)).collect()
}

#[tokio::test(start_paused = true)]
async fn an_accepted_reply_is_not_pushed() {
    let script = Script::new([OK]);
    let sent = client(&script).reply("T", "hi").or_push("U1").await.unwrap();
    assert!(matches!(sent, SentBy::Reply(_)));
    assert_eq!(paths(&script), ["reply"]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_reply_is_pushed_with_the_same_messages_and_options() {
    let script = Script::new([REFUSED, Interrupted, OK]);
    let client = client(&script);
    let key = Uuid::from_u128(7);
    let reply = client.reply("T", "hi").notification_disabled(true);
    let sent = reply.or_push("C1").retry_key(key).await.unwrap();
    assert!(matches!(sent, SentBy::Push(_)));
    assert_eq!(paths(&script), ["reply", "push", "push"]);
    let push = &script.sent()[2];
    assert_eq!(push.retry_key, Some(key.to_string()));
    assert_eq!(
        push.body,
        r#"{"to":"C1","messages":[{"type":"text","text":"hi"}],"notificationDisabled":true}"#
    );
}

#[tokio::test(start_paused = true)]
async fn a_reply_whose_outcome_is_unknown_is_never_pushed() {
    for outcome in [Interrupted, Answer(500, "{}"), Answer(200, "<html>")] {
        let script = Script::new(vec![outcome; 4]);
        let error = client(&script).reply("T", "hi").or_push("U1").await.unwrap_err();
        assert!(error.may_have_landed(), "{error}");
        assert!(paths(&script).iter().all(|path| path == "reply"));
    }
}

#[tokio::test(start_paused = true)]
async fn what_would_refuse_the_push_too_is_told_at_once() {
    for outcome in [Answer(401, "{}"), Answer(403, "{}"), NO_QUOTA] {
        let script = Script::new([outcome]);
        client(&script).reply("T", "hi").or_push("U1").await.unwrap_err();
        assert_eq!(paths(&script), ["reply"]);
    }
    let script = Script::new([]);
    let error = client(&script).reply("T", "hi").or_push("U 1").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
}

fn users(count: usize) -> Vec<UserId> {
    (0..count).map(|n| format!("U{n:032x}").as_str().into()).collect()
}

#[tokio::test(start_paused = true)]
async fn every_user_is_in_one_chunk_and_every_chunk_has_its_key() {
    let script = Script::new([OK, NotSent, OK, DUPLICATE]);
    let users = users(1001);
    let client = client(&script);
    let whole = client.multicast_in_chunks(&users, "hi").retry_key(Uuid::from_u128(7));
    let chunks = whole.unit("spring").notification_disabled(true).await.unwrap();
    assert_eq!(chunks.iter().map(|chunk| chunk.users.len()).collect::<Vec<_>>(), [500, 500, 1]);
    assert_eq!(
        chunks.iter().flat_map(|chunk| chunk.users.clone()).collect::<Vec<_>>(),
        users.iter().map(UserId::as_str).collect::<Vec<_>>()
    );
    assert!(chunks.iter().all(hikyaku::message::MulticastChunk::is_accepted));
    let sent = script.sent();
    assert_eq!(sent[1].retry_key, sent[2].retry_key);
    for (chunk, sent) in chunks.iter().zip([&sent[0], &sent[2], &sent[3]]) {
        assert_eq!(sent.retry_key, Some(chunk.retry_key.to_string()));
    }
    let last = format!(
        r#"{{"to":["{}"],"messages":[{{"type":"text","text":"hi"}}],"notificationDisabled":true,"customAggregationUnits":["spring"]}}"#,
        users[1000].as_str()
    );
    assert_eq!(sent[3].body, last);
}

#[tokio::test(start_paused = true)]
async fn the_same_key_gives_the_same_chunk_keys_and_no_key_new_ones() {
    let users = users(501);
    let keys = async |key: Option<u128>| {
        let script = Script::new([OK, OK]);
        let client = client(&script);
        let mut send = client.multicast_in_chunks(&users, "hi");
        if let Some(key) = key {
            send = send.retry_key(Uuid::from_u128(key));
        }
        send.await.unwrap().iter().map(|chunk| chunk.retry_key).collect::<Vec<_>>()
    };
    assert_eq!(keys(Some(1)).await, keys(Some(1)).await);
    assert_ne!(keys(Some(1)).await, keys(Some(2)).await);
    assert_ne!(keys(None).await, keys(None).await);
}

#[tokio::test(start_paused = true)]
async fn a_rejected_chunk_does_not_hold_up_the_others() {
    let script = Script::new([REFUSED, OK]);
    let users = users(501);
    let client = client(&script);
    let chunks = client.multicast_in_chunks(&users, "hi").await.unwrap();
    assert!(!chunks[0].is_accepted() && chunks[1].is_accepted());
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_meets_all_ends_the_whole() {
    let script = Script::new([OK, NO_QUOTA]);
    let users = users(1500);
    let client = client(&script);
    let chunks = client.multicast_in_chunks(&users, "hi").await.unwrap();
    assert!(chunks[0].is_accepted());
    let failure = chunks[1].result.as_ref().unwrap().as_ref().unwrap_err();
    assert_eq!(failure.kind(), ErrorKind::QuotaExceeded);
    assert!(chunks[2].result.is_none());
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_where_any_chunk_is_invalid() {
    let script = Script::new([]);
    let mut users = users(700);
    users[600] = "C0123456789abcdef0123456789abcdef".into();
    let error = client(&script).multicast_in_chunks(&users, "").await.unwrap_err();
    let properties: Vec<_> = error.details().iter().map(|d| d.property.clone().unwrap()).collect();
    assert_eq!(properties, ["to[600]", "messages[0].text"]);
    assert!(client(&script).multicast_in_chunks(&[] as &[UserId], "hi").await.unwrap().is_empty());
}
