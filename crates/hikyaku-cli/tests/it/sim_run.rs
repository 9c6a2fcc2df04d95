//! Conversations that are recorded, and run again as tests of a bot.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use crate::{
    command::{Outcome, Shell},
    sim_exec::{example, node, shell},
};

/// A bot without any SDK, which answers each text with its letters the other way round, or as they are.
const BOT: &str = r#"
import json, os, sys, urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Bot(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()
        for event in body["events"]:
            if event["type"] != "message":
                continue
            text = event["message"]["text"]
            text = text[::-1] if sys.argv[2] == "wrong" else text
            reply = {"replyToken": event["replyToken"], "messages": [{"type": "text", "text": text}]}
            headers = {
                "Content-Type": "application/json",
                "Authorization": "Bearer " + os.environ["LINE_CHANNEL_ACCESS_TOKEN"],
            }
            url = os.environ["HIKYAKU_API_URL"] + "/v2/bot/message/reply"
            urllib.request.urlopen(urllib.request.Request(url, json.dumps(reply).encode(), headers)).read()

    def log_message(self, *_):
        pass

ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Bot).serve_forever()
"#;

const CONVERSATION: &str = r#"
[[person]]
name = "Hana"

[[group]]
name = "Family"
members = ["Hana"]

[[step]]
who = "Hana"
says = "hello"
bot = ["hello"]

[[step]]
who = "Hana"
chat = "Family"
says = "order 4711"
bot = [{ type = "text", text = "order {digits}" }]

[[step]]
wait = "1h"

[[step]]
who = "Hana"
does = "block"
"#;

fn free_port() -> String {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port().to_string()
}

/// Runs the conversation against the bot in Python.
fn run(shell: &Shell, file: &str, way: &str, flags: &[&str]) -> Outcome {
    let port = free_port();
    let url = format!("http://127.0.0.1:{port}/");
    let words = ["sim", "run", file, "--webhook", &url, "--timeout", "60"];
    let bot = ["--", "python3", "bot.py", &port, way];
    shell.run(words.into_iter().chain(flags.iter().copied()).chain(bot))
}

#[test]
fn the_echo_bot_of_the_workspace_passes() {
    let Some(folder) = node(&example("node")) else { return };
    let shell = shell().with_file("chat.toml", CONVERSATION);
    let port = free_port();
    let bot = folder.join("bot.mjs");
    let script = format!(
        "import({:?}).then((bot) => bot.bot.listen({port}, '127.0.0.1'))",
        bot.to_str().unwrap()
    );
    let url = format!("http://127.0.0.1:{port}/");
    let words =
        ["sim", "run", "chat.toml", "--webhook", &url, "--timeout", "60", "--junit", "report.xml"];
    let outcome = shell.run(words.into_iter().chain(["--", "node", "-e", &script, "run"]));
    assert_eq!(outcome.code, 0, "{outcome}");
    insta::assert_snapshot!(outcome.stdout, @r#"
    ok     Hana says "hello"
    ok     Hana says "order 4711" in Family
    ok     1h passes
    ok     Hana does block
    4 steps, 0 failed
    "#);
    let report = std::fs::read_to_string(shell.folder().join("report.xml")).unwrap();
    assert!(report.contains(r#"<testsuites tests="4" failures="0""#), "{report}");
    assert!(report.contains(r#"name="1: Hana says &quot;hello&quot;""#), "{report}");
}

#[test]
fn a_bot_that_answers_wrongly_fails_with_what_differs() {
    let shell = shell().with_file("chat.toml", CONVERSATION).with_file("bot.py", BOT);
    let passes = run(&shell, "chat.toml", "right", &[]);
    assert_eq!(passes.code, 0, "{passes}");
    let fails = run(&shell, "chat.toml", "wrong", &["--junit", "report.xml"]);
    assert_eq!(fails.code, 1, "{fails}");
    insta::assert_snapshot!(fails.stdout, @r#"
    FAILED Hana says "hello"
           - hello
           + olleh
    FAILED Hana says "order 4711" in Family
           - order {digits}
           + 1174 redro
    ok     1h passes
    ok     Hana does block
    4 steps, 2 failed
    "#);
    let report = std::fs::read_to_string(shell.folder().join("report.xml")).unwrap();
    assert!(report.contains("- hello\n+ olleh"), "{report}");
    let json = run(&shell, "chat.toml", "wrong", &["--json"]);
    let document: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((json.code, &document["steps"][0]["ok"]), (1, &false.into()), "{json}");
    // One that says more than was expected fails, too, and one that ends is named.
    let silence = CONVERSATION.replace("bot = [\"hello\"]\n", "");
    let shell = shell.with_file("silence.toml", silence);
    let more = run(&shell, "silence.toml", "right", &[]);
    assert!(more.code == 1 && more.stdout.contains("+ hello"), "{more}");
    let ended =
        shell.run(["sim", "run", "chat.toml", "--timeout", "60", "--", "sh", "-c", "exit 3"]);
    assert!(ended.code == 4 && ended.stderr.contains("the bot ended before"), "{ended}");
}

#[test]
fn a_bot_may_take_its_time_to_start() {
    let shell = shell().with_file("chat.toml", CONVERSATION).with_file("bot.py", BOT);
    let port = free_port();
    // The place of a bot is looked for many times, which LINE's own test of a webhook would not allow.
    let slow = format!("sleep 2; exec python3 bot.py {port} right");
    let words = ["sim", "run", "chat.toml", "--bot-port", &port, "--timeout", "60"];
    let outcome = shell.run(words.into_iter().chain(["--", "sh", "-c", &slow]));
    assert_eq!(outcome.code, 0, "{outcome}");
}

#[test]
fn a_run_that_is_stopped_leaves_no_bot_behind() {
    let shell = shell().with_file("chat.toml", CONVERSATION);
    let bot = "echo $$ > pid; exec sleep 600";
    let words = ["sim", "run", "chat.toml", "--timeout", "600", "--", "sh", "-c", bot];
    let run = shell.start(words);
    let pid = loop {
        match std::fs::read_to_string(shell.folder().join("pid")) {
            Ok(pid) if pid.ends_with('\n') => break pid.trim().to_owned(),
            _ => std::thread::yield_now(),
        }
    };
    assert_eq!(run.stop("TERM").0, Some(128 + 15));
    let is_there = Command::new("kill").args(["-0", &pid]).stderr(Stdio::null()).status().unwrap();
    assert!(!is_there.success(), "the bot still runs");
}

/// A bot that runs until it is dropped.
struct Bot(Child);

impl Drop for Bot {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn what_was_recorded_is_run_again() {
    let shell = shell().with_file("bot.py", BOT);
    let port = free_port();
    let url = format!("http://127.0.0.1:{port}/");
    let mut sim =
        shell.start(["sim", "--port", "0", "--data-port", "0", "--webhook", &url, "--json"]);
    let told: Value = serde_json::from_str(&sim.lines().next().unwrap()).unwrap();
    let api = told["api_url"].as_str().unwrap();
    let _bot = Bot(Command::new("python3")
        .arg(shell.folder().join("bot.py"))
        .args([&port, "right"])
        .env("HIKYAKU_API_URL", api)
        .env("LINE_CHANNEL_ACCESS_TOKEN", told["token"].as_str().unwrap())
        .stdin(Stdio::null())
        .spawn()
        .unwrap());
    let at = |words: &[&str]| {
        let outcome = shell.run(words.iter().copied().chain(["--api-url", api]));
        assert_eq!(outcome.code, 0, "{outcome}");
        outcome
    };
    at(&["sim", "wait", "--bot", "--timeout", "60"]);
    for text in ["hello", "say \"{any}\" あ"] {
        at(&["sim", "trigger", "message", "--text", text, "--await-reply", "--timeout", "60"]);
    }
    at(&["sim", "trigger", "unfollow", "--timeout", "60"]);
    let recorded = at(&["sim", "record", "chat.toml"]);
    assert_eq!(recorded.stdout, "3 steps are in chat.toml\n");
    let file = std::fs::read_to_string(shell.folder().join("chat.toml")).unwrap();
    insta::assert_snapshot!(file, @r#"
    # A conversation: what people did, and what the bot sent to the chat then.
    # `{any}` in a text stands for anything and `{digits}` for digits; a value `"{any}"` for any value.

    [[person]]
    name = "user 1"
    id = "U00000000000000000000000000000001"

    [[step]]
    who = "user 1"
    says = "hello"
    bot = ["hello"]

    [[step]]
    who = "user 1"
    says = "say \"{any}\" あ"
    bot = ["say \"{any}\" あ"]

    [[step]]
    who = "user 1"
    does = "block"
    bot = []
    "#);
    assert_eq!(run(&shell, "chat.toml", "right", &[]).code, 0);
    assert_eq!(run(&shell, "chat.toml", "wrong", &[]).code, 1);
}
