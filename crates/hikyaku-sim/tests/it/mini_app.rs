use std::time::Duration;

use hikyaku_model::UserId;
use hikyaku_sim::{ClockMode, Login, Sim};
use serde_json::{Value, json};

use crate::{
    bot::Bot,
    http::{Answer, control, send},
};

const TOKEN: &str = "/message/v3/notifier/token";
const SEND: &str = "/message/v3/notifier/send?target=service";
pub(crate) const RESERVE: &str = "/iap/v1/product/reserve";
const EVENTS: &str = "/iap/v1/webhook/events";
const PERIOD: &str = "?startEpochSeconds=1784937600&endEpochSeconds=1785542400";

pub(crate) struct App {
    pub(crate) sim: Sim,
    pub(crate) login: Login,
    /// A stateless token of its channel, which lives a quarter of an hour.
    pub(crate) token: String,
    liff_id: String,
    hana: UserId,
}

impl App {
    async fn start() -> Self {
        let start = "2026-08-01T00:00:00Z".parse().unwrap();
        let sim = Sim::builder().clock(ClockMode::Fixed(start)).start().await.unwrap();
        let hana = sim.add_friend();
        Self::of(sim, hana).await
    }

    /// The app of a simulator, for one of its people.
    pub(crate) async fn of(sim: Sim, hana: UserId) -> Self {
        let login = sim.login();
        let mut app = Self { sim, login, token: String::new(), liff_id: String::new(), hana };
        app.renew().await;
        let page = json!({ "view": { "type": "full", "url": "https://example.com/" } });
        let made = app.post("/liff/v1/apps", &page).await.json();
        made["liffId"].as_str().unwrap().clone_into(&mut app.liff_id);
        app
    }

    async fn renew(&mut self) {
        let body =
            "grant_type=client_credentials&client_id=sim-login-1&client_secret=sim-login-secret-1";
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let path = "/oauth2/v3/token";
        let url = self.sim.api_url();
        let issued = send(&url, "POST", path, &headers, body.as_bytes()).await.unwrap();
        issued.json()["access_token"].as_str().unwrap().clone_into(&mut self.token);
    }

    pub(crate) async fn by(&self, token: &str, method: &str, path: &str, json: &Value) -> Answer {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", &*bearer), ("content-type", "application/json")];
        let body = if json.is_null() { String::new() } else { json.to_string() };
        send(&self.sim.api_url(), method, path, &headers, body.as_bytes()).await.unwrap()
    }

    async fn post(&self, path: &str, json: &Value) -> Answer {
        self.by(&self.token, "POST", path, json).await
    }

    pub(crate) fn open(&self) -> String {
        self.login.open_liff(&self.hana, &self.liff_id).access_token
    }

    pub(crate) async fn issue(&self, liff_token: &str) -> Answer {
        self.post(TOKEN, &json!({ "liffAccessToken": liff_token })).await
    }

    pub(crate) async fn message(&self, token: &str, template: &str) -> Answer {
        let params = json!({ "date": "2020-04-23" });
        let body =
            json!({ "templateName": template, "params": params, "notificationToken": token });
        self.post(SEND, &body).await
    }
}

fn text(json: &Value, name: &str) -> String {
    json[name].as_str().unwrap_or_else(|| panic!("no {name}: {json}")).to_owned()
}

#[tokio::test]
async fn five_service_messages_are_sent_each_by_a_new_token() {
    let app = App::start().await;
    app.login.add_service_template("thankyou_msg_en");
    let issued = app.issue(&app.open()).await.json();
    assert_eq!((&issued["expiresIn"], &issued["remainingCount"]), (&json!(31_536_000), &json!(5)));
    let mut token = text(&issued, "notificationToken");
    app.sim.advance(Duration::from_secs(60));
    for remaining in (1..5).rev() {
        let sent = app.message(&token, "thankyou_msg_en").await.json();
        assert_eq!(
            (&sent["expiresIn"], &sent["remainingCount"], &sent["sessionId"]),
            (&json!(31_535_940), &json!(remaining), &issued["sessionId"])
        );
        let used = r#"{"message":"Invalid notifier token"}"#;
        app.message(&token, "thankyou_msg_en").await.is(401, used);
        token = text(&sent, "notificationToken");
    }
    app.message(&token, "thankyou_msg_en").await.is(200, r#"{"expiresIn":0,"remainingCount":0}"#);
    let sent = app.login.service_messages();
    assert_eq!(sent.len(), 5);
    assert_eq!((&sent[0].to, &*sent[0].template_name), (&app.hana, "thankyou_msg_en"));
    assert_eq!(sent[0].params, json!({ "date": "2020-04-23" }));
    let listed = control(&app.sim, "GET", "/logins/sim-login-1/service-messages", "").await.json();
    assert_eq!(listed["messages"][4]["to"], json!(app.hana));
}

#[tokio::test]
async fn a_notification_token_is_issued_once_for_an_open_app() {
    let mut app = App::start().await;
    let liff_token = app.open();
    assert_eq!(app.issue(&liff_token).await.status, 200);
    assert_eq!(app.issue(&liff_token).await.status, 400);
    let blank = r#"{"message":"[liffAccessToken] must not be blank"}"#;
    app.issue("").await.is(400, blank);
    app.post(TOKEN, &json!({})).await.is(400, blank);
    let closed = app.open();
    let revoke =
        format!("client_id=sim-login-1&client_secret=sim-login-secret-1&access_token={closed}");
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let url = app.sim.api_url();
    let path = "/oauth2/v2.1/revoke";
    send(&url, "POST", path, &headers, revoke.as_bytes()).await.unwrap().is(200, "");
    app.issue(&closed).await.is(401, r#"{"message":"The access token revoked"}"#);
    let old = app.open();
    app.sim.advance(Duration::from_secs(12 * 60 * 60));
    app.renew().await;
    app.issue(&old).await.is(401, r#"{"message":"The access token expired"}"#);
    let body = json!({ "liffAccessToken": app.open() });
    assert_eq!(app.by("sim-token-1", "POST", TOKEN, &body).await.status, 401);
}

#[tokio::test]
async fn a_service_message_has_a_template_of_the_channel_and_a_language() {
    let app = App::start().await;
    app.login.add_service_template(format!("{}_zh-TW", "a".repeat(24)));
    let token = text(&app.issue(&app.open()).await.json(), "notificationToken");
    assert_eq!(app.message(&token, "unknown_en").await.status, 403);
    for wrong in ["thankyou", "thankyou_xx", &format!("{}_zh-TW", "a".repeat(25)), ""] {
        assert_eq!(app.message(&token, wrong).await.status, 400, "{wrong}");
    }
    let body = json!({ "templateName": "a_en", "params": {}, "notificationToken": token });
    assert_eq!(app.post("/message/v3/notifier/send", &body).await.status, 400);
    let mut without = body.clone();
    without.as_object_mut().unwrap().remove("params");
    assert_eq!(app.post(SEND, &without).await.status, 400);
    // None of these has used the token up.
    let longest = format!("{}_zh-TW", "a".repeat(24));
    assert_eq!(app.message(&token, &longest).await.json()["remainingCount"], 4);
}

#[tokio::test]
async fn a_purchase_is_reserved_paid_for_and_told() {
    let bot = Bot::that_answers(200).await;
    let app = App::start().await;
    let liff_token = app.open();
    let order = |product: &str| {
        json!({
            "clientIp": "192.168.1.1", "clientOs": "android", "productId": product,
            "shopProductName": "Premium Package",
        })
    };
    let reserve = async |json: &Value| app.by(&liff_token, "POST", RESERVE, json).await;
    let code = |answer: &Answer| answer.json()["errorCode"].clone();
    assert_eq!(code(&reserve(&order("iap_ln_002")).await), "WEBHOOK_URL_IS_NOT_SET");
    app.login.sell("iap_ln_002", bot.url()).unwrap();
    assert_eq!(code(&reserve(&order("iap_ln_003")).await), "PRODUCT_ID_NOT_FOUND");
    let reserved = reserve(&order("iap_ln_002")).await;
    let id = text(&reserved.json(), "orderId");
    assert!(id.starts_with("T20260801") && id.len() == 23, "{id}");
    assert!(app.login.pay(&id).await);
    let event = json!({
        "type": "purchaseComplete", "orderId": id, "productId": "iap_ln_002", "userId": app.hana,
        "purchaseTimestamp": 1_785_542_400, "channelId": "sim-login-1",
    });
    let request = &bot.received()[0];
    assert_eq!(request.json(), event);

    let second = text(&reserve(&order("iap_ln_002")).await.json(), "orderId");
    app.login.sell("iap_ln_002", "http://127.0.0.1:9/").unwrap();
    let order_id = json!({ "orderId": second }).to_string();
    let paid = control(&app.sim, "POST", "/logins/sim-login-1/purchases", &order_id).await;
    assert_eq!(paid.json(), json!({ "received": false }));
    let events = async |query: &str| {
        app.by(&app.token, "GET", &format!("{EVENTS}{query}"), &Value::Null).await
    };
    let first =
        json!({ "events": [{ "transactionType": "PRODUCT", "event": event }], "nextCursor": null });
    assert_eq!(events(&format!("{PERIOD}&pageSize=100&status=SUCCESS")).await.json(), first);
    let failed = events(&format!("{PERIOD}&pageSize=100&status=FAILED")).await.json();
    assert_eq!(failed["events"][0]["event"]["orderId"], json!(second));
    let page = events(&format!("{PERIOD}&pageSize=1")).await.json();
    let next = format!("{PERIOD}&pageSize=1&cursor={}", text(&page, "nextCursor"));
    assert_eq!(events(&next).await.json(), failed);
    let later = "?startEpochSeconds=1785542401&endEpochSeconds=1785542402&pageSize=1";
    assert_eq!(events(later).await.json()["events"], json!([]));
    let all = events(&format!("{PERIOD}&pageSize=100")).await.json();
    assert_eq!(all["events"].as_array().unwrap().len(), 2);
    for wrong in [
        &format!("{PERIOD}&pageSize=1&status=OPEN"),
        &format!("{PERIOD}&pageSize=0"),
        &format!("{PERIOD}&pageSize=101"),
        &format!("{PERIOD}&pageSize=1&cursor=x"),
        "?startEpochSeconds=x&endEpochSeconds=1785542400&pageSize=1",
        "?startEpochSeconds=1784937599&endEpochSeconds=1785542400&pageSize=1",
        // LINE requires all three.
        "?endEpochSeconds=1785542400&pageSize=1",
        "?startEpochSeconds=1784937600&pageSize=1",
        PERIOD,
    ] {
        assert_eq!(code(&events(wrong).await), "VALIDATION_ERROR", "{wrong}");
    }
}

#[tokio::test]
async fn a_wrong_reservation_is_refused_in_lines_words() {
    let app = App::start().await;
    let liff_token = app.open();
    let mini_app = json!({
        "products": ["p"], "purchaseWebhook": "http://127.0.0.1:9/", "serviceTemplates": ["a_en"],
    });
    let path = "/logins/sim-login-1/mini-app";
    assert_eq!(control(&app.sim, "PUT", path, &mini_app.to_string()).await.status, 204);
    let order = json!({
        "clientIp": "::1", "clientOs": "ios", "productId": "p", "shopProductName": "あ".repeat(20),
    });
    let reserve = async |json: &Value| app.by(&liff_token, "POST", RESERVE, json).await;
    assert_eq!(reserve(&order).await.status, 200);
    let with = |name: &str, value: Value| {
        let mut order = order.clone();
        order[name] = value;
        order
    };
    reserve(&with("clientOs", json!("INVALID"))).await.is(
        400,
        r#"{"errorCode":"VALIDATION_ERROR","message":"Request validation failed.","details":[{"message":"'clientOs' must be 'android' or 'ios'. Actually received: 'INVALID'","property":"clientOs"}]}"#,
    );
    for (name, value) in [
        ("clientIp", json!("localhost")),
        ("productId", json!("")),
        ("shopProductName", json!("a".repeat(21))),
        ("shopProductName", Value::Null),
    ] {
        let refused = reserve(&with(name, value)).await;
        assert_eq!(refused.json()["details"][0]["property"], name);
    }
    assert_eq!(app.by("x", "POST", RESERVE, &order).await.status, 401);
    for (name, code) in
        [("blockedUserIds", "BLOCKED_USER"), ("userIdsWithoutTerms", "TERMS_AGREEMENT_ERROR")]
    {
        let set = json!({ name: [app.hana] }).to_string();
        assert_eq!(control(&app.sim, "PUT", path, &set).await.status, 204);
        assert_eq!(reserve(&order).await.json()["errorCode"], code);
        let lifted = json!({ name: [] }).to_string();
        control(&app.sim, "PUT", path, &lifted).await;
    }
    let opened = json!({ "userId": app.hana, "liffId": app.liff_id }).to_string();
    let opened = control(&app.sim, "POST", "/logins/sim-login-1/liff-sessions", &opened).await;
    assert_eq!((opened.status, &opened.json()["idToken"]), (201, &Value::Null));
}
