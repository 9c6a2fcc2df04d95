use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{CONTENT_TYPE, LOCATION},
};
use serde_json::Value;

use super::{Detail, Error, ErrorKind, Inner};

/// How much of an error's body is read. LINE's own are a few hundred bytes.
pub(crate) const ERROR_BODY_LIMIT: usize = 64 * 1024;

/// How much of a body that is no JSON is quoted in the message.
const QUOTED: usize = 200;

impl Error {
    /// Reads an answer that is no success. The body may be anything: LINE's JSON in its several shapes, OAuth's, a
    /// proxy's HTML, nothing.
    ///
    /// Source: <https://developers.line.biz/en/reference/messaging-api/#error-responses>
    pub(crate) fn from_answer(status: StatusCode, mut headers: HeaderMap, body: &[u8]) -> Self {
        // A redirect repeats the query, and a token that is verified stands there. Not to be seen in `Debug`.
        if let Some(location) = headers.get_mut(LOCATION) {
            location.set_sensitive(true);
        }
        let (mut message, details) =
            read_body(body).unwrap_or_else(|| (describe(status, &headers, body), Vec::new()));
        let kind = classify(status, &message);
        if message.is_empty() && details.is_empty() {
            message = format!("{} (the answer gives no reason)", reason(status));
        }
        Self(Box::new(Inner {
            kind,
            status: Some(status),
            message,
            details,
            headers,
            may_have_landed: kind == ErrorKind::Transient,
            source: None,
        }))
    }
}

/// Source: <https://developers.line.biz/en/reference/messaging-api/#status-codes>
fn classify(status: StatusCode, message: &str) -> ErrorKind {
    match status {
        StatusCode::REQUEST_TIMEOUT => ErrorKind::Transient,
        StatusCode::TOO_MANY_REQUESTS if message.to_ascii_lowercase().contains("rate limit") => {
            ErrorKind::RateLimited
        }
        StatusCode::TOO_MANY_REQUESTS => ErrorKind::QuotaExceeded,
        StatusCode::UNAUTHORIZED => ErrorKind::Unauthorized,
        StatusCode::FORBIDDEN => ErrorKind::Forbidden,
        StatusCode::NOT_FOUND => ErrorKind::NotFound,
        StatusCode::GONE => ErrorKind::Gone,
        status if status.is_server_error() => ErrorKind::Transient,
        _ => ErrorKind::Rejected,
    }
}

/// The message and details of a JSON object in one of LINE's shapes.
fn read_body(body: &[u8]) -> Option<(String, Vec<Detail>)> {
    let body: serde_json::Map<String, Value> = serde_json::from_slice(body).ok()?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let message = match (text("message"), text("error"), text("error_description")) {
        (Some(message), ..) => message.to_owned(),
        (None, Some(error), Some(description)) => format!("{error}: {description}"),
        (None, Some(error), None) => error.to_owned(),
        (None, None, description) => description.unwrap_or_default().to_owned(),
    };
    let details = body
        .get("details")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(read_detail)
        .collect();
    Some((message, details))
}

fn read_detail(detail: &Value) -> Option<Detail> {
    let text = |name: &str| detail.get(name).and_then(Value::as_str).map(str::to_owned);
    let detail = Detail { property: text("property"), message: text("message") };
    (detail.property.is_some() || detail.message.is_some()).then_some(detail)
}

fn reason(status: StatusCode) -> &'static str {
    status.canonical_reason().unwrap_or("no known status")
}

/// What to say of a body that is none of LINE's.
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
    let quoted: String = text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .filter(|c| !c.is_control())
        .take(QUOTED)
        .collect();
    format!("{reason}; the answer is not LINE's JSON but {content_type}: {quoted}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(status: u16, body: &str) -> Error {
        Error::from_answer(StatusCode::from_u16(status).unwrap(), HeaderMap::new(), body.as_bytes())
    }

    #[test]
    fn each_shape_of_body_is_read() {
        let full = error(
            400,
            r#"{"message":"The request body has 1 error(s)","details":[{"message":"May not be empty","property":"messages[0].text"}]}"#,
        );
        assert_eq!(
            full.to_string(),
            "rejected (400): The request body has 1 error(s); messages[0].text: May not be empty"
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

    #[test]
    fn statuses_are_told_apart() {
        let kinds = [
            (301, ErrorKind::Rejected),
            (400, ErrorKind::Rejected),
            (401, ErrorKind::Unauthorized),
            (403, ErrorKind::Forbidden),
            (404, ErrorKind::NotFound),
            (408, ErrorKind::Transient),
            (409, ErrorKind::Rejected),
            (410, ErrorKind::Gone),
            (418, ErrorKind::Rejected),
            (429, ErrorKind::QuotaExceeded),
            (500, ErrorKind::Transient),
            (599, ErrorKind::Transient),
            (799, ErrorKind::Rejected),
        ];
        for (status, kind) in kinds {
            assert_eq!(error(status, "{}").kind(), kind, "{status}");
        }
        let rate =
            error(429, r#"{"message":"The API rate limit has been exceeded. Try again later."}"#);
        assert_eq!(rate.kind(), ErrorKind::RateLimited);
        let month = error(429, r#"{"message":"You have reached your monthly limit."}"#);
        assert_eq!((month.kind(), month.is_retryable()), (ErrorKind::QuotaExceeded, false));
    }
}
