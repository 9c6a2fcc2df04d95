//! The sender as its users see it. One suite runs on every store.
#![expect(clippy::unwrap_used, reason = "a helper of tests fails the test")]

mod answered;
mod at_once;
mod attempts;
mod budget;
mod bulk;
mod campaign;
mod clock;
mod cluster;
mod crash;
mod deploy;
mod disk;
mod dropped;
mod failover;
mod fairness;
mod first_answer;
mod goes_first;
mod hold;
mod import;
mod in_hand;
mod interleave;
mod killed;
mod metrics;
mod move_to;
mod namespace;
mod narrowcast;
mod network;
mod old_schema;
mod order;
mod outbox;
mod outcome_cursor;
mod outcomes;
mod outlook;
mod pace;
mod partition;
mod pause;
mod pooler;
mod postgres;
mod program;
mod proxy;
mod restore;
mod search;
mod served;
mod size;
mod sql;
mod sqlite_file;
mod stores;
mod tls;
mod told;
mod trace_context;
mod traces;
mod transact;
mod types;
mod worker;
mod writes;

/// Says something on the side of the test's result: why it was skipped, or how to repeat it.
fn tell(what: &str) {
    use std::io::Write;

    let mut err = std::io::stderr().lock();
    // A test does not fail because nobody listens.
    let _ = writeln!(err, "{what}");
}
