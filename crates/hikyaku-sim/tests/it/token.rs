use std::time::Duration;

use hikyaku_sim::{ClockMode, Sim};
use serde_json::json;

use crate::http::{Answer, send};

async fn form(sim: &Sim, path: &str, body: &str) -> Answer {
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    send(&sim.api_url(), "POST", path, &headers, body.as_bytes()).await.unwrap()
}

async fn info(sim: &Sim, token: &str) -> u16 {
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", &*bearer)];
    send(&sim.api_url(), "GET", "/v2/bot/info", &headers, b"").await.unwrap().status
}

async fn start() -> Sim {
    let start = "2026-08-01T00:00:00Z".parse().unwrap();
    Sim::builder().clock(ClockMode::Fixed(start)).start().await.unwrap()
}

const CREDENTIALS: &str =
    "grant_type=client_credentials&client_id=sim-channel-1&client_secret=sim-secret-1";
const ISSUE: &str = "/v2/oauth/accessToken";
const STATELESS: &str = "/oauth2/v3/token";

#[tokio::test]
async fn a_short_lived_token_authorises_until_it_is_revoked_or_old() {
    let sim = start().await;
    let issued = form(&sim, ISSUE, CREDENTIALS).await.json();
    assert_eq!(
        (&issued["expires_in"], &issued["token_type"]),
        (&json!(2_592_000), &json!("Bearer"))
    );
    let token = issued["access_token"].as_str().unwrap();
    assert_eq!(info(&sim, token).await, 200);
    sim.advance(Duration::from_secs(100));
    let verified = form(&sim, "/v2/oauth/verify", &format!("access_token={token}")).await.json();
    assert_eq!(
        verified,
        json!({ "client_id": "sim-channel-1", "expires_in": 2_591_900, "scope": "P CM" })
    );
    form(&sim, "/v2/oauth/revoke", &format!("access_token={token}")).await.is(200, "");
    form(&sim, "/v2/oauth/revoke", "access_token=unknown").await.is(200, "");
    form(&sim, "/v2/oauth/revoke", "").await.is(400, r#"{"error":"invalid_request"}"#);
    assert_eq!(info(&sim, token).await, 401);
    form(&sim, "/v2/oauth/verify", &format!("access_token={token}"))
        .await
        .is(400, r#"{"error":"invalid_request","error_description":"access_token invalid"}"#);
    let later = form(&sim, ISSUE, CREDENTIALS).await.json();
    sim.advance(Duration::from_secs(30 * 24 * 60 * 60));
    assert_eq!(info(&sim, later["access_token"].as_str().unwrap()).await, 401);
    let long_lived = form(&sim, "/v2/oauth/verify", "access_token=sim-token-1").await.json();
    assert_eq!(long_lived["expires_in"], 3_138_007_490_i64);
}

#[tokio::test]
async fn the_thirty_first_short_lived_token_ends_the_oldest() {
    let sim = start().await;
    let mut tokens = Vec::new();
    for _ in 0..31 {
        let issued = form(&sim, ISSUE, CREDENTIALS).await.json();
        tokens.push(issued["access_token"].as_str().unwrap().to_owned());
    }
    assert_eq!(info(&sim, &tokens[0]).await, 401);
    assert_eq!(info(&sim, &tokens[1]).await, 200);
    assert_eq!(info(&sim, &tokens[30]).await, 200);
}

#[tokio::test]
async fn a_stateless_token_lives_a_quarter_of_an_hour() {
    let sim = start().await;
    let issued = form(&sim, STATELESS, CREDENTIALS).await.json();
    assert_eq!(issued["expires_in"], 900);
    let token = issued["access_token"].as_str().unwrap();
    let verify = format!("/oauth2/v2.1/verify?access_token={token}");
    let verified = send(&sim.api_url(), "GET", &verify, &[], b"").await.unwrap();
    assert_eq!(verified.json()["expires_in"], 900);
    form(&sim, "/v2/oauth/revoke", &format!("access_token={token}")).await.is(200, "");
    sim.advance(Duration::from_secs(899));
    assert_eq!(info(&sim, token).await, 200);
    sim.advance(Duration::from_secs(1));
    assert_eq!(info(&sim, token).await, 401);
    let expired = r#"{"error":"invalid_request","error_description":"The access token expired"}"#;
    send(&sim.api_url(), "GET", &verify, &[], b"").await.unwrap().is(400, expired);
}

#[tokio::test]
async fn wrong_credentials_get_no_token() {
    let sim = start().await;
    let wrong = |from: &str, to: &str| CREDENTIALS.replace(from, to);
    form(&sim, ISSUE, &wrong("sim-secret-1", "x"))
        .await
        .is(400, r#"{"error":"invalid_client","error_description":"invalid client_secret"}"#);
    form(&sim, ISSUE, &wrong("sim-channel-1", "x"))
        .await
        .is(400, r#"{"error":"invalid_client","error_description":"invalid client_id"}"#);
    let missed =
        r#"{"error":"invalid_request","error_description":"some parameters missed or invalid"}"#;
    form(&sim, ISSUE, &wrong("client_credentials", "x")).await.is(400, missed);
    form(&sim, ISSUE, "grant_type=client_credentials").await.is(400, missed);
    let json = [("content-type", "application/json")];
    send(&sim.api_url(), "POST", ISSUE, &json, b"{}").await.unwrap().is(400, missed);
    form(&sim, STATELESS, &wrong("sim-secret-1", "x")).await.is(
        400,
        r#"{"error":"invalid_request","error_description":"Invalid 'client_credentials'."}"#,
    );
    form(&sim, STATELESS, "grant_type=client_credentials&client_assertion=x").await.is(400, missed);
}
