//! What people do with a simulator that runs: wait for it, watch it, and let something happen in it.

use hikyaku_sim::Sim;
use serde_json::{Value, json};

use crate::{
    command::{Outcome, Shell, Started},
    platform::Platform,
    recorder::{Answer, Recorder},
};

/// A simulator, and a bot that answers its webhooks with 200 and prints them.
struct Stage {
    platform: Platform,
    bot: Started,
    url: String,
}

impl Stage {
    fn set() -> Self {
        let platform = Platform::with(Sim::builder());
        let shell =
            Shell::bare().with("LINE_CHANNEL_SECRET", platform.sim.channel_secret().expose());
        let mut bot = shell.start(["webhook", "listen", "--port", "0", "--json"]);
        let mut lines = bot.lines();
        let first: Value = serde_json::from_str(&lines.next().unwrap()).unwrap();
        let url = format!("{}callback", first["url"].as_str().unwrap());
        platform.sim.set_webhook(&url).unwrap();
        // The bot would end if nobody read what it prints.
        std::thread::spawn(move || lines.for_each(drop));
        Self { platform, bot, url }
    }

    fn run(&self, words: &str) -> Outcome {
        self.platform.shell().run(words.split(' '))
    }

    /// The event that the words bring about.
    #[track_caller]
    fn event(&self, words: &str) -> Value {
        let outcome = self.run(&format!("sim trigger {words} --json"));
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{words}: {outcome}");
        let told: Value = serde_json::from_str(&outcome.stdout).unwrap();
        assert_eq!(told["webhook"]["attempts"][0]["status"], 200, "{outcome}");
        told["webhook"]["events"][0].clone()
    }
}

#[test]
fn the_bot_is_told_of_what_is_triggered() {
    let stage = Stage::set();
    let message = stage.event("message --text hi");
    assert_eq!(message["message"]["text"], "hi");
    let user = message["source"]["userId"].as_str().unwrap().to_owned();
    assert_eq!(stage.event("postback --data buy")["postback"]["data"], "buy");
    let left = stage.event("unfollow");
    assert_eq!((&left["type"], &left["source"]["userId"]), (&json!("unfollow"), &json!(user)));
    assert_eq!(stage.event(&format!("follow --user {user}"))["type"], "follow");
    let group = stage.event("join")["source"]["groupId"].as_str().unwrap().to_owned();
    let said = stage.event(&format!("message --text hello --chat {group} --user {user}"));
    assert_eq!(
        (&said["source"]["groupId"], &said["source"]["userId"]),
        (&json!(group), &json!(user))
    );
    let other = stage.platform.sim.add_user();
    let came = stage.event(&format!("memberJoined --chat {group} --user {other}"));
    assert_eq!(came["joined"]["members"][0]["userId"], other.as_str());
    assert_eq!(
        stage.event(&format!("memberLeft --chat {group} --user {other}"))["type"],
        "memberLeft"
    );
    assert_eq!(stage.event(&format!("leave --chat {group}"))["type"], "leave");
    let beacon = stage.event(r#"beacon --with {"beacon":{"hwid":"d41d8cd98f","type":"enter"}}"#);
    assert_eq!(
        (&beacon["beacon"]["hwid"], &beacon["source"]["type"]),
        (&json!("d41d8cd98f"), &json!("user"))
    );
    let newer =
        stage.event(r#"somethingNew --with {"a":1,"source":{"type":"user","userId":"U1"}}"#);
    assert_eq!((&newer["a"], &newer["source"]["userId"]), (&json!(1), &json!("U1")));
    let outcome = stage.run("sim trigger message --text hi");
    assert_eq!(outcome.stdout, "the bot was told, and answered 200\n");
}

#[test]
fn an_event_that_cannot_be_told_is_an_error() {
    let stage = Stage::set();
    for (words, code, why) in [
        ("message", 2, "a message needs --text"),
        ("postback --text hi", 2, "--text is for the event message"),
        ("follow --with {", 2, "--with is no JSON object"),
        ("beacon", 4, "does not fit its type"),
        ("message --text hi --user me", 4, "there is no"),
        ("message --text hi --channel other", 4, "the simulator has no channel other"),
        ("message --text hi --await-reply --timeout 0.3", 4, "sent nothing to the chat"),
    ] {
        let outcome = stage.run(&format!("sim trigger {words}"));
        assert_eq!(outcome.code, code, "{words}: {outcome}");
        assert!(outcome.stderr.contains(why), "{words}: {outcome}");
    }
    let broken = Recorder::answering([Answer::new(500, "")]);
    stage.platform.sim.set_webhook(format!("{}/callback", broken.url())).unwrap();
    let outcome = stage.run("sim trigger message --text hi");
    assert_eq!(outcome.code, 4, "{outcome}");
    assert!(outcome.stderr.contains("/callback answered 500"), "{outcome}");
    drop(stage.bot);
    stage.platform.sim.set_webhook(&stage.url).unwrap();
    let outcome = stage.platform.shell().run(["sim", "trigger", "message", "--text", "hi"]);
    assert_eq!(outcome.code, 7, "{outcome}");
    assert!(outcome.stderr.contains("could_not_connect"), "{outcome}");
}

#[test]
fn wait_ends_when_the_simulator_and_the_bot_answer() {
    let stage = Stage::set();
    let outcome = stage.run("sim wait --bot");
    assert!(
        outcome.code == 0 && outcome.stdout.ends_with("is ready, and so is the bot\n"),
        "{outcome}"
    );
    let json = stage.run("sim wait --json");
    let ready: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(ready, json!({ "api_url": stage.platform.sim.api_url(), "webhook": stage.url }));
    let failing = Recorder::answering((0..1000).map(|_| Answer::new(500, "")));
    stage.platform.sim.set_webhook(format!("{}/callback", failing.url())).unwrap();
    let outcome = stage.run("sim wait --bot --timeout 0.2");
    assert_eq!(outcome.code, 7, "{outcome}");
    assert!(outcome.stderr.contains("error_status_code (500)"), "{outcome}");
}

#[test]
fn a_bot_at_a_port_is_found_and_named() {
    let stage = Stage::set();
    let without = Platform::with(Sim::builder());
    let port = stage.url.trim_end_matches("/callback").rsplit(':').next().unwrap();
    let closed = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let words =
        format!("sim trigger message --text hi --bot-port {} --bot-port {port}", closed.port());
    let found = without.shell().run(words.split(' '));
    assert_eq!(found.code, 0, "{found}");
    let told = format!("note: found a bot at {}; its webhooks go there from now on\n", stage.url);
    assert_eq!(found.stderr, told);
    let again = without.shell().run(["sim", "wait", "--bot"]);
    assert_eq!((again.code, again.stderr.as_str()), (0, ""), "{again}");
    let nobody = Platform::with(Sim::builder());
    let port = closed.port().to_string();
    for verb in [&["trigger", "follow"][..], &["wait", "--bot", "--timeout", "0.2"]] {
        let words = ["sim"].iter().chain(verb).copied().chain(["--bot-port", &port]);
        let outcome = nobody.shell().run(words);
        assert!(
            outcome.code != 0 && outcome.stderr.contains("no webhook URL, and no bot"),
            "{outcome}"
        );
    }
}

#[test]
fn what_is_no_simulator_is_told() {
    let closed = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let shell = Shell::bare().with("HIKYAKU_API_URL", &format!("http://{closed}"));
    for words in ["sim wait --timeout 0.2", "sim tail", "sim trigger follow"] {
        let outcome = shell.run(words.split(' '));
        assert_eq!(outcome.code, 7, "{words}: {outcome}");
        assert!(
            outcome.stderr.contains(&format!("no simulator answers at http://{closed}")),
            "{outcome}"
        );
    }
    let line = Shell::bare().with("HIKYAKU_API_URL", "https://api.line.me");
    let outcome = line.run(["sim", "tail"]);
    assert_eq!(outcome.code, 2, "{outcome}");
    let other = Recorder::answering((0..9).map(|_| Answer::new(404, "{}")));
    let shell = Shell::bare().with("HIKYAKU_API_URL", &other.url());
    let outcome = shell.run(["sim", "tail"]);
    assert_eq!(outcome.code, 7, "{outcome}");
    assert!(outcome.stderr.contains("which no simulator does"), "{outcome}");
}

#[test]
fn tail_shows_requests_and_webhooks_as_they_end() {
    let stage = Stage::set();
    let shell = stage.platform.shell();
    let user = stage.platform.sim.add_friend().to_string();
    let mut tail = shell.start(["sim", "tail"]);
    let mut lines = tail.lines();
    shell.run(["push", &user, "--text", "hello"]);
    let line = lines.next().unwrap();
    assert!(
        line.ends_with(&format!(
            "  200  POST /v2/bot/message/push  to {user}  \"hello\"  retry key"
        )),
        "{line}"
    );
    shell.run(["push", "U00000000000000000000000000000009", "--text", "hello"]);
    assert!(lines.next().unwrap().contains("  400  POST "));
    stage.run("sim trigger message --text good\u{7}bye");
    let line = lines.next().unwrap();
    assert!(
        line.ends_with(&format!("  200  webhook message  from {user}  \"good bye\"")),
        "{line}"
    );
    // A log that begins anew is followed, too.
    assert_eq!(shell.run_script("curl -sf -X POST $HIKYAKU_API_URL/_sim/v1/reset").code, 0);
    shell.run(["quota"]);
    let line = lines.next().unwrap();
    assert!(line.ends_with("  200  GET /v2/bot/message/quota"), "{line}");
    assert_eq!(tail.stop("INT"), (Some(0), String::new()));
}

#[test]
fn tail_shows_what_is_asked_for_and_ends() {
    let stage = Stage::set();
    let shell = stage.platform.shell();
    let user = stage.platform.sim.add_friend().to_string();
    for text in ["one", "two"] {
        shell.run(["push", &user, "--text", text]);
    }
    shell.run(["push", "U00000000000000000000000000000009", "--text", "hello"]);
    shell.run(["quota"]);
    stage.run("sim trigger follow");
    let count = |words: &str| {
        stage.run(format!("sim tail --once {words}").trim_end()).stdout.lines().count()
    };
    let seen =
        ["", "--failed", "--path /message/push", "--only requests --last 1", "--only webhooks"]
            .map(count);
    assert_eq!(seen, [5, 1, 3, 1, 1]);
    let json = stage.run("sim tail --once --failed --json");
    let line: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(
        (&line["request"]["status"], &line["request"]["method"]),
        (&json!(400), &json!("POST"))
    );
    let json = stage.run("sim tail --once --only webhooks --json");
    let line: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(
        (&line["webhook"]["attempt"]["reason"], &line["webhook"]["event"]["type"]),
        (&json!("ok"), &json!("follow"))
    );
}
