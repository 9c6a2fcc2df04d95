use hikyaku::{
    ErrorKind,
    liff::{
        LiffAppUpdate, LiffBotPrompt, LiffFeatures, LiffScope, LiffView, LiffViewType,
        LiffViewUpdate, NewLiffApp,
    },
    model::ChannelSecret,
};

use super::check;
use crate::{
    react,
    server::{Server, answer},
};

#[tokio::test]
async fn the_webhooks_url() {
    let endpoint = check(
        r#"{"endpoint":"https://example.com/hook","active":true}"#,
        async |client| client.webhook_endpoint().await,
        "GET /v2/bot/channel/webhook/endpoint",
    )
    .await;
    assert!(endpoint.as_ref().unwrap().active);
    check(
        "{}",
        async |client| client.set_webhook_endpoint("https://example.com/hook").await,
        "PUT /v2/bot/channel/webhook/endpoint\n{\"endpoint\":\"https://example.com/hook\"}",
    )
    .await;
    let test = r#"{"success":false,"timestamp":"2026-01-02T03:04:05.678Z","statusCode":0,"reason":"COULD_NOT_CONNECT","detail":"TLS handshake failure"}"#;
    let tested = check(
        test,
        async |client| client.test_webhook_endpoint(Some("https://example.com/")).await,
        "POST /v2/bot/channel/webhook/test\n{\"endpoint\":\"https://example.com/\"}",
    )
    .await;
    assert_eq!((tested.success, tested.reason.as_str()), (Some(false), "COULD_NOT_CONNECT"));
    check(
        test,
        async |client| client.test_webhook_endpoint(None).await,
        "POST /v2/bot/channel/webhook/test\n{}",
    )
    .await;
    let none = answer(404, r#"{"message":"Webhook endpoint not found"}"#);
    assert!(react(none, async |client| client.webhook_endpoint().await.unwrap()).await.is_none());
}

#[tokio::test]
async fn liff_apps() {
    let view = LiffView::new(LiffViewType::Full, "https://example.com/app").module_mode(true);
    let app = NewLiffApp::new(LiffViewType::Tall, "https://example.com")
        .view(view)
        .description("shop")
        .features(LiffFeatures::default().qr_code(true))
        .permanent_link_pattern("concat")
        .scope([LiffScope::Profile, LiffScope::ChatMessageWrite])
        .bot_prompt(LiffBotPrompt::Normal);
    let added = check(
        r#"{"liffId":"123-abc"}"#,
        async |client| client.add_liff_app(&app).await,
        "POST /liff/v1/apps\n\
         {\"view\":{\"type\":\"full\",\"url\":\"https://example.com/app\",\"moduleMode\":true},\"description\":\"shop\",\"features\":{\"qrCode\":true},\"permanentLinkPattern\":\"concat\",\"scope\":[\"profile\",\"chat_message.write\"],\"botPrompt\":\"normal\"}",
    )
    .await;
    assert_eq!(added.liff_id, "123-abc");
    let apps = check(
        r#"{"apps":[{"liffId":"123-abc","view":{"type":"huge","url":"https://a"}}]}"#,
        async |client| client.liff_apps().await,
        "GET /liff/v1/apps",
    )
    .await;
    let apps = apps.into_inner().unwrap().apps;
    assert_eq!(apps[0].view.view_type, LiffViewType::Other("huge".to_owned()));
    let update = LiffAppUpdate::default()
        .description("new")
        .view(LiffViewUpdate::default().view_type(LiffViewType::Compact).url("https://a"));
    check(
        "{}",
        async |client| client.update_liff_app("123-abc", &update).await,
        "PUT /liff/v1/apps/123-abc\n{\"view\":{\"type\":\"compact\",\"url\":\"https://a\"},\"description\":\"new\"}",
    )
    .await;
    check(
        "",
        async |client| client.delete_liff_app("123-abc").await,
        "DELETE /liff/v1/apps/123-abc",
    )
    .await;
    for none in [r#"{"message":"not found"}"#, ""] {
        let none = answer(404, none);
        assert!(react(none, async |client| client.liff_apps().await.unwrap()).await.is_none());
    }
}

#[tokio::test]
async fn a_module_is_attached_by_id_and_secret_on_the_managers_host() {
    let server = Server::start([answer(200, r#"{"bot_id":"U1","scopes":["message:send"]}"#)]).await;
    let secret = ChannelSecret::new("SECRET").unwrap();
    let client = hikyaku::Client::without_token()
        .api_base_url("http://127.0.0.1:1")
        .manager_base_url(server.url())
        .build()
        .unwrap();
    let module = client
        .attach_module("1234567890", &secret, "CODE", "https://example.com/back?a=b")
        .region("JP")
        .await
        .unwrap();
    assert_eq!((module.bot_id.as_str(), module.scopes.len()), ("U1", 1));
    assert_eq!(
        server.only_request(),
        "POST /module/auth/v1/token HTTP/1.1\n\
         authorization: Basic MTIzNDU2Nzg5MDpTRUNSRVQ=\n\
         content-length: 103\n\
         content-type: application/x-www-form-urlencoded\n\
         host: HOST\n\
         user-agent: hikyaku/VERSION\n\
         \n\
         grant_type=authorization_code&code=CODE&redirect_uri=https%3A%2F%2Fexample.com%2Fback%3Fa%3Db&region=JP",
    );
}

#[tokio::test]
async fn a_modules_chats() {
    check(
        "{}",
        async |client| client.acquire_chat_control("U1").expired(true).ttl(60).await,
        "POST /v2/bot/chat/U1/control/acquire\n{\"expired\":true,\"ttl\":60}",
    )
    .await;
    check(
        "{}",
        async |client| client.release_chat_control("U1").await,
        "POST /v2/bot/chat/U1/control/release",
    )
    .await;
    check(
        "{}",
        async |client| client.detach_module("U1").await,
        "POST /v2/bot/channel/detach\n{\"botId\":\"U1\"}",
    )
    .await;
    let taken = answer(423, r#"{"message":"locked"}"#);
    let error =
        react(taken, async |client| client.acquire_chat_control("U1").await.unwrap_err()).await;
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Rejected, 423));
}

#[tokio::test]
async fn a_mission_sticker_is_answered_by_nothing() {
    check(
        "",
        async |client| client.send_mission_sticker("U1", "12345").await,
        "POST /shop/v3/mission\n\
         {\"to\":\"U1\",\"productId\":\"12345\",\"productType\":\"STICKER\",\"sendPresentMessage\":false}",
    )
    .await;
}

#[tokio::test]
async fn the_use_of_aggregation_units() {
    let usage = check(
        r#"{"numOfCustomAggregationUnits":22}"#,
        async |client| client.aggregation_unit_usage().await,
        "GET /v2/bot/message/aggregation/info",
    )
    .await;
    assert_eq!(usage.num_of_custom_aggregation_units, 22);
}
