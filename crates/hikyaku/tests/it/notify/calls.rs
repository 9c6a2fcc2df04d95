//! The bytes of each call, and its answers.

use hikyaku::{
    ErrorKind,
    notify::{NotifyClient, Revocation, TargetType},
};

use super::{LIMITS, OK, UNKNOWN_TOKEN, builder, check, client, react, send, token};
use crate::server::{Server, answer, answer_with};

#[test]
fn a_link_has_its_parameters_in_the_documented_order() {
    for url in ["https://notify.example.com", "https://notify.example.com/"] {
        let client = builder(url).build().unwrap();
        assert_eq!(
            client.auth_link("a b&c").unwrap(),
            "https://notify.example.com/oauth/authorize?scope=notify&response_type=code&client_id=my%20service\
             &redirect_uri=https%3A%2F%2Fexample.com%2Fback%3Fa%3D1%26b&state=a%20b%26c"
        );
        assert_eq!(
            client.auth_link_form_post("s").unwrap(),
            "https://notify.example.com/oauth/authorize?scope=notify&response_type=code&client_id=my%20service\
             &redirect_uri=https%3A%2F%2Fexample.com%2Fback%3Fa%3D1%26b&state=s&response_mode=form_post"
        );
    }
}

#[test]
fn the_original_hosts_are_the_default() {
    let client = NotifyClient::builder().client_id("c").redirect_uri("https://r").build().unwrap();
    let link = client.auth_link("s").unwrap();
    assert!(link.starts_with("https://notify-bot.line.me/oauth/authorize?scope=notify&"), "{link}");
}

#[tokio::test]
async fn what_connecting_needs_is_asked_for_by_name() {
    let client = NotifyClient::builder().build().unwrap();
    let error = client.auth_link("s").unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid: nothing was sent; client_id: is not set; give it to `NotifyClient::builder`"
    );
    let client = NotifyClient::builder().client_id("c").build().unwrap();
    assert!(client.auth_link("s").unwrap_err().to_string().contains("redirect_uri"));
    assert!(client.token("c").await.unwrap_err().to_string().contains("redirect_uri"));
    assert!(
        builder("http://x")
            .build()
            .unwrap()
            .auth_link("")
            .unwrap_err()
            .to_string()
            .contains("state")
    );
}

#[tokio::test]
async fn a_code_is_exchanged_for_a_token() {
    let reply = r#"{"status":200,"message":"access_token is issued","access_token":"NEW-TOKEN"}"#;
    check(
        reply,
        async |client| {
            let issued = client.token("the code/+").await?;
            assert_eq!(issued.expose(), "NEW-TOKEN");
            assert!(!format!("{issued:?}").contains("NEW-TOKEN"));
            Ok(issued)
        },
        "POST /oauth/token HTTP/1.1\n\
         content-length: 164\n\
         content-type: application/x-www-form-urlencoded\n\
         host: HOST\n\
         user-agent: hikyaku/VERSION\n\
         \n\
         grant_type=authorization_code&code=the%20code%2F%2B\
         &redirect_uri=https%3A%2F%2Fexample.com%2Fback%3Fa%3D1%26b&client_id=my%20service\
         &client_secret=SECRET-OF-SERVICE",
    )
    .await;
}

#[tokio::test]
async fn a_token_alone_is_answer_enough() {
    let token = async |client: &NotifyClient| client.token("code").await;
    let issued = react(answer(200, r#"{"access_token":"T"}"#), token).await.unwrap();
    assert_eq!(issued.into_inner().expose(), "T");
    for body in [OK, r#"{"access_token":""}"#, r#"{"access_token":"a\nb"}"#] {
        assert_eq!(react(answer(200, body), token).await.unwrap_err().kind(), ErrorKind::Decode);
    }
}

#[tokio::test]
async fn errors_of_oauth_are_readable() {
    let token = async |client: &NotifyClient| client.token("code").await;
    for (status, body, text) in [
        (
            400,
            r#"{"status":400,"message":"Unauthorized request"}"#,
            "rejected (400): Unauthorized request",
        ),
        (
            400,
            r#"{"error":"invalid_grant","error_description":"code was used"}"#,
            "rejected (400): invalid_grant: code was used",
        ),
        (401, r#"{"error":"invalid_client"}"#, "unauthorized (401): invalid_client"),
    ] {
        let error = react(answer(status, body), token).await.unwrap_err();
        assert_eq!(error.to_string(), format!("{text} [request id REQUEST-ID]"));
    }
}

#[tokio::test]
async fn a_plain_message() {
    check(
        OK,
        send,
        "POST /api/notify HTTP/1.1\n\
         authorization: Bearer SECRET-TOKEN\n\
         content-length: 10\n\
         content-type: application/x-www-form-urlencoded\n\
         host: HOST\n\
         user-agent: hikyaku/VERSION\n\
         \n\
         message=hi",
    )
    .await;
}

#[tokio::test]
async fn a_message_with_everything_but_a_file() {
    check(
        OK,
        async |client| {
            client
                .notify(&token(), "1+1 = 2 & 世界\n")
                .image_thumbnail("https://example.com/t.jpg?a=1")
                .image_fullsize("https://example.com/f.jpg")
                .sticker(446, 1988)
                .notification_disabled(true)
                .await
        },
        "POST /api/notify HTTP/1.1\n\
         authorization: Bearer SECRET-TOKEN\n\
         content-length: 220\n\
         content-type: application/x-www-form-urlencoded\n\
         host: HOST\n\
         user-agent: hikyaku/VERSION\n\
         \n\
         message=1%2B1%20%3D%202%20%26%20%E4%B8%96%E7%95%8C%0A\
         &imageThumbnail=https%3A%2F%2Fexample.com%2Ft.jpg%3Fa%3D1&imageFullsize=https%3A%2F%2Fexample.com%2Ff.jpg\
         &stickerPackageId=446&stickerId=1988&notificationDisabled=true",
    )
    .await;
}

#[tokio::test]
async fn an_uploaded_image_goes_as_multipart_untouched() {
    let image = b"\x89PNG\r\n\x1a\n\x00\xff--\r\n--".to_vec();
    let server = Server::start([answer(200, OK)]).await;
    let client = client(&server);
    let sent = client.notify(&token(), "hi, 世界").sticker(1, 2).image_bytes(image.clone()).await;
    sent.unwrap();
    let request = &server.requests()[0];
    let content_type = request.header("content-type").unwrap();
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=").unwrap();
    let before = format!(
        "--{boundary}\r\n\
         Content-Disposition: form-data; name=\"message\"\r\n\r\n\
         hi, 世界\r\n\
         --{boundary}\r\n\
         Content-Disposition: form-data; name=\"stickerPackageId\"\r\n\r\n\
         1\r\n\
         --{boundary}\r\n\
         Content-Disposition: form-data; name=\"stickerId\"\r\n\r\n\
         2\r\n\
         --{boundary}\r\n\
         Content-Disposition: form-data; name=\"imageFile\"; filename=\"image.png\"\r\n\
         Content-Type: image/png\r\n\r\n"
    );
    let after = format!("\r\n--{boundary}--\r\n");
    assert_eq!(request.body, [before.as_bytes(), &image, after.as_bytes()].concat());
    assert_eq!(request.header("content-length"), Some(&*request.body.len().to_string()));
    assert_eq!(request.header("authorization"), Some("Bearer SECRET-TOKEN"));
}

#[tokio::test]
async fn an_image_is_read_from_a_file_and_labelled_by_its_bytes() {
    let folder = tempfile::tempdir().unwrap();
    for (bytes, part) in [
        (&b"\xff\xd8\xff\xe0"[..], "filename=\"image.jpg\"\r\nContent-Type: image/jpeg\r\n"),
        (b"GIF89a", "filename=\"image\"\r\nContent-Type: application/octet-stream\r\n"),
    ] {
        let path = folder.path().join("picture");
        std::fs::write(&path, bytes).unwrap();
        let server = Server::start([answer(200, OK)]).await;
        client(&server).notify(&token(), "hi").image_file(&path).await.unwrap();
        let text = server.only_request();
        assert!(text.contains(part), "{text}");
    }
}

#[tokio::test]
async fn a_broken_rule_sends_nothing() {
    let server = Server::start([]).await;
    let client = client(&server);
    let token = token();
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.png");
    for (request, text) in [
        (client.notify(&token, ""), "message: must not be empty".to_owned()),
        (
            client.notify(&token, "hi").image_bytes(vec![]),
            "imageFile: is empty; expected a PNG or JPEG".to_owned(),
        ),
        (
            client.notify(&token, "hi").image_file(&missing),
            format!("imageFile: cannot read {}: ", missing.display()),
        ),
    ] {
        let error = request.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(error.to_string().contains(&text), "{error}");
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_status_is_asked_for_by_get() {
    let reply = r#"{"status":200,"message":"ok","targetType":"USER","target":"Alice"}"#;
    check(
        reply,
        async |client| client.status(&token()).await,
        "GET /api/status HTTP/1.1\n\
         authorization: Bearer SECRET-TOKEN\n\
         host: HOST\n\
         user-agent: hikyaku/VERSION\n\
         \n",
    )
    .await;
}

#[tokio::test]
async fn a_status_tells_the_target_where_it_has_a_name() {
    let status = async |client: &NotifyClient| client.status(&token()).await;
    for (kind, target, target_type, name) in [
        ("USER", r#","target":"Alice""#, TargetType::User, Some("Alice")),
        ("GROUP", r#","target":"null""#, TargetType::Group, None),
        ("GROUP", r#","target":null"#, TargetType::Group, None),
        ("GROUP", "", TargetType::Group, None),
        ("CHANNEL", r#","target":"x""#, TargetType::Other("CHANNEL".to_owned()), Some("x")),
    ] {
        let body = format!(r#"{{"status":200,"message":"ok","targetType":"{kind}"{target}}}"#);
        let answer = react(answer_with(200, LIMITS, &body), status).await.unwrap();
        assert_eq!((&answer.target_type, answer.target.as_deref()), (&target_type, name), "{body}");
        assert_eq!(answer.rate_limits.remaining, Some(997));
    }
    let error = react(answer(200, OK), status).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn a_revocation_has_no_body() {
    check(
        OK,
        async |client| {
            let outcome = client.revoke(&token()).await?;
            assert_eq!(*outcome, Revocation::Revoked);
            Ok(outcome)
        },
        "POST /api/revoke HTTP/1.1\n\
         authorization: Bearer SECRET-TOKEN\n\
         content-length: 0\n\
         content-type: application/x-www-form-urlencoded\n\
         host: HOST\n\
         user-agent: hikyaku/VERSION\n\
         \n",
    )
    .await;
}

#[tokio::test]
async fn a_token_that_is_gone_already_is_revoked_all_the_same() {
    let revoke = async |client: &NotifyClient| client.revoke(&token()).await;
    for reaction in [answer(401, UNKNOWN_TOKEN), answer(200, UNKNOWN_TOKEN)] {
        let outcome = react(reaction, revoke).await.unwrap();
        assert_eq!(*outcome, Revocation::AlreadyRevoked);
        assert_eq!(outcome.http_status(), 401);
    }
}

#[tokio::test]
async fn a_revocation_that_failed_says_whether_to_try_again() {
    let revoke = async |client: &NotifyClient| client.revoke(&token()).await;
    let error = react(answer(500, r#"{"status":500,"message":"x"}"#), revoke).await.unwrap_err();
    assert!(error.is_retryable());
    let error = react(answer(400, r#"{"status":400,"message":"x"}"#), revoke).await.unwrap_err();
    assert!(!error.is_retryable());
    // A proxy that asks for a password says nothing of the token.
    for body in ["<html>", ""] {
        let error = react(answer(401, body), revoke).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Foreign);
    }
}
