//! Why a message has not arrived, and what to do: told to somebody who has only the command.

use hikyaku_sim::{FaultRule, Sim};

use crate::{command::Shell, platform::Platform};

const PUSH: (&str, &str) = ("POST", "/v2/bot/message/push");

/// A friend, and a shell in whose store is a push to them.
fn waiting(platform: &Platform, more: &[&str]) -> (String, Shell) {
    let friend = platform.sim.add_friend().as_str().to_owned();
    let shell = platform.shell();
    add(&shell, &friend, more);
    (friend, shell)
}

fn add(shell: &Shell, to: &str, more: &[&str]) {
    let words = ["outbox", "add", "push", to, "--text", "hi"];
    let added = shell.run(words.into_iter().chain(more.iter().copied()));
    assert_eq!(added.code, 0, "{added}");
}

/// Checks that a command says each of these.
fn says(shell: &Shell, command: &str, texts: &[&str]) {
    let outcome = shell.run(command.split(' '));
    for text in texts {
        assert!(outcome.to_string().contains(text), "{text}: {outcome}");
    }
}

const DOCTOR: &str = "doctor --no-webhook-test --store sqlite:hikyaku.db";

#[test]
fn a_budget_that_is_used_up() {
    let platform = Platform::with(Sim::builder());
    let (friend, shell) = waiting(&platform, &["--fairness-key", "tenant-7"]);
    add(&shell, &friend, &["--fairness-key", "tenant-7"]);
    shell.run(["budget", "set", "tenant-7", "--recipients", "1", "--per", "day"]);
    let idle =
        ["push waits: budget", "note: see what waits in `hikyaku outbox list --state ready`"];
    says(&shell, "worker run --until-idle", &idle);
    let why = "the budget of fairness key tenant-7, 1 recipients a day, is used up: its sends wait";
    says(&shell, DOCTOR, &["problem  budget", why, "`hikyaku budget set` a larger one"]);
    says(&shell, "budget clear tenant-7", &[]);
    says(&shell, "worker run --until-idle", &["1 accepted"]);
}

#[test]
fn a_channel_that_line_calls_too_fast() {
    let platform = Platform::with(Sim::builder());
    let (_, shell) = waiting(&platform, &[]);
    platform.sim.fault(FaultRule::answer(429).on(PUSH.0, PUSH.1)).unwrap();
    let mut worker = shell.start(["worker", "run"]);
    worker.errors().find(|line| line.contains("reason=\"rate\"")).unwrap();
    assert_eq!(worker.stop("TERM").0, Some(0));
    let why = "because LINE says that the channel is too fast";
    says(&shell, "outbox show 1", &[why, "what to do  nothing, it is tried again by itself"]);
    says(
        &shell,
        DOCTOR,
        &["warning  lane", "LINE says that the channel is too fast", "lower --limit"],
    );
}

#[test]
fn a_channel_that_no_worker_has() {
    let platform = Platform::with(Sim::builder());
    let (_, shell) = waiting(&platform, &["--channel", "shpo", "--at", "2026-01-01T00:00:00Z"]);
    let why = "is due since 2026-01-01T00:00:00Z: no worker of channel shpo took it";
    says(&shell, "outbox list", &[why]);
    says(
        &shell,
        "outbox show 1",
        &["see that `hikyaku worker run` is running and has channel shpo"],
    );
    says(&shell, DOCTOR, &["problem  lane", "no worker takes them", "has channel shpo"]);
    let next = "`hikyaku worker run --channel NAME`";
    says(&shell, "worker run --until-idle", &["push of shpo waits for a worker", next]);
}

#[test]
fn a_campaign_that_is_paused() {
    let platform = Platform::with(Sim::builder());
    let friend = platform.sim.add_friend();
    let shell = platform.shell().with_file("list.txt", friend.as_str());
    says(&shell, "campaign start --to-file list.txt --text hi --enqueue-only", &["1"]);
    says(&shell, "campaign pause 1", &[]);
    says(&shell, "outbox list", &["waits until its campaign is resumed"]);
    says(&shell, "outbox list --json", &["\"waiting_for\":\"campaign\""]);
    says(&shell, "outbox show 1", &["its campaign is paused", "`hikyaku campaign resume 1`"]);
    says(
        &shell,
        DOCTOR,
        &["warning  campaign", "campaign 1 is paused", "`hikyaku campaign resume 1`"],
    );
    let note = "note: campaign 1 is paused; `hikyaku campaign resume 1` lets it go on";
    says(&shell, "worker run --until-idle", &["0 accepted", note]);
    says(&shell, "campaign resume 1", &[]);
    says(&shell, "worker run --until-idle", &["1 accepted"]);
}

#[test]
fn a_store_that_was_moved() {
    let platform = Platform::with(Sim::builder());
    let (_, shell) = waiting(&platform, &[]);
    says(&shell, "store migrate sqlite:hikyaku.db sqlite:moved.db", &["1 deliveries"]);
    let goes_on = "this store was moved, and it goes on in sqlite:";
    says(&shell, "outbox show 1", &[goes_on, "run the worker with `--store sqlite:"]);
    says(&shell, DOCTOR, &["problem  store", "the store was moved to sqlite:", "moved.db"]);
    says(&shell, "worker run --until-idle", &["this store was moved to sqlite:", "use that one"]);
    says(&shell, "worker run --until-idle --store sqlite:moved.db", &["1 accepted"]);
}
