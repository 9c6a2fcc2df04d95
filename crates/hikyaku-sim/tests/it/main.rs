//! The simulator as its callers see it: literal requests over real sockets, literal answers.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod fault;
mod http;
mod push;
