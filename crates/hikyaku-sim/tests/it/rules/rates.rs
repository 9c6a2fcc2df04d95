use hikyaku_sim::{ClockMode, Sim};
use serde_json::json;

use crate::http::{bearer, control, raw, request, send};

/// The rates of the endpoints that have one of their own, in requests of one moment: a bucket is as large as its rate.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#rate-limits>
const RATES: [(usize, &str, &str); 42] = [
    (60, "POST", "/v2/bot/message/narrowcast"),
    (60, "POST", "/v2/bot/message/broadcast"),
    (60, "GET", "/v2/bot/insight/message/delivery"),
    (60, "GET", "/v2/bot/insight/followers"),
    (60, "GET", "/v2/bot/insight/demographic"),
    (60, "GET", "/v2/bot/insight/message/event"),
    (60, "GET", "/v2/bot/insight/message/event/aggregation"),
    (60, "GET", "/v2/bot/insight/richmenu/x/summary"),
    (60, "GET", "/v2/bot/insight/richmenu/x/daily"),
    (60, "POST", "/v2/bot/channel/webhook/test"),
    (60, "POST", "/v2/bot/audienceGroup/upload"),
    (60, "PUT", "/v2/bot/audienceGroup/upload"),
    (60, "POST", "/v2/bot/audienceGroup/upload/byFile"),
    (60, "PUT", "/v2/bot/audienceGroup/upload/byFile"),
    (60, "POST", "/v2/bot/audienceGroup/click"),
    (60, "POST", "/v2/bot/audienceGroup/imp"),
    (60, "PUT", "/v2/bot/audienceGroup/1/updateDescription"),
    (60, "DELETE", "/v2/bot/audienceGroup/1"),
    (60, "GET", "/v2/bot/audienceGroup/1"),
    (60, "GET", "/v2/bot/audienceGroup/list"),
    (60, "GET", "/v2/bot/audienceGroup/shared/1"),
    (60, "GET", "/v2/bot/audienceGroup/shared/list"),
    (1000, "PUT", "/v2/bot/channel/webhook/endpoint"),
    (1000, "GET", "/v2/bot/channel/webhook/endpoint"),
    (100, "POST", "/v2/bot/richmenu"),
    (100, "DELETE", "/v2/bot/richmenu/x"),
    (100, "DELETE", "/v2/bot/richmenu/alias/x"),
    (100, "GET", "/v2/bot/richmenu/progress/batch"),
    (3, "POST", "/v2/bot/richmenu/batch"),
    (10, "GET", "/v2/bot/richmenu/list"),
    (200, "POST", "/v2/bot/message/multicast"),
    (200, "GET", "/v2/bot/membership/subscription/x"),
    (200, "GET", "/v2/bot/membership/list"),
    (200, "GET", "/v2/bot/membership/1/users/ids"),
    (200, "POST", "/v2/bot/coupon"),
    (200, "PUT", "/v2/bot/coupon/x/close"),
    (200, "GET", "/v2/bot/coupon"),
    (200, "GET", "/v2/bot/coupon/x"),
    (100, "POST", "/v2/bot/chat/loading/start"),
    // All others have the same; these are near those above.
    (2000, "POST", "/v2/bot/richmenu/validate/batch"),
    (2000, "GET", "/v2/bot/message/progress/narrowcast"),
    (2000, "POST", "/v2/bot/message/push"),
];

#[tokio::test]
async fn every_endpoint_has_the_rate_that_line_gives_it() {
    let still = ClockMode::Fixed("2026-08-01T00:00:00Z".parse().unwrap());
    let sim = Sim::builder().clock(still).keep_requests(1).start().await.unwrap();
    let bearer = bearer(&sim);
    let headers = [("authorization", &*bearer), ("content-type", "application/json")];
    for (rate, method, path) in RATES {
        let url = if path.ends_with("byFile") { sim.data_url() } else { sim.api_url() };
        let last = request(method, path, &headers, b"{}");
        let first = String::from_utf8(last.clone()).unwrap().replace("connection: close\r\n", "");
        // One connection for all of them.
        let mut bytes = first.repeat(rate + 1).into_bytes();
        bytes.extend(last);
        let answers = raw(&url, &bytes).await.unwrap();
        let answers = String::from_utf8_lossy(&answers).into_owned();
        let refused = answers.matches("HTTP/1.1 429 ").count();
        let taken = answers.matches("HTTP/1.1 ").count() - refused;
        assert_eq!((taken, refused), (rate, 2), "{method} {path}");
    }
}

/// Calls without a channel's token count towards the channel that they name.
#[tokio::test]
async fn calls_of_tokens_logins_liff_and_modules_have_rates_too() {
    let still = ClockMode::Fixed("2026-08-01T00:00:00Z".parse().unwrap());
    let sim = Sim::builder().clock(still).start().await.unwrap();
    let module = sim.add_module();
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let token = format!("Bearer {}", module.channel_token().expose());
    let module_id = module.channel_id();
    let by_module = [("authorization", &*token)];
    let of = |id: &str| format!("grant_type=client_credentials&client_id={id}&client_secret=x");
    for (method, path, headers, body) in [
        ("POST", "/v2/oauth/accessToken", &form[..], of("sim-channel-1")),
        ("POST", "/oauth2/v3/token", &form, of("sim-channel-1")),
        ("POST", "/oauth2/v2.1/token", &form, of("sim-login-1")),
        ("GET", "/oauth2/v2.1/certs", &[], String::new()),
        ("POST", "/module/auth/v1/token", &form, of(&module_id)),
        ("GET", "/v2/bot/list", &by_module, String::new()),
    ] {
        let one = json!({ "method": method, "path": path, "rate": { "count": 1, "per": "1h" } });
        control(&sim, "PUT", "/ratelimit", &one.to_string()).await.is_status(204);
        let url = sim.api_url();
        let first = send(&url, method, path, headers, body.as_bytes()).await.unwrap();
        assert_ne!(first.status, 429, "{path}");
        let second = send(&url, method, path, headers, body.as_bytes()).await.unwrap();
        second.is_status(429);
    }
    // Another channel has a bucket of its own.
    let other = of("sim-login-1");
    let url = sim.api_url();
    let answer =
        send(&url, "POST", "/v2/oauth/accessToken", &form, other.as_bytes()).await.unwrap();
    assert_ne!(answer.status, 429);
}

#[tokio::test]
async fn short_lived_tokens_are_issued_at_370_a_second() {
    let still = ClockMode::Fixed("2026-08-01T00:00:00Z".parse().unwrap());
    let sim = Sim::builder().clock(still).keep_requests(1).start().await.unwrap();
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let body = b"grant_type=client_credentials&client_id=sim-channel-1&client_secret=sim-secret-1";
    let last = request("POST", "/v2/oauth/accessToken", &form, body);
    let first = String::from_utf8(last.clone()).unwrap().replace("connection: close\r\n", "");
    let mut bytes = first.repeat(370).into_bytes();
    bytes.extend(last);
    let answers = raw(&sim.api_url(), &bytes).await.unwrap();
    let answers = String::from_utf8_lossy(&answers).into_owned();
    assert_eq!(answers.matches("HTTP/1.1 200 ").count(), 370);
    assert_eq!(answers.matches("HTTP/1.1 429 ").count(), 1);
}
