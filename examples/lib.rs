//! Small programs made with Hikyaku: `cargo run --example echo`. The tests run each against the simulator.
