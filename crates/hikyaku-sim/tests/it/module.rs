use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use hikyaku_sim::{ClockMode, Sim};
use serde_json::json;

use crate::http::{Answer, control, send};

const ATTACH: &str = "/module/auth/v1/token";
pub(crate) const BACK: &str = "https://example.com/back";

pub(crate) async fn start() -> Sim {
    let start = "2026-08-01T00:00:00Z".parse().unwrap();
    Sim::builder().clock(ClockMode::Fixed(start)).start().await.unwrap()
}

pub(crate) async fn form(sim: &Sim, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
    all.extend_from_slice(headers);
    send(&sim.api_url(), "POST", ATTACH, &all, body.as_bytes()).await.unwrap()
}

pub(crate) async fn call(sim: &Sim, token: &str, method: &str, path: &str, json: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    let mut headers = vec![("authorization", &*bearer)];
    if !json.is_empty() {
        headers.push(("content-type", "application/json"));
    }
    send(&sim.api_url(), method, path, &headers, json.as_bytes()).await.unwrap()
}

pub(crate) fn code_form(code: &str) -> String {
    format!("grant_type=authorization_code&code={code}&redirect_uri={BACK}")
}

#[tokio::test]
async fn a_module_is_attached_listed_and_detached() {
    let sim = start().await;
    let module = sim.add_module();
    let token = module.channel_token().expose().to_owned();
    let basic = BASE64_STANDARD.encode("sim-module-1:sim-module-secret-1");
    let basic = format!("Basic {basic}");
    let code = module.agree(&sim, BACK, ["message:send", "message:receive"]);
    let attached = form(&sim, &[("authorization", &basic)], &code_form(&code)).await;
    let bot = sim.bot_user_id();
    let expected = json!({ "bot_id": bot, "scopes": ["message:send", "message:receive"] });
    assert_eq!((attached.status, attached.json()), (200, expected));
    let invalid = r#"{"error":"invalid_grant","error_description":"invalid authorization code"}"#;
    form(&sim, &[("authorization", &basic)], &code_form(&code)).await.is(400, invalid);

    let second = sim.add_channel();
    let code = module.agree(&second, BACK, ["message:send"]);
    let credentials = "&client_id=sim-module-1&client_secret=sim-module-secret-1";
    assert_eq!(form(&sim, &[], &(code_form(&code) + credentials)).await.status, 200);
    let code = module.agree(&second, "https://example.com/other", ["message:send"]);
    form(&sim, &[], &(code_form(&code) + credentials)).await.is(400, invalid);
    let wrong = "&client_id=sim-module-1&client_secret=x";
    assert_eq!(form(&sim, &[], &(code_form(&code) + wrong)).await.status, 400);

    let bots = call(&sim, &token, "GET", "/v2/bot/list", "").await.json();
    let first = json!({
        "userId": bot, "basicId": "@sim1", "displayName": "simulated account 1",
    });
    assert_eq!((&bots["bots"][0], bots["bots"].as_array().unwrap().len()), (&first, 2));
    let page = call(&sim, &token, "GET", "/v2/bot/list?limit=1", "").await.json();
    let next = format!("/v2/bot/list?start={}", page["next"].as_str().unwrap());
    let rest = call(&sim, &token, "GET", &next, "").await.json();
    assert_eq!(rest["bots"][0]["userId"], json!(second.bot_user_id()));
    call(&sim, &token, "GET", "/v2/bot/list?start=x", "")
        .await
        .is(400, r#"{"message":"Invalid start param"}"#);
    assert_eq!(call(&sim, &token, "GET", "/v2/bot/list?limit=101", "").await.status, 400);
    assert_eq!(call(&sim, "sim-token-1", "GET", "/v2/bot/list", "").await.status, 401);

    let detach = "/v2/bot/channel/detach";
    let body = json!({ "botId": bot }).to_string();
    let not_detachable = r#"{"message":"Specified channel is not detachable"}"#;
    call(&sim, "sim-token-1", "POST", detach, &body).await.is(400, not_detachable);
    call(&sim, &token, "POST", detach, &body).await.is(200, "");
    call(&sim, &token, "POST", detach, &body).await.is(400, not_detachable);
    call(&sim, &token, "POST", detach, r#"{"botId":"U1"}"#)
        .await
        .is(400, r#"{"message":"user/group/room Id is not available."}"#);
}

#[tokio::test]
async fn a_module_takes_a_chat_and_gives_it_back() {
    let sim = start().await;
    sim.set_webhook("http://127.0.0.1:9/").unwrap();
    let hana = sim.add_friend();
    let modules = [sim.add_module(), sim.add_module()];
    for module in &modules {
        let code = module.agree(&sim, BACK, ["message:send"]);
        let (id, secret) = (module.channel_id(), module.channel_secret());
        let body = code_form(&code) + &format!("&client_id={id}&client_secret={}", secret.expose());
        assert_eq!(form(&sim, &[], &body).await.status, 200);
    }
    let tokens = modules.map(|module| module.channel_token().expose().to_owned());
    let path = |act: &str| format!("/v2/bot/chat/{hana}/control/{act}");
    let mode = |text: &str| {
        sim.user_says(&hana, text);
        let event = sim.webhooks().all().pop().unwrap().events.remove(0);
        let json = serde_json::to_value(event).unwrap();
        (json["mode"].clone(), json["replyToken"].is_string())
    };
    assert_eq!(mode("before"), (json!("active"), true));
    let body = r#"{"expired":true,"ttl":60}"#;
    call(&sim, &tokens[0], "POST", &path("acquire"), body).await.is(200, "");
    assert_eq!(mode("taken"), (json!("standby"), false));
    assert_eq!(call(&sim, &tokens[1], "POST", &path("acquire"), body).await.status, 423);
    sim.advance(Duration::from_secs(3));
    call(&sim, &tokens[1], "POST", &path("acquire"), body).await.is(200, "");
    // It is no longer the first one's to give back.
    call(&sim, &tokens[0], "POST", &path("release"), "").await.is(200, "");
    assert_eq!(mode("taken again"), (json!("standby"), false));
    sim.advance(Duration::from_secs(60));
    assert_eq!(mode("over"), (json!("active"), true));
    call(&sim, &tokens[1], "POST", &path("acquire"), r#"{"expired":false}"#).await.is(200, "");
    sim.advance(Duration::from_secs(365 * 24 * 60 * 60));
    assert_eq!(mode("for ever").0, "standby");
    call(&sim, &tokens[1], "POST", &path("release"), "").await.is(200, "");
    assert_eq!(mode("given back").0, "active");

    let invalid = r#"{"message":"The value for the 'chatId' parameter is invalid"}"#;
    for act in ["acquire", "release"] {
        let path = format!("/v2/bot/chat/x/control/{act}");
        call(&sim, &tokens[0], "POST", &path, "{}").await.is(400, invalid);
    }
    for (ttl, status) in [(0, 400), (1, 200), (31_536_000, 200), (31_536_001, 400)] {
        let body = json!({ "ttl": ttl }).to_string();
        let answer = call(&sim, &tokens[0], "POST", &path("acquire"), &body).await;
        assert_eq!(answer.status, status, "{ttl}");
    }
    let stranger = sim.add_user();
    let unknown = format!("/v2/bot/chat/{stranger}/control/acquire");
    call(&sim, &tokens[0], "POST", &unknown, "{}").await.is(404, r#"{"message":"Not found"}"#);
}

#[tokio::test]
async fn modules_are_added_over_http() {
    let sim = start().await;
    let added = control(&sim, "POST", "/modules", "").await.json();
    assert_eq!(added["channelId"], "sim-module-1");
    let body = json!({ "redirectUri": BACK, "scopes": ["message:send"] }).to_string();
    let agreed = control(&sim, "POST", "/modules/sim-module-1/codes", &body).await.json();
    let credentials = "&client_id=sim-module-1&client_secret=sim-module-secret-1";
    let body = code_form(agreed["code"].as_str().unwrap()) + credentials;
    assert_eq!(form(&sim, &[], &body).await.status, 200);
    assert_eq!(
        control(&sim, "POST", "/modules/x/codes", r#"{"redirectUri":"","scopes":[]}"#).await.status,
        404
    );
}
