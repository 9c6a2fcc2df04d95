use std::fmt;

use http::StatusCode;

/// The reason why a webhook was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The request has no `x-line-signature`.
    NoSignature,
    /// The `x-line-signature` is not the base64 of 32 bytes.
    BadBase64,
    /// The `x-line-signature` matches none of the channel secrets, or belongs to another body.
    Mismatch,
    /// The body is empty. LINE never sends an empty one, so something upstream has consumed it.
    EmptyBody,
    /// There is no channel secret for the request: its destination is not one of yours.
    NoSecret,
    /// The body exceeds the receiver's limit.
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The body ended early.
    Interrupted,
    /// The body is not UTF-8.
    NotUtf8 {
        /// The position of the first invalid byte, from 0.
        at: usize,
    },
    /// The body is not the JSON of a webhook.
    NotWebhook {
        /// The position of the error, in bytes from 0.
        at: usize,
        /// The error at this position.
        reason: String,
    },
}

impl Error {
    /// Returns the HTTP status for the response.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NoSignature
            | Self::BadBase64
            | Self::Mismatch
            | Self::EmptyBody
            | Self::NoSecret => StatusCode::UNAUTHORIZED,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Interrupted => StatusCode::REQUEST_TIMEOUT,
            Self::NotUtf8 { .. } | Self::NotWebhook { .. } => StatusCode::BAD_REQUEST,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSignature => f.write_str(
                "the request has no x-line-signature header: it does not come from LINE, or a proxy dropped the header",
            ),
            Self::BadBase64 => f.write_str(
                "the x-line-signature header is not the base64 of 32 bytes: pass it on as it came (it is no hexadecimal)",
            ),
            Self::Mismatch => f.write_str(
                "the x-line-signature header does not match the body: check that the secret is this channel's and that \
                 the body is verified as it came, not parsed and written again",
            ),
            Self::EmptyBody => f.write_str(
                "the body is empty, which LINE never sends: verify before another part of the server reads the body",
            ),
            Self::NoSecret => f.write_str("there is no channel secret for this request: its destination is not served here"),
            Self::Interrupted => f.write_str("the body did not come to its end"),
            Self::TooLarge { limit } => write!(f, "the body is longer than {limit} bytes, the most this receiver allows"),
            Self::NotUtf8 { at } => write!(f, "the body is not UTF-8 from byte {at} on"),
            Self::NotWebhook { at, reason } => write!(f, "the body is no webhook, see byte {at}: {reason}"),
        }
    }
}

impl std::error::Error for Error {}
