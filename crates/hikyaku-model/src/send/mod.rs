//! The rules of the calls that send, beyond those of each message.

mod kind;

pub(crate) use kind::check_send;
pub use kind::{SendKind, check_messages};
