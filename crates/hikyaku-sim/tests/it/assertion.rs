//! Tokens by signed assertions.

use std::time::Duration;

use base64::{
    Engine as _, prelude::BASE64_STANDARD, prelude::BASE64_URL_SAFE_NO_PAD as BASE64_URL,
};
use hikyaku_sim::{ClockMode, Sim};
use ring::{
    rand::SystemRandom,
    rsa::{KeyPair, PublicKeyComponents},
    signature::RSA_PKCS1_SHA256,
};
use serde_json::{Value, json};

use crate::http::{Answer, control, send};

/// 2026-08-01T00:00:00Z.
const NOW: i64 = 1_785_542_400;
const TYPE: &str = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";
const ISSUE: &str = "/oauth2/v2.1/token";
const NO_KEY: &str = r#"{"message":"Cannot find channel key that satisfies the conditions"}"#;

fn key() -> KeyPair {
    let pem = include_str!("key.pem");
    let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    KeyPair::from_pkcs8(&BASE64_STANDARD.decode(base64).unwrap()).unwrap()
}

fn jwk() -> Value {
    let public = PublicKeyComponents::<Vec<u8>>::from(key().public());
    let (n, e) = (BASE64_URL.encode(public.n), BASE64_URL.encode(public.e));
    json!({ "kty": "RSA", "alg": "RS256", "use": "sig", "n": n, "e": e })
}

fn signed(header: &Value, claims: &Value) -> String {
    let key = key();
    let [header, claims] = [header, claims].map(|part| BASE64_URL.encode(part.to_string()));
    let text = format!("{header}.{claims}");
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).unwrap();
    format!("{text}.{}", BASE64_URL.encode(signature))
}

fn claims() -> Value {
    json!({
        "iss": "sim-channel-1", "sub": "sim-channel-1", "aud": "https://api.line.me/",
        "exp": NOW + 1800, "token_exp": 2_592_000,
    })
}

fn header(key_id: &str) -> Value {
    json!({ "alg": "RS256", "typ": "JWT", "kid": key_id })
}

async fn start() -> (Sim, String) {
    let at = jiff::Timestamp::from_second(NOW).unwrap();
    let sim = Sim::builder().clock(ClockMode::Fixed(at)).start().await.unwrap();
    let key_id = sim.register_assertion_key(&jwk().to_string()).unwrap();
    (sim, key_id)
}

async fn form(sim: &Sim, path: &str, body: &str) -> Answer {
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    send(&sim.api_url(), "POST", path, &headers, body.as_bytes()).await.unwrap()
}

async fn get(sim: &Sim, path: &str) -> Answer {
    send(&sim.api_url(), "GET", path, &[], b"").await.unwrap()
}

async fn issue(sim: &Sim, jwt: &str) -> Answer {
    let body = format!(
        "grant_type=client_credentials&client_assertion_type={TYPE}&client_assertion={jwt}"
    );
    form(sim, ISSUE, &body).await
}

async fn info(sim: &Sim, token: &str) -> u16 {
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", &*bearer)];
    send(&sim.api_url(), "GET", "/v2/bot/info", &headers, b"").await.unwrap().status
}

async fn kids(sim: &Sim, jwt: &str) -> Answer {
    let path = "/oauth2/v2.1/tokens/kid";
    get(sim, &format!("{path}?client_assertion_type={TYPE}&client_assertion={jwt}")).await
}

#[tokio::test]
async fn a_token_lives_as_long_as_its_assertion_asks() {
    let (sim, key_id) = start().await;
    let mut short = claims();
    short["token_exp"] = 60.into();
    let issued = issue(&sim, &signed(&header(&key_id), &short)).await.json();
    let token = issued["access_token"].as_str().unwrap();
    assert_eq!((&issued["expires_in"], &issued["token_type"]), (&json!(60), &json!("Bearer")));
    assert_eq!(issued["key_id"].as_str().unwrap().len(), 22);
    assert_eq!(info(&sim, token).await, 200);
    sim.advance(Duration::from_secs(59));
    let verify = format!("/oauth2/v2.1/verify?access_token={token}");
    let verified = json!({ "client_id": "sim-channel-1", "expires_in": 1, "scope": "profile chat_message.write" });
    assert_eq!(get(&sim, &verify).await.json(), verified);
    let jwt = signed(&header(&key_id), &claims());
    assert_eq!(kids(&sim, &jwt).await.json(), json!({ "kids": [issued["key_id"]] }));
    sim.advance(Duration::from_secs(1));
    assert_eq!(info(&sim, token).await, 401);
    let expired = r#"{"error":"invalid_request","error_description":"The access token expired"}"#;
    get(&sim, &verify).await.is(400, expired);
    kids(&sim, &jwt).await.is(200, r#"{"kids":[]}"#);
}

#[tokio::test]
async fn the_thirty_first_token_is_refused_until_one_is_revoked() {
    let (sim, key_id) = start().await;
    let jwt = signed(&header(&key_id), &claims());
    let mut tokens = Vec::new();
    for _ in 0..30 {
        tokens.push(issue(&sim, &jwt).await.json()["access_token"].as_str().unwrap().to_owned());
    }
    let full = r#"{"message":"The maximum number of access tokens has already been issued"}"#;
    issue(&sim, &jwt).await.is(400, full);
    assert_eq!(kids(&sim, &jwt).await.json()["kids"].as_array().unwrap().len(), 30);

    // No other call ends it.
    form(&sim, "/v2/oauth/revoke", &format!("access_token={}", tokens[0])).await.is(200, "");
    assert_eq!(info(&sim, &tokens[0]).await, 200);
    let credentials = "client_id=sim-channel-1&client_secret=sim-secret-1";
    let revoke = async |token: &str| {
        form(&sim, "/oauth2/v2.1/revoke", &format!("{credentials}&access_token={token}")).await
    };
    revoke(&tokens[0]).await.is(200, "");
    revoke(&tokens[0]).await.is(200, "");
    assert_eq!(info(&sim, &tokens[0]).await, 401);
    assert_eq!(issue(&sim, &jwt).await.status, 200);
    let error =
        |words: &str| json!({ "error": "invalid_request", "error_description": words }).to_string();
    revoke("sim-token-1").await.is(400, &error("The access token not JWS"));
    revoke("a.!.c").await.is(400, &error("The access token malformed"));
    let other = sim.add_channel();
    let wrong = format!("client_id={}&client_secret=x&access_token=x", other.channel_id());
    let client = r#"{"error":"invalid_client","error_description":"invalid client_secret"}"#;
    form(&sim, "/oauth2/v2.1/revoke", &wrong).await.is(400, client);
    assert_eq!(info(&sim, "sim-token-1").await, 200);
}

#[tokio::test]
async fn a_stateless_token_can_be_had_by_an_assertion() {
    let (sim, key_id) = start().await;
    let body = |jwt: &str| {
        format!("grant_type=client_credentials&client_assertion_type={TYPE}&client_assertion={jwt}")
    };
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove("token_exp");
    let good = signed(&header(&key_id), &claims);
    let issued = form(&sim, "/oauth2/v3/token", &body(&good)).await.json();
    assert_eq!(issued["expires_in"], 900);
    assert_eq!(info(&sim, issued["access_token"].as_str().unwrap()).await, 200);
    let unknown = signed(&header("unknown"), &claims);
    form(&sim, "/oauth2/v3/token", &body(&unknown)).await.is(404, NO_KEY);
}

#[tokio::test]
async fn an_assertion_is_checked_to_the_last_claim() {
    let (sim, key_id) = start().await;
    let good = signed(&header(&key_id), &claims());
    assert_eq!(issue(&sim, &good).await.status, 200);
    issue(&sim, &signed(&header("other"), &claims())).await.is(404, NO_KEY);
    let error =
        |words: &str| json!({ "error": "invalid_client", "error_description": words }).to_string();
    let with = |name: &str, value: Value| {
        let mut claims = claims();
        claims[name] = value;
        signed(&header(&key_id), &claims)
    };
    for (name, value, words) in [
        ("iss", json!("sim-channel-2"), "iss and clientId of key do not match"),
        ("iss", Value::Null, "iss and clientId of key do not match"),
        ("sub", json!("sim-channel-2"), "Invalid sub"),
        ("aud", json!("https://api.line.me"), "Invalid aud"),
        ("exp", json!(NOW), "Invalid exp"),
        ("exp", json!(NOW + 1801), "Invalid exp"),
        ("exp", json!("soon"), "Invalid exp"),
        ("token_exp", json!(2_592_001), "Invalid token_exp"),
        ("token_exp", json!(0), "Invalid token_exp"),
        ("token_exp", Value::Null, "Invalid token_exp"),
    ] {
        issue(&sim, &with(name, value)).await.is(400, &error(words));
    }
    assert_eq!(issue(&sim, &with("exp", json!(NOW + 1))).await.status, 200);
    assert_eq!(issue(&sim, &with("token_exp", json!(1))).await.status, 200);
    let mut none = header(&key_id);
    none["alg"] = "none".into();
    for broken in [&*signed(&none, &claims()), "x", "a.b.c", "..", &good[1..]] {
        issue(&sim, broken).await.is(400, &error("Invalid client_assertion"));
    }
    let (text, _) = good.rsplit_once('.').unwrap();
    let forged = format!("{text}.{}", BASE64_URL.encode([1; 256]));
    issue(&sim, &forged).await.is(400, &error("Invalid signature"));
    kids(&sim, &with("exp", json!(NOW))).await.is(400, &error("Invalid exp"));
    let missed =
        r#"{"error":"invalid_request","error_description":"some parameters missed or invalid"}"#;
    form(&sim, ISSUE, "grant_type=client_credentials").await.is(400, missed);
    get(&sim, "/oauth2/v2.1/tokens/kid").await.is(400, missed);
}

#[tokio::test]
async fn a_key_is_registered_as_lines_console_wants_it() {
    let (sim, _) = start().await;
    let path = "/channels/sim-channel-1/keys";
    let added = control(&sim, "POST", path, &jwk().to_string()).await;
    assert_eq!(added.status, 201);
    let key_id = added.json()["keyId"].as_str().unwrap().to_owned();
    assert_eq!(issue(&sim, &signed(&header(&key_id), &claims())).await.status, 200);
    let mut ops = jwk();
    ops.as_object_mut().unwrap().remove("use");
    ops["key_ops"] = json!(["verify"]);
    sim.register_assertion_key(&ops.to_string()).unwrap();
    for (name, value, words) in [
        ("kty", json!("EC"), "`kty` must be `RSA`"),
        ("alg", json!("RS512"), "`alg` must be `RS256`"),
        ("use", json!("enc"), "`use` must be `sig`"),
        ("key_ops", json!(["verify"]), "either `use`"),
        ("kid", json!("a"), "`kid` must not be there"),
        ("d", json!("AQAB"), "this is a private key"),
        ("n", json!("AQAB"), "2048 bits"),
        ("e", json!("!"), "`e` must be a number"),
    ] {
        let mut jwk = jwk();
        jwk[name] = value;
        let refused = control(&sim, "POST", path, &jwk.to_string()).await;
        assert_eq!(refused.status, 400);
        assert!(refused.text().contains(words), "{}", refused.text());
        let why = sim.register_assertion_key(&jwk.to_string()).unwrap_err().to_string();
        assert!(why.contains(words), "{why}");
    }
    assert_eq!(control(&sim, "POST", "/channels/x/keys", "{}").await.status, 404);
    assert!(sim.register_assertion_key("[]").is_err());
}
