//! What people see who sit at a terminal.

use std::{fmt::Write, process::Command};

use hikyaku_sim::Sim;

use crate::platform::Platform;

/// The words that a command draws on a terminal, without what moves and colours them.
fn drawn(shell: &crate::command::Shell, command: &str) -> Option<String> {
    if !has_terminals() {
        return None;
    }
    let outcome = shell.run_script(&format!("script -qefc '{command}' /dev/null"));
    assert_eq!(outcome.code, 0, "{outcome}");
    Some(outcome.stdout)
}

fn has_terminals() -> bool {
    let has = Command::new("script").arg("--version").output().is_ok();
    if !has {
        crate::tell("skipped: there is no `script`, which makes a terminal");
    }
    has
}

#[test]
fn a_watched_campaign_is_a_bar_with_rate_and_remaining_time() {
    let platform = Platform::with(Sim::builder());
    let list = platform.sim.add_friends(15_000).iter().fold(String::new(), |mut list, id| {
        writeln!(list, "{}", id.as_str()).unwrap();
        list
    });
    let shell = platform.shell().with_file("list.txt", list).with("TERM", "xterm");
    shell.run(["campaign", "start", "--to-file", "list.txt", "--text", "hi", "--enqueue-only"]);
    let worker = shell.start(["worker", "run", "--limit", "multicast=20/s"]);
    let Some(drawn) = drawn(&shell, "hikyaku campaign watch 1 --poll 0.1") else { return };
    assert_eq!(worker.stop("TERM").0, Some(0));
    assert!(drawn.matches(" of 15,000, ").count() > 3, "{drawn}");
    for word in ["/s, ", "s left", "at the rate limit"] {
        assert!(drawn.contains(word), "{word}: {drawn}");
    }
    assert!(drawn.contains("done: 15000 of 15000 accepted"), "{drawn}");
}

#[test]
fn an_act_on_many_asks_first() {
    const USER: &str = "U4af4980629000000000000000000000a";
    if !has_terminals() {
        return;
    }
    let path = std::env::var("PATH").unwrap();
    let shell = crate::command::Shell::bare().with("TERM", "xterm").with("PATH", &path);
    for text in ["a", "b"] {
        shell.run(["outbox", "add", "push", USER, "--text", text]);
    }
    let hikyaku = env!("CARGO_BIN_EXE_hikyaku");
    let asked = |answer: &str| {
        let cancel = format!("script -qefc '{hikyaku} outbox cancel --all' /dev/null");
        shell.run_script(&format!("echo {answer} | {cancel} || true")).stdout
    };
    let no = asked("no");
    assert!(no.contains("2 deliveries would be withdrawn"), "{no}");
    assert!(no.contains("go on? [y/N]") && no.contains("nothing was done"), "{no}");
    let yes = asked("y");
    assert!(yes.contains("2 deliveries are withdrawn"), "{yes}");
    let left = shell.run(["outbox", "list", "--state", "cancelled", "--json"]);
    assert_eq!(left.stdout.matches("\"id\":").count(), 2, "{left}");
}
