//! LINE Login: each call's request, and the checking of ID tokens without a call.

use std::time::{Duration, UNIX_EPOCH};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hikyaku::{
    Client, Error, ErrorKind,
    login::{
        AuthorizeUrl, IdTokenVerifier, InvalidIdToken, LoginChannel, LoginKeys, code_challenge,
    },
    model::{ChannelSecret, IdToken, RefreshToken, UserAccessToken},
};
use ring::{
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Value, json};

use crate::server::{Server, answer};

const NOW: u64 = 1_767_225_600;

fn channel() -> LoginChannel {
    LoginChannel::new("1234567890", ChannelSecret::new("SECRET").unwrap())
}

fn token() -> UserAccessToken {
    UserAccessToken::new("USER-TOKEN").unwrap()
}

/// Makes a call of a client without a channel token; `expected` is the request line, the authorization and the body.
async fn check<T>(
    reply: &str,
    act: impl AsyncFnOnce(&Client) -> Result<T, Error>,
    expected: &str,
) -> T {
    let server = Server::start([answer(200, reply)]).await;
    let client = Client::without_token().api_base_url(server.url()).build().unwrap();
    let value = act(&client).await.unwrap();
    let request = &server.requests()[0];
    let (line, _) = request.head.split_once(" HTTP/1.1\r\n").unwrap();
    let authorization = request.header("authorization").unwrap_or("-");
    let body = std::str::from_utf8(&request.body).unwrap();
    assert_eq!(format!("{line}\n{authorization}\n{body}"), expected);
    value
}

#[tokio::test]
async fn a_code_is_exchanged() {
    let login = check(
        r#"{"access_token":"A","expires_in":2592000,"id_token":"a.b.c","refresh_token":"R","scope":"profile openid","token_type":"Bearer"}"#,
        async |client| {
            let login = client.issue_login(&channel(), "CODE", "https://example.com/back");
            login.code_verifier("VERIFIER").await
        },
        "POST /oauth2/v2.1/token\n-\ngrant_type=authorization_code&code=CODE\
         &redirect_uri=https%3A%2F%2Fexample.com%2Fback&client_id=1234567890&client_secret=SECRET\
         &code_verifier=VERIFIER",
    )
    .await;
    assert_eq!(login.access_token.expose(), "A");
    assert_eq!(login.id_token.as_ref().unwrap().expose(), "a.b.c");
    let shown = format!("{login:?}");
    assert!(shown.contains("UserAccessToken(redacted)") && !shown.contains("a.b.c"), "{shown}");
}

#[tokio::test]
async fn a_code_that_fails_is_told_in_oauths_words() {
    let server = Server::start([answer(
        400,
        r#"{"error":"invalid_grant","error_description":"invalid authorization code"}"#,
    )])
    .await;
    let client = Client::without_token().api_base_url(server.url()).build().unwrap();
    let error = client.issue_login(&channel(), "CODE", "https://a").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert_eq!(error.message(), "invalid_grant: invalid authorization code");
    assert!(!format!("{error:?} {error}").contains("SECRET"));
}

#[tokio::test]
async fn a_login_is_refreshed_verified_and_revoked() {
    let login = check(
        r#"{"access_token":"B","expires_in":2592000,"token_type":"Bearer"}"#,
        async |client| client.refresh_login(&channel(), &RefreshToken::new("R").unwrap()).await,
        "POST /oauth2/v2.1/token\n-\n\
         grant_type=refresh_token&refresh_token=R&client_id=1234567890&client_secret=SECRET",
    )
    .await;
    assert_eq!((login.id_token.clone(), login.scope.clone()), (None, None));
    let verified = check(
        r#"{"scope":"profile","client_id":"1440057261","expires_in":2591659}"#,
        async |client| client.verify_login(&token()).await,
        "GET /oauth2/v2.1/verify?access_token=USER-TOKEN\n-\n",
    )
    .await;
    assert_eq!(verified.client_id, "1440057261");
    check(
        "",
        async |client| client.revoke_login(&channel(), &token()).await,
        "POST /oauth2/v2.1/revoke\n-\n\
         client_id=1234567890&client_secret=SECRET&access_token=USER-TOKEN",
    )
    .await;
}

#[tokio::test]
async fn calls_in_the_users_name() {
    let profile = check(
        r#"{"userId":"U1","displayName":"Yama"}"#,
        async |client| client.login_profile(&token()).await,
        "GET /v2/profile\nBearer USER-TOKEN\n",
    )
    .await;
    assert_eq!(profile.display_name, "Yama");
    let info = check(
        r#"{"sub":"U1","name":"Yama"}"#,
        async |client| client.user_info(&token()).await,
        "GET /oauth2/v2.1/userinfo\nBearer USER-TOKEN\n",
    )
    .await;
    assert_eq!(info.sub.as_str(), "U1");
    let friendship = check(
        r#"{"friendFlag":true}"#,
        async |client| client.friendship(&token()).await,
        "GET /friendship/v1/status\nBearer USER-TOKEN\n",
    )
    .await;
    assert!(friendship.friend_flag);
}

#[tokio::test]
async fn deauthorizing_takes_the_channels_token() {
    let reaction = crate::server::Reaction::Answer(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec());
    let server = Server::start([reaction]).await;
    crate::client(&server).deauthorize(&token()).await.unwrap();
    let request = &server.requests()[0];
    assert_eq!(request.header("authorization"), Some("Bearer TOKEN"));
    assert_eq!(request.body, br#"{"userAccessToken":"USER-TOKEN"}"#);

    let client = Client::without_token().api_base_url(server.url()).build().unwrap();
    assert_eq!(client.deauthorize(&token()).await.unwrap_err().kind(), ErrorKind::Invalid);
}

#[tokio::test]
async fn line_checks_an_id_token() {
    let claims = check(
        r#"{"iss":"https://access.line.me","sub":"U1","aud":"1234567890","exp":1,"iat":0,"nonce":"N","amr":["pwd"]}"#,
        async |client| {
            let id_token = IdToken::new("a.b.c").unwrap();
            client.verify_id_token(&id_token, "1234567890").nonce("N").user_id("U1").await
        },
        "POST /oauth2/v2.1/verify\n-\nid_token=a.b.c&client_id=1234567890&nonce=N&user_id=U1",
    )
    .await;
    assert_eq!(claims.amr.as_deref(), Some(&["pwd".to_owned()][..]));
}

fn claims() -> Value {
    json!({
        "iss": "https://access.line.me", "sub": "U1", "aud": "1234567890", "exp": NOW + 3600, "iat": NOW,
        "nonce": "NONCE", "name": "Yama",
    })
}

fn signed(header: &Value, claims: &Value, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> IdToken {
    let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let text = format!(
        "{}.{}",
        encode(header.to_string().as_bytes()),
        encode(claims.to_string().as_bytes())
    );
    let signature = sign(text.as_bytes());
    IdToken::new(format!("{text}.{}", encode(&signature))).unwrap()
}

fn by_secret(claims: &Value, secret: &str) -> IdToken {
    signed(&json!({ "typ": "JWT", "alg": "HS256" }), claims, |text| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        hmac::sign(&key, text).as_ref().to_vec()
    })
}

fn verify(token: &IdToken, nonce: Option<&str>) -> Result<String, InvalidIdToken> {
    let now = UNIX_EPOCH + Duration::from_secs(NOW);
    let claims = IdTokenVerifier::new(&channel()).verify(token, nonce, now)?;
    Ok(claims.sub.to_string())
}

#[test]
fn an_id_token_of_a_web_login_is_checked_by_the_secret() {
    assert_eq!(verify(&by_secret(&claims(), "SECRET"), Some("NONCE")), Ok("U1".to_owned()));
    assert_eq!(verify(&by_secret(&claims(), "SECRET"), None), Ok("U1".to_owned()));
}

#[test]
fn each_thing_that_is_wrong_with_an_id_token_is_told() {
    let with = |name: &str, value: Value| {
        let mut claims = claims();
        claims[name] = value;
        by_secret(&claims, "SECRET")
    };
    for (token, why) in [
        (by_secret(&claims(), "OTHER"), InvalidIdToken::Signature),
        (with("iss", json!("https://evil.example")), InvalidIdToken::Issuer),
        (with("aud", json!("1")), InvalidIdToken::Audience),
        (with("exp", json!(NOW)), InvalidIdToken::Expired),
        (with("nonce", json!("other")), InvalidIdToken::Nonce),
        (with("nonce", Value::Null), InvalidIdToken::Nonce),
        (with("exp", json!("soon")), InvalidIdToken::Malformed),
        (signed(&json!({ "alg": "none" }), &claims(), |_| Vec::new()), InvalidIdToken::Algorithm),
        (signed(&json!({ "alg": "RS256" }), &claims(), |_| vec![0]), InvalidIdToken::Algorithm),
        (
            signed(&json!({ "alg": "ES256", "kid": "k" }), &claims(), |_| vec![0]),
            InvalidIdToken::UnknownKey,
        ),
        (IdToken::new("a.b").unwrap(), InvalidIdToken::Malformed),
        (IdToken::new("!.!.!").unwrap(), InvalidIdToken::Malformed),
    ] {
        assert_eq!(verify(&token, Some("NONCE")), Err(why), "{why}");
    }
}

#[tokio::test]
async fn an_id_token_of_an_app_is_checked_by_lines_keys() {
    let random = SystemRandom::new();
    let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    let key =
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, key.as_ref(), &random).unwrap();
    let point = key.public_key().as_ref();
    let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let keys = json!({ "keys": [
        { "kid": "old", "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" },
        { "kid": "new", "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256",
          "x": encode(&point[1..33]), "y": encode(&point[33..]) },
    ]});
    let keys = check(
        &keys.to_string(),
        async |client| client.login_keys().await,
        "GET /oauth2/v2.1/certs\n-\n",
    )
    .await
    .into_inner();
    let sign = |kid: &str, claims: &Value| {
        signed(&json!({ "alg": "ES256", "kid": kid }), claims, |text| {
            key.sign(&random, text).unwrap().as_ref().to_vec()
        })
    };
    let now = UNIX_EPOCH + Duration::from_secs(NOW);
    let verify = |token: &IdToken, keys: &LoginKeys| {
        let verifier = IdTokenVerifier::new(&channel()).keys(keys.clone());
        verifier.verify(token, Some("NONCE"), now).map(|claims| claims.sub.to_string())
    };
    assert_eq!(verify(&sign("new", &claims()), &keys), Ok("U1".to_owned()));
    assert_eq!(verify(&sign("old", &claims()), &keys), Err(InvalidIdToken::Signature));
    assert_eq!(verify(&sign("newer", &claims()), &keys), Err(InvalidIdToken::UnknownKey));
    // A public key is no secret: what is signed with it as one proves nothing.
    let forged = by_secret(&claims(), &encode(point));
    assert_eq!(verify(&forged, &keys), Err(InvalidIdToken::Signature));
}

#[test]
fn a_code_challenge_is_lines_own_example() {
    let verifier = "wJKN8qz5t8SSI9lMFhBB6qwNkQBkuPZoCxzRhwLRUo1";
    assert_eq!(code_challenge(verifier), "BSCQwo_m8Wf0fpjmwkIKmPAJ1A7tiuRSNDnXzODS7QI");
    let url = AuthorizeUrl::new("1", "https://a", "s", ["openid"]).code_verifier(verifier);
    assert!(url.to_string().ends_with(
        "&code_challenge=BSCQwo_m8Wf0fpjmwkIKmPAJ1A7tiuRSNDnXzODS7QI&code_challenge_method=S256"
    ));
}
