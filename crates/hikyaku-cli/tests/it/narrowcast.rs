use crate::{
    command::Shell,
    recorder::{Answer, Recorder},
};

const WAITING: &str = r#"{"phase":"waiting","acceptedTime":"2020-12-03T10:15:30.121Z"}"#;
const SENDING: &str = r#"{"phase":"sending","successCount":2,"failureCount":0,"targetCount":3}"#;
const SUCCEEDED: &str =
    r#"{"phase":"succeeded","successCount":3,"failureCount":0,"targetCount":3,"new":1}"#;
const FAILED: &str = r#"{"phase":"failed","failedDescription":"too few recipients","errorCode":2}"#;

fn answering(bodies: &[&str]) -> Recorder {
    let progress = bodies.iter().map(|body| Answer::new(200, body));
    Recorder::answering([Answer::new(202, "{}")].into_iter().chain(progress))
}

#[test]
fn it_sends_what_line_documents() {
    let recorder = answering(&[]);
    let filter = r#"{"demographic":{"type":"gender","oneOf":["female"]}}"#;
    let shell = Shell::at(&recorder)
        .with_file("who.json", r#"{"type":"audience","audienceGroupId":5614991017776}"#);
    let words = ["narrowcast", "--text", "hi", "--recipient", "@who.json", "--filter", filter];
    let limit = ["--limit-max", "100", "--up-to-remaining-quota", "--notification-disabled"];
    insta::assert_snapshot!(shell.run(words.into_iter().chain(limit)), @r"
    exit 0
    --- stdout
    accepted
      request 0a0b0c0d-0000-0000-0000-000000000001
    ");
    let request = recorder.request();
    assert_eq!(request.line, "POST /v2/bot/message/narrowcast");
    assert_eq!(request.header("x-line-retry-key").map(str::len), Some(36));
    insta::assert_snapshot!(request.body, @r#"{"messages":[{"type":"text","text":"hi"}],"recipient":{"type":"audience","audienceGroupId":5614991017776},"filter":{"demographic":{"type":"gender","oneOf":["female"]}},"limit":{"max":100,"upToRemainingQuota":true},"notificationDisabled":true}"#);
}

/// LINE passes over keys that it does not know: a misspelt filter would reach every friend.
#[test]
fn a_misspelt_narrowing_is_refused() {
    let recorder = answering(&[]);
    let shell = Shell::at(&recorder);
    let run = |flag: &str, json: &str| shell.run(["narrowcast", "--text", "hi", flag, json]);
    insta::assert_snapshot!(run("--filter", r#"{"type":"gender","oneOf":["female"]}"#), @r"
    exit 2
    --- stderr
    error: 3 values break a rule, nothing was sent
      filter: must have demographic, else it reaches everybody
      filter.oneOf: is no field that belongs here; known are demographic
      filter.type: is no field that belongs here; known are demographic
    ");
    let demographics = r#"{"demographics":{"type":"gender","oneOf":["female"]}}"#;
    insta::assert_snapshot!(run("--filter", demographics), @r"
    exit 2
    --- stderr
    error: 2 values break a rule, nothing was sent
      filter: must have demographic, else it reaches everybody
      filter.demographics: is no field that belongs here; known are demographic
    ");
    for (flag, json) in [
        ("--filter", "{}"),
        ("--filter", r#"{"demographic":{"type":"gender","oneof":["female"]}}"#),
        ("--filter", r#"{"demographic":{"type":"age","gt":"age_20"}}"#),
        ("--recipient", "{}"),
        ("--recipient", r#"{"type":"audience","audienceGroupId":1,"exclude":true}"#),
    ] {
        let outcome = run(flag, json);
        assert_eq!(outcome.code, 2, "{json}: {outcome}");
        let validated = shell.run(["validate", "narrowcast", "--text", "hi", flag, json]);
        assert_eq!(validated.code, 2, "{json}: {validated}");
        let local = shell.run(["validate", "narrowcast", "--local", "--text", "hi", flag, json]);
        assert_eq!(local.code, 2, "{json}: {local}");
    }
    assert_eq!(recorder.requests().len(), 0);

    let line = |rest: &str| {
        let line = format!(
            r#"{{"kind":"narrowcast","idempotency_key":"a","messages":[{{"type":"text","text":"hi"}}],{rest}}}"#
        );
        Shell::bare().run_with_input(["outbox", "add", "--batch", "-"], &line)
    };
    for rest in [
        r#""filter":{"type":"gender","oneOf":["female"]}"#,
        r#""filter":{"demographics":{}}"#,
        r#""filters":{"demographic":{"type":"gender","oneOf":["female"]}}"#,
        r#""limit":{}"#,
        r#""recipient":{"type":"audience","audienceGroupId":1,"exclude":true}"#,
    ] {
        let outcome = line(rest);
        assert_eq!(outcome.code, 2, "{rest}: {outcome}");
        assert!(outcome.stdout.starts_with(r#"{"error":{"kind":"invalid""#), "{outcome}");
    }
    let good = line(r#""filter":{"demographic":{"type":"gender","oneOf":["female"]}}"#);
    assert_eq!(good.code, 0, "{good}");
}

#[test]
fn waiting_ends_with_the_last_progress() {
    let wait = ["narrowcast", "--text", "hi", "--wait", "--poll", "0.01"];
    let recorder = answering(&[WAITING, SENDING, SUCCEEDED]);
    insta::assert_snapshot!(Shell::at(&recorder).run(wait), @r"
    exit 0
    --- stdout
    succeeded: 3 of 3
      request 0a0b0c0d-0000-0000-0000-000000000001
    ");
    let recorder = answering(&[WAITING, SENDING, SUCCEEDED]);
    let outcome = Shell::at(&recorder).run(wait.into_iter().chain(["--json"]));
    insta::assert_snapshot!(outcome, @r#"
    exit 0
    --- stdout
    {"request_id":"0a0b0c0d-0000-0000-0000-000000000001","phase":"succeeded","successCount":3,"failureCount":0,"targetCount":3,"new":1}
    "#);
    let target =
        "/v2/bot/message/progress/narrowcast?requestId=0a0b0c0d-0000-0000-0000-000000000001";
    let lines: Vec<_> = recorder.requests().into_iter().skip(1).map(|r| r.line).collect();
    assert_eq!(lines, vec![format!("GET {target}"); 3]);
}

#[test]
fn a_narrowcast_that_line_gave_up_is_rejected() {
    let wait = ["narrowcast", "--text", "hi", "--wait", "--poll", "0.01"];
    insta::assert_snapshot!(Shell::at(&answering(&[FAILED])).run(wait), @r"
    exit 4
    --- stdout
    failed
      request 0a0b0c0d-0000-0000-0000-000000000001
    --- stderr
    error: rejected: LINE gave the narrowcast up: too few recipients (error code 2)
      request id 0a0b0c0d-0000-0000-0000-000000000001
    ");
    let outcome = Shell::at(&answering(&[FAILED])).run(wait.into_iter().chain(["--json"]));
    insta::assert_snapshot!(outcome, @r#"
    exit 4
    --- stdout
    {"request_id":"0a0b0c0d-0000-0000-0000-000000000001","phase":"failed","failedDescription":"too few recipients","errorCode":2}
    --- stderr
    {"error":{"kind":"rejected","status":null,"message":"LINE gave the narrowcast up: too few recipients (error code 2)","details":[],"request_id":"0a0b0c0d-0000-0000-0000-000000000001","retryable":false}}
    "#);
}

#[test]
fn a_progress_is_lines_own_body() {
    let recorder = Recorder::answering([Answer::new(200, SENDING), Answer::new(200, SUCCEEDED)]);
    let shell = Shell::at(&recorder);
    let outcome = shell.run(["narrowcast-progress", "r1"]);
    assert_eq!(outcome.to_string(), "exit 0\n--- stdout\nsending: 2 of 3");
    let outcome = shell.run(["narrowcast-progress", "r1", "--json"]);
    let printed: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(printed, serde_json::from_str::<serde_json::Value>(SUCCEEDED).unwrap());
}

#[test]
fn a_wait_that_breaks_off_says_how_to_go_on() {
    let answers = [Answer::new(202, "{}"), Answer::new(404, r#"{"message":"Not found"}"#)];
    let recorder = Recorder::answering([answers.clone(), answers].concat());
    let words = ["narrowcast", "--text", "hi", "--wait", "--poll", "0.01"];
    insta::assert_snapshot!(Shell::at(&recorder).run(words), @r"
    exit 4
    --- stderr
    error: not found (404): Not found
      request id 0a0b0c0d-0000-0000-0000-000000000001
      the narrowcast is accepted; `hikyaku narrowcast-progress 0a0b0c0d-0000-0000-0000-000000000001` asks how far it is
    ");
    insta::assert_snapshot!(Shell::at(&recorder).run(words.into_iter().chain(["--json"])), @r#"
    exit 4
    --- stderr
    {"error":{"kind":"not_found","status":404,"message":"Not found; the narrowcast is accepted; `hikyaku narrowcast-progress 0a0b0c0d-0000-0000-0000-000000000001` asks how far it is","details":[],"request_id":"0a0b0c0d-0000-0000-0000-000000000001","retryable":false}}
    "#);
}
