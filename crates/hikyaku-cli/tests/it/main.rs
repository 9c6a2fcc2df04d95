//! The command line's contract, tested as scripts see it: words in, stdout, stderr and exit code out, bytes on the wire.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod bad_input;
mod command;
mod connection;
mod errors;
mod help;
mod manual;
mod messages;
mod narrowcast;
mod notify;
mod platform;
mod recorder;
mod sends;
mod sim;
mod validate;
