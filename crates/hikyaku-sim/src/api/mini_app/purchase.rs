use std::net::IpAddr;

use http::{Method, StatusCode};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use super::CALLERS;
use crate::{
    api::{Action, Answer, Body, Endpoint, Request, page::page},
    clock::later,
    state::login::PURCHASE_EVENTS_KEPT,
};

/// Reserves a purchase, in the name of the person whose access token it has.
///
/// Of its errors LINE prints one; which statuses and words the others have is our choice.
///
/// Source: <https://developers.line.biz/en/reference/line-mini-app/#reserve-purchase>
pub(crate) const RESERVE: Endpoint =
    Endpoint::new(Method::POST, "/iap/v1/product/reserve", read_reserve).open();

/// The events that the channel's server was told of.
///
/// Source: <https://developers.line.biz/en/reference/line-mini-app/#get-webhook-event-history>
pub(crate) const EVENTS: Endpoint =
    Endpoint::new(Method::GET, "/iap/v1/webhook/events", read_events).auth(CALLERS);

/// The most characters of a product's name, in UTF-16 code units.
const NAME: usize = 20;

fn read_reserve(request: &Request) -> Result<Action, Answer> {
    let token = request.token().map(str::to_owned);
    let body = Body::read(request)?;
    let text = |name: &str| -> Result<String, Answer> {
        let text: Option<String> = body.optional(name)?;
        let text = text.filter(|text| !text.is_empty());
        text.ok_or_else(|| invalid(name, &format!("'{name}' must not be empty")))
    };
    let ip = text("clientIp")?;
    if ip.parse::<IpAddr>().is_err() {
        let words =
            format!("'clientIp' must be an IPv4 or IPv6 address. Actually received: '{ip}'");
        return Err(invalid("clientIp", &words));
    }
    let system = text("clientOs")?;
    if !["android", "ios"].contains(&system.as_str()) {
        let words = format!("'clientOs' must be 'android' or 'ios'. Actually received: '{system}'");
        return Err(invalid("clientOs", &words));
    }
    let (product, name) = (text("productId")?, text("shopProductName")?);
    if name.encode_utf16().count() > NAME {
        let words = format!("'shopProductName' must have at most {NAME} characters");
        return Err(invalid("shopProductName", &words));
    }
    Ok(Box::new(move |scene| {
        let now = scene.now;
        let found = token.as_deref().map(|token| scene.world.user_token(token));
        let Some(Ok((place, of))) = found else {
            let words = "The access token is invalid.";
            return failed(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", words, None);
        };
        let user = of.user;
        let shop = &mut scene.world.logins[place].shop;
        let refuse = |code, words| failed(StatusCode::BAD_REQUEST, code, words, None);
        if shop.webhook.is_none() {
            refuse("WEBHOOK_URL_IS_NOT_SET", "The webhook URL is not set.")
        } else if !shop.products.contains(&product) {
            refuse("PRODUCT_ID_NOT_FOUND", "The product ID does not exist.")
        } else if shop.blocked.contains(&user) {
            refuse("BLOCKED_USER", "Requests of this user cannot be processed.")
        } else if shop.without_terms.contains(&user) {
            refuse("TERMS_AGREEMENT_ERROR", "The user has not agreed to the latest terms.")
        } else {
            Answer::ok(&json!({ "orderId": shop.reserve(user, product, now) }))
        }
    }))
}

fn read_events(request: &Request) -> Result<Action, Answer> {
    let given = |name: &str| {
        let given = request.parameter(name);
        given.ok_or_else(|| invalid(name, &format!("'{name}' must not be null")))
    };
    let time = |name: &str| {
        let second = given(name)?.parse().ok();
        second
            .and_then(|second| Timestamp::from_second(second).ok())
            .ok_or_else(|| invalid(name, &format!("'{name}' must be a UNIX time in seconds")))
    };
    let (start, end) = (time("startEpochSeconds")?, time("endEpochSeconds")?);
    let size = match given("pageSize")?.parse() {
        Ok(size) if (1..=100).contains(&size) => size,
        _ => return Err(invalid("pageSize", "'pageSize' must be between 1 and 100")),
    };
    let status = match request.parameter("status").as_deref() {
        None => None,
        Some("SUCCESS") => Some(true),
        Some("FAILED") => Some(false),
        Some(other) => {
            let words =
                format!("'status' must be 'SUCCESS' or 'FAILED'. Actually received: '{other}'");
            return Err(invalid("status", &words));
        }
    };
    let cursor = request.parameter("cursor");
    Ok(Box::new(move |scene| {
        let now = scene.now;
        for (name, given) in [("startEpochSeconds", start), ("endEpochSeconds", end)] {
            if later(given, PURCHASE_EVENTS_KEPT) < now {
                return invalid(name, &format!("'{name}' must be within the past 7 days"));
            }
        }
        let events = scene.login().shop.events.iter().filter(|event| {
            later(event.at, PURCHASE_EVENTS_KEPT) >= now
                && (start.as_second()..=end.as_second()).contains(&event.at.as_second())
                && status.is_none_or(|status| event.is_received == status)
        });
        let events: Vec<Value> = events
            .map(|event| json!({ "transactionType": "PRODUCT", "event": event.json }))
            .collect();
        match page(cursor.as_deref(), size, events.into_iter()) {
            Err(_) => invalid("cursor", "'cursor' must be a nextCursor"),
            Ok((events, next)) => Answer::ok(&json!({ "events": events, "nextCursor": next })),
        }
    }))
}

fn invalid(property: &str, words: &str) -> Answer {
    let details = Some([Detail { message: words, property }]);
    failed(StatusCode::BAD_REQUEST, "VALIDATION_ERROR", "Request validation failed.", details)
}

/// The errors of these calls have a form of their own.
///
/// Source: <https://developers.line.biz/en/reference/line-mini-app/#iap-error-responses>
fn failed(
    status: StatusCode,
    error_code: &str,
    message: &str,
    details: Option<[Detail<'_>; 1]>,
) -> Answer {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Failed<'a> {
        error_code: &'a str,
        message: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        details: Option<[Detail<'a>; 1]>,
    }
    Answer::json(status, &Failed { error_code, message, details })
}

#[derive(Serialize)]
struct Detail<'a> {
    message: &'a str,
    property: &'a str,
}
