//! LINE's limits on what is sent, as one set of rules.
//!
//! [`Check::validate`] finds every broken rule of a value in one go, each with its JSON path. The client asks it before
//! anything is sent, and a simulator can answer with the very same judgement. The limits themselves are constants that
//! stand beside what they limit, such as [`message::TEXT`](crate::message::TEXT), each with its source; those of
//! requests stand here, and [`rates`] has how often LINE takes each of them.

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
