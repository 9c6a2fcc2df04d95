use std::{borrow::Cow, error::Error as StdError, fmt, fmt::Write, sync::Arc, time::Duration};

use hikyaku_model::Violations;
use http::{HeaderMap, StatusCode, header::LOCATION};

use crate::transport::TransportError;

/// The longest text that is told to people, in characters: what is kept of it, in a store or a log, stays small whatever
/// a server sends.
const LONGEST_TEXT: usize = 500;

/// What is shown of a request id: LINE's have 36 characters.
const LONGEST_ID: usize = 100;

/// Why a call did not do what was asked.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    status: Option<StatusCode>,
    message: String,
    details: Vec<Detail>,
    headers: HeaderMap,
    /// LINE's own answer as it came.
    body: Vec<u8>,
    may_have_landed: bool,
    source: Option<Source>,
}

type Source = Box<dyn StdError + Send + Sync>;

/// What to do about an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A limit or a form is broken; nothing was sent.
    Invalid,
    /// No whole answer came: LINE may or may not have acted.
    Network,
    /// 408 or 5xx: LINE failed, and may have acted all the same.
    Transient,
    /// 429 for calling too often.
    RateLimited,
    /// 429 for the month's messages; waiting seconds does not help.
    QuotaExceeded,
    /// 401: the token is wrong or no longer valid.
    Unauthorized,
    /// 403: the account, plan or channel may not do this.
    Forbidden,
    /// 404: no such thing.
    NotFound,
    /// 410: it was there once.
    Gone,
    /// Any other refusal of LINE's; the same request fails again.
    Rejected,
    /// A success whose body is not what LINE documents.
    Decode,
    /// The answer is not LINE's: a captive portal, a proxy, a gateway or the server at a wrong address has answered.
    /// Nothing is known of what LINE did, so it is never final.
    ///
    /// LINE names each answer of the Messaging API by `X-Line-Request-Id`; one without it and without a documented body is
    /// somebody else's. (5xx, 408 and 429 have their own kinds, whoever sends them.)
    ///
    /// Source: <https://developers.line.biz/en/reference/messaging-api/#response-headers>
    Foreign,
}

impl ErrorKind {
    /// The kind in snake case, as the command line prints it.
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

/// One thing that is wrong with a request. Its texts have at most 500 characters, none of them a control character.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Detail {
    /// Where, as LINE writes it: `messages[0].text`. Nothing where it is the whole request.
    pub property: Option<String>,
    /// What.
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

/// A text as it may be told to people, and kept: without control characters, and short.
pub(crate) fn told(text: &str) -> String {
    let short = cut(text, LONGEST_TEXT);
    short.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The text, or its beginning and a sign that more was there.
fn cut(text: &str, longest: usize) -> Cow<'_, str> {
    // Most texts are shorter even in bytes.
    if text.len() <= longest || text.chars().nth(longest).is_none() {
        return text.into();
    }
    let mut short: String = text.chars().take(longest.saturating_sub(1)).collect();
    short.push('…');
    short.into()
}

impl Error {
    /// What to do about it.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// LINE's message, or our own where LINE gave none: at most 500 characters, none of them a control character.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What is wrong with the request, property by property, where that is known.
    pub fn details(&self) -> &[Detail] {
        &self.0.details
    }

    /// The answer's status, where there was an answer.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// `X-Line-Request-Id`, to quote to LINE.
    pub fn request_id(&self) -> Option<&str> {
        crate::answer::request_id(&self.0.headers)
    }

    /// The answer's headers; empty where there was no answer.
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// The answer's body as it came, up to 64 kB, where LINE itself refused the request. Empty for every other error:
    /// what a proxy or a portal answers may repeat what it was asked.
    pub fn body(&self) -> &[u8] {
        &self.0.body
    }

    /// Whether the same call can succeed later. Repeating a send is safe only under the same retry key.
    pub fn is_retryable(&self) -> bool {
        matches!(
            self.0.kind,
            ErrorKind::Network | ErrorKind::Transient | ErrorKind::RateLimited | ErrorKind::Foreign
        )
    }

    /// How long the server asked to wait. LINE documents no such header; a proxy may send one.
    pub fn retry_after(&self) -> Option<Duration> {
        let seconds = self.0.headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
        Some(Duration::from_secs(seconds))
    }

    /// Whether LINE may have acted on this call, in any of its attempts. A send that may have landed must be repeated
    /// under the same retry key, or not at all.
    pub fn may_have_landed(&self) -> bool {
        self.0.may_have_landed
    }

    /// A value that breaks a rule; nothing was sent.
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

    /// What a helper makes of answers that were no errors by themselves.
    pub(crate) fn verdict(kind: ErrorKind, message: &str) -> Self {
        Self(Box::new(Inner::new(kind, message)))
    }

    /// An answer that is no success.
    pub(crate) fn answered(
        kind: ErrorKind,
        status: StatusCode,
        mut headers: HeaderMap,
        message: &str,
        details: Vec<Detail>,
        may_have_landed: bool,
    ) -> Self {
        // A redirect repeats the query, and a token that is verified stands there. Not to be seen in `Debug`.
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

    /// Keeps the body of LINE's own answer.
    pub(crate) fn with_body(mut self, body: &[u8]) -> Self {
        self.0.body = body.to_vec();
        self
    }

    /// A success whose body says something else than LINE documents.
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

    /// A call that could not begin because its token could not be had. Nothing of it was sent.
    pub(crate) fn no_token(why: Arc<Error>) -> Self {
        let kind = if why.is_retryable() { why.kind() } else { ErrorKind::Unauthorized };
        let message = format!("no channel access token could be issued: {why}");
        Self(Box::new(Inner::new(kind, &message).caused_by(why)))
    }

    /// Remembers the beginning of an answer whose rest did not come.
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

    /// Adds to the server's words what they mean and what to do.
    pub(crate) fn explained(mut self, explanation: &str) -> Self {
        let room = LONGEST_TEXT.saturating_sub(explanation.chars().count() + 2);
        self.0.message = format!("{}; {explanation}", cut(&self.0.message, room));
        self
    }

    /// Remembers that an earlier attempt of the same call may have landed.
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

/// The kind, LINE's message, what is wrong with the request and the request id, in at most 500 characters, none of them a
/// control character. Of a longer text, the end of what is wrong is left out.
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

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_ref().map(|source| source.as_ref() as _)
    }
}
