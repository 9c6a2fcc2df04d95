use std::time::Duration;

use hikyaku_sim::Sim;

use crate::http::{get, send};

async fn form(sim: &Sim, path: &str, form: &str, status: u16, answer: &str) {
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let got = send(&sim.api_url(), "POST", path, &headers, form.as_bytes()).await.unwrap();
    assert_eq!((got.status, got.text()), (status, answer), "{path} {form}");
}

#[tokio::test]
async fn tokens() {
    let sim = Sim::start().await.unwrap();
    let issue = "/v2/oauth/accessToken";
    let grant = "grant_type=client_credentials";
    let id = r#"{"error":"invalid_client","error_description":"invalid client_id"}"#;
    form(&sim, issue, &format!("{grant}&client_id=x&client_secret=x"), 400, id).await;
    let secret = r#"{"error":"invalid_client","error_description":"invalid client_secret"}"#;
    let mine = format!("{grant}&client_id={}&client_secret=x", sim.channel_id());
    form(&sim, issue, &mine, 400, secret).await;

    let verify = "/v2/oauth/verify";
    let unknown = r#"{"error":"invalid_request","error_description":"access_token invalid"}"#;
    form(&sim, verify, "access_token=unknown", 400, unknown).await;
    let malformed =
        r#"{"error":"invalid_request","error_description":"access_token in invalid format"}"#;
    form(&sim, verify, "access_token=a%20b%21", 400, malformed).await;
    form(&sim, "/v2/oauth/revoke", "access_token=a%20b%21", 400, r#"{"error":"invalid_request"}"#)
        .await;

    let stateless = "/oauth2/v3/token";
    let invalid =
        r#"{"error":"invalid_request","error_description":"Invalid 'client_credentials'."}"#;
    form(&sim, stateless, &mine, 400, invalid).await;
    let assertion = format!(
        "{grant}&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ.e30.AA"
    );
    let no_key = r#"{"message":"Cannot find channel key that satisfies the conditions"}"#;
    form(&sim, stateless, &assertion, 404, no_key).await;

    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let good = format!(
        "{grant}&client_id={}&client_secret={}",
        sim.channel_id(),
        sim.channel_secret().expose()
    );
    let issued = send(&sim.api_url(), "POST", stateless, &headers, good.as_bytes()).await.unwrap();
    let token = issued.json()["access_token"].as_str().unwrap().to_owned();
    sim.advance(Duration::from_secs(16 * 60));
    let expired = r#"{"error":"invalid_request","error_description":"The access token expired"}"#;
    get(&sim, &format!("/oauth2/v2.1/verify?access_token={token}")).await.is(400, expired);
    let no_jws = r#"{"error":"invalid_request","error_description":"The access token not JWS"}"#;
    get(&sim, "/oauth2/v2.1/verify?access_token=x").await.is(400, no_jws);
}
