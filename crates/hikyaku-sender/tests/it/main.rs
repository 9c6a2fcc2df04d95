//! The sender as its users see it. One suite runs on every store.
#![expect(clippy::unwrap_used, reason = "a helper of tests fails the test")]

mod campaign;
mod cluster;
mod crash;
mod outbox;
mod postgres;
mod sqlite_file;
mod stores;
mod worker;
