//! The verbs against the simulator that the same binary brings.

use crate::command::{Shell, Started};

/// `hikyaku sim`, on free ports.
struct Running {
    process: Started,
    credentials: serde_json::Value,
}

impl Running {
    fn start() -> Self {
        let words = ["sim", "--port", "0", "--data-port", "0", "--friends", "2", "--json"];
        let mut process = Shell::bare().start(words);
        let line = process.lines().next().unwrap();
        Self { process, credentials: serde_json::from_str(&line).unwrap() }
    }

    fn shell(&self) -> Shell {
        let get = |name: &str| self.credentials[name].as_str().unwrap();
        Shell::bare()
            .with("HIKYAKU_API_URL", get("api_url"))
            .with("HIKYAKU_DATA_URL", get("data_url"))
            .with("LINE_CHANNEL_ACCESS_TOKEN", get("token"))
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
fn one_listener_serves_both_hosts_and_every_host_is_named() {
    let mut process = Shell::bare().start(["sim", "--port", "0", "--one-listener", "--json"]);
    let line = process.lines().next().unwrap();
    let told: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(told["data_url"], told["api_url"]);
    assert_eq!(told["manager_url"], told["api_url"]);
    let mut process = Shell::bare().start(["sim", "--port", "0", "--data-port", "0"]);
    let exports: Vec<String> = process
        .lines()
        .take_while(|line| !line.contains("/_sim/v1/outbox"))
        .filter(|line| line.contains("export "))
        .collect();
    let exports = exports.join("\n");
    for host in ["HIKYAKU_API_URL=http", "HIKYAKU_DATA_URL=http", "HIKYAKU_MANAGER_URL=http"] {
        assert!(exports.contains(host), "{exports}");
    }
}

#[test]
fn a_signal_ends_it_well() {
    for signal in ["INT", "TERM"] {
        assert_eq!(Running::start().process.stop(signal), (Some(0), String::new()));
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

/// Also tries what the demo prints about going on with each verb.
#[test]
fn the_demo_does_what_it_says() {
    let shell = Shell::bare();
    let mut demo = shell.start(["demo"]);
    let mut script = String::new();
    let mut steps = Vec::new();
    for line in demo.lines() {
        if let Some(step) = line.strip_prefix("  ✓ ") {
            steps.push(step.split("  ").next().unwrap().to_owned());
        } else if let Some(command) = line.strip_prefix("  ") {
            script.extend([command, "\n"]);
        }
        if line.contains("/_sim/v1/faults") {
            break;
        }
    }
    insta::assert_snapshot!(steps.join(", "), @"push, reply, multicast, narrowcast, retry key, lost answer, server error, quota, campaign");

    let without_curl =
        script.lines().filter(|line| !line.contains("curl") && !line.contains("said.json"));
    let without_curl: Vec<&str> = without_curl.take_while(|line| !line.starts_with('#')).collect();
    assert!(without_curl.len() > 12, "{script}");
    let outcome = shell.run_script(&without_curl.join("\n"));
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{outcome}");
    assert_eq!(demo.stop("INT"), (Some(0), String::new()));
}

#[test]
fn the_demo_as_json_says_of_every_step_whether_it_worked() {
    let outcome = Shell::bare().run(["demo", "--once", "--json"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{outcome}");
    let document: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    let steps = document["steps"].as_array().unwrap();
    assert!(steps.len() > 7 && steps.iter().all(|step| step["ok"] == true), "{outcome}");
}
