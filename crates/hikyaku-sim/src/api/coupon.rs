use hikyaku_model::{
    coupon::{CouponCreate, CouponStatus},
    limits::rates,
};
use http::{Method, StatusCode};
use serde_json::json;

use super::{Action, Answer, Detail, Endpoint, Request, body, page::page};
use crate::{query, state::coupon::Coupon};

/// Makes a coupon.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#create-coupon>
pub(crate) const CREATE: Endpoint =
    Endpoint::new(Method::POST, "/v2/bot/coupon", read_create).rate(rates::COUPON);

/// Ends a coupon.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#discontinue-coupon>
pub(crate) const CLOSE: Endpoint =
    Endpoint::new(Method::PUT, "/v2/bot/coupon/{couponId}/close", read_close).rate(rates::COUPON);

/// All coupons.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-coupons-list>
pub(crate) const LIST: Endpoint =
    Endpoint::new(Method::GET, "/v2/bot/coupon", read_list).rate(rates::COUPON);

/// One coupon.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#get-coupon>
pub(crate) const GET: Endpoint =
    Endpoint::new(Method::GET, "/v2/bot/coupon/{couponId}", read_get).rate(rates::COUPON);

const REQUIRED: &[&str] = &[
    "title",
    "acquisitionCondition",
    "maxUseCountPerTicket",
    "startTimestamp",
    "endTimestamp",
    "timezone",
    "visibility",
    "reward",
];

/// How many coupons can be valid at once.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/send-coupons-to-users/>
const MOST: usize = 5000;

fn read_create(request: &Request) -> Result<Action, Answer> {
    let coupon: CouponCreate = body::whole(request, REQUIRED)?;
    Ok(Box::new(move |scene| {
        let now = scene.now;
        if coupon.end_timestamp <= now.as_second() {
            let past = Detail::new("endTimestamp", "must be in the future");
            return Answer::request_invalid(&[past]);
        }
        let coupons = &mut scene.channel().coupons;
        if coupons.running(now) >= MOST {
            // The words are not known.
            return Answer::error(StatusCode::BAD_REQUEST, "too many coupons");
        }
        Answer::ok(&json!({ "couponId": coupons.add(coupon, now) }))
    }))
}

#[expect(clippy::unnecessary_wraps, reason = "one form for all operations")]
fn read_close(request: &Request) -> Result<Action, Answer> {
    let id = request.step(3).to_owned();
    Ok(Box::new(move |scene| {
        let now = scene.now;
        match scene.channel().coupons.get_mut(&id).map(|coupon| coupon.close(now)) {
            None => not_found(),
            Some(true) => Answer::empty(StatusCode::OK),
            Some(false) => {
                let closed = Detail::new("", "The coupon has already been closed.");
                Answer::details(StatusCode::GONE, "Gone", &[closed])
            }
        }
    }))
}

fn read_list(request: &Request) -> Result<Action, Answer> {
    let (start, limit) = (request.parameter("start"), request.limit(20, 100)?);
    let statuses = query::parameters(&request.query, "status").filter(|word| !word.is_empty());
    let statuses: Vec<_> = statuses.map(CouponStatus::from).collect();
    Ok(Box::new(move |scene| {
        let now = scene.now;
        let coupons: Vec<_> = scene.channel().coupons.iter().collect();
        let coupons = coupons.into_iter();
        let asked =
            |coupon: &&Coupon| statuses.is_empty() || statuses.contains(&coupon.status(now));
        let items: Vec<_> = coupons
            .filter(asked)
            .map(|coupon| json!({ "couponId": coupon.id, "title": coupon.made_of.title }))
            .collect();
        match page(start.as_deref(), limit, items.into_iter()) {
            Err(invalid) => invalid,
            Ok((items, None)) => Answer::ok(&json!({ "items": items })),
            Ok((items, next)) => Answer::ok(&json!({ "items": items, "next": next })),
        }
    }))
}

#[expect(clippy::unnecessary_wraps, reason = "one form for all operations")]
fn read_get(request: &Request) -> Result<Action, Answer> {
    let id = request.step(3).to_owned();
    Ok(Box::new(move |scene| {
        let now = scene.now;
        scene.channel().coupons.get(&id).map_or_else(not_found, |coupon| {
            let mut json = json!(coupon.made_of);
            json["couponId"] = coupon.id.as_str().into();
            json["status"] = json!(coupon.status(now));
            json["createdTimestamp"] = coupon.created.as_second().into();
            json["maxTicketPerUser"] = 1.into();
            if let Some(price) = json.pointer_mut("/reward/priceInfo") {
                price["currency"] = "JPY".into();
            }
            Answer::ok(&json)
        })
    }))
}

fn not_found() -> Answer {
    let missing = Detail::new("", "coupon not found");
    Answer::details(StatusCode::NOT_FOUND, "Not found", &[missing])
}
