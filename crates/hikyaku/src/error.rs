use std::{borrow::Cow, error::Error as StdError, fmt, fmt::Write, sync::Arc, time::Duration};

use hikyaku_model::Violations;
use http::{HeaderMap, StatusCode, header::LOCATION};

use crate::transport::TransportError;

/// The longest text shown to people, in characters. It bounds what ends up in a store or a log, whatever a server
/// sends.
const LONGEST_TEXT: usize = 500;

/// The longest request id shown: LINE's have 36 characters.
const LONGEST_ID: usize = 100;

/// The error of a call.
///
/// Its text tells the whole reason, down to the connection's, so [`source`](StdError::source) returns nothing that would
/// repeat a part of it. [`get_ref`](Self::get_ref) returns the error beneath.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    status: Option<StatusCode>,
    message: String,
    details: Vec<Detail>,
    headers: HeaderMap,
    /// The unchanged body of LINE's own response.
    body: Vec<u8>,
    may_have_landed: bool,
    source: Option<Source>,
}

type Source = Box<dyn StdError + Send + Sync>;

/// The kind of an [`Error`], which decides what to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A limit or a format is broken; nothing was sent.
    Invalid,
    /// No complete response arrived: LINE may or may not have acted.
    Network,
    /// 408 or 5xx: LINE failed, but may have acted.
    Transient,
    /// 429 for the rate limit.
    RateLimited,
    /// 429 for the monthly quota; waiting a few seconds does not help.
    QuotaExceeded,
    /// 401: the token is wrong or no longer valid.
    Unauthorized,
    /// 403: the account, plan or channel may not do this.
    Forbidden,
    /// 404: the resource does not exist.
    NotFound,
    /// 410: the resource no longer exists.
    Gone,
    /// Any other refusal by LINE; the same request will fail again.
    Rejected,
    /// A success whose body differs from LINE's documentation.
    Decode,
    /// The response is not LINE's: a captive portal, a proxy, a gateway or the server at a wrong address has answered.
    /// It says nothing about LINE, so it is never final.
    ///
    /// LINE names each response of the Messaging API by `X-Line-Request-Id`; a response without it and without a
    /// documented body is not LINE's. (5xx, 408 and 429 have their own kinds, whoever sends them.)
    ///
    /// Source: <https://developers.line.biz/en/reference/messaging-api/#response-headers>
    Foreign,
}

impl ErrorKind {
    /// Returns the kind in snake case, as the command line prints it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Network => "network",
            Self::Transient => "transient",
            Self::RateLimited => "rate_limited",
            Self::QuotaExceeded => "quota_exceeded",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Gone => "gone",
            Self::Rejected => "rejected",
            Self::Decode => "decode",
            Self::Foreign => "foreign",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One problem with a request. Its texts have at most 500 characters and no control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Detail {
    /// The path of the value, as LINE writes it: `messages[0].text`. `None` for the whole request.
    pub property: Option<String>,
    /// The problem.
    pub message: Option<String>,
}

impl Inner {
    fn new(kind: ErrorKind, message: &str) -> Self {
        Self {
            kind,
            status: None,
            message: told(message),
            details: Vec::new(),
            headers: HeaderMap::new(),
            body: Vec::new(),
            may_have_landed: false,
            source: None,
        }
    }

    fn caused_by(self, source: impl Into<Source>) -> Self {
        Self { source: Some(source.into()), ..self }
    }
}

impl Detail {
    pub(crate) fn told(property: Option<&str>, message: Option<&str>) -> Self {
        Self { property: property.map(told), message: message.map(told) }
    }
}

/// Returns a text that is safe to show and to store: without control characters, and short.
pub(crate) fn told(text: &str) -> String {
    let short = cut(text, LONGEST_TEXT);
    short.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Returns the text, or its beginning with a sign that it was cut.
fn cut(text: &str, longest: usize) -> Cow<'_, str> {
    // Most texts are shorter than that even in bytes.
    if text.len() <= longest || text.chars().nth(longest).is_none() {
        return text.into();
    }
    let mut short: String = text.chars().take(longest.saturating_sub(1)).collect();
    short.push('…');
    short.into()
}

impl Error {
    /// Returns the kind, which decides what to do about the error.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns LINE's message, or this crate's if LINE gave none: at most 500 characters, without control characters.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Returns the problems with the request, property by property, if they are known.
    pub fn details(&self) -> &[Detail] {
        &self.0.details
    }

    /// Returns the HTTP status, if there was a response.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// Returns `X-Line-Request-Id`, to quote to LINE's support.
    pub fn request_id(&self) -> Option<&str> {
        crate::answer::request_id(&self.0.headers)
    }

    /// Returns the headers of the response; empty if there was none.
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// Returns the unchanged body of the response, up to 64 kB, if LINE itself refused the request. Empty for every
    /// other error, since the response of a proxy or a portal may repeat parts of the request.
    pub fn body(&self) -> &[u8] {
        &self.0.body
    }

    /// Returns the error beneath, for example a [`TransportError`] or the
    /// [`Violations`](hikyaku_model::limits::Violations). Its text is part of this one's.
    pub fn get_ref(&self) -> Option<&(dyn StdError + Send + Sync + 'static)> {
        self.0.source.as_deref()
    }

    /// Returns whether a retry can succeed later. Retrying a send is safe only with the same retry key.
    pub fn is_retryable(&self) -> bool {
        matches!(
            self.0.kind,
            ErrorKind::Network | ErrorKind::Transient | ErrorKind::RateLimited | ErrorKind::Foreign
        )
    }

    /// Returns the server's `Retry-After`. LINE documents no such header, but a proxy may send one.
    pub fn retry_after(&self) -> Option<Duration> {
        let seconds = self.0.headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
        Some(Duration::from_secs(seconds))
    }

    /// Returns whether LINE may have acted on this call, in any of its attempts. Retry such a send with the same retry
    /// key, or not at all.
    pub fn may_have_landed(&self) -> bool {
        self.0.may_have_landed
    }

    /// Creates the error for a value that breaks a rule; nothing was sent.
    pub(crate) fn invalid(property: &str, message: impl AsRef<str>) -> Self {
        Self::local(vec![Detail::told(Some(property), Some(message.as_ref()))], None)
    }

    fn local(details: Vec<Detail>, source: Option<Source>) -> Self {
        Self(Box::new(Inner {
            details,
            source,
            ..Inner::new(ErrorKind::Invalid, "nothing was sent")
        }))
    }

    /// Creates the error of a function that judged a successful response.
    pub(crate) fn verdict(kind: ErrorKind, message: &str) -> Self {
        Self(Box::new(Inner::new(kind, message)))
    }

    /// Creates the error for an unsuccessful response.
    pub(crate) fn answered(
        kind: ErrorKind,
        status: StatusCode,
        mut headers: HeaderMap,
        message: &str,
        details: Vec<Detail>,
        may_have_landed: bool,
    ) -> Self {
        // A redirect repeats the query, which contains the token in a verification. It must not appear in `Debug`.
        if let Some(location) = headers.get_mut(LOCATION) {
            location.set_sensitive(true);
        }
        let inner = Inner::new(kind, message);
        Self(Box::new(Inner { status: Some(status), details, headers, may_have_landed, ..inner }))
    }

    pub(crate) fn network(source: TransportError) -> Self {
        Self(Box::new(Inner {
            may_have_landed: source.may_have_landed(),
            ..Inner::new(ErrorKind::Network, &source.to_string()).caused_by(source)
        }))
    }

    /// Keeps the body of LINE's own response.
    pub(crate) fn with_body(mut self, body: &[u8]) -> Self {
        self.0.body = body.to_vec();
        self
    }

    /// Creates the error for a success whose body differs from LINE's documentation.
    pub(crate) fn decode(
        status: StatusCode,
        headers: HeaderMap,
        source: serde_json::Error,
    ) -> Self {
        let message = format!("the answer is not what LINE documents: {source}");
        Self(Box::new(Inner {
            status: Some(status),
            headers,
            may_have_landed: true,
            ..Inner::new(ErrorKind::Decode, &message).caused_by(source)
        }))
    }

    /// Creates the error of a call that could not begin for lack of a token. Nothing was sent.
    pub(crate) fn no_token(why: Arc<Error>) -> Self {
        let kind = if why.is_retryable() { why.kind() } else { ErrorKind::Unauthorized };
        let message = format!("no channel access token could be issued: {why}");
        Self(Box::new(Inner::new(kind, &message).caused_by(why)))
    }

    /// Adds the status and headers of a response whose body did not arrive completely.
    pub(crate) fn of_answer(mut self, status: StatusCode, headers: HeaderMap) -> Self {
        self.0.status = Some(status);
        self.0.headers = headers;
        self
    }

    /// Corrects the kind, for a server that uses a status in its own way.
    pub(crate) fn of_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// Appends to the server's text what it means and what to do.
    pub(crate) fn explained(mut self, explanation: &str) -> Self {
        let room = LONGEST_TEXT.saturating_sub(explanation.chars().count() + 2);
        self.0.message = format!("{}; {explanation}", cut(&self.0.message, room));
        self
    }

    /// Records that an earlier attempt of the same call may have landed.
    pub(crate) fn after_doubt(mut self, doubt: bool) -> Self {
        self.0.may_have_landed |= doubt;
        self
    }
}

impl From<Violations> for Error {
    fn from(violations: Violations) -> Self {
        let details = violations
            .iter()
            .map(|violation| {
                let property = violation.property();
                let property = Some(property.as_str()).filter(|property| !property.is_empty());
                Detail::told(property, Some(&violation.problem.to_string()))
            })
            .collect();
        Self::local(details, Some(violations.into()))
    }
}

/// Shows the kind, LINE's message, the problems with the request and the request id, in at most 500 characters without
/// control characters. A longer list of problems is cut at its end.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut kind = self.0.kind.to_string();
        if let Some(status) = self.0.status {
            write!(kind, " ({})", status.as_u16())?;
        }
        let mut text = self.0.message.clone();
        for detail in &self.0.details {
            text.push_str("; ");
            match (&detail.property, &detail.message) {
                (Some(property), Some(message)) if !property.is_empty() => {
                    write!(text, "{property}: {message}")?;
                }
                (_, Some(message)) => text.push_str(message),
                (Some(property), None) => text.push_str(property),
                (None, None) => {}
            }
        }
        let request = self.request_id().map_or_else(String::new, |request_id| {
            format!(" [request id {}]", cut(&told(request_id), LONGEST_ID))
        });
        f.write_str(&kind)?;
        if !text.is_empty() {
            let others = kind.len() + ": ".len() + request.chars().count();
            write!(f, ": {}", cut(&text, LONGEST_TEXT.saturating_sub(others)))?;
        }
        f.write_str(&request)
    }
}

/// Shows everything but the headers, which may contain cookies, and at most 500 characters of the body.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, status, message, details, headers: _, body, may_have_landed, source } =
            &*self.0;
        f.debug_struct("Error")
            .field("kind", kind)
            .field("status", &status.map(|status| status.as_u16()))
            .field("request_id", &self.request_id())
            .field("message", message)
            .field("details", details)
            .field("body", &told(&String::from_utf8_lossy(body)))
            .field("may_have_landed", may_have_landed)
            .field("source", source)
            .finish()
    }
}

impl StdError for Error {}
