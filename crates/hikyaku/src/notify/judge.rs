use hikyaku_model::Object;
use http::StatusCode;
use serde::Deserialize;

use super::endpoint::Origin;
use crate::{Error, ErrorKind, exchange::Exchange};

const REVOKED: &str = "the user revoked the token, or there never was such a token; forget it and have the user \
                       connect again";
const IMAGES_USED_UP: &str = "Image rate limit exceeded";
const NOT_API: &str = "this is no answer of LINE Notify's API about a token; check the base URL and what stands before it";
const ENDED: &str =
    "LINE Notify ended on 2025-03-31; set the base URLs to a gateway that speaks its API";

/// Says of an answer whether it is a success: its HTTP status is one, and the `status` in its body is 200.
///
/// `closed` is whether it came from one of the original hosts, where anything but the API's JSON means that the service
/// is gone.
pub(super) fn judge(origin: Origin, closed: bool, exchange: Exchange) -> Result<Exchange, Error> {
    let http = exchange.status;
    let body: Option<Object> = match serde_json::from_slice(&exchange.body) {
        Ok(body) => Some(body),
        Err(_) if closed => {
            return Err(refusal(exchange, http).of_kind(ErrorKind::Gone).explained(ENDED));
        }
        Err(error) if http.is_success() => {
            return Err(Error::decode(http, exchange.headers, error));
        }
        Err(_) => None,
    };
    let status = match body.as_ref().and_then(|body| body.get("status")?.as_u64()) {
        // A gateway may answer 200 and mean what the body says.
        Some(status) if status != 200 && http.is_success() => u16::try_from(status)
            .ok()
            .and_then(|status| StatusCode::from_u16(status).ok())
            .filter(|status| !status.is_success())
            .unwrap_or(StatusCode::BAD_REQUEST),
        _ => http,
    };
    if status.is_success() {
        return Ok(exchange);
    }
    let of_the_api = body.is_some() || exchange.body.is_empty();
    let error = refusal(exchange, status);
    Err(match (status, origin) {
        (StatusCode::UNAUTHORIZED, Origin::Api) if of_the_api => error.explained(REVOKED),
        // Programs forget a token on `Unauthorized`; a proxy's page must not make them.
        (StatusCode::UNAUTHORIZED, Origin::Api) => {
            error.of_kind(ErrorKind::Rejected).explained(NOT_API)
        }
        // There is no monthly quota here: only so many calls and image uploads an hour.
        (StatusCode::TOO_MANY_REQUESTS, _) => error.of_kind(ErrorKind::RateLimited),
        (StatusCode::BAD_REQUEST, _) if error.message().contains(IMAGES_USED_UP) => {
            error.of_kind(ErrorKind::RateLimited)
        }
        _ => error,
    })
}

/// The body of a success that has nothing more to tell. Without its `status` it is not the API's.
#[derive(Deserialize)]
pub(super) struct Done {
    #[serde(rename = "status")]
    _status: u16,
}

/// Says of a failure to reach an original host why that is.
pub(super) fn unreachable(error: Error) -> Error {
    match error.kind() {
        ErrorKind::Network => error.explained(ENDED),
        _ => error,
    }
}

fn refusal(exchange: Exchange, status: StatusCode) -> Error {
    Error::from_answer(status, exchange.headers, &exchange.body)
}
