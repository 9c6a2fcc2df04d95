//! The gateway over raw sockets, with a simulator of LINE behind it.

#![expect(clippy::unwrap_used, reason = "a test fails by it")]

#[path = "../../../hikyaku-sender/tests/it/cluster.rs"]
#[expect(dead_code, reason = "the sender's tests need more of it")]
mod cluster;

mod adapter;
mod alert;
mod asking;
mod authz;
mod budget;
mod coalesce;
mod doubt;
mod home;
mod hook;
mod hosted;
mod http2;
mod issue;
mod line;
mod log;
mod node;
mod nodes;
mod notify;
mod oauth;
mod operation;
mod operator;
mod outcomes;
mod pages;
mod patience;
mod picture;
mod rehost;
mod sdk;
mod shares;
mod withdrawn;

/// Says something even where the output of tests is kept back.
pub(crate) fn tell(what: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{what}");
}
