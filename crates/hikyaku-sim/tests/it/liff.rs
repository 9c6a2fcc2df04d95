use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64_URL};
use hikyaku_sim::{Person, Sim};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::{Value, json};

use crate::http::{Answer, send};

const APPS: &str = "/liff/v1/apps";

/// The token of the LINE Login channel by another kind of issue.
async fn token(sim: &Sim, path: &str) -> String {
    let body =
        "grant_type=client_credentials&client_id=sim-login-1&client_secret=sim-login-secret-1";
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let issued = send(&sim.api_url(), "POST", path, &headers, body.as_bytes()).await.unwrap();
    issued.json()["access_token"].as_str().unwrap().to_owned()
}

async fn call(sim: &Sim, token: &str, method: &str, path: &str, json: &Value) -> Answer {
    let bearer = format!("Bearer {token}");
    let mut headers = vec![("authorization", &*bearer)];
    let body = if json.is_null() { String::new() } else { json.to_string() };
    if !body.is_empty() {
        headers.push(("content-type", "application/json"));
    }
    send(&sim.api_url(), method, path, &headers, body.as_bytes()).await.unwrap()
}

fn app() -> Value {
    json!({ "view": { "type": "full", "url": "https://example.com/myservice" } })
}

#[tokio::test]
async fn an_app_is_added_changed_and_deleted() {
    let sim = Sim::start().await.unwrap();
    let token = token(&sim, "/oauth2/v3/token").await;
    let none = call(&sim, &token, "GET", APPS, &Value::Null).await;
    none.is(404, r#"{"message":"Not found"}"#);
    let added = call(&sim, &token, "POST", APPS, &app()).await;
    let id = added.json()["liffId"].as_str().unwrap().to_owned();
    assert!(id.starts_with("sim-login-1-"), "{id}");
    let path = format!("{APPS}/{id}");
    let change = json!({
        "view": { "url": "https://new.example.com", "moduleMode": true },
        "description": "Service Example", "features": { "qrCode": true, "ble": true },
        "scope": ["openid"], "botPrompt": "aggressive",
    });
    call(&sim, &token, "PUT", &path, &change).await.is(200, "");
    let expected = json!({ "apps": [{
        "liffId": id, "view": { "type": "full", "url": "https://new.example.com", "moduleMode": true },
        "description": "Service Example", "features": { "ble": false, "qrCode": true },
        "permanentLinkPattern": "concat", "scope": ["openid"], "botPrompt": "aggressive",
    }] });
    assert_eq!(call(&sim, &token, "GET", APPS, &Value::Null).await.json(), expected);
    call(&sim, &token, "DELETE", &path, &Value::Null).await.is(200, "");
    for method in ["DELETE", "PUT"] {
        let body = if method == "PUT" { change.clone() } else { Value::Null };
        let gone = call(&sim, &token, method, &path, &body).await;
        gone.is(404, r#"{"message":"Not found"}"#);
    }
}

#[tokio::test]
async fn a_channel_has_thirty_apps() {
    let sim = Sim::start().await.unwrap();
    let token = token(&sim, "/v2/oauth/accessToken").await;
    for _ in 0..30 {
        assert_eq!(call(&sim, &token, "POST", APPS, &app()).await.status, 200);
    }
    assert_eq!(call(&sim, &token, "POST", APPS, &app()).await.status, 400);
    let all = call(&sim, &token, "GET", APPS, &Value::Null).await.json();
    assert_eq!(all["apps"].as_array().unwrap().len(), 30);
    assert_eq!(all["apps"][0]["scope"], json!(["profile", "chat_message.write"]));
    assert_eq!(all["apps"][0]["botPrompt"], "none");
}

#[tokio::test]
async fn what_no_app_can_be_is_refused() {
    let sim = Sim::start().await.unwrap();
    let token = token(&sim, "/oauth2/v3/token").await;
    for (pointer, value, property) in [
        ("/view/type", json!("wide"), "view.type"),
        ("/view/type", Value::Null, "view.type"),
        ("/view/url", json!("http://example.com"), "view.url"),
        ("/view/url", json!("https://example.com/#a"), "view.url"),
        ("/view/url", Value::Null, "view.url"),
        ("/description", json!("My LINE app"), "description"),
        ("/permanentLinkPattern", json!("replace"), "permanentLinkPattern"),
        ("/scope", json!(["profile", "everything"]), "scope[1]"),
        ("/botPrompt", json!("often"), "botPrompt"),
    ] {
        let mut wrong = app();
        for name in ["description", "permanentLinkPattern", "scope", "botPrompt"] {
            wrong[name] = Value::Null;
        }
        *wrong.pointer_mut(pointer).unwrap() = value;
        let refused = call(&sim, &token, "POST", APPS, &wrong).await;
        assert_eq!(
            (refused.status, &refused.json()["details"][0]["property"]),
            (400, &json!(property))
        );
    }
    // The token of a Messaging API channel is none of a LINE Login channel.
    assert_eq!(call(&sim, "sim-token-1", "POST", APPS, &app()).await.status, 401);
}

#[tokio::test]
async fn whoever_opens_an_app_is_known_to_its_page() {
    let sim = Sim::start().await.unwrap();
    let token = token(&sim, "/oauth2/v3/token").await;
    let mut openid = app();
    openid["scope"] = json!(["openid", "profile"]);
    let id = call(&sim, &token, "POST", APPS, &openid).await.json();
    let hana = sim.add_friend_as(Person { display_name: Some("Hana".into()), ..Person::default() });
    let session = sim.login().open_liff(&hana, id["liffId"].as_str().unwrap());
    let profile = call(&sim, &session.access_token, "GET", "/v2/profile", &Value::Null).await;
    assert_eq!(profile.json(), json!({ "userId": hana, "displayName": "Hana" }));

    let keys = call(&sim, "", "GET", "/oauth2/v2.1/certs", &Value::Null).await.json();
    let key = &keys["keys"][0];
    let id_token = session.id_token.unwrap();
    let (signed, signature) = id_token.rsplit_once('.').unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    let read = |part: &str| -> Value {
        serde_json::from_slice(&BASE64_URL.decode(part).unwrap()).unwrap()
    };
    assert_eq!(read(header), json!({ "typ": "JWT", "alg": "ES256", "kid": key["kid"] }));
    assert_eq!((&read(claims)["sub"], &read(claims)["name"]), (&json!(hana), &json!("Hana")));
    let half = |name: &str| BASE64_URL.decode(key[name].as_str().unwrap()).unwrap();
    let point = [&[4][..], &half("x"), &half("y")].concat();
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
        .verify(signed.as_bytes(), &BASE64_URL.decode(signature).unwrap())
        .unwrap();
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let body = format!("id_token={id_token}&client_id=sim-login-1");
    let path = "/oauth2/v2.1/verify";
    let verified = send(&sim.api_url(), "POST", path, &headers, body.as_bytes()).await.unwrap();
    assert_eq!((verified.status, verified.json()["sub"].clone()), (200, json!(hana)));
}
