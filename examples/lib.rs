//! Small programs made with Hikyaku: `cargo run --example echo`. The tests run each against the simulator.

#[cfg(doctest)]
#[doc = include_str!("../docs/answers.md")]
mod answers {}
