//! The command line's contract, tested as scripts see it: words in, stdout, stderr and exit code out, bytes on the wire.

mod bad_input;
mod command;
mod connection;
mod errors;
mod help;
mod messages;
mod recorder;
mod sends;
