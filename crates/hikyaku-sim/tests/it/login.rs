use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64_URL};
use hikyaku_model::UserId;
use hikyaku_sim::{ClockMode, Friendship, Login, Person, Sim};
use ring::hmac;
use serde_json::{Value, json};

use crate::http::{Answer, control, send};

/// 2026-08-01T00:00:00Z.
const NOW: i64 = 1_785_542_400;
const BACK: &str = "http://127.0.0.1:3000/back";
const TOKEN: &str = "/oauth2/v2.1/token";
/// The pair that LINE's documentation prints.
const VERIFIER: &str = "wJKN8qz5t8SSI9lMFhBB6qwNkQBkuPZoCxzRhwLRUo1";
const CHALLENGE: &str = "BSCQwo_m8Wf0fpjmwkIKmPAJ1A7tiuRSNDnXzODS7QI";

async fn start() -> (Sim, Login, UserId) {
    let at = jiff::Timestamp::from_second(NOW).unwrap();
    let sim = Sim::builder().clock(ClockMode::Fixed(at)).start().await.unwrap();
    let login = sim.login();
    login.add_redirect_uri(BACK);
    let hana = sim.add_friend_as(Person {
        display_name: Some("Hana".into()),
        picture_url: Some("https://example.com/hana".into()),
        status_message: Some("hello".into()),
        email: Some("hana@example.com".into()),
        ..Person::default()
    });
    (sim, login, hana)
}

/// The path of an authorization request, with more of the query.
fn page(scope: &str, more: &str) -> String {
    format!(
        "/oauth2/v2.1/authorize?response_type=code&client_id=sim-login-1&state=s%20t&scope={scope}\
         &redirect_uri=http%3A%2F%2F127.0.0.1%3A3000%2Fback{more}"
    )
}

async fn form(sim: &Sim, path: &str, body: &str) -> Answer {
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    send(&sim.api_url(), "POST", path, &headers, body.as_bytes()).await.unwrap()
}

async fn get(sim: &Sim, path: &str) -> Answer {
    send(&sim.api_url(), "GET", path, &[], b"").await.unwrap()
}

async fn by(sim: &Sim, token: &str, path: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    send(&sim.api_url(), "GET", path, &[("authorization", &bearer)], b"").await.unwrap()
}

/// A parameter of the address that a browser is sent to.
fn parameter(address: &str, name: &str) -> String {
    let (_, query) = address.split_once('?').unwrap();
    let mut pairs = query.split('&').map(|pair| pair.split_once('=').unwrap());
    pairs.find(|(given, _)| *given == name).unwrap_or_else(|| panic!("{address}")).1.to_owned()
}

const CREDENTIALS: &str = "client_id=sim-login-1&client_secret=sim-login-secret-1";

async fn exchange(sim: &Sim, code: &str, more: &str) -> Answer {
    let body = format!(
        "grant_type=authorization_code&code={code}&redirect_uri={BACK}&{CREDENTIALS}{more}"
    );
    form(sim, TOKEN, &body).await
}

async fn log_in(sim: &Sim, login: &Login, user: &UserId, scope: &str) -> Value {
    let code = parameter(&login.agree(user, &page(scope, "&nonce=n")), "code");
    exchange(sim, &code, "").await.json()
}

fn error(error: &str, words: &str) -> String {
    json!({ "error": error, "error_description": words }).to_string()
}

#[tokio::test]
async fn a_person_logs_in_with_a_browser() {
    let (sim, _, hana) = start().await;
    let path = page("profile%20openid%20email", "&nonce=n&max_age=60&bot_prompt=normal");
    let shown = get(&sim, &path).await;
    assert_eq!(shown.status, 200);
    assert_eq!(shown.headers["content-type"], "text/html; charset=utf-8");
    let button = format!(r#"<button class="go" type="submit" name="user" value="{hana}""#);
    for part in
        [&*button, "Continue as Hana", r#"value="deny""#, r#"name="email""#, r#"name="add""#]
    {
        assert!(shown.text().contains(part), "{part}: {}", shown.text());
    }
    sim.set_friendship(&hana, Friendship::None);
    let back = form(&sim, &path, &format!("user={hana}&email=on&add=on")).await;
    assert_eq!(back.status, 302);
    let address = &back.headers["location"];
    assert!(address.starts_with("http://127.0.0.1:3000/back?code="), "{address}");
    assert!(address.ends_with("&state=s%20t&friendship_status_changed=true"), "{address}");
    let code = parameter(address, "code");

    let issued = exchange(&sim, &code, "").await.json();
    assert_eq!(issued["expires_in"], 2_592_000);
    assert_eq!(
        (&issued["token_type"], &issued["scope"]),
        (&json!("Bearer"), &json!("profile openid"))
    );
    let (signed, signature) = issued["id_token"].as_str().unwrap().rsplit_once('.').unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"sim-login-secret-1");
    hmac::verify(&key, signed.as_bytes(), &BASE64_URL.decode(signature).unwrap()).unwrap();
    let parts: Vec<Value> = signed
        .split('.')
        .map(|part| serde_json::from_slice(&BASE64_URL.decode(part).unwrap()).unwrap())
        .collect();
    assert_eq!(parts[0], json!({ "typ": "JWT", "alg": "HS256" }));
    let claims = json!({
        "iss": "https://access.line.me", "sub": hana, "aud": "sim-login-1", "exp": NOW + 3600,
        "iat": NOW, "auth_time": NOW, "nonce": "n", "amr": ["linesso"], "name": "Hana",
        "picture": "https://example.com/hana", "email": "hana@example.com",
    });
    assert_eq!(parts[1], claims);

    let token = issued["access_token"].as_str().unwrap();
    assert_eq!(
        by(&sim, token, "/v2/profile").await.json(),
        json!({
            "userId": hana, "displayName": "Hana", "pictureUrl": "https://example.com/hana",
            "statusMessage": "hello",
        })
    );
    let info = json!({ "sub": hana, "name": "Hana", "picture": "https://example.com/hana" });
    assert_eq!(by(&sim, token, "/oauth2/v2.1/userinfo").await.json(), info);
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", &*bearer)];
    let path = "/oauth2/v2.1/userinfo";
    let posted = send(&sim.api_url(), "POST", path, &headers, b"").await.unwrap();
    assert_eq!(posted.json(), info);
    by(&sim, token, "/friendship/v1/status").await.is(200, r#"{"friendFlag":true}"#);
    sim.block(&hana);
    by(&sim, token, "/friendship/v1/status").await.is(200, r#"{"friendFlag":false}"#);
}

#[tokio::test]
async fn a_code_is_good_for_one_use_within_ten_minutes() {
    let (sim, login, hana) = start().await;
    let invalid = error("invalid_grant", "invalid authorization code");
    let code = || parameter(&login.agree(&hana, &page("profile", "")), "code");
    let used = code();
    let issued = exchange(&sim, &used, "").await;
    assert_eq!((issued.status, issued.json().get("id_token")), (200, None));
    exchange(&sim, &used, "").await.is(400, &invalid);
    exchange(&sim, "unknown", "").await.is(400, &invalid);

    let (young, old) = (code(), code());
    sim.advance(Duration::from_secs(599));
    assert_eq!(exchange(&sim, &young, "").await.status, 200);
    sim.advance(Duration::from_secs(1));
    exchange(&sim, &old, "").await.is(400, &invalid);

    // A failed exchange uses it up, too.
    let other = code();
    let elsewhere =
        format!("grant_type=authorization_code&code={other}&redirect_uri={BACK}%2F&{CREDENTIALS}");
    let words = error("invalid_grant", "redirect_uri does not match");
    form(&sim, TOKEN, &elsewhere).await.is(400, &words);
    exchange(&sim, &other, "").await.is(400, &invalid);

    let wrong = format!(
        "grant_type=authorization_code&code={}&redirect_uri={BACK}&client_id=sim-login-1\
         &client_secret=x",
        code()
    );
    form(&sim, TOKEN, &wrong).await.is(400, &error("invalid_client", "invalid client_secret"));
    let second = sim.add_channel().login();
    assert_eq!(second.channel_id(), "sim-login-2");
    let body = format!(
        "grant_type=authorization_code&code={}&redirect_uri={BACK}&client_id=sim-login-2\
         &client_secret=sim-login-secret-2",
        code()
    );
    form(&sim, TOKEN, &body).await.is(400, &invalid);
}

#[tokio::test]
async fn a_code_can_be_bound_to_a_verifier() {
    let (sim, login, hana) = start().await;
    let more = format!("&code_challenge={CHALLENGE}&code_challenge_method=S256");
    let code = |more: &str| parameter(&login.agree(&hana, &page("profile", more)), "code");
    let verifier = format!("&code_verifier={VERIFIER}");
    assert_eq!(exchange(&sim, &code(&more), &verifier).await.status, 200);
    let refused = error("invalid_grant", "code_verifier does not match");
    exchange(&sim, &code(&more), "").await.is(400, &refused);
    exchange(&sim, &code(&more), &format!("&code_verifier={}", "a".repeat(43)))
        .await
        .is(400, &refused);
    exchange(&sim, &code(""), &verifier).await.is(400, &refused);
}

#[tokio::test]
async fn a_wrong_request_is_told_to_the_channel_or_to_the_person() {
    let (sim, login, hana) = start().await;
    let location = async |path: &str| get(&sim, path).await.headers["location"].clone();
    let told = |code: &str, words: &str| {
        format!("{BACK}?error={code}&error_description={words}&state=s%20t")
    };
    for (path, code, words) in [
        (
            page("profile", "").replace("response_type=code", "response_type=token"),
            "UNSUPPORTED%5FRESPONSE%5FTYPE",
            "The%20response%5Ftype%20must%20be%20code%2E",
        ),
        (page("email", ""), "INVALID%5FSCOPE", "The%20scope%20is%20invalid%2E"),
        (page("profile%20email", ""), "INVALID%5FSCOPE", "The%20scope%20is%20invalid%2E"),
        (page("profile%20x", ""), "INVALID%5FSCOPE", "The%20scope%20is%20invalid%2E"),
        (page("", ""), "INVALID%5FSCOPE", "The%20scope%20is%20invalid%2E"),
        (page("profile", "&prompt=x"), "INVALID%5FREQUEST", "The%20prompt%20is%20invalid%2E"),
        (
            page("profile", "&code_challenge=x&code_challenge_method=S256"),
            "INVALID%5FREQUEST",
            "The%20code%5Fchallenge%20must%20be%20one%20by%20S256%2E",
        ),
        (
            page("profile", &format!("&code_challenge={CHALLENGE}&code_challenge_method=plain")),
            "INVALID%5FREQUEST",
            "The%20code%5Fchallenge%20must%20be%20one%20by%20S256%2E",
        ),
        (
            page("profile", "&prompt=none"),
            "LOGIN%5FREQUIRED",
            "The%20user%20is%20not%20logged%20in%2E",
        ),
    ] {
        assert_eq!(location(&path).await, told(code, words), "{path}");
    }
    let stateless = page("profile", "").replace("&state=s%20t", "");
    assert!(location(&stateless).await.contains("error=INVALID%5FREQUEST"));
    assert!(!location(&stateless).await.contains("&state="));
    let denied = login.deny(&page("profile", ""));
    let words = "The%20resource%20owner%20denied%20the%20request%2E";
    assert_eq!(denied, told("ACCESS%5FDENIED", words));
    let failed = form(&sim, &page("profile", ""), "answer=fail").await;
    assert!(failed.headers["location"].contains("error=SERVER%5FERROR"));

    for path in [
        page("profile", "").replace("sim-login-1", "unknown"),
        page("profile", "").replace("back", "other"),
        page("profile", "").replace("back", "back%2Fdeeper"),
        page("profile", "").replace("client_id", "client"),
    ] {
        let shown = get(&sim, &path).await;
        assert_eq!((shown.status, shown.headers.get("location")), (400, None), "{path}");
    }
    let other = page("profile", "").replace("back", "other");
    let hint = sim.requests().into_iter().rev().find_map(|request| request.hint);
    assert!(get(&sim, &other).await.text().contains("PATCH /_sim/v1/logins/sim-login-1"));
    assert!(hint.is_some());
    let fragment = page("profile", "&response_mode=fragment");
    let words = "The%20response%5Fmode%20is%20invalid%2E";
    assert_eq!(location(&fragment).await, told("INVALID%5FREQUEST", words));
    let nobody = form(&sim, &page("profile", ""), "user=U0").await;
    assert_eq!(nobody.status, 400);
    // A registered address may have any further query.
    let more = login.agree(&hana, &page("profile", "").replace("back", "back%3Fa%3Db"));
    assert!(more.starts_with("http://127.0.0.1:3000/back?a=b&code="), "{more}");
}

#[tokio::test]
async fn what_comes_of_a_login_can_be_posted() {
    let (sim, login, hana) = start().await;
    let posted = page("profile", "&response_mode=form_post");
    let agreed = form(&sim, &posted, &format!("user={hana}")).await;
    assert_eq!((agreed.status, agreed.headers.get("location")), (200, None));
    assert!(agreed.headers.contains_key("set-cookie"));
    let html = agreed.text();
    assert!(html.contains(r#"action="http://127.0.0.1:3000/back""#), "{html}");
    assert!(html.contains(r#"name="state" value="s t""#), "{html}");
    assert!(html.contains(r#"name="code" value=""#), "{html}");
    let denied = form(&sim, &posted, "answer=deny").await;
    assert!(denied.text().contains(r#"name="error" value="ACCESS_DENIED""#), "{}", denied.text());
    let refused = get(&sim, &page("email", "&response_mode=form_post")).await;
    assert!(refused.text().contains(r#"name="error" value="INVALID_SCOPE""#));
    assert!(login.agree(&hana, &posted).starts_with("http://127.0.0.1:3000/back?code="));
}

/// What a JWT says that is signed with the channel's secret.
fn signed(jwt: &str) -> Value {
    let (signed, signature) = jwt.rsplit_once('.').unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"sim-login-secret-1");
    hmac::verify(&key, signed.as_bytes(), &BASE64_URL.decode(signature).unwrap()).unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    let part = |text: &str| serde_json::from_slice(&BASE64_URL.decode(text).unwrap()).unwrap();
    let header: Value = part(header);
    assert_eq!(header, json!({ "typ": "JWT", "alg": "HS256" }));
    part(claims)
}

#[tokio::test]
async fn what_comes_of_a_login_can_be_one_signed_token() {
    let (sim, login, hana) = start().await;
    let jwt = |address: &str| {
        let address = address.replace("%2E", ".").replace("%2D", "-").replace("%5F", "_");
        signed(address.strip_prefix("http://127.0.0.1:3000/back?response=").unwrap())
    };
    for mode in ["jwt", "query.jwt", "form_post.jwt"] {
        let asked = page("profile", &format!("&response_mode={mode}&bot_prompt=normal"));
        let mut claims = jwt(&login.agree(&hana, &asked));
        let code = claims["code"].take();
        let code = exchange(&sim, code.as_str().unwrap(), "").await;
        assert_eq!(code.status, 200);
        let expected = json!({
            "iss": "https://access.line.me", "aud": "sim-login-1", "exp": NOW + 600,
            "code": null, "state": "s t", "friendship_status_changed": false,
        });
        assert_eq!(claims, expected);
        let denied = json!({
            "iss": "https://access.line.me", "aud": "sim-login-1", "exp": NOW + 600,
            "error": "ACCESS_DENIED",
            "error_description": "The resource owner denied the request.",
            "state": "s t",
        });
        assert_eq!(jwt(&login.deny(&asked)), denied);
    }
    let refused = get(&sim, &page("email", "&response_mode=jwt")).await;
    assert_eq!(jwt(&refused.headers["location"])["error"], "INVALID_SCOPE");
    let posted = get(&sim, &page("email", "&response_mode=form_post.jwt")).await;
    let html = posted.text();
    assert!(html.contains(r#"action="http://127.0.0.1:3000/back""#), "{html}");
    let (_, response) = html.split_once(r#"name="response" value=""#).unwrap();
    assert_eq!(signed(response.split_once('"').unwrap().0)["error"], "INVALID_SCOPE");
    assert!(!html.contains(r#"name="error""#), "{html}");
}

#[tokio::test]
async fn a_browser_is_remembered() {
    let (sim, _, hana) = start().await;
    let first = form(&sim, &page("profile", ""), &format!("user={hana}")).await;
    let cookie = first.headers["set-cookie"].split(';').next().unwrap().to_owned();
    let silently = async |scope: &str| {
        let path = page(scope, "&prompt=none");
        let headers = [("cookie", &*cookie)];
        let answer = send(&sim.api_url(), "GET", &path, &headers, b"").await.unwrap();
        answer.headers["location"].clone()
    };
    assert!(silently("profile").await.starts_with("http://127.0.0.1:3000/back?code="));
    assert!(silently("profile%20openid").await.contains("error=INTERACTION%5FREQUIRED"));
}

#[tokio::test]
async fn tokens_are_verified_refreshed_and_revoked() {
    let (sim, login, hana) = start().await;
    let issued = log_in(&sim, &login, &hana, "profile").await;
    let token = issued["access_token"].as_str().unwrap().to_owned();
    let refresh_token = issued["refresh_token"].as_str().unwrap();
    let verify = |token: &str| format!("/oauth2/v2.1/verify?access_token={token}");
    let verified = get(&sim, &verify(&token)).await.json();
    assert_eq!(
        verified,
        json!({ "scope": "profile", "client_id": "sim-login-1", "expires_in": 2_592_000 })
    );
    let refresh = async || {
        let body = format!("grant_type=refresh_token&refresh_token={refresh_token}&{CREDENTIALS}");
        form(&sim, TOKEN, &body).await
    };
    sim.advance(Duration::from_secs(30 * 24 * 60 * 60));
    let invalid = |words: &str| error("invalid_request", words);
    get(&sim, &verify(&token)).await.is(400, &invalid("The access token expired"));
    by(&sim, &token, "/v2/profile").await.is(401, r#"{"message":"The access token expired"}"#);
    let refreshed = refresh().await.json();
    assert_eq!(
        (&refreshed["refresh_token"], &refreshed["expires_in"]),
        (&json!(refresh_token), &json!(2_592_000))
    );
    let newer = refreshed["access_token"].as_str().unwrap();
    assert_eq!(by(&sim, newer, "/v2/profile").await.status, 200);
    let no_openid = by(&sim, newer, "/oauth2/v2.1/userinfo").await;
    assert_eq!(no_openid.status, 403);

    form(&sim, "/oauth2/v2.1/revoke", &format!("{CREDENTIALS}&access_token={newer}"))
        .await
        .is(200, "");
    get(&sim, &verify(newer)).await.is(400, &invalid("The access token revoked"));
    by(&sim, newer, "/v2/profile").await.is(401, r#"{"message":"The access token revoked"}"#);
    get(&sim, &verify("x")).await.is(400, &invalid("The access token not JWS"));
    by(&sim, "x", "/v2/profile").await.is(401, r#"{"message":"invalid token"}"#);
    // Its life is not extended by use.
    sim.advance(Duration::from_secs(60 * 24 * 60 * 60 - 1));
    assert_eq!(refresh().await.status, 200);
    sim.advance(Duration::from_secs(1));
    refresh().await.is(400, &error("invalid_grant", "invalid refresh token"));
}

#[tokio::test]
async fn a_person_is_deauthorised() {
    let (sim, login, hana) = start().await;
    let issued = log_in(&sim, &login, &hana, "profile").await;
    let user_token = issued["access_token"].as_str().unwrap();
    let body = json!({ "userAccessToken": user_token }).to_string();
    let credentials = format!("grant_type=client_credentials&{CREDENTIALS}");
    let token = async |path: &str| {
        let issued = form(&sim, path, &credentials).await.json();
        issued["access_token"].as_str().unwrap().to_owned()
    };
    let (stateless, short) =
        (token("/oauth2/v3/token").await, token("/v2/oauth/accessToken").await);
    let deauthorize = async |token: &str| {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", &*bearer), ("content-type", "application/json")];
        let path = "/user/v1/deauthorize";
        send(&sim.api_url(), "POST", path, &headers, body.as_bytes()).await.unwrap()
    };
    // Neither a short-lived one nor that of another channel.
    assert_eq!(deauthorize(&short).await.status, 401);
    assert_eq!(deauthorize("sim-token-1").await.status, 401);
    deauthorize(&stateless).await.is(204, "");
    deauthorize(&stateless).await.is(400, r#"{"message":"invalid token"}"#);
    by(&sim, user_token, "/v2/profile").await.is(401, r#"{"message":"The access token revoked"}"#);
    let refresh = issued["refresh_token"].as_str().unwrap();
    let body = format!("grant_type=refresh_token&refresh_token={refresh}&{CREDENTIALS}");
    form(&sim, TOKEN, &body).await.is(400, &error("invalid_grant", "invalid refresh token"));
    // The token of a Login channel is none of the Messaging API.
    assert_eq!(by(&sim, &stateless, "/v2/bot/info").await.status, 401);
}

#[tokio::test]
async fn an_id_token_is_verified() {
    let (sim, login, hana) = start().await;
    let issued = log_in(&sim, &login, &hana, "profile%20openid").await;
    let id_token = issued["id_token"].as_str().unwrap();
    let verify = async |token: &str, more: &str| {
        form(&sim, "/oauth2/v2.1/verify", &format!("id_token={token}&client_id={more}")).await
    };
    let good = verify(id_token, &format!("sim-login-1&nonce=n&user_id={hana}")).await;
    assert_eq!(good.status, 200);
    assert_eq!((&good.json()["sub"], &good.json()["nonce"]), (&json!(hana), &json!("n")));
    let invalid = |words: &str| error("invalid_request", words);
    verify(id_token, "sim-login-2").await.is(400, &invalid("Invalid IdToken Audience."));
    verify(id_token, "sim-login-1&nonce=x").await.is(400, &invalid("Invalid IdToken Nonce."));
    verify(id_token, "sim-login-1&user_id=U0")
        .await
        .is(400, &invalid("Invalid IdToken Subject Identifier."));
    let (signed, signature) = id_token.rsplit_once('.').unwrap();
    let claims = json!({ "iss": "https://example.com", "aud": "sim-login-1", "exp": NOW + 1 });
    let text =
        format!("{}.{}", signed.split('.').next().unwrap(), BASE64_URL.encode(claims.to_string()));
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"sim-login-secret-1");
    let other = format!("{text}.{}", BASE64_URL.encode(hmac::sign(&key, text.as_bytes())));
    verify(&other, "sim-login-1").await.is(400, &invalid("Invalid IdToken Issuer."));
    for broken in ["x", "a.b.c", &format!("{text}.{signature}"), &format!("{signed}.")] {
        verify(broken, "sim-login-1").await.is(400, &invalid("Invalid IdToken."));
    }
    sim.advance(Duration::from_secs(3600));
    verify(id_token, "sim-login-1").await.is(400, &invalid("IdToken expired."));
    let keys = get(&sim, "/oauth2/v2.1/certs").await.json();
    assert_eq!((&keys["keys"][0]["kty"], &keys["keys"][0]["alg"]), (&json!("EC"), &json!("ES256")));
}

#[tokio::test]
async fn channels_are_added_and_changed_over_http() {
    let (sim, _, _) = start().await;
    let added =
        control(&sim, "POST", "/logins", r#"{"redirectUris":["https://example.com/a"]}"#).await;
    let expected = json!({
        "channelId": "sim-login-2", "channelSecret": "sim-login-secret-2",
        "linkedChannelId": "sim-channel-1", "redirectUris": ["https://example.com/a"],
    });
    assert_eq!((added.status, added.json()), (201, expected));
    let changed = control(&sim, "PATCH", "/logins/sim-login-2", r#"{"redirectUris":[]}"#).await;
    assert_eq!(changed.json()["redirectUris"], json!([]));
    assert_eq!(control(&sim, "PATCH", "/logins/x", r#"{"redirectUris":[]}"#).await.status, 404);
    let all = control(&sim, "GET", "/logins", "").await.json();
    assert_eq!(all["logins"].as_array().unwrap().len(), 2);
    assert_eq!(all["logins"][0]["redirectUris"], json!([BACK]));
    let wrong = control(&sim, "POST", "/logins", r#"{"redirectUri":"x"}"#).await;
    assert!(wrong.text().contains("did you mean `redirectUris`?"), "{}", wrong.text());
}
