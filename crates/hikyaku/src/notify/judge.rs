use hikyaku_model::Object;
use http::StatusCode;
use serde::Deserialize;

use super::endpoint::Origin;
use crate::{
    Error, ErrorKind,
    exchange::Exchange,
    json::from_json,
    judge::{Asked, Expects},
};

const REVOKED: &str = "the user revoked the token, or there never was such a token; forget it and have the user \
                       connect again";
const IMAGES_USED_UP: &str = "Image rate limit exceeded";
const NOT_API: &str =
    "this is no answer of LINE Notify's API; check the base URL and what stands before it";
const ENDED: &str =
    "LINE Notify ended on 2025-03-31; set the base URLs to a gateway that speaks its API";

/// The facts by which the API's responses are judged: the form of their bodies.
pub(super) const ASKED: Asked =
    Asked { named: false, keyed: false, expects: Expects::Nothing, none: None };

/// Judges whether a response is a success: its HTTP status is one, and the `status` in its body is 200.
///
/// `closed` means that it came from one of the original hosts, where anything except the API's JSON means that the
/// service has ended.
pub(super) fn judge(origin: Origin, closed: bool, exchange: Exchange) -> Result<Exchange, Error> {
    let body: Option<Object> = from_json(&exchange.body).ok();
    let status = match body.as_ref().and_then(|body| body.get("status")?.as_u64()) {
        // A gateway may answer 200 and give the actual status in the body.
        Some(status) if status != 200 && exchange.status.is_success() => u16::try_from(status)
            .ok()
            .and_then(|status| StatusCode::from_u16(status).ok())
            .filter(|status| !status.is_success())
            .unwrap_or(StatusCode::BAD_REQUEST),
        _ => exchange.status,
    };
    if body.is_some() && status.is_success() {
        return Ok(exchange);
    }
    let error = ASKED.failure(status, exchange.headers, &exchange.body);
    Err(match (status, error.kind()) {
        _ if closed && body.is_none() => error.of_kind(ErrorKind::Gone).explained(ENDED),
        (_, ErrorKind::Unauthorized) if matches!(origin, Origin::Api) => error.explained(REVOKED),
        // There is no monthly quota here, only hourly limits on calls and image uploads.
        (StatusCode::TOO_MANY_REQUESTS, _) => error.of_kind(ErrorKind::RateLimited),
        (StatusCode::BAD_REQUEST, _) if error.message().contains(IMAGES_USED_UP) => {
            error.of_kind(ErrorKind::RateLimited)
        }
        // Programs delete a token on `Unauthorized`; a proxy's page must not make them do so.
        (_, ErrorKind::Foreign) => error.explained(NOT_API),
        _ => error,
    })
}

/// The body of a success without a result. Without its `status` it is not the API's.
#[derive(Deserialize)]
pub(super) struct Done {
    #[serde(rename = "status")]
    _status: u16,
}

/// Explains why an original host cannot be reached.
pub(super) fn unreachable(error: Error) -> Error {
    match error.kind() {
        ErrorKind::Network => error.explained(ENDED),
        _ => error,
    }
}
