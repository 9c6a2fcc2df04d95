use hikyaku::{
    ErrorKind,
    model::{
        Check, Checker,
        coupon::{
            AcquisitionCondition, CouponCreate, CouponReward, CouponStatus, CouponTimezone,
            CouponVisibility, PriceInfo,
        },
    },
};

use super::check;
use crate::{react, server::answer};

#[tokio::test]
async fn a_coupon_from_making_to_closing() {
    let coupon = CouponCreate::new(
        "Ten off",
        CouponReward::discount(PriceInfo::percentage(10)),
        1_767_225_600,
        1_769_904_000,
    )
    .usage_condition("once")
    .visibility(CouponVisibility::Public)
    .timezone(CouponTimezone::AsiaTaipei)
    .max_use_count_per_ticket(-1)
    .acquisition_condition(AcquisitionCondition::lottery(50, -1));
    let made = check(
        r#"{"couponId":"01JYNW8JMQVFBNWF1APF8Z3FS7"}"#,
        async |client| client.create_coupon(&coupon).await,
        "POST /v2/bot/coupon\n\
         {\"title\":\"Ten off\",\"reward\":{\"type\":\"discount\",\"priceInfo\":{\"type\":\"percentage\",\"percentage\":10}},\
         \"acquisitionCondition\":{\"type\":\"lottery\",\"lotteryProbability\":50,\"maxAcquireCount\":-1},\
         \"maxUseCountPerTicket\":-1,\"startTimestamp\":1767225600,\"endTimestamp\":1769904000,\
         \"timezone\":\"ASIA_TAIPEI\",\"visibility\":\"PUBLIC\",\"usageCondition\":\"once\"}",
    )
    .await;
    assert_eq!(made.coupon_id, "01JYNW8JMQVFBNWF1APF8Z3FS7");
    let got = check(
        r#"{"couponId":"01J","title":"Ten off","status":"RUNNING","acquisitionCondition":{"type":"referral"},"reward":{"type":"cashBack","priceInfo":{"type":"fixed","fixedAmount":100,"currency":"JPY"}}}"#,
        async |client| client.coupon("01J").await,
        "GET /v2/bot/coupon/01J",
    )
    .await;
    assert_eq!(got.status, Some(CouponStatus::Running));
    check("{}", async |client| client.close_coupon("01J").await, "PUT /v2/bot/coupon/01J/close")
        .await;
}

#[tokio::test]
async fn a_closed_coupon_is_gone() {
    let closed = answer(
        410,
        r#"{"message":"","details":[{"message":"The coupon has already been closed.","property":""}]}"#,
    );
    let error = react(closed, async |client| client.close_coupon("01J").await.unwrap_err()).await;
    assert_eq!(error.kind(), ErrorKind::Gone);
    assert!(error.to_string().contains("already been closed"));
}

#[tokio::test]
async fn a_coupon_that_line_would_refuse_is_not_sent() {
    let price = CouponReward::cash_back(PriceInfo::explicit(2, 1));
    let coupon = CouponCreate::new("", price, 2, 1).max_use_count_per_ticket(2);
    let error = react(answer(200, "{}"), async |client| client.create_coupon(&coupon).await);
    let error = error.await.unwrap_err();
    let properties: Vec<_> =
        error.details().iter().map(|detail| detail.property.as_deref().unwrap()).collect();
    assert_eq!(properties, ["title", "reward.priceInfo", "maxUseCountPerTicket", "endTimestamp"]);
}

#[test]
fn pictures_are_https_and_prices_positive() {
    let broken = |coupon: CouponCreate| {
        let mut checker = Checker::default();
        coupon.check(&mut checker);
        checker.finish().err().map(|broken| broken.to_string()).unwrap_or_default()
    };
    let of = |reward| CouponCreate::new("Ten off", reward, 1, 2);
    let fixed = |amount| of(CouponReward::discount(PriceInfo::fixed(amount)));
    let explicit = |before, after| of(CouponReward::discount(PriceInfo::explicit(before, after)));
    let url = format!("https://example.com/{}", "a".repeat(1980));
    let fine = explicit(2, 1).image_url(&url).barcode_image_url("https://example.com/b.png");
    assert_eq!(broken(fine), "");
    assert_eq!(broken(fixed(1)), "");
    for (coupon, property) in [
        (fixed(0), "reward.priceInfo.fixedAmount"),
        (explicit(0, 1), "reward.priceInfo.originalPrice"),
        (explicit(1, 0), "reward.priceInfo.priceAfterDiscount"),
        (fixed(1).image_url("http://example.com/a.png"), "imageUrl"),
        (fixed(1).image_url(url.clone() + "a"), "imageUrl"),
        (fixed(1).barcode_image_url(""), "barcodeImageUrl"),
    ] {
        assert!(broken(coupon).contains(&format!("{property}: ")), "{property}");
    }
}

#[tokio::test]
async fn memberships() {
    let plans = check(
        r#"{"memberships":[{"membershipId":3189,"title":"Basic","description":"d","benefits":["b"],"price":500.0,"currency":"JPY","memberCount":1,"memberLimit":null,"isInAppPurchase":true,"isPublished":true}]}"#,
        async |client| client.memberships().await,
        "GET /v2/bot/membership/list",
    )
    .await
    .into_inner()
    .unwrap();
    assert_eq!(
        (plans.memberships[0].membership_id, plans.memberships[0].member_limit),
        (3189, None)
    );
    let subscriptions = check(
        r#"{"subscriptions":[{"membership":{"membershipId":3189,"title":"Basic","description":"d","benefits":[],"price":500,"currency":"JPY"},"user":{"membershipNo":1,"joinedTime":1707214784,"nextBillingDate":"2024-02-08","totalSubscriptionMonths":1}}]}"#,
        async |client| client.membership_subscriptions("U1").await,
        "GET /v2/bot/membership/subscription/U1",
    )
    .await
    .into_inner()
    .unwrap();
    assert_eq!(subscriptions.subscriptions[0].user.membership_no, 1);
    let none = answer(404, r#"{"message":"Membership plan not found"}"#);
    assert!(react(none, async |client| client.memberships().await.unwrap()).await.is_none());
}
