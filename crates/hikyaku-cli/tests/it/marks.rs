//! Byte-order marks, as Windows' editors write them. None is part of a text; only a signature covers its bytes.

use hikyaku_sim::Sim;
use hikyaku_webhook::sign;

use crate::{command::Shell, platform::Platform, recorder::Recorder};

const MARK: &str = "\u{feff}";
const USER: &str = "U4af4980629000000000000000000000a";

#[test]
fn no_json_and_no_list_begins_with_a_mark() {
    let recorder = Recorder::start();
    let message = r#"{"type":"text","text":"hi"}"#;
    let shell = Shell::at(&recorder)
        .with_file("message.json", format!("{MARK}{message}"))
        .with_file("push.json", format!("{MARK}{{\"to\":\"{USER}\",\"messages\":[{message}]}}"))
        .with_file("ids.txt", format!("{MARK}{USER}\n"))
        .with_file("token", format!("{MARK}test-token\n"))
        .with_file("hikyaku.toml", format!("{MARK}[profile.main]\nretries = 1\n"));
    for words in [
        &["push", USER, "--message", "@message.json"][..],
        &["api", "pushMessage", "--body", "@push.json"],
        &["multicast", "--to-file", "ids.txt", "--text", "hi"],
        &["push", USER, "--text", "hi", "--token", "@token", "--profile", "main"],
    ] {
        let outcome = shell.run(words.iter().copied());
        assert_eq!(outcome.code, 0, "{words:?}: {outcome}");
    }
    assert_eq!(recorder.requests().len(), 4);
    for request in recorder.requests() {
        assert!(!request.body.contains(MARK), "{request:?}");
        assert_eq!(request.header("authorization"), Some("Bearer test-token"));
    }
    let input = format!("{MARK}[{message}]");
    let outcome = shell.run_with_input(["push", USER, "--message", "@-"], &input);
    assert_eq!(outcome.code, 0, "{outcome}");
    assert_eq!(shell.run(["message", "fmt", "message.json"]).code, 0);
    let outcome = shell.run_with_input(["webhook", "parse", "-"], "\u{feff}{\"events\":[]}");
    assert_eq!(outcome.code, 0, "{outcome}");
}

#[test]
fn a_list_of_sends_may_begin_with_a_mark_and_have_none_elsewhere() {
    let line =
        format!(r#"{{"kind":"push","to":"{USER}","messages":[{{"type":"text","text":"hi"}}]}}"#);
    let shell = Shell::bare().with_file("sends", format!("{MARK}{line}\n{MARK}{line}\n"));
    let outcome = shell.run(["outbox", "add", "--batch", "sends"]);
    let answers: Vec<_> = outcome.stdout.lines().collect();
    assert!(answers[0].contains("\"delivery_id\":1"), "{outcome}");
    assert!(answers[1].contains("line 2 is no send"), "{outcome}");
    assert_eq!(outcome.code, 2);
}

#[test]
fn a_campaigns_list_may_begin_with_a_mark() {
    let platform = Platform::with(Sim::builder());
    let user = platform.sim.add_friend();
    let shell = platform
        .shell()
        .with_file("plain.txt", format!("{MARK}{}\n", user.as_str()))
        .with_file("names.csv", format!("{MARK}\"id\",name\n{},Ann\n", user.as_str()));
    for words in [
        &["--to-file", "plain.txt", "--text", "hi"][..],
        &["--to-file", "names.csv", "--personal", "--text", "hi {id} {name}"],
    ] {
        let outcome = shell.run(["campaign", "start"].iter().chain(words).copied());
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{outcome}");
    }
    assert_eq!(platform.sim.delivered(), 2);
}

#[test]
fn a_signature_covers_the_mark() {
    let secret = "8c570fa6dd201bb328f1c1eac23a96d8";
    let body = format!("{MARK}{{\"events\":[]}}");
    let shell = Shell::bare().with("LINE_CHANNEL_SECRET", secret).with_file("body.json", &body);
    let signature = sign(&hikyaku::model::ChannelSecret::new(secret).unwrap(), body.as_bytes());
    let outcome = shell.run(["webhook", "verify", "body.json", "--signature", &signature]);
    assert_eq!(outcome.code, 0, "{outcome}");
}

#[test]
fn a_file_in_utf_16_is_named_as_such() {
    let bytes: Vec<u8> = "\u{feff}[]".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let shell = Shell::bare().with_file("message.json", bytes);
    insta::assert_snapshot!(shell.run(["message", "fmt", "message.json"]), @r"
    exit 2
    --- stderr
    error: cannot read message.json: it is UTF-16; write it as UTF-8
    ");
}
