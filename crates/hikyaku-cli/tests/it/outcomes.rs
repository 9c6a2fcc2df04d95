//! Programs that are told outcomes: by a cursor, a command, a signed webhook.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use hikyaku_sender::{Clock, NewHold, Outbox};
use serde_json::{Value, json};

use crate::{
    command::{Outcome, Shell},
    recorder::{Answer, Recorder, Request},
};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const SHOP: [&str; 4] = ["outbox", "outcomes", "--cursor", "shop"];

/// A folder with a store of so many outcomes, and a secret.
fn shell(outcomes: usize) -> Shell {
    let shell = Shell::bare().with("PATH", "/usr/bin:/bin").with_file("outcomes.secret", SECRET);
    in_store(&shell, async |outbox| {
        for n in 0..outcomes {
            outbox.hold(NewHold::new(n.to_string())).await.unwrap();
        }
    });
    shell
}

fn in_store(shell: &Shell, work: impl AsyncFnOnce(Outbox)) {
    let url = format!("sqlite:{}", shell.folder().join("hikyaku.db").display());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { work(Outbox::open(&url).await.unwrap()).await });
}

/// Does what time does with the place of a reader that was killed: a minute later, another one may have it.
fn let_go_of_the_killed(shell: &Shell) {
    let url = format!("sqlite:{}", shell.folder().join("hikyaku.db").display());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let now = Outbox::open(&url).await.unwrap().now().await.unwrap();
        let later = Clock::manual(now + Duration::from_secs(60));
        let outbox = Outbox::builder(&url).clock(later).open().await.unwrap();
        let cursor = outbox.outcome_cursor("shop").unwrap();
        cursor.read().await.unwrap();
        cursor.leave().await.unwrap();
    });
}

fn tell(shell: &Shell, more: &[&str]) -> Outcome {
    shell.run(SHOP.into_iter().chain(more.iter().copied()))
}

fn to(recorder: &Recorder) -> [String; 4] {
    let secret = "outcomes.secret".to_owned();
    ["--to".to_owned(), format!("{}/told", recorder.url()), "--secret-file".to_owned(), secret]
}

fn place(shell: &Shell) -> Value {
    let listed = shell.run(["outbox", "cursors", "--json"]).stdout;
    let listed: Value = serde_json::from_str(&listed).unwrap();
    listed["cursors"][0].clone()
}

#[test]
fn a_cursor_goes_on_where_the_last_run_ended() {
    let shell = shell(3);
    let first = tell(&shell, &["--json"]);
    assert_eq!((first.code, first.stdout.lines().count()), (0, 3), "{first}");
    assert_eq!(tell(&shell, &["--json"]).stdout, "");
    in_store(&shell, async |outbox| drop(outbox.release(1).await.unwrap()));
    let next: Value = serde_json::from_str(&tell(&shell, &["--json"]).stdout).unwrap();
    assert_eq!((&next["id"], &next["type"]), (&4.into(), &"lane.released".into()));
    assert_eq!(
        place(&shell),
        json!({"name": "shop", "after": 4, "behind": 0, "oldest": null, "reader": null})
    );
    let words = ["outbox", "outcomes", "--cursor", "late", "--after", "3"];
    assert_eq!(shell.run(words).stdout.lines().count(), 1);
    assert_eq!(shell.run(["outbox", "cursors", "--forget", "shop"]).code, 0);
    assert_eq!(shell.run(["outbox", "cursors", "--forget", "shop"]).code, 4);
    let listed = shell.run(["outbox", "cursors"]).stdout;
    assert_eq!(listed, "late: told up to 4, 0 behind\n");
}

#[test]
fn a_command_is_told_until_it_ends_with_0() {
    let shell = shell(3);
    let failed = tell(&shell, &["--exec", "cat >> told; [ $(wc -l < told) != 2 ]"]);
    assert_eq!(failed.code, 4, "{failed}");
    let why = "the command of --exec ended with exit status: 1 for outcome 2";
    assert!(failed.stderr.contains(why), "{failed}");
    assert_eq!(
        (place(&shell)["after"].as_i64(), place(&shell)["behind"].as_i64()),
        (Some(1), Some(2))
    );
    // A command that does not read its input has been told, too.
    assert_eq!(tell(&shell, &["--exec", "echo heard >> heard"]).code, 0);
    let heard = std::fs::read_to_string(shell.folder().join("heard")).unwrap();
    assert_eq!(heard, "heard\nheard\n");
    let told = std::fs::read_to_string(shell.folder().join("told")).unwrap();
    let told: Vec<Value> = told.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    assert_eq!((&told[1]["id"], &told[1]["data"]["reason"]), (&2.into(), &"1".into()));
}

#[test]
fn a_webhook_that_fails_is_told_again_under_the_same_id() {
    let shell = shell(2);
    let recorder = Recorder::answering([Answer::new(500, "the database is down")]);
    let words = to(&recorder);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let failed = tell(&shell, &words);
    assert_eq!(failed.code, 4, "{failed}");
    let host = recorder.url().replace("http://", "");
    let why =
        format!("the receiver at {host} answered 500: the database is down; outcome 1 is told");
    assert!(failed.stderr.contains(&why), "{failed}");
    let told = tell(&shell, &words);
    assert_eq!((told.code, told.stdout.as_str(), told.stderr.as_str()), (0, "", ""), "{told}");
    let requests = recorder.requests();
    assert_eq!(requests.len(), 3);
    let id = |n: usize| requests[n].header("webhook-id").unwrap();
    assert!(id(0) == id(1) && id(1) != id(2) && id(0).starts_with("msg_"), "{requests:#?}");
    assert_eq!(requests[0].line, "POST /told");
    assert_eq!(requests[0].header("content-type"), Some("application/json"));
    assert!(requests[0].header("webhook-signature").unwrap().starts_with("v1,"));
    assert_eq!(requests[0].body, requests[1].body);
    let body: Value = serde_json::from_str(&requests[2].body).unwrap();
    assert_eq!((&body["type"], &body["data"]["reason"]), (&"lane.held".into(), &"1".into()));

    // While the secret changes, both sign.
    let shell = shell.with_file("next.secret", format!("whsec_{}\n", "A".repeat(43)));
    in_store(&shell, async |outbox| drop(outbox.release(1).await.unwrap()));
    assert_eq!(tell(&shell, &[&words[..], &["--secret-file", "next.secret"]].concat()).code, 0);
    let signed = recorder.requests().pop().unwrap();
    assert_eq!(signed.header("webhook-signature").unwrap().split(' ').count(), 2);
}

#[test]
fn a_receiver_that_is_gone_ends_it() {
    let shell = shell(1);
    let recorder = Recorder::answering([Answer::new(503, ""), Answer::new(410, "")]);
    let words = to(&recorder);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let ended = tell(&shell, &[&words[..], &["--follow", "--json"]].concat());
    assert_eq!(ended.code, 4, "{ended}");
    // What failed before is told as it happens.
    assert!(ended.stderr.contains("answered 503"), "{ended}");
    assert!(ended.stderr.lines().last().unwrap().contains(r#""kind":"gone""#), "{ended}");
    assert_eq!(place(&shell)["after"], 0);
}

/// Killed again and again while it tells: all arrive, and what comes twice has the same id.
#[test]
fn none_is_lost_by_kills() {
    const OUTCOMES: usize = 120;
    let shell = shell(OUTCOMES);
    let recorder = Recorder::start();
    let words = to(&recorder);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let words = [&SHOP[..], &words, &["--follow"]].concat();
    for kill in 1..=3 {
        let teller = shell.start(words.iter().copied());
        until(|| recorder.requests().len() >= kill * 25);
        assert_eq!(teller.stop("KILL").0, None);
        let_go_of_the_killed(&shell);
    }
    let teller = shell.start(words.iter().copied());
    until(|| place(&shell)["behind"] == 0);
    assert_eq!(teller.stop("TERM"), (Some(0), String::new()));
    let mut told = BTreeMap::<String, String>::new();
    // A kill may come in the middle of a request.
    let is_whole = |it: &Request| {
        it.header("content-length").is_some_and(|length| length == it.body.len().to_string())
    };
    for request in recorder.requests().into_iter().filter(is_whole) {
        let id = request.header("webhook-id").unwrap().to_owned();
        let body = told.entry(id).or_insert_with(|| request.body.clone());
        assert_eq!(*body, request.body);
    }
    let reasons: Vec<usize> = told.values().map(|body| reason(body)).collect();
    assert_eq!(reasons.len(), OUTCOMES);
    assert!((0..OUTCOMES).all(|n| reasons.contains(&n)));
    assert_eq!(place(&shell)["reader"], Value::Null);
}

fn reason(body: &str) -> usize {
    let body: Value = serde_json::from_str(body).unwrap();
    body["data"]["reason"].as_str().unwrap().parse().unwrap()
}

fn until(done: impl Fn() -> bool) {
    let began = Instant::now();
    while !done() {
        assert!(began.elapsed() < Duration::from_secs(60), "not within a minute");
        std::thread::yield_now();
    }
}

#[test]
fn what_it_needs_is_asked_for() {
    let shell = shell(1).with_file("wrong.secret", "geheim");
    let code = |words: &[&str]| (shell.run(words.iter().copied()).code, words.len());
    let outcomes = ["outbox", "outcomes"];
    assert_eq!(code(&[&outcomes[..], &["--to", "https://a.example"]].concat()).0, 2);
    assert_eq!(code(&[&outcomes[..], &["--exec", "cat"]].concat()).0, 2);
    let to = |url, secret| tell(&shell, &["--to", url, "--secret-file", secret, "--json"]);
    for (url, secret, property) in [
        ("ftp://a.example", "outcomes.secret", "--to"),
        ("https://a.example", "wrong.secret", "--secret-file"),
    ] {
        let refused = to(url, secret);
        assert_eq!(refused.code, 2, "{refused}");
        let error: Value = serde_json::from_str(&refused.stderr).unwrap();
        assert_eq!(error["error"]["details"][0]["property"], property, "{refused}");
        assert!(!refused.stderr.contains("geheim"), "{refused}");
    }
    in_store(&shell, async |outbox| {
        let reader = outbox.outcome_cursor("shop").unwrap();
        reader.read().await.unwrap();
    });
    let taken = tell(&shell, &["--json"]);
    assert_eq!(taken.code, 1, "{taken}");
    assert!(taken.stderr.contains(r#""kind":"locked""#), "{taken}");
}

/// The receiver of the manual, as it stands there.
#[test]
fn the_manuals_receiver_in_python_verifies_what_it_is_told() {
    const MANUAL: &str = include_str!("../../../../docs/sender.md");
    let program = MANUAL.split("```python\n").nth(1).unwrap().split("```").next().unwrap();
    let served = "server.serve_forever()";
    assert!(program.contains("8080") && program.contains(served), "{program}");
    let program = program
        .replace("8080", "0")
        .replace(served, &format!("print(server.server_port, flush=True)\n{served}"));
    let shell = shell(2).with_file("receiver.py", program);
    let mut python = match Command::new("python3")
        .arg("receiver.py")
        .current_dir(shell.folder())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
    {
        Ok(python) => python,
        Err(why) => {
            let demanded = std::env::var("HIKYAKU_TEST_PYTHON").is_ok_and(|it| it == "required");
            assert!(!demanded, "HIKYAKU_TEST_PYTHON demands it, but {why}");
            return crate::tell(&format!("skipped: there is no python3: {why}"));
        }
    };
    let mut said = BufReader::new(python.stdout.take().unwrap()).lines().map(Result::unwrap);
    let url = format!("http://127.0.0.1:{}/", said.next().unwrap());
    let told = tell(&shell, &["--to", &url, "--secret-file", "outcomes.secret"]);
    let heard = [said.next().unwrap(), said.next().unwrap()];
    let shell = shell.with_file("other.secret", format!("whsec_{}", "B".repeat(32)));
    in_store(&shell, async |outbox| drop(outbox.release(1).await.unwrap()));
    let forged = tell(&shell, &["--to", &url, "--secret-file", "other.secret"]);
    python.kill().unwrap();
    python.wait().unwrap();
    assert_eq!((told.code, told.stderr.as_str()), (0, ""), "{told}");
    assert!(heard.iter().all(|line| line.starts_with("lane.held {")), "{heard:?}");
    assert!(forged.code == 4 && forged.stderr.contains("answered 401"), "{forged}");
}
