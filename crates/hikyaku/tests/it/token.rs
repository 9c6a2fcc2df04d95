//! Channel access tokens: the bytes of their calls, and a client that is kept supplied.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use futures_util::future::join_all;
use hikyaku::{
    Client, Error, ErrorKind, RetryPolicy, TokenProvider,
    model::{ChannelSecret, ChannelToken},
    token::AssertionKey,
    transport::{RequestBody, ResponseBody, Transport, TransportError},
};
use proptest::prelude::*;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::server::{Server, answer, answer_with};

const PKCS8: &str = include_str!("token/key.pkcs8.pem");
const PKCS1: &str = include_str!("token/key.pkcs1.pem");
const JWK: &str = include_str!("token/key.jwk.json");

fn key() -> AssertionKey {
    AssertionKey::from_pem("1234567890", "KEY-ID", PKCS8).unwrap()
}

fn secret() -> ChannelSecret {
    "SECRET".parse().unwrap()
}

fn token() -> ChannelToken {
    "THE/TOKEN+==".parse().unwrap()
}

fn without_token(server: &Server) -> Client {
    Client::without_token().api_base_url(server.url()).retry(RetryPolicy::none()).build().unwrap()
}

/// Makes a call that gets this answer; `expected` is its request, in which `ASSERTION` stands for a good assertion.
async fn check<T>(
    reply: &str,
    act: impl AsyncFnOnce(&Client) -> Result<T, Error>,
    expected: &str,
) -> T {
    let server = Server::start([answer(200, reply)]).await;
    let value = act(&without_token(&server)).await.unwrap();
    let mut request = server.only_request();
    if let Some((before, rest)) = request.split_once("client_assertion=") {
        let end = rest.find(|c: char| c.is_whitespace()).unwrap_or(rest.len());
        let (assertion, after) = rest.split_at(end);
        assert_good_assertion(assertion, None);
        request = format!("{before}client_assertion=ASSERTION{after}");
        let length = server.requests()[0].body.len();
        request = request.replace(&format!("content-length: {length}"), "content-length: LENGTH");
    }
    assert_eq!(request, expected);
    value
}

/// Checks the signature by the public key and the claims by the clock.
fn assert_good_assertion(assertion: &str, token_exp: Option<u64>) {
    let jwk: Value = serde_json::from_str(JWK).unwrap();
    let number = |name: &str| BASE64_URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap();
    let (signed, signature) = assertion.rsplit_once('.').unwrap();
    let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap();
    RsaPublicKeyComponents { n: number("n"), e: number("e") }
        .verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature)
        .unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    let read = |part: &str| -> Value {
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    };
    assert_eq!(read(header), json!({"alg": "RS256", "typ": "JWT", "kid": "KEY-ID"}));
    let mut claims = read(claims);
    let exp = claims.as_object_mut().unwrap().remove("exp").unwrap().as_i64().unwrap();
    let left = exp - jiff::Timestamp::now().as_second();
    assert!((60..=30 * 60).contains(&left), "{left} seconds");
    let mut expected =
        json!({"iss": "1234567890", "sub": "1234567890", "aud": "https://api.line.me/"});
    if let Some(seconds) = token_exp {
        expected["token_exp"] = seconds.into();
    }
    assert_eq!(claims, expected);
}

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
    assert_eq!(issued.lifetime(), Duration::from_hours(720));
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
    let life = Duration::from_hours(1);
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
    for life in [Duration::ZERO, Duration::from_millis(999), Duration::from_hours(721)] {
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
        let error = client.issue_v2_1_token(&key(), Duration::from_mins(1)).await.unwrap_err();
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
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
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

#[tokio::test]
async fn every_form_of_a_key_signs_the_same() {
    let pem = |pem| AssertionKey::from_pem("1234567890", "KEY-ID", pem);
    let jwk = AssertionKey::from_jwk("1234567890", "KEY-ID", JWK);
    for key in [pem(PKCS8), pem(PKCS1), pem(&format!("some notes\n{PKCS8}")), jwk] {
        let key = key.unwrap();
        check(
            r#"{"kids":[]}"#,
            async |client| client.v2_1_token_key_ids(&key).await,
            "GET /oauth2/v2.1/tokens/kid?client_assertion_type=\
             urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=ASSERTION HTTP/1.1\n\
             host: HOST\nuser-agent: hikyaku/VERSION\n\n",
        )
        .await;
    }
}

#[test]
fn what_is_no_key_is_refused_without_being_shown() {
    let public = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
    let elliptic = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
    let cut = PKCS8.replace("MII", "MIJ");
    for pem in ["", "SECRET", public, elliptic, &cut] {
        let error = AssertionKey::from_pem("1", "K", pem).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(error.to_string().contains("private_key"), "{error}");
    }
    let mut jwk: Value = serde_json::from_str(JWK).unwrap();
    for (member, value) in
        [("d", "SECRET"), ("d", "SE!CRET"), ("n", ""), ("kty", "EC"), ("qi", "AAAA")]
    {
        let good = std::mem::replace(&mut jwk[member], value.into());
        let error = AssertionKey::from_jwk("1", "K", &jwk.to_string()).unwrap_err();
        assert!(!format!("{error:?}").contains("CRET"), "{error:?}");
        jwk[member] = good;
    }
    assert!(AssertionKey::from_jwk("1", "K", r#"{"kty":"RSA","d":"SECRET","n":5}"#).is_err());
    assert!(AssertionKey::from_pem("", "K", PKCS8).is_err());
    assert!(AssertionKey::from_pem("1", "", PKCS8).is_err());
    assert_eq!(
        format!("{:?}", key()),
        r#"AssertionKey { channel_id: "1234567890", key_id: "KEY-ID", .. }"#
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_text_makes_reading_a_key_panic(text in ".*", at in 0..1700_usize, byte: u8) {
        let _ = AssertionKey::from_pem("1", "K", &text);
        let _ = AssertionKey::from_jwk("1", "K", &text);
        for good in [PKCS8, JWK] {
            let mut bytes = good.as_bytes().to_vec();
            let at = at % bytes.len();
            bytes[at] = byte;
            let _ = AssertionKey::from_pem("1", "K", &bytes);
            let _ = AssertionKey::from_jwk("1", "K", &String::from_utf8_lossy(&bytes));
        }
    }
}

/// LINE as far as tokens go: issues `T1`, `T2` and so on, and takes calls with those that it has not revoked.
#[derive(Clone)]
struct Line(Arc<Mutex<World>>);

struct World {
    life: u64,
    issuing_takes: Duration,
    issuing_fails: Option<u16>,
    revoked: HashSet<String>,
    refuses_all: bool,
    began: Instant,
    /// What happened: `issue` with its second, `push` with its token.
    log: Vec<String>,
    issued: u32,
}

impl Line {
    fn new(life: u64) -> Self {
        Self(Arc::new(Mutex::new(World {
            life,
            issuing_takes: Duration::from_secs(1),
            issuing_fails: None,
            revoked: HashSet::new(),
            refuses_all: false,
            began: Instant::now(),
            log: Vec::new(),
            issued: 0,
        })))
    }

    fn set(&self, change: impl FnOnce(&mut World)) {
        change(&mut self.0.lock().unwrap());
    }

    fn client(&self, tokens: TokenProvider) -> Client {
        let retry = RetryPolicy::none();
        Client::builder_with(tokens).transport(self.clone()).retry(retry).build().unwrap()
    }

    /// What happened since the last look.
    fn log(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().log)
    }

    fn issue(&self) -> (u16, String) {
        let mut world = self.0.lock().unwrap();
        if let Some(status) = world.issuing_fails {
            return (status, r#"{"error":"invalid_client"}"#.to_owned());
        }
        world.issued += 1;
        let (number, life) = (world.issued, world.life);
        (
            200,
            format!(r#"{{"access_token":"T{number}","expires_in":{life},"token_type":"Bearer"}}"#),
        )
    }

    fn push(&self, authorization: &str) -> (u16, String) {
        let mut world = self.0.lock().unwrap();
        let token = authorization.strip_prefix("Bearer ").unwrap();
        world.log.push(format!("push {token}"));
        if world.refuses_all || world.revoked.contains(token) {
            (401, r#"{"message":"invalid token"}"#.to_owned())
        } else {
            (200, "{}".to_owned())
        }
    }
}

impl Transport for Line {
    fn send(
        &self,
        request: http::Request<RequestBody>,
    ) -> futures_core::future::BoxFuture<'_, Result<http::Response<ResponseBody>, TransportError>>
    {
        Box::pin(async move {
            let (status, body) = match request.headers().get("authorization") {
                Some(authorization) => self.push(authorization.to_str().unwrap()),
                None => {
                    let takes = {
                        let mut world = self.0.lock().unwrap();
                        let second = world.began.elapsed().as_secs();
                        world.log.push(format!("issue at {second}"));
                        world.issuing_takes
                    };
                    tokio::time::sleep(takes).await;
                    self.issue()
                }
            };
            Ok(http::Response::builder().status(status).body(Bytes::from(body).into()).unwrap())
        })
    }
}

fn stateless() -> TokenProvider {
    TokenProvider::stateless("1234567890", secret())
}

async fn push(client: &Client) -> Result<hikyaku::Accepted, Error> {
    client.push("U1", "hi").await
}

/// Lets time pass, and what runs in the background with it.
async fn pass(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

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
            "unauthorized: no channel access token could be issued: rejected (400): invalid_client"
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
        TokenProvider::v2_1(key(), Duration::from_hours(720)),
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
async fn a_refused_user_token_is_not_replaced_by_the_channels() {
    // The calls of this file carry no token; a 401 to one of them says nothing of the channel's own.
    let server = Server::start([answer_with(401, "", r#"{"error":"invalid_client"}"#)]).await;
    let client = Client::builder_with(stateless()).api_base_url(server.url()).build().unwrap();
    client.issue_short_lived_token("1", &secret()).await.unwrap_err();
    assert_eq!(server.requests().len(), 1);
}
