use std::time::Duration;

use hikyaku_sim::{FaultRule, Sim};

use crate::{
    command::Shell,
    platform::Platform,
    recorder::{Answer, Recorder},
};

const KEY: &str = "123e4567-e89b-12d3-a456-426614174000";
const SENT: &str = r#"{"sentMessages":[{"id":"461230966842064897","quoteToken":"IStG5h1Tz7b"},{"id":"461230966842064898"}]}"#;

#[test]
fn a_push_sends_what_line_documents() {
    let recorder = Recorder::answering([Answer::new(200, SENT)]);
    let words = ["push", "U1", "--text", "hi", "--retry-key", KEY, "--notification-disabled"];
    insta::assert_snapshot!(Shell::at(&recorder).run(words), @r"
    exit 0
    --- stdout
    accepted
      request 0a0b0c0d-0000-0000-0000-000000000001
      message 461230966842064897
      message 461230966842064898
    ");
    let request = recorder.request();
    assert_eq!(request.line, "POST /v2/bot/message/push");
    assert_eq!(request.header("authorization"), Some("Bearer test-token"));
    assert_eq!(request.header("x-line-retry-key"), Some(KEY));
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(
        request.body,
        r#"{"to":"U1","messages":[{"type":"text","text":"hi"}],"notificationDisabled":true}"#
    );
}

#[test]
fn json_has_ids_and_quote_tokens() {
    let recorder = Recorder::answering([Answer::new(200, SENT)]);
    let outcome = Shell::at(&recorder).run(["push", "U1", "--text", "hi", "--json"]);
    insta::assert_snapshot!(outcome, @r#"
    exit 0
    --- stdout
    {"request_id":"0a0b0c0d-0000-0000-0000-000000000001","deduplicated":false,"sent_messages":[{"id":"461230966842064897","quote_token":"IStG5h1Tz7b"},{"id":"461230966842064898","quote_token":null}]}
    "#);
}

#[test]
fn a_repeat_that_line_has_seen_is_a_success() {
    let answer = Answer::new(409, r#"{"message":"The retry key is already accepted"}"#)
        .header("x-line-accepted-request-id", "0a0b0c0d-0000-0000-0000-00000000000a");
    let recorder = Recorder::answering([answer.clone(), answer]);
    let words = ["broadcast", "--text", "hi", "--retry-key", KEY];
    insta::assert_snapshot!(Shell::at(&recorder).run(words), @r"
    exit 0
    --- stdout
    accepted before under this retry key, nothing was sent again
      request 0a0b0c0d-0000-0000-0000-00000000000a
    ");
    insta::assert_snapshot!(Shell::at(&recorder).run(words.into_iter().chain(["--json"])), @r#"
    exit 0
    --- stdout
    {"request_id":"0a0b0c0d-0000-0000-0000-00000000000a","deduplicated":true,"sent_messages":[]}
    "#);
    let request = recorder.requests().remove(0);
    assert_eq!(request.line, "POST /v2/bot/message/broadcast");
    assert_eq!(request.body, r#"{"messages":[{"type":"text","text":"hi"}]}"#);
}

#[test]
fn a_multicast_takes_ids_from_words_and_a_file() {
    let recorder = Recorder::start();
    let shell = Shell::at(&recorder).with_file("ids.txt", "# friends\nU2\n\n  U3 \r\n#U4\n");
    let outcome = shell.run(["multicast", "U1", "--to-file", "ids.txt", "--text", "hi"]);
    insta::assert_snapshot!(outcome, @r"
    exit 0
    --- stdout
    accepted
      request 0a0b0c0d-0000-0000-0000-000000000001
    ");
    let request = recorder.request();
    assert_eq!(request.line, "POST /v2/bot/message/multicast");
    assert_eq!(request.body, r#"{"to":["U1","U2","U3"],"messages":[{"type":"text","text":"hi"}]}"#);
    assert_eq!(request.header("x-line-retry-key").map(str::len), Some(36));
}

#[test]
fn a_unit_is_sent_along() {
    for words in [&["push", "U1"][..], &["multicast", "U1"]] {
        let recorder = Recorder::start();
        let words = words.iter().copied().chain(["--text", "hi", "--unit", "spring_1"]);
        assert_eq!(Shell::at(&recorder).run(words).code, 0);
        let body: serde_json::Value = serde_json::from_str(&recorder.request().body).unwrap();
        assert_eq!(body["customAggregationUnits"], serde_json::json!(["spring_1"]));
    }
}

#[test]
fn a_phone_number_gets_its_tag_and_no_retry_key() {
    let recorder = Recorder::start();
    let hash = "d41e0ad70dddfeb68f149ad6fc61574b9c5780ab7bcb2fba5517771ffbb2409c";
    let words = ["push-by-phone", hash, "--text", "hi", "--delivery-tag", "parcel-0000000042"];
    let outcome = Shell::at(&recorder).run(words.into_iter().chain(["--json"]));
    insta::assert_snapshot!(outcome, @r#"
    exit 0
    --- stdout
    {"request_id":"0a0b0c0d-0000-0000-0000-000000000001","deduplicated":false,"sent_messages":[]}
    "#);
    let request = recorder.request();
    assert_eq!(request.line, "POST /bot/pnp/push");
    assert_eq!(request.header("x-line-delivery-tag"), Some("parcel-0000000042"));
    assert_eq!(request.header("x-line-retry-key"), None);
    let body = format!(r#"{{"to":"{hash}","messages":[{{"type":"text","text":"hi"}}]}}"#);
    assert_eq!(request.body, body);
}

#[test]
fn a_reply_has_no_retry_key() {
    let recorder = Recorder::answering([Answer::new(200, SENT)]);
    let outcome = Shell::at(&recorder).run(["reply", "token", "--text", "hi", "--json"]);
    insta::assert_snapshot!(outcome, @r#"
    exit 0
    --- stdout
    {"request_id":"0a0b0c0d-0000-0000-0000-000000000001","deduplicated":false,"sent_messages":[{"id":"461230966842064897","quote_token":"IStG5h1Tz7b"},{"id":"461230966842064898","quote_token":null}]}
    "#);
    let request = recorder.request();
    assert_eq!(request.line, "POST /v2/bot/message/reply");
    assert_eq!(request.header("x-line-retry-key"), None);
    assert_eq!(request.body, r#"{"replyToken":"token","messages":[{"type":"text","text":"hi"}]}"#);
}

#[test]
fn a_conflict_of_a_reply_is_no_success() {
    let recorder = Recorder::answering([Answer::new(409, r#"{"message":"Conflict"}"#)]);
    let outcome = Shell::at(&recorder).run(["reply", "token", "--text", "hi", "--json"]);
    insta::assert_snapshot!(outcome, @r#"
    exit 4
    --- stderr
    {"error":{"kind":"rejected","status":409,"message":"Conflict","details":[],"request_id":"0a0b0c0d-0000-0000-0000-000000000001","retryable":false}}
    "#);
}

#[test]
fn reads_print_lines_own_body_with_fields_of_tomorrow() {
    let cases = [
        ("quota", "/v2/bot/message/quota", r#"{"type":"limited","value":1000,"new":1}"#),
        ("quota-consumption", "/v2/bot/message/quota/consumption", r#"{"totalUsage":57,"new":1}"#),
        (
            "bot-info",
            "/v2/bot/info",
            r#"{"userId":"U1","basicId":"@1","displayName":"Bot","chatMode":"chat","markAsReadMode":"auto","new":1}"#,
        ),
        (
            "sent-count push 20260131",
            "/v2/bot/message/delivery/push?date=20260131",
            r#"{"status":"ready","success":5,"new":1}"#,
        ),
    ];
    for (words, target, body) in cases {
        let recorder = Recorder::answering([Answer::new(200, body)]);
        let outcome = Shell::at(&recorder).run(words.split(' ').chain(["--json"]));
        assert_eq!(outcome.code, 0, "{outcome}");
        let printed: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
        assert_eq!(printed, serde_json::from_str::<serde_json::Value>(body).unwrap());
        assert_eq!(recorder.request().line, format!("GET {target}"));
    }
}

#[test]
fn reads_print_text_for_people() {
    let recorder = Recorder::answering([
        Answer::new(200, r#"{"type":"none"}"#),
        Answer::new(200, r#"{"type":"limited","value":1000}"#),
        Answer::new(200, r#"{"totalUsage":57}"#),
        Answer::new(200, r#"{"status":"ready","success":5}"#),
        Answer::new(200, r#"{"status":"unready"}"#),
        Answer::new(
            200,
            r#"{"userId":"U1","basicId":"@123abcde","displayName":"Courier","chatMode":"bot","markAsReadMode":"auto"}"#,
        ),
    ]);
    let shell = Shell::at(&recorder);
    let text = |words: &str| shell.run(words.split(' ')).stdout;
    assert_eq!(text("quota"), "no limit this month\n");
    assert_eq!(text("quota"), "1000 messages this month\n");
    assert_eq!(text("quota-consumption"), "about 57 messages sent this month\n");
    assert_eq!(text("sent-count push 20260131"), "5 messages on 2026-01-31\n");
    assert_eq!(text("sent-count reply 20260131"), "not counted yet; ask again tomorrow\n");
    insta::assert_snapshot!(text("bot-info"), @r"
    Courier @123abcde
      user id U1
    ");
}

#[test]
fn the_small_calls_send_what_line_documents() {
    let loading = "/v2/bot/chat/loading/start";
    let cases = [
        ("loading U1", loading, r#"{"chatId":"U1","loadingSeconds":20}"#),
        ("loading U1 --seconds 45", loading, r#"{"chatId":"U1","loadingSeconds":45}"#),
        ("mark-as-read --user U1", "/v2/bot/message/markAsRead", r#"{"chat":{"userId":"U1"}}"#),
        ("mark-as-read --read-token -t", "/v2/bot/chat/markAsRead", r#"{"markAsReadToken":"-t"}"#),
    ];
    for (words, path, body) in cases {
        let recorder = Recorder::start();
        let outcome = Shell::at(&recorder).run(words.split(' ').chain(["--json"]));
        assert_eq!((outcome.code, outcome.stdout.as_str()), (0, "{}\n"), "{outcome}");
        let request = recorder.request();
        assert_eq!(request.line, format!("POST {path}"));
        assert_eq!(request.body, body);
    }
}

/// A caller who takes it for a failure would send it twice.
#[test]
fn a_send_whose_answer_cannot_be_printed_is_known_to_be_accepted() {
    let platform = Platform::with(Sim::builder());
    let to = platform.sim.add_friend();
    let shell = platform.shell();
    let push = format!("hikyaku push {to} --text hi > /dev/full");
    let add = format!("hikyaku outbox add push {to} --text hi > /dev/full");
    for (script, told) in [
        (push, "LINE has accepted the request "),
        (add, "the send is in the outbox as delivery 1; do not add it again"),
    ] {
        let outcome = shell.run_script(&script);
        assert!(outcome.code == 1 && outcome.stderr.contains(told), "{outcome}");
        let json = shell.run_script(&format!("{script} --json"));
        let json: serde_json::Value = serde_json::from_str(&json.stderr).unwrap();
        let message = json["error"]["message"].as_str().unwrap();
        assert!(message.starts_with("cannot write to stdout: "), "{message}");
    }
    let help = shell.run_script("hikyaku --help > /dev/full");
    assert!(help.code == 1 && help.stderr.contains("cannot write to stdout"), "{help}");
}

#[test]
fn an_interrupted_send_names_its_retry_key() {
    let platform = Platform::with(Sim::builder());
    platform.sim.add_friend();
    let slow = FaultRule::drop_after_accept().delayed(Duration::from_secs(600));
    platform.sim.fault(slow.on("POST", "/v2/bot/message/broadcast").times(1)).unwrap();
    let shell = platform.shell();
    let send = shell.start(["broadcast", "--text", "Friday sale"]);
    platform.wait_for_deliveries(1);
    let (code, stderr) = send.stop("INT");
    assert_eq!(code, Some(128 + 2), "{stderr}");
    assert!(stderr.contains("LINE may have acted on it"), "{stderr}");
    let key = stderr.split("--retry-key ").nth(1).unwrap().split_whitespace().next().unwrap();
    let again = shell.run(["broadcast", "--text", "Friday sale", "--retry-key", key]);
    assert!(again.code == 0 && again.stdout.contains("accepted before"), "{again}");
    assert_eq!(platform.sim.delivered(), 1);
}
