//! What is wrong is said in one line that tells what to do, with exit code 2, before anything reaches the network.

use crate::{command::Shell, recorder::Recorder};

const FLEX: &str = r#"{
  "type": "bubble",
  "body" {}
}"#;

/// Runs the words and gives the one line that stderr has.
fn refusal(words: &[&str]) -> String {
    let recorder = Recorder::start();
    let ids: Vec<String> = (0..501).map(|n| format!("U{n:032x}")).collect();
    let shell = Shell::at(&recorder)
        .with_file("bubble.json", FLEX)
        .with_file("many.txt", ids.join("\n"))
        .with_file("latin.txt", b"caf\xe9")
        .with_file("utf-16.jsonl", b"\xff\xfe{\0}\0\n\0")
        .with_file("broken.token", "two\nlines\n");
    let outcome = shell.run(words.iter().copied());
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{outcome}");
    let json = shell.run(words.iter().copied().chain(["--json"]));
    assert_eq!((json.code, json.stdout.as_str()), (2, ""), "{json}");
    let document: serde_json::Value = serde_json::from_str(&json.stderr).unwrap();
    let kind = document["error"]["kind"].as_str().unwrap();
    assert!(["usage", "invalid"].contains(&kind), "{json}");
    assert_eq!(recorder.connections(), 0);
    let lines: Vec<&str> = outcome.stderr.lines().collect();
    assert_eq!(lines.len(), 1, "{outcome}");
    format!("{kind}: {}", lines[0])
}

const ROWS: [(&str, &[&str]); 69] = [
    ("a token with a line break", &["push", "U1", "--text", "hi", "--token", "abc\n"]),
    ("a token file with two lines", &["push", "U1", "--text", "hi", "--token", "@broken.token"]),
    ("an empty token", &["push", "U1", "--text", "hi", "--token", ""]),
    ("a bad retry key", &["push", "U1", "--text", "hi", "--retry-key", "123"]),
    (
        "a retry key without hyphens",
        &["push", "U1", "--text", "hi", "--retry-key", "123e4567e89b12d3a456426614174000"],
    ),
    ("a bad date", &["sent-count", "push", "2026-01-31"]),
    ("a day that is none", &["sent-count", "push", "20260231"]),
    ("a missing file", &["push", "U1", "--message", "@nowhere.json"]),
    ("a missing token file", &["quota", "--token", "@nowhere.token"]),
    ("a flex file that is not json", &["push", "U1", "--flex", "@bubble.json", "--alt-text", "x"]),
    ("a flex file without its @", &["push", "U1", "--flex", "bubble.json", "--alt-text", "x"]),
    ("a message file without its @", &["push", "U1", "--message", "bubble.json"]),
    ("a flex without a text", &["push", "U1", "--flex", "{\"type\":\"bubble\"}"]),
    ("a text for no flex", &["push", "U1", "--alt-text", "x", "--text", "y"]),
    ("a message that is not json", &["push", "U1", "--message", "{\"type\":\"text\",}"]),
    ("a message that is a number", &["push", "U1", "--message", "7"]),
    ("a sticker without its package", &["push", "U1", "--sticker", "1988"]),
    ("a sticker with too many parts", &["push", "U1", "--sticker", "1:2:3"]),
    ("a webhook that is no URL", &["sim", "--port=0", "--data-port=0", "--webhook", "nonsense"]),
    ("too many recipients", &["multicast", "--to-file", "many.txt", "--text", "hi"]),
    ("a list that is not UTF-8", &["multicast", "--to-file", "latin.txt", "--text", "hi"]),
    ("a group in a multicast", &["multicast", "C0123456789abcdef0123456789abcdef", "--text", "hi"]),
    ("nobody in a multicast", &["multicast", "--text", "hi"]),
    (
        "too many messages",
        &["push", "U1", "--text=1", "--text=2", "--text=3", "--text=4", "--text=5", "--text=6"],
    ),
    ("no message", &["broadcast"]),
    ("an empty text", &["broadcast", "--text", ""]),
    ("a recipient with a blank", &["push", "U 1", "--text", "hi"]),
    ("an empty recipient", &["push", "", "--text", "hi"]),
    ("an empty reply token", &["reply", "", "--text", "hi"]),
    ("a time that is none", &["quota", "--timeout", "-1"]),
    ("a url that is none", &["quota", "--api-url", "localhost:8686"]),
    ("two wishes about repeats", &["quota", "--retries", "2", "--no-retry"]),
    ("a number that is none", &["quota", "--retries", "x"]),
    ("a number that is too large", &["quota", "--retries", "99999999999"]),
    ("a negative number", &["quota", "--retries", "-1"]),
    ("a port without its address", &["worker", "run", "--metrics", "9464"]),
    ("a flag that resembles none", &["store", "migrate", "--from", "sqlite:a.db"]),
    ("a batch in UTF-16", &["outbox", "add", "--batch", "utf-16.jsonl"]),
    ("a misspelt flag", &["push", "U1", "--txt", "hi"]),
    ("a misspelt verb", &["psuh", "U1", "--text", "hi"]),
    ("a missing argument", &["push", "--text", "hi"]),
    ("seconds that line does not take", &["loading", "U1", "--seconds", "65"]),
    ("a certificate file without certificates", &["quota", "--ca-file", "many.txt"]),
    ("a profile without a file", &["quota", "--profile", "main"]),
    ("a phone hash that is no sha 256", &["push-by-phone", "+818000001234", "--text", "hi"]),
    (
        "a delivery tag that is too short",
        &[
            "push-by-phone",
            "d41e0ad70dddfeb68f149ad6fc61574b9c5780ab7bcb2fba5517771ffbb2409c",
            "--text",
            "hi",
            "--delivery-tag",
            "short",
        ],
    ),
    (
        "a webhook on another machine",
        &["sim", "--port=0", "--data-port=0", "--webhook", "http://192.0.2.1/"],
    ),
    ("an address with a port that is none", &["quota", "--api-url", "http://127.0.0.1:99999"]),
    (
        "a picture to a phone",
        &[
            "push-by-phone",
            "d41e0ad70dddfeb68f149ad6fc61574b9c5780ab7bcb2fba5517771ffbb2409c",
            "--message",
            r#"{"type":"audio","originalContentUrl":"https://example.com/a.mp3","duration":1}"#,
        ],
    ),
    ("a unit with a blank", &["push", "U1", "--text", "hi", "--unit", "a b"]),
    ("a unit of a broadcast", &["broadcast", "--text", "hi", "--unit", "ab"]),
    ("a filter that is not json", &["narrowcast", "--text", "hi", "--filter", "{"]),
    ("a recipient that is a list", &["narrowcast", "--text", "hi", "--recipient", "[]"]),
    ("a limit of nobody", &["narrowcast", "--text", "hi", "--limit-max", "0"]),
    ("a pace without a wait", &["narrowcast", "--text", "hi", "--poll", "1"]),
    ("a filter for a push", &["validate", "push", "--text", "hi", "--filter", "{}"]),
    ("a locally invalid message", &["validate", "push", "--text", "", "--local"]),
    (
        "a locally invalid limit",
        &["validate", "narrowcast", "--text", "a", "--limit-max", "0", "--local"],
    ),
    ("a notify url that is none", &["notify", "status", "--token", "t", "--notify-api-url", "x"]),
    (
        "a client secret with a blank",
        &["notify", "status", "--token", "t", "--client-secret", "a b"],
    ),
    ("an operation that is none", &["api", "getProfil"]),
    ("an operation and the list", &["api", "getProfile", "--list"]),
    ("an operation without its value", &["api", "getProfile"]),
    ("a value that no operation takes", &["api", "getBotInfo", "--param", "a=b"]),
    ("a value without a name", &["api", "getBotInfo", "--param", "b"]),
    ("an operation's body that is no json", &["api", "pushMessage", "--body", "{"]),
    ("a webhook to a file", &["webhook", "send", "{}", "--url", "file:///x", "--channel-secret=s"]),
    ("a webhook of no event", &["webhook", "send", "--url", "http://127.0.0.1:1/"]),
    (
        "a webhook that is a number",
        &["webhook", "send", "7", "--url", "http://127.0.0.1:1/", "--channel-secret=s"],
    ),
];

#[test]
fn each_mistake_is_told_in_one_line_and_nothing_is_sent() {
    let told = ROWS.map(|(mistake, words)| format!("{mistake}\n  {}", refusal(words)));
    insta::with_settings!({ filters => [(r"nor /\S+/\.config", "nor ~/.config")] }, {
        insta::assert_snapshot!(told.join("\n"));
    });
}

#[test]
fn no_token_at_all_says_where_to_put_one() {
    let outcome = Shell::bare().run(["quota"]);
    insta::assert_snapshot!(outcome, @r"
    exit 2
    --- stderr
    error: no channel access token; put it into LINE_CHANNEL_ACCESS_TOKEN, a profile or a file (--token @FILE)
    ");
}

#[test]
fn every_broken_rule_is_listed() {
    let recorder = Recorder::start();
    let words =
        ["push", "U1", "--text", "", "--text", "fine", "--image", "ftp://example.com/a.jpg"];
    insta::assert_snapshot!(Shell::at(&recorder).run(words), @r"
    exit 2
    --- stderr
    error: 3 values break a rule, nothing was sent
      messages[0].text: must not be empty
      messages[2].originalContentUrl: must be a URI that begins with https
      messages[2].previewImageUrl: must be a URI that begins with https
    ");
    insta::assert_snapshot!(Shell::at(&recorder).run(words.into_iter().chain(["--json"])), @r#"
    exit 2
    --- stderr
    {"error":{"kind":"invalid","status":null,"message":"nothing was sent","details":[{"property":"messages[0].text","message":"must not be empty"},{"property":"messages[2].originalContentUrl","message":"must be a URI that begins with https"},{"property":"messages[2].previewImageUrl","message":"must be a URI that begins with https"}],"request_id":null,"retryable":false}}
    "#);
    assert_eq!(recorder.connections(), 0);
}

#[test]
fn a_log_filter_that_is_none_is_told() {
    let outcome = Shell::bare().with("HIKYAKU_LOG", "a=b=c").run(["completions", "bash"]);
    insta::assert_snapshot!(outcome, @r"
    exit 2
    --- stderr
    error: HIKYAKU_LOG is no filter: invalid filter directive: too many '=' in filter directive, expected 0 or 1; set one such as hikyaku=debug
    ");
}

#[test]
fn no_refusal_shows_a_token() {
    for token in ["s3cret\u{7}", "--s3cret", "s3cret token"] {
        let words = ["quota", "--token", token, "--no-retry", "--api-url", "x"];
        let outcome = Shell::bare().run(words);
        assert_eq!(outcome.code, 2, "{outcome}");
        assert!(!outcome.to_string().contains("s3cret"), "{outcome}");
    }
}

#[test]
fn a_flag_that_would_do_nothing_is_refused() {
    let shell = Shell::bare()
        .with("LINE_CHANNEL_SECRET", "8c570fa6dd201bb328f1c1eac23a96d8")
        .with_file("body.json", "{\"events\":[]}");
    for (words, why) in [
        ("campaign dead 1 --retry --limit 5", "cannot be used with '--limit <N>'"),
        ("campaign dead 1 --drop --limit 5", "cannot be used with '--limit <N>'"),
        (
            "campaign start --to-file a --text hi --enqueue-only --concurrency 2",
            "'--enqueue-only' cannot be used with",
        ),
        (
            "campaign start --to-file a --text hi --enqueue-only --limit none",
            "'--enqueue-only' cannot be used with",
        ),
        ("webhook send {} --text hi --url http://127.0.0.1:1/", "cannot be used with"),
        (
            "webhook send @body.json --user U1 --url http://127.0.0.1:1/",
            "leave --user and --destination out",
        ),
    ] {
        let outcome = shell.run(words.split(' '));
        assert_eq!(outcome.code, 2, "{outcome}");
        assert!(outcome.stderr.contains(why), "{words}: {outcome}");
    }
}
