use hikyaku_sim::{ClockMode, Sim};
use serde_json::{Value, json};

use super::check;
use crate::http::{call, get, post};

const COUPONS: &str = "/v2/bot/coupon";

fn coupon() -> Value {
    json!({
        "title": "a",
        "acquisitionCondition": { "type": "normal" },
        "maxUseCountPerTicket": 1,
        "startTimestamp": 1_785_542_400,
        "endTimestamp": 1_785_628_800,
        "timezone": "ASIA_TOKYO",
        "visibility": "UNLISTED",
        "reward": { "type": "discount", "priceInfo": { "type": "fixed", "fixedAmount": 100 } },
    })
}

async fn start() -> Sim {
    let start = "2026-08-01T00:00:00Z".parse().unwrap();
    let builder = Sim::builder().clock(ClockMode::Fixed(start)).rate_limits(false);
    builder.start().await.unwrap()
}

fn with(pointer: &str, value: Value) -> String {
    let mut coupon = coupon();
    *coupon.pointer_mut(pointer).unwrap() = value;
    coupon.to_string()
}

#[tokio::test]
async fn a_coupon_that_cannot_be_made() {
    let sim = start().await;
    let both = json!({ "type": "percentage", "percentage": 10, "fixedAmount": 100 });
    check(
        &sim,
        &[
            (
                "POST",
                COUPONS,
                &with("/title", "x".repeat(61).into()),
                400,
                r#"{"message":"The request body has 1 error(s)","details":[{"message":"Size must be between 1 and 60","property":"title"}]}"#,
            ),
            (
                "POST",
                COUPONS,
                &with("/reward", json!({ "type": "points" })),
                400,
                r#"{"message":"The request body has 1 error(s)","details":[{"message":"Must be one of the following values: [discount,free,gift,cashBack,others]","property":"reward.type"}]}"#,
            ),
            (
                "POST",
                COUPONS,
                &with("/reward/priceInfo", both),
                400,
                r#"{"message":"The request body has 1 error(s)","details":[{"message":"Must not be specified","property":"reward.priceInfo.fixedAmount"}]}"#,
            ),
        ],
    )
    .await;
    for (kind, wrong) in [
        (json!({ "type": "fixed", "fixedAmount": 1, "percentage": 10 }), "percentage"),
        (
            json!({ "type": "explicit", "originalPrice": 2, "priceAfterDiscount": 1, "fixedAmount": 1 }),
            "fixedAmount",
        ),
    ] {
        let refused = post(&sim, COUPONS, &with("/reward/priceInfo", kind)).await;
        let details = json!([{ "message": "Must not be specified", "property": format!("reward.priceInfo.{wrong}") }]);
        assert_eq!(refused.json()["details"], details);
    }
}

#[tokio::test]
async fn too_many_coupons() {
    let sim = start().await;
    let body = coupon().to_string();
    let bearer = crate::http::bearer(&sim);
    let headers = [("authorization", &*bearer), ("content-type", "application/json")];
    // One connection for all of them.
    let mut bytes = Vec::new();
    for _ in 0..4999 {
        let request = crate::http::request("POST", COUPONS, &headers, body.as_bytes());
        let request = String::from_utf8(request).unwrap();
        bytes.extend(request.replace("connection: close\r\n", "").into_bytes());
    }
    bytes.extend(crate::http::request("POST", COUPONS, &headers, body.as_bytes()));
    crate::http::raw(&sim.api_url(), &bytes).await.unwrap();
    post(&sim, COUPONS, &body).await.is(
        400,
        r#"{"message":"The request body has 1 error(s)","details":[{"message":"You have too many coupons created.","property":""}]}"#,
    );
}

#[tokio::test]
async fn coupons_that_are_there_or_not() {
    let sim = start().await;
    let made = post(&sim, COUPONS, &coupon().to_string()).await.json();
    let id = made["couponId"].as_str().unwrap();
    let none = r#"{"message":"The request body has 1 error(s)","details":[{"message":"coupon not found","property":""}]}"#;
    let status = r#"{"message":"The request body has 1 error(s)","details":[{"message":"Must be one of the following values: [DRAFT,RUNNING,CLOSED]","property":"status"}]}"#;
    let limit = r#"{"message":"The request body has 1 error(s)","details":[{"message":"Must be less than or equal to 100","property":"limit"}]}"#;
    call(&sim, "PUT", &format!("{COUPONS}/{id}/close"), "").await.is(200, "{}");
    check(
        &sim,
        &[
            (
                "PUT",
                &format!("{COUPONS}/{id}/close"),
                "",
                410,
                r#"{"message":"The request body has 1 error(s)","details":[{"message":"The coupon has already been closed.","property":""}]}"#,
            ),
            ("PUT", "/v2/bot/coupon/x/close", "", 404, none),
            ("GET", "/v2/bot/coupon/x", "", 404, none),
            ("GET", "/v2/bot/coupon?status=OPEN", "", 400, status),
            ("GET", "/v2/bot/coupon?status=DRAFT,OPEN", "", 400, status),
            ("GET", "/v2/bot/coupon?limit=101", "", 400, limit),
            ("GET", "/v2/bot/coupon?limit=99999999999999999999", "", 400, limit),
        ],
    )
    .await;
    // The reference's own line, and the form that its table has.
    post(&sim, COUPONS, &coupon().to_string()).await;
    for query in ["status=DRAFT,RUNNING&limit=10", "status=DRAFT&status=RUNNING"] {
        let items = get(&sim, &format!("{COUPONS}?{query}")).await.json();
        assert_eq!(items["items"].as_array().unwrap().len(), 1, "{query}");
    }
}
