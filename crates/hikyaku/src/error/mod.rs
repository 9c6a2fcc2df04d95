mod answer;

pub(crate) use answer::ERROR_BODY_LIMIT;

use std::{error::Error as StdError, fmt, sync::Arc, time::Duration};

use hikyaku_model::Violations;
use http::{HeaderMap, StatusCode};

use crate::transport::TransportError;

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
    may_have_landed: bool,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

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
    /// Any other answer that is no success; the same request fails again.
    Rejected,
    /// A success whose body is not what LINE documents.
    Decode,
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
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing that is wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// Where, as LINE writes it: `messages[0].text`. Nothing where it is the whole request.
    pub property: Option<String>,
    /// What.
    pub message: Option<String>,
}

impl Error {
    /// What to do about it.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// LINE's message, or our own where LINE gave none.
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

    /// Whether the same call can succeed later. Repeating a send is safe only under the same retry key.
    pub fn is_retryable(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Network | ErrorKind::Transient | ErrorKind::RateLimited)
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
    pub(crate) fn invalid(property: &str, message: impl Into<String>) -> Self {
        let detail = Detail { property: Some(property.to_owned()), message: Some(message.into()) };
        Self::local(vec![detail], None)
    }

    fn local(details: Vec<Detail>, source: Option<Box<dyn StdError + Send + Sync>>) -> Self {
        Self(Box::new(Inner {
            kind: ErrorKind::Invalid,
            status: None,
            message: "nothing was sent".to_owned(),
            details,
            headers: HeaderMap::new(),
            may_have_landed: false,
            source,
        }))
    }

    /// What a helper makes of answers that were no errors by themselves.
    pub(crate) fn verdict(kind: ErrorKind, message: String) -> Self {
        Self(Box::new(Inner {
            kind,
            status: None,
            message,
            details: Vec::new(),
            headers: HeaderMap::new(),
            may_have_landed: false,
            source: None,
        }))
    }

    pub(crate) fn network(source: TransportError) -> Self {
        Self(Box::new(Inner {
            kind: ErrorKind::Network,
            status: None,
            message: source.to_string(),
            details: Vec::new(),
            headers: HeaderMap::new(),
            may_have_landed: source.may_have_landed(),
            source: Some(source.into()),
        }))
    }

    /// A success whose body says something else than LINE documents.
    pub(crate) fn decode(
        status: StatusCode,
        headers: HeaderMap,
        source: serde_json::Error,
    ) -> Self {
        Self(Box::new(Inner {
            kind: ErrorKind::Decode,
            status: Some(status),
            message: format!("the answer is not what LINE documents: {source}"),
            details: Vec::new(),
            headers,
            may_have_landed: true,
            source: Some(source.into()),
        }))
    }

    /// A call that could not begin because its token could not be had. Nothing of it was sent.
    pub(crate) fn no_token(why: Arc<Error>) -> Self {
        let kind = match why.kind() {
            kind @ (ErrorKind::Network | ErrorKind::Transient | ErrorKind::RateLimited) => kind,
            _ => ErrorKind::Unauthorized,
        };
        Self(Box::new(Inner {
            kind,
            status: None,
            message: format!("no channel access token could be issued: {why}"),
            details: Vec::new(),
            headers: HeaderMap::new(),
            may_have_landed: false,
            source: Some(Box::new(why)),
        }))
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
        let separator = if self.0.message.is_empty() { "" } else { "; " };
        self.0.message = format!("{}{separator}{explanation}", self.0.message);
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
            .map(|violation| Detail {
                property: Some(violation.property()).filter(|property| !property.is_empty()),
                message: Some(violation.problem.to_string()),
            })
            .collect();
        Self::local(details, Some(violations.into()))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.kind)?;
        if let Some(status) = self.0.status {
            write!(f, " ({})", status.as_u16())?;
        }
        if !self.0.message.is_empty() {
            write!(f, ": {}", self.0.message)?;
        }
        for detail in &self.0.details {
            f.write_str("; ")?;
            match (&detail.property, &detail.message) {
                (Some(property), Some(message)) if !property.is_empty() => {
                    write!(f, "{property}: {message}")?;
                }
                (_, Some(message)) => f.write_str(message)?,
                (Some(property), None) => f.write_str(property)?,
                (None, None) => {}
            }
        }
        if let Some(request_id) = self.request_id() {
            write!(f, " [request id {request_id}]")?;
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_ref().map(|source| source.as_ref() as _)
    }
}
