use hikyaku_model::{
    coupon::{CouponCreate, CouponStatus},
    limits::{Dialect, rates},
};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Action, Answer, Endpoint, Request, body, page::page};
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

/// How many coupons one request lists.
const MOST_LISTED: usize = 100;

/// What a list of coupons can be asked for by, several of them after one another or with commas between them.
const STATUSES: [&str; 3] = ["DRAFT", "RUNNING", "CLOSED"];

fn read_create(request: &Request) -> Result<Action, Answer> {
    let coupon: CouponCreate = body::whole(request, REQUIRED, Dialect::Coupon)?;
    Ok(Box::new(move |scene| {
        let now = scene.now;
        if coupon.end_timestamp <= now.as_second() {
            // The words are not known.
            return Answer::detail(
                StatusCode::BAD_REQUEST,
                "endTimestamp",
                "must be in the future",
            );
        }
        let coupons = &mut scene.channel().coupons;
        if coupons.running(now) >= MOST {
            let words = "You have too many coupons created.";
            return Answer::detail(StatusCode::BAD_REQUEST, "", words);
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
                Answer::detail(StatusCode::GONE, "", "The coupon has already been closed.")
            }
        }
    }))
}

fn read_list(request: &Request) -> Result<Action, Answer> {
    let start = request.parameter("start");
    let limit = match request.parameter("limit").as_deref().map(str::parse) {
        None => 20,
        Some(Ok(limit)) if (1..=MOST_LISTED).contains(&limit) => limit,
        Some(Ok(0)) => return Err(limit_refused("Must be greater than or equal to 1")),
        // A number that is too large to be read is above the limit, too.
        Some(_) => return Err(limit_refused("Must be less than or equal to 100")),
    };
    let statuses = query::parameters(&request.query, "status");
    let statuses: Vec<String> = statuses
        .flat_map(|words| words.split(',').map(str::to_owned).collect::<Vec<_>>())
        .filter(|word| !word.is_empty())
        .collect();
    if !statuses.iter().all(|word| STATUSES.contains(&word.as_str())) {
        let words = format!("Must be one of the following values: [{}]", STATUSES.join(","));
        return Err(Answer::detail(StatusCode::BAD_REQUEST, "status", &words));
    }
    let statuses: Vec<_> = statuses.into_iter().map(CouponStatus::from).collect();
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
            let price = json.pointer_mut("/reward/priceInfo");
            let is_money =
                |price: &&mut Value| matches!(price["type"].as_str(), Some("fixed" | "explicit"));
            if let Some(price) = price.filter(is_money) {
                price["currency"] = "JPY".into();
            }
            Answer::ok(&json)
        })
    }))
}

fn limit_refused(words: &str) -> Answer {
    Answer::detail(StatusCode::BAD_REQUEST, "limit", words)
}

fn not_found() -> Answer {
    Answer::detail(StatusCode::NOT_FOUND, "", "coupon not found")
}
