//! LINE's limits on what is sent, as one set of rules.
//!
//! [`Check::validate`] finds every broken rule of a value in one go, each with its JSON path. The client asks it before
//! anything is sent, and a simulator can answer with the very same judgement. The limits themselves are constants that
//! stand beside what they limit, such as [`message::TEXT`](crate::message::TEXT), each with its source.

mod checker;
mod color;
mod rule;
mod uri;
mod violation;

pub use checker::{Check, Checker};
pub use rule::{Count, Length, Steps, Unit};
pub use uri::{LINK, MEDIA_URL, Uri};
pub use violation::{Problem, Segment, Violation, Violations};

/// Messages in one request.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-push-message>
pub const MESSAGES: Count = Count { min: 1, max: 5 };

/// Users in one multicast.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#send-multicast-message>
pub const MULTICAST_USERS: Count = Count { min: 1, max: 500 };
