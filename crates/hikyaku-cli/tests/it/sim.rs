//! The verbs against the simulator that the same binary brings.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Stdio},
};

use crate::command::Shell;

/// `hikyaku sim`, on free ports.
struct Running {
    process: Child,
    credentials: serde_json::Value,
}

impl Running {
    fn start() -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_hikyaku"))
            .args(["sim", "--port", "0", "--data-port", "0", "--friends", "2", "--json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        Self { process, credentials: serde_json::from_str(&line).unwrap() }
    }

    fn get(&self, name: &str) -> &str {
        self.credentials[name].as_str().unwrap()
    }

    fn shell(&self) -> Shell {
        Shell::bare()
            .with("HIKYAKU_API_URL", self.get("api_url"))
            .with("HIKYAKU_DATA_URL", self.get("data_url"))
            .with("LINE_CHANNEL_ACCESS_TOKEN", self.get("token"))
    }

    /// Sends the signal, and gives the exit code and what stderr had.
    fn stop(mut self, signal: &str) -> (Option<i32>, String) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
        let code = self.process.wait().unwrap().code();
        let mut stderr = String::new();
        self.process.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        (code, stderr)
    }
}

#[test]
fn a_push_reaches_the_simulator_that_was_started() {
    let sim = Running::start();
    let friend = sim.credentials["friends"][0].as_str().unwrap().to_owned();
    let outcome = sim.shell().run(["push", &friend, "--text", "hello", "--json"]);
    let document: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!((outcome.code, &document["deduplicated"]), (0, &false.into()), "{outcome}");
    assert_eq!(document["sent_messages"].as_array().unwrap().len(), 1);
    let used = sim.shell().run(["quota-consumption"]);
    assert_eq!(used.stdout, "about 1 messages sent this month\n");
}

#[test]
fn a_signal_ends_it_well() {
    for signal in ["INT", "TERM"] {
        assert_eq!(Running::start().stop(signal), (Some(0), String::new()));
    }
}

#[test]
fn a_port_in_use_is_named() {
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let outcome = Shell::bare().run(["sim", "--port", &port]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.stderr.contains(&format!("127.0.0.1:{port}: choose another")), "{outcome}");
}

#[test]
fn the_demo_does_what_it_says() {
    let outcome = Shell::bare().run(["demo", "--once", "--json"]);
    assert_eq!(outcome.code, 0, "{outcome}");
    let document: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    let steps = document["steps"].as_array().unwrap();
    let names: Vec<_> = steps.iter().map(|step| step["name"].as_str().unwrap()).collect();
    insta::assert_snapshot!(names.join(", "), @"push, reply, multicast, narrowcast, retry key, lost answer, server error, quota");
    assert!(steps.iter().all(|step| step["ok"] == true), "{outcome}");
}
