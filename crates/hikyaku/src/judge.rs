//! Judges whether a response is LINE's own, and what it says. Complete responses and streamed ones are judged here
//! alike. The code is pure: no clock, no I/O.

use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{CONTENT_TYPE, LOCATION},
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    Error, ErrorKind,
    answer::{accepted_request_id, request_id},
    error::Detail,
    json::{from_json, is_json_object},
    route::Gives,
};

/// The number of bytes of an error's body that are read. LINE's own are a few hundred bytes.
pub(crate) const ERROR_BODY_LIMIT: usize = 64 * 1024;

/// The number of bytes quoted in the message from a body that is not JSON.
const QUOTED: usize = 200;

/// LINE's text in a 429 for the monthly quota. Its other reasons pass with time: the rate limit, concurrent operations,
/// too many messages to one user.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#error-messages>
const MONTHLY_LIMIT: &str = "monthly limit";

/// The facts about a request by which its response is judged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    /// Whether LINE names each response of this route by `X-Line-Request-Id`. Responses of other routes are recognised
    /// by the form of their bodies.
    pub(crate) named: bool,
    /// Whether the request carried a retry key.
    pub(crate) keyed: bool,
    pub(crate) expects: Expects,
    /// Whether a 404 with this message means that the optional resource does not exist.
    pub(crate) none: Option<fn(&str) -> bool>,
}

/// LINE's documented body of a success.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Expects {
    /// `{}`, or an object with `sentMessages`.
    Sent,
    /// `{}`, or no body at all if the route's responses have no request id.
    Nothing,
    /// An object with fields of the operation, which are not looked at.
    Object,
    /// A value that this function can read.
    Value(fn(&[u8]) -> bool),
    /// Any bytes. They are not read here.
    Bytes,
}

impl Expects {
    pub(crate) fn json<T: DeserializeOwned>() -> Self {
        Self::Value(|body| from_json::<T>(body).is_ok())
    }
}

impl From<Gives> for Expects {
    fn from(gives: Gives) -> Self {
        match gives {
            Gives::Nothing => Self::Nothing,
            Gives::Object => Self::Object,
            Gives::Sent => Self::Sent,
            Gives::Bytes => Self::Bytes,
        }
    }
}

impl Asked {
    /// Returns whether the response is a success of LINE's own. `body` may be empty for [`Expects::Bytes`].
    ///
    /// A stand-in server in a user's tests sends no request id, so a documented body also counts as LINE's. A portal's
    /// page or a gateway's message does not.
    pub(crate) fn is_success(&self, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> bool {
        let named = self.named && request_id(headers).is_some();
        match status {
            // LINE has accepted an earlier request with the same retry key, and names it.
            StatusCode::CONFLICT => self.keyed && accepted_request_id(headers).is_some(),
            StatusCode::NOT_FOUND => {
                (named || !self.named)
                    && self.none.is_some_and(|says_none| message_is(says_none, body))
            }
            status if status.is_success() => named || self.is_documented(headers, body),
            _ => false,
        }
    }

    /// Returns whether the head of the response alone says that it is a success of LINE's own.
    pub(crate) fn is_success_by_head(&self, status: StatusCode, headers: &HeaderMap) -> bool {
        let told = self.named && request_id(headers).is_some();
        let needs_no_body = told || matches!(self.expects, Expects::Bytes);
        (needs_no_body || !status.is_success()) && self.is_success(status, headers, &[])
    }

    fn is_documented(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        match self.expects {
            Expects::Bytes => !is_page(headers),
            Expects::Value(reads) => reads(body) || (!self.named && is_json_object(body)),
            Expects::Object => {
                is_json_object(body) && Words::read(body).is_none_or(|words| !words.say_something())
            }
            Expects::Nothing if !self.named => body.is_empty() || is_json_object(body),
            Expects::Nothing => object(body).is_some_and(|object| object.is_empty()),
            Expects::Sent => object(body)
                .is_some_and(|object| object.is_empty() || object.contains_key("sentMessages")),
        }
    }

    /// Builds the error for an unsuccessful response. Its body may be anything: LINE's JSON in several shapes, OAuth's,
    /// a proxy's HTML, empty, or cut off.
    ///
    /// Source: <https://developers.line.biz/en/reference/messaging-api/#error-responses>
    pub(crate) fn failure(&self, status: StatusCode, headers: HeaderMap, body: &[u8]) -> Error {
        let words = Words::read(body);
        let own = if self.named {
            request_id(&headers).is_some()
        } else {
            words.as_ref().is_some_and(Words::say_something)
        };
        let kind = classify(own, status, words.as_ref().map_or("", |words| &words.message));
        let may_have_landed = match kind {
            ErrorKind::Transient => true,
            // A redirect, or a proxy that demands authentication, forwarded nothing.
            ErrorKind::Foreign => {
                !status.is_redirection() && status != StatusCode::PROXY_AUTHENTICATION_REQUIRED
            }
            // LINE knows the key, and does not say whether it accepted a request with it.
            ErrorKind::Rejected => self.keyed && status == StatusCode::CONFLICT,
            _ => false,
        };
        let (mut message, details) = match words {
            Some(words) if words.say_something() => (words.message, words.details),
            Some(_) => (format!("{} (the answer gives no reason)", reason(status)), Vec::new()),
            None => (describe(status, &headers, body), Vec::new()),
        };
        if kind == ErrorKind::Foreign {
            message = format!("LINE was not reached, something else answered: {message}");
        }
        let error = Error::answered(kind, status, headers, &message, details, may_have_landed);
        if own { error.with_body(body) } else { error }
    }
}

/// Source: <https://developers.line.biz/en/reference/messaging-api/#status-codes>
fn classify(own: bool, status: StatusCode, message: &str) -> ErrorKind {
    match status {
        StatusCode::REQUEST_TIMEOUT => ErrorKind::Transient,
        status if status.is_server_error() => ErrorKind::Transient,
        StatusCode::TOO_MANY_REQUESTS if message.to_ascii_lowercase().contains(MONTHLY_LIMIT) => {
            ErrorKind::QuotaExceeded
        }
        // Whoever sends it asks for a pause, and has not acted.
        StatusCode::TOO_MANY_REQUESTS => ErrorKind::RateLimited,
        _ if !own => ErrorKind::Foreign,
        StatusCode::UNAUTHORIZED => ErrorKind::Unauthorized,
        StatusCode::FORBIDDEN => ErrorKind::Forbidden,
        StatusCode::NOT_FOUND => ErrorKind::NotFound,
        StatusCode::GONE => ErrorKind::Gone,
        _ => ErrorKind::Rejected,
    }
}

/// The message and details in a JSON object of one of LINE's shapes.
struct Words {
    message: String,
    details: Vec<Detail>,
}

impl Words {
    fn read(body: &[u8]) -> Option<Self> {
        let body = object(body)?;
        let text =
            |name: &str| body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let message = match (text("message"), text("error"), text("error_description")) {
            (Some(message), ..) => message.to_owned(),
            (None, Some(error), Some(description)) => format!("{error}: {description}"),
            (None, Some(error), None) => error.to_owned(),
            (None, None, description) => description.unwrap_or_default().to_owned(),
        };
        let details = body.get("details").and_then(Value::as_array);
        let details = details.into_iter().flatten().filter_map(read_detail).collect();
        Some(Self { message, details })
    }

    fn say_something(&self) -> bool {
        !self.message.is_empty() || !self.details.is_empty()
    }
}

fn read_detail(detail: &Value) -> Option<Detail> {
    let text = |name: &str| detail.get(name).and_then(Value::as_str);
    let detail = Detail::told(text("property"), text("message"));
    (detail.property.is_some() || detail.message.is_some()).then_some(detail)
}

/// Applies `asked` to the message of an error; an empty text stands for a missing body.
fn message_is(asked: fn(&str) -> bool, body: &[u8]) -> bool {
    if body.is_empty() {
        return asked("");
    }
    object(body).is_some_and(|body| body.get("message").and_then(Value::as_str).is_some_and(asked))
}

fn object(json: &[u8]) -> Option<serde_json::Map<String, Value>> {
    from_json(json).ok()
}

/// Returns whether a response is a page for people to read. LINE sends none, not even as a content.
fn is_page(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    content_type.get(..9).is_some_and(|start| start.eq_ignore_ascii_case(b"text/html"))
}

fn reason(status: StatusCode) -> &'static str {
    status.canonical_reason().unwrap_or("no known status")
}

/// Describes a body that is not LINE's.
fn describe(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> String {
    let header = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let reason = reason(status);
    if status.is_redirection() {
        let to = header(LOCATION).and_then(|to| to.split(['?', '#']).next()).unwrap_or("nowhere");
        return format!("a redirect to {to}, which is not followed; check the base URL");
    }
    if body.is_empty() {
        return format!("{reason} (the answer has no body)");
    }
    let content_type = header(CONTENT_TYPE).unwrap_or("no content type");
    let text = String::from_utf8_lossy(body.get(..QUOTED * 4).unwrap_or(body));
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let quoted: String = words.chars().filter(|c| !c.is_control()).take(QUOTED).collect();
    format!("{reason}; the answer is not LINE's JSON but {content_type}: {quoted}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> Asked {
        Asked { named: true, keyed: true, expects: Expects::Sent, none: None }
    }

    fn lines() -> HeaderMap {
        HeaderMap::from_iter([("x-line-request-id".parse().unwrap(), "R".parse().unwrap())])
    }

    fn error(status: u16, body: &str) -> Error {
        asked().failure(StatusCode::from_u16(status).unwrap(), lines(), body.as_bytes())
    }

    #[test]
    fn each_shape_of_body_is_read() {
        let full = error(
            400,
            r#"{"message":"The request body has 1 error(s)","details":[{"message":"May not be empty","property":"messages[0].text"}]}"#,
        );
        assert_eq!(
            full.to_string(),
            "rejected (400): The request body has 1 error(s); messages[0].text: May not be empty [request id R]"
        );
        let oauth =
            error(400, r#"{"error":"invalid_client","error_description":"invalid client_id"}"#);
        assert_eq!(oauth.message(), "invalid_client: invalid client_id");
        assert_eq!(error(400, r#"{"error":"invalid_request"}"#).message(), "invalid_request");
        let nulls = error(400, r#"{"message":null,"key":null,"stacktrace":null,"code":null}"#);
        assert_eq!(nulls.message(), "Bad Request (the answer gives no reason)");
        let code = error(
            400,
            r#"{"message":"audience group not found","details":[{"message":"AUDIENCE_GROUP_NOT_FOUND"}]}"#,
        );
        assert_eq!(code.details()[0].property, None);
        let strange = error(400, r#"{"message":5,"details":[{},7,{"property":""}]}"#);
        assert_eq!(strange.details().len(), 1);
    }

    #[test]
    fn bodies_of_others_are_described() {
        assert!(
            error(400, "<html>\n<b>Bad</b> Request")
                .message()
                .contains("<html> <b>Bad</b> Request")
        );
        assert_eq!(error(502, "").message(), "Bad Gateway (the answer has no body)");
        assert!(error(302, "").message().starts_with("a redirect to nowhere"));
        assert!(error(400, &"x".repeat(70_000)).message().len() < 400);
    }
}
