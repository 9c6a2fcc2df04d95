//! The bytes of every operation's request.

use hikyaku::{
    Client,
    message::{SentCountKind, TemplateButton, TemplateItem},
    model::{GroupId, Message, PreparedMessages, SendKind, UserId},
};
use uuid::Uuid;

use crate::{
    day,
    server::{Server, answer},
};

const KEY: Uuid = Uuid::from_u128(0x1234_5678_9abc_4def_8123_4567_89ab_cdef);

/// Makes a call that gets this answer and must not fail; `expected` is its request, without the headers that all have.
async fn check<T>(
    reply: &str,
    act: impl AsyncFnOnce(&Client) -> Result<T, hikyaku::Error>,
    expected: &str,
) {
    let server = Server::start([answer(200, reply)]).await;
    act(&crate::client(&server)).await.map(drop).unwrap();
    let common = ["authorization: Bearer TOKEN\n", "host: HOST\n", "user-agent: hikyaku/VERSION\n"];
    let request = server.only_request();
    let own = common.iter().fold(request.clone(), |text, header| {
        assert_eq!(text.matches(header).count(), 1, "{header} in\n{request}");
        text.replace(header, "")
    });
    assert_eq!(own, expected);
}

#[tokio::test]
async fn a_push_in_full() {
    let server = Server::start([answer(200, r#"{"sentMessages":[{"id":"1"}]}"#)]).await;
    crate::client(&server).push("U1", "hi, 世界").retry_key(KEY).await.unwrap();
    assert_eq!(
        server.only_request(),
        "POST /v2/bot/message/push HTTP/1.1\n\
         authorization: Bearer TOKEN\n\
         content-length: 60\n\
         content-type: application/json\n\
         host: HOST\n\
         user-agent: hikyaku/VERSION\n\
         x-line-retry-key: 12345678-9abc-4def-8123-456789abcdef\n\
         \n\
         {\"to\":\"U1\",\"messages\":[{\"type\":\"text\",\"text\":\"hi, 世界\"}]}",
    );
}

#[tokio::test]
async fn a_push_of_several_messages_to_a_group_in_silence() {
    check(
        "{}",
        async |client| {
            let messages = [Message::text("one"), Message::text("two")];
            let group = GroupId::from("C0123456789abcdef0123456789abcdef");
            client.push(&group, &messages).notification_disabled(true).retry_key(KEY).await
        },
        "POST /v2/bot/message/push HTTP/1.1\n\
         content-length: 141\n\
         content-type: application/json\n\
         x-line-retry-key: 12345678-9abc-4def-8123-456789abcdef\n\
         \n\
         {\"to\":\"C0123456789abcdef0123456789abcdef\",\"messages\":[{\"type\":\"text\",\"text\":\"one\"},\
         {\"type\":\"text\",\"text\":\"two\"}],\"notificationDisabled\":true}",
    )
    .await;
}

#[tokio::test]
async fn a_push_of_prepared_messages() {
    let prepared = PreparedMessages::new(&[Message::text("hi")]).unwrap();
    check(
        "{}",
        async |client| client.push("U1", &prepared).retry_key(KEY).await,
        "POST /v2/bot/message/push HTTP/1.1\n\
         content-length: 52\n\
         content-type: application/json\n\
         x-line-retry-key: 12345678-9abc-4def-8123-456789abcdef\n\
         \n\
         {\"to\":\"U1\",\"messages\":[{\"type\":\"text\",\"text\":\"hi\"}]}",
    )
    .await;
}

#[tokio::test]
async fn a_reply_has_no_retry_key() {
    check(
        "{}",
        async |client| client.reply("TOKEN-OF-EVENT", "hi").notification_disabled(false).await,
        "POST /v2/bot/message/reply HTTP/1.1\n\
         content-length: 101\n\
         content-type: application/json\n\
         \n\
         {\"replyToken\":\"TOKEN-OF-EVENT\",\"messages\":[{\"type\":\"text\",\"text\":\"hi\"}],\
         \"notificationDisabled\":false}",
    )
    .await;
}

#[tokio::test]
async fn a_multicast() {
    check(
        "{}",
        async |client| {
            let users = [UserId::from("U1"), UserId::from("U2")];
            client.multicast(&users, "hi").retry_key(KEY).await
        },
        "POST /v2/bot/message/multicast HTTP/1.1\n\
         content-length: 59\n\
         content-type: application/json\n\
         x-line-retry-key: 12345678-9abc-4def-8123-456789abcdef\n\
         \n\
         {\"to\":[\"U1\",\"U2\"],\"messages\":[{\"type\":\"text\",\"text\":\"hi\"}]}",
    )
    .await;
}

#[tokio::test]
async fn a_broadcast() {
    check(
        "{}",
        async |client| client.broadcast("hi").retry_key(KEY).await,
        "POST /v2/bot/message/broadcast HTTP/1.1\n\
         content-length: 42\n\
         content-type: application/json\n\
         x-line-retry-key: 12345678-9abc-4def-8123-456789abcdef\n\
         \n\
         {\"messages\":[{\"type\":\"text\",\"text\":\"hi\"}]}",
    )
    .await;
}

const HASH: &str = "d41e0ad70dddfeb68f149ad6fc61574b9c5780ab7bcb2fba5517771ffbb2409c";

#[tokio::test]
async fn a_template_to_a_phone_number() {
    check(
        "{}",
        async |client| {
            client
                .push_by_phone_template(HASH, "shipment_001")
                .emphasized_item(TemplateItem::new("date_002", "today"))
                .item(TemplateItem::new("time_001", "9-12"))
                .button(TemplateButton::new("check_001", "https://example.com/"))
                .delivery_tag("delivery-tag-of-16")
                .await
        },
        "POST /v2/bot/message/pnp/templated/push HTTP/1.1\n\
         content-length: 286\n\
         content-type: application/json\n\
         x-line-delivery-tag: delivery-tag-of-16\n\
         \n\
         {\"to\":\"d41e0ad70dddfeb68f149ad6fc61574b9c5780ab7bcb2fba5517771ffbb2409c\",\
         \"templateKey\":\"shipment_001\",\"body\":{\"emphasizedItem\":{\"itemKey\":\"date_002\",\"content\":\"today\"},\
         \"items\":[{\"itemKey\":\"time_001\",\"content\":\"9-12\"}],\
         \"buttons\":[{\"buttonKey\":\"check_001\",\"url\":\"https://example.com/\"}]}}",
    )
    .await;
}

#[tokio::test]
async fn each_keyed_send_gets_a_fresh_key_when_the_caller_gives_none() {
    let server = Server::start([answer(200, "{}"), answer(200, "{}"), answer(200, "{}")]).await;
    let client = crate::client(&server);
    client.push("U1", "hi").await.unwrap();
    client.multicast(&["U1"], "hi").await.unwrap();
    client.broadcast("hi").await.unwrap();
    let mut keys: Vec<Uuid> = server
        .requests()
        .iter()
        .map(|request| {
            let key = request.header("x-line-retry-key").unwrap();
            assert_eq!((key.len(), key.to_ascii_lowercase().as_str()), (36, key));
            key.parse().unwrap()
        })
        .collect();
    keys.dedup();
    assert_eq!(keys.len(), 3);
    assert!(keys.iter().all(|key| key.get_version_num() == 4));
}

#[tokio::test]
async fn narrowcast_progress() {
    check(
        r#"{"phase":"waiting"}"#,
        async |client| client.narrowcast_progress("7d51557a & more").await,
        "GET /v2/bot/message/progress/narrowcast?requestId=7d51557a%20%26%20more HTTP/1.1\n\n",
    )
    .await;
}

#[tokio::test]
async fn the_quota_and_its_consumption() {
    check(
        r#"{"type":"none"}"#,
        async |client| client.quota().await,
        "GET /v2/bot/message/quota HTTP/1.1\n\n",
    )
    .await;
    check(
        r#"{"totalUsage":500}"#,
        async |client| client.quota_consumption().await,
        "GET /v2/bot/message/quota/consumption HTTP/1.1\n\n",
    )
    .await;
}

#[tokio::test]
async fn the_count_of_each_kind_of_send() {
    for (kind, path) in [
        (SentCountKind::Reply, "reply"),
        (SentCountKind::Push, "push"),
        (SentCountKind::Multicast, "multicast"),
        (SentCountKind::Broadcast, "broadcast"),
        (SentCountKind::Pnp, "pnp"),
        (SentCountKind::PnpTemplated, "pnp/templated"),
    ] {
        check(
            r#"{"status":"ready","success":7}"#,
            async |client| client.sent_count(kind, day(2026, 1, 2)).await,
            &format!("GET /v2/bot/message/delivery/{path}?date=20260102 HTTP/1.1\n\n"),
        )
        .await;
    }
}

#[tokio::test]
async fn a_loading_animation() {
    check(
        "{}",
        async |client| client.start_loading("U1").await,
        "POST /v2/bot/chat/loading/start HTTP/1.1\n\
         content-length: 35\n\
         content-type: application/json\n\
         \n\
         {\"chatId\":\"U1\",\"loadingSeconds\":20}",
    )
    .await;
    check(
        "{}",
        async |client| client.start_loading("U1").seconds(60).await,
        "POST /v2/bot/chat/loading/start HTTP/1.1\n\
         content-length: 35\n\
         content-type: application/json\n\
         \n\
         {\"chatId\":\"U1\",\"loadingSeconds\":60}",
    )
    .await;
}

#[tokio::test]
async fn both_ways_to_mark_as_read() {
    check(
        "{}",
        async |client| client.mark_as_read_by_token("RT").await,
        "POST /v2/bot/chat/markAsRead HTTP/1.1\n\
         content-length: 24\n\
         content-type: application/json\n\
         \n\
         {\"markAsReadToken\":\"RT\"}",
    )
    .await;
    check(
        "{}",
        async |client| client.mark_as_read("U1").await,
        "POST /v2/bot/message/markAsRead HTTP/1.1\n\
         content-length: 24\n\
         content-type: application/json\n\
         \n\
         {\"chat\":{\"userId\":\"U1\"}}",
    )
    .await;
}

#[tokio::test]
async fn the_bot_itself() {
    check(
        r#"{"userId":"U1","basicId":"@1","displayName":"B","chatMode":"bot","markAsReadMode":"auto"}"#,
        async |client| client.bot_info().await,
        "GET /v2/bot/info HTTP/1.1\n\n",
    )
    .await;
}

#[tokio::test]
async fn a_base_url_with_a_slash_or_a_prefix() {
    for (suffix, path) in
        [("", "/v2/bot/info"), ("/", "/v2/bot/info"), ("/line/", "/line/v2/bot/info")]
    {
        let server = Server::start([]).await;
        let url = format!("{}{suffix}", server.url());
        let client = Client::builder("TOKEN").api_base_url(url).build().unwrap();
        client.bot_info().await.unwrap_err();
        assert!(server.only_request().starts_with(&format!("GET {path} HTTP/1.1\n")), "{suffix}");
    }
}

#[tokio::test]
async fn a_user_agent_of_ones_own() {
    let server = Server::start([answer(200, "{}")]).await;
    let client = Client::builder("TOKEN").api_base_url(server.url()).user_agent("my-bot/1").build();
    client.unwrap().push("U1", "hi").await.unwrap();
    assert_eq!(server.requests()[0].header("user-agent"), Some("my-bot/1"));
}

#[tokio::test]
async fn a_send_that_was_written_before_is_sent_byte_for_byte() {
    check(
        "{}",
        async |client| {
            let body = r#"{ "to" : ["U1"],"messages":[] }"#;
            client.send_written(SendKind::Multicast, body).retry_key(KEY).await
        },
        "POST /v2/bot/message/multicast HTTP/1.1\n\
         content-length: 31\n\
         content-type: application/json\n\
         x-line-retry-key: 12345678-9abc-4def-8123-456789abcdef\n\
         \n\
         { \"to\" : [\"U1\"],\"messages\":[] }",
    )
    .await;
    check(
        "{}",
        async |client| {
            client.send_written(SendKind::PhoneNumber, "{}").delivery_tag("order-17-of-2026").await
        },
        "POST /bot/pnp/push HTTP/1.1\n\
         content-length: 2\n\
         content-type: application/json\n\
         x-line-delivery-tag: order-17-of-2026\n\
         \n\
         {}",
    )
    .await;
}

#[tokio::test]
async fn a_narrowcast_in_full() {
    use hikyaku::model::audience::{DemographicFilter, Gender, Limit, Recipient};

    check(
        "{}",
        async |client| {
            let others = Recipient::not(Recipient::audience(5));
            client
                .narrowcast("hi")
                .recipient(Recipient::and([Recipient::redelivery("r-1"), others]))
                .filter(DemographicFilter::gender([Gender::Female]))
                .limit(Limit::new().max(100).up_to_remaining_quota(true))
                .notification_disabled(false)
                .retry_key(KEY)
                .await
        },
        "POST /v2/bot/message/narrowcast HTTP/1.1\n\
         content-length: 325\n\
         content-type: application/json\n\
         x-line-retry-key: 12345678-9abc-4def-8123-456789abcdef\n\
         \n\
         {\"messages\":[{\"type\":\"text\",\"text\":\"hi\"}],\
         \"recipient\":{\"type\":\"operator\",\"and\":[{\"type\":\"redelivery\",\"requestId\":\"r-1\"},\
         {\"type\":\"operator\",\"not\":{\"type\":\"audience\",\"audienceGroupId\":5}}]},\
         \"filter\":{\"demographic\":{\"type\":\"gender\",\"oneOf\":[\"female\"]}},\
         \"limit\":{\"max\":100,\"upToRemainingQuota\":true},\
         \"notificationDisabled\":false}",
    )
    .await;
}

/// LINE passes over keys that it does not know: a misspelt filter would reach every friend.
#[tokio::test]
async fn a_misspelt_narrowing_is_not_sent_unless_it_is_asked_for() {
    use hikyaku::model::audience::{Filter, Limit, Recipient};

    let client = hikyaku::Client::builder("token").build().unwrap();
    for (filter, property) in [
        (r#"{"type":"gender","oneOf":["female"]}"#, "filter"),
        (r#"{"demographics":{"type":"gender","oneOf":["female"]}}"#, "filter"),
        (r#"{"demographic":{"type":"gender","oneof":["female"]}}"#, "filter.demographic.oneOf"),
        (
            r#"{"demographic":{"type":"age","gte":"age_20","lte":"age_30"}}"#,
            "filter.demographic.lte",
        ),
        ("{}", "filter"),
    ] {
        let filter: Filter = serde_json::from_str(filter).unwrap();
        let error = client.narrowcast("hi").filter(filter).await.unwrap_err();
        assert_eq!(error.kind(), hikyaku::ErrorKind::Invalid);
        assert_eq!(error.details()[0].property.as_deref(), Some(property));
    }
    let recipient: Recipient = serde_json::from_str(r#"{"type":"audiences","ids":[1]}"#).unwrap();
    let limit: Limit = serde_json::from_str(r#"{"maximum":1}"#).unwrap();
    let error = client.narrowcast("hi").recipient(recipient).limit(limit).await.unwrap_err();
    let at: Vec<_> = error.details().iter().map(|it| it.property.as_deref().unwrap()).collect();
    assert_eq!(at, ["recipient.type", "limit", "limit.maximum"]);

    check(
        "{}",
        async |client| {
            let newer: Filter = serde_json::from_str(r#"{"interest":{"oneOf":["tea"]}}"#).unwrap();
            client.narrowcast("hi").filter(newer).allow_unknown_narrowing().retry_key(KEY).await
        },
        "POST /v2/bot/message/narrowcast HTTP/1.1\n\
         content-length: 82\n\
         content-type: application/json\n\
         x-line-retry-key: 12345678-9abc-4def-8123-456789abcdef\n\
         \n\
         {\"messages\":[{\"type\":\"text\",\"text\":\"hi\"}],\
         \"filter\":{\"interest\":{\"oneOf\":[\"tea\"]}}}",
    )
    .await;
}

#[tokio::test]
async fn a_push_to_a_phone_number_has_a_tag_and_no_retry_key() {
    check(
        "{}",
        async |client| {
            let to = hikyaku::hash_phone_number("+818000001234").unwrap();
            client.push_by_phone(to, "hi").delivery_tag("delivery-tag-0001").await
        },
        "POST /bot/pnp/push HTTP/1.1\n\
         content-length: 114\n\
         content-type: application/json\n\
         x-line-delivery-tag: delivery-tag-0001\n\
         \n\
         {\"to\":\"d41e0ad70dddfeb68f149ad6fc61574b9c5780ab7bcb2fba5517771ffbb2409c\",\
         \"messages\":[{\"type\":\"text\",\"text\":\"hi\"}]}",
    )
    .await;
}

#[tokio::test]
async fn each_kind_of_validation_lets_line_judge() {
    use hikyaku::message::ValidateKind;

    for (kind, word) in [
        (ValidateKind::Reply, "reply"),
        (ValidateKind::Push, "push"),
        (ValidateKind::Multicast, "multicast"),
        (ValidateKind::Narrowcast, "narrowcast"),
        (ValidateKind::Broadcast, "broadcast"),
    ] {
        check(
            "{}",
            async |client| client.validate(kind, "").await,
            &format!(
                "POST /v2/bot/message/validate/{word} HTTP/1.1\n\
                 content-length: 40\n\
                 content-type: application/json\n\
                 \n\
                 {{\"messages\":[{{\"type\":\"text\",\"text\":\"\"}}]}}",
            ),
        )
        .await;
    }
}

#[tokio::test]
async fn a_push_and_a_multicast_counted_under_a_name() {
    check(
        "{}",
        async |client| client.push("U1", "hi").unit("spring_sale").retry_key(KEY).await,
        "POST /v2/bot/message/push HTTP/1.1\n\
         content-length: 93\n\
         content-type: application/json\n\
         x-line-retry-key: 12345678-9abc-4def-8123-456789abcdef\n\
         \n\
         {\"to\":\"U1\",\"messages\":[{\"type\":\"text\",\"text\":\"hi\"}],\
         \"customAggregationUnits\":[\"spring_sale\"]}",
    )
    .await;
    check(
        "{}",
        async |client| {
            let to = [UserId::from("U1"), UserId::from("U2")];
            client.multicast(&to, "hi").unit("spring_sale").retry_key(KEY).await
        },
        "POST /v2/bot/message/multicast HTTP/1.1\n\
         content-length: 100\n\
         content-type: application/json\n\
         x-line-retry-key: 12345678-9abc-4def-8123-456789abcdef\n\
         \n\
         {\"to\":[\"U1\",\"U2\"],\"messages\":[{\"type\":\"text\",\"text\":\"hi\"}],\
         \"customAggregationUnits\":[\"spring_sale\"]}",
    )
    .await;
}
