//! The command line's contract, tested as scripts see it: words in, stdout, stderr and exit code out, bytes on the wire.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod api;
mod bad_input;
#[path = "../../../hikyaku-page/tests/it/browser.rs"]
mod browser;
mod campaign;
mod channels;
#[path = "../../../hikyaku-sender/tests/it/cluster.rs"]
#[expect(dead_code, reason = "the sender's own tests use all of it")]
mod cluster;
mod command;
mod connection;
mod content;
mod deploy;
mod doctor;
mod environment;
mod errors;
mod gateway;
mod guides;
mod help;
mod http;
mod inbox;
mod manual;
mod marks;
mod mcp;
mod mcp_clients;
mod mcp_http;
mod message;
mod messages;
mod narrowcast;
mod notify;
mod operator;
mod outbox;
mod outcomes;
mod platform;
mod preview;
mod readme;
mod recorder;
mod richmenu;
mod secrets;
mod sends;
mod sim;
mod sim_acts;
mod sim_exec;
mod sim_run;
mod sim_state;
mod sim_tls;
mod stores;
mod terminal;
#[cfg(feature = "otel")]
mod traces;
mod validate;
mod webhook;
mod worker;

/// Says something on the side of the test's result: why it was skipped.
fn tell(what: &str) {
    use std::io::Write;

    let mut err = std::io::stderr().lock();
    // A test does not fail because nobody listens.
    let _ = writeln!(err, "{what}");
}
