//! The simulator as its callers see it: literal requests over real sockets, literal answers.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod bot;
mod chat;
mod control;
mod fault;
mod http;
mod lifecycle;
mod limits;
mod many;
mod narrowcast;
mod phone;
mod push;
mod reads;
mod reply;
mod retry_key;
mod transport;
mod validation;
mod webhook;
