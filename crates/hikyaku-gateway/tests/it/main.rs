//! The gateway over raw sockets, with a simulator of LINE behind it.

#![expect(clippy::unwrap_used, reason = "a test fails by it")]

mod home;
mod notify;
mod operation;
mod sdk;
