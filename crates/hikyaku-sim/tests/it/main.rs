//! The simulator as its callers see it: literal requests over real sockets, literal answers.

mod fault;
mod http;
mod push;
