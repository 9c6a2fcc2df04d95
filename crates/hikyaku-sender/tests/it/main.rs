//! The sender as its users see it. One suite runs on every store.

mod outbox;
mod sqlite_file;
mod stores;
mod worker;
