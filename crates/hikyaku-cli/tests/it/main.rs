//! The command line's contract, tested as scripts see it: words in, stdout, stderr and exit code out, bytes on the wire.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod api;
mod bad_input;
mod campaign;
mod command;
mod connection;
mod content;
mod errors;
mod help;
mod manual;
mod message;
mod messages;
mod narrowcast;
mod notify;
mod outbox;
mod platform;
mod recorder;
mod richmenu;
mod sends;
mod sim;
mod validate;
mod webhook;
mod worker;
