//! Programs that speak neither API: what they really send, and what people see of it.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hikyaku_gateway::{NewToken, Served, Template};
use ring::hmac;
use serde_json::{Value, json};

use crate::home::{Home, OK};

/// As Grafana 12 sends it, its two other fields left as they are.
const GRAFANA: &str = r#"{"receiver":"line","status":"firing","alerts":[{"status":"firing","labels":{"alertname":"High CPU usage","grafana_folder":"Ops","team":"blue","zone":"eu-1"},"annotations":{"description":"The system has high CPU usage","runbook_url":"https://wiki.example/1","summary":"CPU above 90 % in eu-1"},"startsAt":"2026-03-12T09:56:03.157+02:00","endsAt":"0001-01-01T00:00:00Z","generatorURL":"https://grafana.example/alerting/grafana/d1rdpdv7k/view?orgId=1","fingerprint":"bc97ff14869b13e3","silenceURL":"https://grafana.example/alerting/silence/new?alertmanager=grafana","dashboardURL":"https://grafana.example/d/abc?orgId=1","panelURL":"https://grafana.example/d/abc?orgId=1&viewPanel=2","values":{"B":92.5,"C":1},"valueString":"[ var='B' labels={zone=eu-1} value=92.5 ]"}],"groupLabels":{"alertname":"High CPU usage"},"commonLabels":{"alertname":"High CPU usage","grafana_folder":"Ops","team":"blue","zone":"eu-1"},"commonAnnotations":{},"externalURL":"https://grafana.example/","version":"1","groupKey":"{}:{alertname=\"High CPU usage\"}","truncatedAlerts":0,"orgId":1,"title":"[FIRING:1] High CPU usage Ops (blue eu-1)","state":"alerting","message":"**Firing**\n\nValue: B=92.5, C=1\n"}"#;

/// As Alertmanager 0.28 sends it.
const ALERTMANAGER: &str = r#"{"receiver":"line","status":"firing","alerts":[{"status":"firing","labels":{"alertname":"InstanceDown","instance":"db1:9100","job":"node","severity":"page"},"annotations":{"summary":"db1 is down"},"startsAt":"2026-02-06T13:08:45.828Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"http://prometheus.example:9090/graph?g0.expr=up+%3D%3D+0&g0.tab=1","fingerprint":"1a30ba71cca2921f"},{"status":"resolved","labels":{"alertname":"InstanceDown","instance":"db2:9100","job":"node","severity":"page"},"annotations":{"summary":"db2 is down"},"startsAt":"2026-02-06T13:01:45.828Z","endsAt":"2026-02-06T13:09:45.828Z","generatorURL":"http://prometheus.example:9090/graph?g0.expr=up+%3D%3D+0&g0.tab=1","fingerprint":"2a30ba71cca2921f"}],"groupLabels":{"alertname":"InstanceDown"},"commonLabels":{"alertname":"InstanceDown","job":"node","severity":"page"},"commonAnnotations":{},"externalURL":"http://alerts.example:9093","version":"4","groupKey":"{}/{severity=\"page\"}:{alertname=\"InstanceDown\"}","truncatedAlerts":0}"#;

const PUSH: &str = r#"{"ref":"refs/heads/main","before":"6113728f27ae82c7b1a177c8d03f9e96e0adf246","after":"0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c","repository":{"id":186853002,"name":"hello","full_name":"octo/hello","private":false,"html_url":"https://github.com/octo/hello"},"pusher":{"name":"mona","email":"mona@example.com"},"sender":{"login":"mona","id":21031067,"type":"User"},"created":false,"deleted":false,"forced":false,"base_ref":null,"compare":"https://github.com/octo/hello/compare/6113728f27ae...0d1a26e67d8f","commits":[{"id":"0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c","distinct":true,"message":"Mend the door","timestamp":"2026-05-15T15:20:41Z","url":"https://github.com/octo/hello/commit/0d1a26e67d8f","author":{"name":"Mona","email":"mona@example.com","username":"mona"}}],"head_commit":null}"#;

const JSON: &str = "Content-Type: application/json\r\n";

async fn home() -> Home {
    Home::configured(|config| {
        config.listen.get_mut("all").unwrap().serve.push(Served::Adapters);
        let uptime = Template::parse("{{monitor.name}}: {{heartbeat.msg|no reason}}").unwrap();
        config.template.insert("uptime".to_owned(), uptime);
    })
    .await
}

impl Home {
    fn text(&self) -> String {
        let pushed = self.pushed();
        let messages = pushed["messages"].as_array().unwrap();
        assert_eq!(messages.len(), 1, "{pushed}");
        messages[0]["text"].as_str().unwrap().to_owned()
    }
}

/// What GitHub signs a body with.
fn signature(secret: &str, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hmac::sign(&key, body.as_bytes()).as_ref().iter().fold(String::new(), |mut digits, byte| {
        write!(digits, "{byte:02x}").unwrap();
        digits
    })
}

#[tokio::test]
async fn an_alert_group_of_grafana_is_one_notification() {
    let home = home().await;
    let answer = home.call("POST /adapters/grafana", &home.t2, JSON, GRAFANA).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, OK));
    assert_eq!(answer.header("x-gateway-delivery"), Some("sent"));
    assert_eq!(answer.header("X-RateLimit-Remaining"), Some("999"));
    assert_eq!(home.pushed()["to"], json!(home.group));
    assert_eq!(
        home.text(),
        "[srv] 🔥 Firing: High CPU usage\nCPU above 90 % in eu-1\nThe system has high CPU usage\n\
         https://grafana.example/d/abc?orgId=1&viewPanel=2"
    );
    let answer = home.call("PUT /adapters/grafana", &home.t2, JSON, GRAFANA).await;
    assert_eq!((answer.body.as_str(), home.pushes()), (OK, 2));
    home.stop().await;
}

#[tokio::test]
async fn resolved_alerts_of_alertmanager_are_told_apart() {
    let home = home().await;
    let answer = home.call("POST /adapters/alertmanager", &home.t1, JSON, ALERTMANAGER).await;
    assert_eq!((answer.body.as_str(), home.pushes()), (OK, 1));
    assert_eq!(
        home.text(),
        "[cron] 🔥 Firing 1: InstanceDown (page)\n• instance=db1:9100: db1 is down\n\
         ✅ Resolved 1: InstanceDown (page)\n• instance=db2:9100: db2 is down\nhttp://alerts.example:9093"
    );
    let old = ALERTMANAGER.replace(r#""version":"4""#, r#""version":"3""#);
    let answer = home.call("POST /adapters/alertmanager", &home.t1, JSON, &old).await;
    let why = r#"{"status":400,"message":"version: must be \"4\": this gateway reads no other"}"#;
    assert_eq!((answer.status, answer.body.as_str(), home.pushes()), (400, why, 1));
    home.stop().await;
}

#[tokio::test]
async fn a_signed_webhook_of_github_is_told_once() {
    let home = home().await;
    let (token, secret) = {
        let new = NewToken {
            name: "hub".to_owned(),
            target: home.group.clone(),
            target_name: None,
            channel: "default".to_owned(),
        };
        let issued = home.state.issue(new, None).await.unwrap();
        (issued.id, home.state.github_secret(issued.id))
    };
    let signed = |body: &str, secret: &str, event: &str| {
        let digits = signature(secret, body);
        format!(
            "{JSON}X-GitHub-Event: {event}\r\nX-GitHub-Delivery: 72d3162e-cc78-11e3-81ab-4c9367dc0958\r\n\
             X-Hub-Signature-256: sha256={digits}\r\n"
        )
    };
    let path = format!("POST /adapters/github/{token}");
    for _ in 0..2 {
        let answer = home.request(&path, &signed(PUSH, &secret, "push"), PUSH).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, OK));
    }
    assert_eq!(home.pushes(), 1);
    let twice = format!("{}X-GitHub-Delivery: 2\r\n", signed(PUSH, &secret, "push"));
    assert_eq!(home.request(&path, &twice, PUSH).await.status, 400);
    assert_eq!(
        home.text(),
        "[hub] octo/hello: mona pushed 1 commit to main\n• Mend the door\n\
         https://github.com/octo/hello/compare/6113728f27ae...0d1a26e67d8f"
    );
    let ping =
        r#"{"action":"requested","repository":{"full_name":"octo/hello"},"workflow_run":{}}"#;
    let answer = home.request(&path, &signed(ping, &secret, "workflow_run"), ping).await;
    assert!(answer.status == 200 && answer.body.contains("nothing was sent"), "{answer:?}");
    // Another token's secret, no signature, and a token that was revoked.
    let other = home.state.github_secret(1);
    for headers in [signed(PUSH, &other, "push"), JSON.to_owned()] {
        assert_eq!(home.request(&path, &headers, PUSH).await.status, 401);
    }
    assert!(home.state.revoke(token).await.unwrap());
    assert_eq!(home.request(&path, &signed(PUSH, &secret, "push"), PUSH).await.status, 401);
    assert_eq!(home.pushes(), 1);
    home.stop().await;
}

#[tokio::test]
async fn github_may_send_a_form() {
    let home = home().await;
    let payload = percent_encoding::utf8_percent_encode(PUSH, percent_encoding::NON_ALPHANUMERIC);
    let body = format!("payload={payload}");
    let digits = signature(&home.state.github_secret(2), &body);
    let headers = format!(
        "Content-Type: application/x-www-form-urlencoded\r\nX-GitHub-Event: push\r\nX-Hub-Signature-256: sha256={digits}\r\n"
    );
    let answer = home.request("POST /adapters/github/2", &headers, &body).await;
    assert_eq!(answer.body, OK);
    assert!(home.text().starts_with("[srv] octo/hello: mona pushed 1 commit"), "{}", home.text());
    home.stop().await;
}

#[tokio::test]
async fn any_json_becomes_a_text_by_a_template() {
    let home = home().await;
    let body = r#"{"monitor":{"name":"Shop"},"heartbeat":{"msg":"502 Bad Gateway","ping":null}}"#;
    let answer = home.call("POST /adapters/json/uptime", &home.t1, JSON, body).await;
    assert_eq!((answer.body.as_str(), home.text().as_str()), (OK, "[cron] Shop: 502 Bad Gateway"));
    let line = "POST /adapters/json?text=%7B%7Bmonitor.name%7D%7D+{{heartbeat.ping|-}}";
    assert_eq!(home.call(line, &home.t1, JSON, body).await.body, OK);
    assert_eq!(home.text(), "[cron] Shop -");
    for (path, body, why) in [
        ("/uptime", r#"{"heartbeat":{}}"#, "monitor.name: is missing in the body"),
        ("/uptime", "not JSON", "the body is no JSON: expected ident at line 1 column 2"),
        ("/fax", "{}", "template.fax: is not in the configuration"),
        ("?text={{", "{}", "text: a template has {{ without }}"),
    ] {
        let line = format!("POST /adapters/json{path}");
        let answer = home.call(&line, &home.t1, JSON, body).await;
        let told: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!((answer.status, &told), (400, &json!({ "status": 400, "message": why })));
    }
    assert_eq!(home.pushes(), 2);
    home.stop().await;
}

#[tokio::test]
async fn ntfys_api_is_served() {
    let home = home().await;
    let headers = "Title: Door\r\nPriority: low\r\nTags: warning,cellar\r\n";
    let answer = home.call("POST /home", &home.t1, headers, "It is open.").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let message: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(message["event"], "message");
    assert_eq!(
        (&message["topic"], &message["title"], &message["message"], &message["priority"]),
        (&json!("home"), &json!("Door"), &json!("It is open."), &json!(2))
    );
    assert!(message["time"].is_i64() && message["id"].is_string(), "{message}");
    assert_eq!(home.text(), "[cron] ⚠️ Door\nIt is open.\n(cellar)");
    assert_eq!(home.pushed()["notificationDisabled"], json!(true));

    // ntfy's own command sends a user's password, or a token behind a colon.
    let basic =
        format!("Authorization: Basic {}\r\n", STANDARD.encode(format!(":{}", home.t1.expose())));
    let body = r#"{"topic":"home","message":"hi","attach":"https://a.example/b.png"}"#;
    let answer = home.request("POST /", &basic, body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let pushed = home.pushed();
    assert_eq!(pushed["messages"][0]["text"], "[cron] hi");
    assert_eq!(pushed["messages"][1]["originalContentUrl"], "https://a.example/b.png");

    let answer = home.call("POST /home", &home.t1, "Delay: 30min\r\n", "x").await;
    let why = r#"{"code":40000,"http":400,"error":"delay: is not taken by this gateway, nothing was sent"}"#;
    assert_eq!((answer.status, answer.body.as_str()), (400, why));
    let answer = home.request("PUT /home", "", "x").await;
    let why = r#"{"code":40101,"http":401,"error":"Invalid access token"}"#;
    assert_eq!((answer.status, answer.body.as_str()), (401, why));
    assert_eq!(home.call("GET /home", &home.t1, "", "").await.status, 404);
    assert_eq!(home.pushes(), 2);
    home.stop().await;
}

#[tokio::test]
async fn gotifys_api_is_served() {
    let home = home().await;
    let line = format!("POST /message?token={}", home.t2.expose());
    let body = r#"{"title":"Backup","message":"It is done.","priority":5}"#;
    let answer = home.request(&line, JSON, body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let message: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(
        (&message["title"], &message["message"], &message["priority"], &message["appid"]),
        (&json!("Backup"), &json!("It is done."), &json!(5), &json!(2))
    );
    assert!(message["id"].is_i64() && message["date"].is_string(), "{message}");
    assert_eq!(home.text(), "[srv] Backup\nIt is done.");
    let key = format!(
        "X-Gotify-Key: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n",
        home.t1.expose()
    );
    assert_eq!(home.request("POST /message", &key, "message=a+b&priority=0").await.status, 200);
    assert_eq!(
        (home.text(), &home.pushed()["notificationDisabled"]),
        ("[cron] a b".to_owned(), &json!(true))
    );
    let answer = home.request("POST /message?token=x", JSON, body).await;
    let why =
        r#"{"error":"Unauthorized","errorCode":401,"errorDescription":"Invalid access token"}"#;
    assert_eq!((answer.status, answer.body.as_str()), (401, why));
    let answer = home.request(&line, JSON, "{}").await;
    let why = r#"{"error":"Bad Request","errorCode":400,"errorDescription":"message: must not be empty"}"#;
    assert_eq!((answer.status, answer.body.as_str()), (400, why));
    home.stop().await;
}

#[tokio::test]
async fn adapters_are_where_they_are_served_and_leave_the_doors_alone() {
    let home = Home::new().await;
    for line in ["POST /adapters/grafana", "POST /message", "POST /home"] {
        assert_eq!(home.call(line, &home.t1, JSON, "{}").await.status, 404, "{line}");
    }
    home.stop().await;
    let home = self::home().await;
    assert_eq!(home.notify(&home.t1, "message=a").await.body, OK);
    let answer = home.request("GET /v2/bot/info", "", "").await;
    assert!(answer.status == 401 && answer.header("x-line-request-id").is_some(), "{answer:?}");
    assert_eq!(home.call("POST /adapters/fax", &home.t1, JSON, "{}").await.status, 404);
    let large = "x".repeat(2 << 20);
    assert_eq!(home.call("POST /home", &home.t1, "", &large).await.status, 413);
    home.stop().await;
}
