//! The bytes of the calls, and their answers.

use std::time::Duration;

use hikyaku::{Client, ErrorKind, TokenProvider};
use serde_json::json;

use super::{assert_good_assertion, check, key, secret, token, without_token};
use crate::server::{Server, answer};

#[tokio::test]
async fn a_short_lived_token_is_issued() {
    let reply = r#"{"access_token":"NEW","expires_in":2592000,"token_type":"Bearer","new":1}"#;
    let issued = check(
        reply,
        async |client| client.issue_short_lived_token("1234567890", &secret()).await,
        "POST /v2/oauth/accessToken HTTP/1.1\n\
         content-length: 71\n\
         content-type: application/x-www-form-urlencoded\n\
         host: HOST\n\
         user-agent: hikyaku/VERSION\n\
         \n\
         grant_type=client_credentials&client_id=1234567890&client_secret=SECRET",
    )
    .await;
    assert_eq!(issued.access_token.expose(), "NEW");
    assert_eq!(issued.lifetime(), Duration::from_secs(720 * 60 * 60));
    assert_eq!((issued.token_type.as_str(), &issued.key_id), ("Bearer", &None));
    assert_eq!(issued.extra.get("new"), Some(&json!(1)));
    assert!(!format!("{issued:?}").contains("NEW"));
}

#[tokio::test]
async fn a_long_lived_or_short_lived_token_is_verified() {
    let verified = check(
        r#"{"client_id":"1350031035","expires_in":3138007490,"scope":"P CM"}"#,
        async |client| client.verify_token(&token()).await,
        "POST /v2/oauth/verify HTTP/1.1\n\
         content-length: 33\n\
         content-type: application/x-www-form-urlencoded\n\
         host: HOST\n\
         user-agent: hikyaku/VERSION\n\
         \n\
         access_token=THE%2FTOKEN%2B%3D%3D",
    )
    .await;
    assert_eq!((verified.client_id.as_str(), verified.expires_in), ("1350031035", 3_138_007_490));
    assert_eq!(verified.scope.as_deref(), Some("P CM"));
}

#[tokio::test]
async fn a_long_lived_or_short_lived_token_is_revoked() {
    check(
        "",
        async |client| client.revoke_token(&token()).await,
        "POST /v2/oauth/revoke HTTP/1.1\n\
         content-length: 33\n\
         content-type: application/x-www-form-urlencoded\n\
         host: HOST\n\
         user-agent: hikyaku/VERSION\n\
         \n\
         access_token=THE%2FTOKEN%2B%3D%3D",
    )
    .await;
}

#[tokio::test]
async fn a_v2_1_token_is_issued_for_the_life_asked() {
    let reply = r#"{"access_token":"NEW","token_type":"Bearer","expires_in":3600,"key_id":"K1"}"#;
    let server = Server::start([answer(200, reply)]).await;
    let life = Duration::from_secs(60 * 60);
    let issued = without_token(&server).issue_v2_1_token(&key(), life).await.unwrap();
    assert_eq!(issued.key_id.as_deref(), Some("K1"));
    let request = server.only_request();
    assert!(request.starts_with("POST /oauth2/v2.1/token HTTP/1.1\n"));
    assert!(!request.contains("authorization"));
    let (fields, assertion) = request.split_once("&client_assertion=").unwrap();
    assert!(fields.ends_with(
        "\n\ngrant_type=client_credentials\
         &client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
    ));
    assert_good_assertion(assertion, Some(3600));
}

#[tokio::test]
async fn a_v2_1_tokens_life_has_bounds() {
    let server = Server::start([]).await;
    let client = without_token(&server);
    for life in [Duration::ZERO, Duration::from_millis(999), Duration::from_secs(721 * 60 * 60)] {
        let error = client.issue_v2_1_token(&key(), life).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        let provider = TokenProvider::v2_1(key(), life);
        let error = Client::builder_with(provider).build().unwrap_err();
        assert!(error.to_string().contains("from one second to 30 days"), "{error}");
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn the_key_ids_of_v2_1_tokens_are_listed() {
    let ids = check(
        r#"{"kids":["K1","K2"]}"#,
        async |client| client.v2_1_token_key_ids(&key()).await,
        "GET /oauth2/v2.1/tokens/kid?client_assertion_type=\
         urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=ASSERTION HTTP/1.1\n\
         host: HOST\n\
         user-agent: hikyaku/VERSION\n\
         \n",
    )
    .await;
    assert_eq!(ids.kids, ["K1", "K2"]);
}

#[tokio::test]
async fn a_v2_1_token_is_verified() {
    check(
        r#"{"client_id":"1573163733","expires_in":2591659,"scope":"profile chat_message.write"}"#,
        async |client| client.verify_v2_1_token(&token()).await,
        "GET /oauth2/v2.1/verify?access_token=THE%2FTOKEN%2B%3D%3D HTTP/1.1\n\
         host: HOST\n\
         user-agent: hikyaku/VERSION\n\
         \n",
    )
    .await;
}

#[tokio::test]
async fn a_v2_1_token_is_revoked() {
    check(
        "",
        async |client| client.revoke_v2_1_token("1234567890", &secret(), &token()).await,
        "POST /oauth2/v2.1/revoke HTTP/1.1\n\
         content-length: 75\n\
         content-type: application/x-www-form-urlencoded\n\
         host: HOST\n\
         user-agent: hikyaku/VERSION\n\
         \n\
         client_id=1234567890&client_secret=SECRET&access_token=THE%2FTOKEN%2B%3D%3D",
    )
    .await;
}

#[tokio::test]
async fn a_stateless_token_is_issued_by_secret_or_by_signature_never_both() {
    let reply = r#"{"token_type":"Bearer","access_token":"NEW","expires_in":899}"#;
    check(
        reply,
        async |client| client.issue_stateless_token("1234567890", &secret()).await,
        "POST /oauth2/v3/token HTTP/1.1\n\
         content-length: 71\n\
         content-type: application/x-www-form-urlencoded\n\
         host: HOST\n\
         user-agent: hikyaku/VERSION\n\
         \n\
         grant_type=client_credentials&client_id=1234567890&client_secret=SECRET",
    )
    .await;
    check(
        reply,
        async |client| client.issue_stateless_token_by_jwt(&key()).await,
        "POST /oauth2/v3/token HTTP/1.1\n\
         content-length: LENGTH\n\
         content-type: application/x-www-form-urlencoded\n\
         host: HOST\n\
         user-agent: hikyaku/VERSION\n\
         \n\
         grant_type=client_credentials\
         &client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer\
         &client_assertion=ASSERTION",
    )
    .await;
}

#[tokio::test]
async fn a_client_with_a_token_does_not_send_it_along() {
    let server = Server::start([answer(200, r#"{"kids":[]}"#)]).await;
    crate::client(&server).v2_1_token_key_ids(&key()).await.unwrap();
    assert_eq!(server.requests()[0].header("authorization"), None);
}

#[tokio::test]
async fn errors_of_both_shapes_are_readable() {
    for (status, body, text) in [
        (
            400,
            r#"{"error":"invalid_client","error_description":"invalid client_secret"}"#,
            "rejected (400): invalid_client: invalid client_secret",
        ),
        (400, r#"{"error":"invalid_request"}"#, "rejected (400): invalid_request"),
        (
            400,
            r#"{"message":"The maximum number of access tokens has already been issued"}"#,
            "rejected (400): The maximum number of access tokens has already been issued",
        ),
        (
            404,
            r#"{"message":"Cannot find channel key that satisfies the conditions"}"#,
            "not_found (404): Cannot find channel key that satisfies the conditions",
        ),
    ] {
        let server = Server::start([answer(status, body)]).await;
        let client = without_token(&server);
        let error = client.issue_v2_1_token(&key(), Duration::from_secs(60)).await.unwrap_err();
        assert_eq!(error.to_string(), format!("{text} [request id REQUEST-ID]"));
    }
}

#[tokio::test]
async fn an_answer_without_a_usable_token_is_an_error() {
    for body in [
        "{}",
        "[]",
        "<html>",
        r#"{"access_token":"","expires_in":1,"token_type":"Bearer"}"#,
        r#"{"access_token":"SECRET\n","expires_in":1,"token_type":"Bearer"}"#,
        r#"{"access_token":"SECRET","expires_in":-1,"token_type":"Bearer"}"#,
    ] {
        let server = Server::start([answer(200, body)]).await;
        let error = without_token(&server).issue_stateless_token("1", &secret()).await.unwrap_err();
        let kind = if body.starts_with('{') { ErrorKind::Decode } else { ErrorKind::Foreign };
        assert_eq!(error.kind(), kind, "{body}");
        assert!(!format!("{error:?}").contains("SECRET"), "{error:?}");
    }
}

#[tokio::test]
async fn a_client_without_a_token_cannot_send() {
    let server = Server::start([]).await;
    let error = without_token(&server).push("U1", "hi").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(error.to_string().contains("token: this client has none"), "{error}");
    assert!(server.requests().is_empty());
}
