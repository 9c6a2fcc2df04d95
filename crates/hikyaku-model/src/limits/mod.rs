//! LINE's limits on requests, as one set of rules.
//!
//! [`Check::validate`] finds every broken rule of a value at once, each with its JSON path. The client calls it before
//! sending anything, and a simulator can answer with the same result. Each limit is a constant next to the type that it
//! limits, such as [`message::TEXT`](crate::message::TEXT), with its source. The limits of requests are here, and
//! [`rates`] has the rate limit of each endpoint.

mod checker;
mod color;
mod rate;
mod request;
mod rule;
mod uri;
mod violation;
mod words;

pub use checker::{Check, Checker};
pub use rate::{InvalidRate, Rate, rates};
pub use request::{
    AUDIENCE_OPERATIONS, MESSAGES, MULTICAST_USERS, REDELIVERED_REPLY_TOKEN_LIFE, REPLY_TOKEN_LIFE,
    REQUEST_BYTES, RETRY_KEY_LIFE, RETRY_KEY_USE,
};
pub use rule::{Count, Length, SUBSTITUTION_KEY, Steps, Unit};
pub use uri::{LINK, MEDIA_URL, Uri};
pub use violation::{Problem, Segment, Violation, Violations};
pub use words::{Dialect, Refusal, RefusalDetail};
