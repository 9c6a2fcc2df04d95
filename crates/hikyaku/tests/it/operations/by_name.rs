use std::collections::HashSet;

use hikyaku::{ErrorKind, operation::OPERATIONS};

use crate::{
    client, react,
    server::{Server, answer, answer_with},
};

#[test]
fn each_name_stands_for_one_operation() {
    let names: HashSet<_> = OPERATIONS.iter().map(|route| route.operation_id).collect();
    assert_eq!(names.len(), OPERATIONS.len());
    let places: HashSet<_> =
        OPERATIONS.iter().map(|route| (route.method.as_str(), route.path)).collect();
    // LINE Login issues, verifies and revokes under addresses that channel tokens have, too.
    let shared = OPERATIONS.len() - places.len();
    assert!(shared <= 4, "{shared} operations share their address with another");
}

#[tokio::test]
async fn values_go_to_the_path_the_query_and_the_header() {
    let server = Server::start([answer(200, r#"{"any":"thing"}"#)]).await;
    let answer = client(&server)
        .call_operation("getRichMenuInsightDaily")
        .param("to", "20260131")
        .param("richMenuId", "richmenu-1/x")
        .param("from", "20260102")
        .await
        .unwrap();
    assert_eq!(answer.content_type(), Some("application/json"));
    assert_eq!(answer.bytes(100).await.unwrap(), r#"{"any":"thing"}"#);
    assert!(server.only_request().starts_with(
        "GET /v2/bot/insight/richmenu/richmenu-1%2Fx/daily?to=20260131&from=20260102 HTTP/1.1\n"
    ));

    let server = Server::start([answer_202()]).await;
    client(&server)
        .call_operation("pushMessagesByPhone")
        .param("X-Line-Delivery-Tag", "0123456789abcdef")
        .body(r#"{"to":"x","messages":[]}"#)
        .await
        .unwrap();
    assert_eq!(
        server.only_request(),
        "POST /bot/pnp/push HTTP/1.1\n\
         authorization: Bearer TOKEN\n\
         content-length: 24\n\
         content-type: application/json\n\
         host: HOST\n\
         user-agent: hikyaku/VERSION\n\
         x-line-delivery-tag: 0123456789abcdef\n\
         \n\
         {\"to\":\"x\",\"messages\":[]}",
    );
}

fn answer_202() -> crate::server::Reaction {
    answer(202, "{}")
}

const DUPLICATE: &str = r#"{"message":"The retry key is already accepted"}"#;

#[tokio::test]
async fn a_send_has_a_retry_key_and_its_409_is_no_error() {
    let server =
        Server::start([answer_with(409, "x-line-accepted-request-id: A\r\n", DUPLICATE)]).await;
    let key = "12345678-9abc-4def-8123-456789abcdef";
    let answer = client(&server)
        .call_operation("broadcast")
        .param("X-Line-Retry-Key", key)
        .body(r#"{"messages":[]}"#)
        .await
        .unwrap();
    assert_eq!(answer.status().as_u16(), 409);
    assert_eq!(server.requests()[0].header("x-line-retry-key"), Some(key));
}

#[tokio::test]
async fn a_form_is_given_as_json() {
    let server = Server::start([answer(200, "{}")]).await;
    client(&server)
        .call_operation("issueStatelessChannelToken")
        .body(r#"{"grant_type":"client_credentials","client_id":1234567890,"client_secret":"a b"}"#)
        .await
        .unwrap();
    let request = &server.requests()[0];
    assert_eq!(request.header("authorization"), None);
    assert_eq!(request.header("content-type"), Some("application/x-www-form-urlencoded"));
    let form = "client_id=1234567890&client_secret=a%20b&grant_type=client_credentials";
    assert_eq!(std::str::from_utf8(&request.body).unwrap(), form);
}

#[tokio::test]
async fn bytes_and_files() {
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x09\xc4\0\0\x03\x4b";
    let server = Server::start([answer(200, "{}"), answer(202, "{}")]).await;
    let client = client(&server);
    let upload = client.call_operation("setRichMenuImage").param("richMenuId", "richmenu-1");
    upload.body(&png[..]).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ids");
    std::fs::write(&path, "U1\nU2\n").unwrap();
    client
        .call_operation("addUserIdsToAudience")
        .param("audienceGroupId", "7")
        .file("file", &path)
        .await
        .unwrap();
    let requests = server.requests();
    assert_eq!(requests[0].header("content-type"), Some("image/png"));
    assert_eq!(requests[0].body, png);
    let body = String::from_utf8_lossy(&requests[1].body);
    assert!(body.contains("name=\"audienceGroupId\"\r\n\r\n7\r\n"), "{body}");
    assert!(
        body.contains(
            "name=\"file\"; filename=\"file\"\r\nContent-Type: text/plain\r\n\r\nU1\nU2\n\r\n"
        ),
        "{body}"
    );
}

#[tokio::test]
async fn what_does_not_fit_the_operation_is_not_sent() {
    let cases = [
        ("noSuchThing", &[][..], None, "no operation is called \"noSuchThing\""),
        ("getProfile", &[], None, "userId: is missing; it is part of the path of getProfile"),
        (
            "getProfile",
            &[("userId", "U1"), ("x", "1")],
            None,
            "x: is no parameter of getProfile; it has userId",
        ),
        ("getProfile", &[("userId", "..")], None, "userId: must be an id"),
        ("getBotInfo", &[], Some("{}"), "body: getBotInfo takes none"),
        ("broadcast", &[], Some("{"), "body: is no JSON"),
        ("verifyChannelToken", &[], Some("[]"), "body: is no JSON object"),
        ("verifyChannelToken", &[], Some("null"), "body: is no JSON object"),
        ("addUserIdsToAudience", &[], None, "file: is missing; addUserIdsToAudience sends one"),
    ];
    for (name, params, body, why) in cases {
        let error = react(answer(200, "{}"), async |client| {
            let mut call = client.call_operation(name);
            for (name, value) in params {
                call = call.param(name, value);
            }
            if let Some(body) = body {
                call = call.body(body);
            }
            call.await.unwrap_err()
        })
        .await;
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
        assert!(error.to_string().contains(why), "{error}");
    }
}

#[tokio::test]
async fn a_failure_is_lines_own() {
    let error =
        react(answer(400, r#"{"message":"The request body has 1 error(s)"}"#), async |client| {
            client.call_operation("pushMessage").body("{}").await.unwrap_err()
        })
        .await;
    assert_eq!(
        (error.kind(), error.message()),
        (ErrorKind::Rejected, "The request body has 1 error(s)")
    );
}
