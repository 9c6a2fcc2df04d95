use std::collections::HashSet;

use crate::{
    command::Shell,
    recorder::{Answer, Recorder},
};

#[test]
fn the_list_has_one_object_a_line() {
    let outcome = Shell::bare().run(["api", "--list", "--json"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    let listed: Vec<serde_json::Value> =
        outcome.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(listed.len() >= 110, "{}", listed.len());
    let names: HashSet<_> = listed.iter().map(|one| one["operation_id"].to_string()).collect();
    assert_eq!(names.len(), listed.len());
    let of =
        |name: &str| listed.iter().find(|one| one["operation_id"] == name).unwrap().to_string();
    insta::assert_snapshot!(of("getMessageContent"), @r#"{"host":"api-data.line.me","method":"GET","operation_id":"getMessageContent","path":"/v2/bot/message/{messageId}/content"}"#);
    insta::assert_snapshot!(of("attachModule"), @r#"{"host":"manager.line.biz","method":"POST","operation_id":"attachModule","path":"/module/auth/v1/token"}"#);
    let text = Shell::bare().run(["api", "--list"]).stdout;
    assert_eq!(text.lines().count(), listed.len());
}

#[test]
fn values_go_to_path_query_and_body() {
    let recorder = Recorder::answering([Answer::new(200, r#"{"any": "thing"}"#)]);
    let words = ["api", "getGroupMemberProfile", "--param", "userId=U/1", "--param", "groupId=C1"];
    let outcome = Shell::at(&recorder).run(words);
    assert_eq!(outcome.to_string(), "exit 0\n--- stdout\n{\"any\": \"thing\"}");
    let request = recorder.request();
    assert_eq!(request.line, "GET /v2/bot/group/C1/member/U%2F1");
    assert_eq!(request.header("authorization"), Some("Bearer test-token"));

    let recorder = Recorder::start();
    let body = r#"{"to":"U1","messages":[{"type":"hologram"}]}"#;
    let words = ["api", "pushMessage", "--body", "@-", "--json"];
    let outcome = Shell::at(&recorder).run_with_input(words, body);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (0, "{}\n"), "{outcome}");
    let request = recorder.request();
    assert_eq!((request.line.as_str(), request.body.as_str()), ("POST /v2/bot/message/push", body));
    assert!(request.header("x-line-retry-key").is_some());
}

#[test]
fn a_narrowcast_whose_narrowing_is_misspelt_is_not_sent() {
    let recorder = Recorder::start();
    let shell = Shell::at(&recorder);
    let api = |rest: &str| {
        let body = format!(r#"{{"messages":[{{"type":"text","text":"hi"}}],{rest}}}"#);
        shell.run(["api", "narrowcast", "--body", &body])
    };
    insta::assert_snapshot!(api(r#""filter":{"type":"gender","oneOf":["female"]}"#), @r"
    exit 2
    --- stderr
    error: 3 values break a rule, nothing was sent
      filter: must have demographic, else it reaches everybody
      filter.oneOf: is no field that belongs here; known are demographic
      filter.type: is no field that belongs here; known are demographic
    ");
    for (rest, at) in [
        (
            r#""filters":{"demographic":{"type":"gender","oneOf":["female"]}}"#,
            "filters: is no field",
        ),
        (
            r#""filter":{"demographic":{"type":"gender","oneof":["female"]}}"#,
            "filter.demographic.oneOf: must",
        ),
        (r#""limit":5"#, "limit: does not fit"),
        (r#""recipient":{}"#, "recipient.type: must not be empty"),
    ] {
        let outcome = api(rest);
        assert_eq!(outcome.code, 2, "{rest}: {outcome}");
        assert!(outcome.stderr.contains(at), "{rest}: {outcome}");
    }
    assert_eq!(recorder.requests().len(), 0);
    let good = api(r#""filter":{"demographic":{"type":"gender","oneOf":["female"]}}"#);
    assert_eq!((good.code, recorder.requests().len()), (0, 1), "{good}");
}

#[test]
fn a_call_that_takes_another_token_never_carries_the_channels() {
    let recorder = Recorder::start();
    let body = r#"{"grant_type":"client_credentials","client_id":"1","client_secret":"s"}"#;
    let words = ["api", "issueChannelToken", "--body", body];
    assert_eq!(Shell::at(&recorder).run(words).code, 0);
    let request = recorder.request();
    assert_eq!(request.header("authorization"), None);
    assert_eq!(request.body, "client_id=1&client_secret=s&grant_type=client_credentials");
}

#[test]
fn attaching_a_module_is_authorised_by_the_channel() {
    let recorder = Recorder::start();
    let words = ["api", "attachModule", "--body", r#"{"code":"c"}"#];
    let outcome = Shell::at(&recorder).run(words);
    assert_eq!((outcome.code, recorder.connections()), (2, 0), "{outcome}");
    let shell = Shell::at(&recorder)
        .with("LINE_CHANNEL_ID", "1234567890")
        .with("LINE_CHANNEL_SECRET", "secret");
    assert_eq!(shell.run(words).code, 0);
    let basic = "Basic MTIzNDU2Nzg5MDpzZWNyZXQ=";
    assert_eq!(recorder.request().header("authorization"), Some(basic));
}

#[test]
fn a_file_goes_along_as_a_part() {
    let recorder = Recorder::start();
    let words = [
        "api",
        "createAudienceForUploadingUserIds",
        "--param",
        "description=all",
        "--file",
        "file=ids.txt",
    ];
    let shell = Shell::at(&recorder).with_file("ids.txt", "U1\nU2\n");
    let outcome = shell.run(words);
    assert_eq!(outcome.code, 0, "{outcome}");
    let body = recorder.request().body;
    assert!(body.contains("name=\"description\"\r\n\r\nall\r\n"), "{body}");
    assert!(body.contains("\r\n\r\nU1\nU2\n\r\n"), "{body}");
}

#[test]
fn bytes_go_to_a_file_or_to_stdout_as_they_are() {
    let image = || Answer::new(200, "\u{1}bytes\n").header("content-type", "image/png");
    let recorder = Recorder::answering([image(), image(), image()]);
    let shell = Shell::at(&recorder);
    let words = ["api", "getRichMenuImage", "--param", "richMenuId=r"];
    assert_eq!(shell.run(words).stdout, "\u{1}bytes\n");
    let outcome = shell.run(words.into_iter().chain(["--out", "menu.png", "--json"]));
    assert_eq!(
        outcome.stdout,
        "{\"out\":\"menu.png\",\"bytes\":7,\"content_type\":\"image/png\"}\n"
    );
    assert_eq!(std::fs::read_to_string(shell.folder().join("menu.png")).unwrap(), "\u{1}bytes\n");
    assert!(!shell.folder().join("menu.png.part").exists());
    insta::assert_snapshot!(shell.run(words.into_iter().chain(["--json"])), @r#"
    exit 4
    --- stderr
    {"error":{"kind":"rejected","status":null,"message":"the answer is image/png, no JSON; add --out FILE","details":[],"request_id":null,"retryable":false}}
    "#);
}

#[test]
fn lines_refusal_is_an_error_with_its_exit_code() {
    let recorder = Recorder::answering([Answer::new(404, r#"{"message":"Not found"}"#)]);
    let outcome = Shell::at(&recorder).run(["api", "getProfile", "--param", "userId=U1"]);
    insta::assert_snapshot!(outcome, @r"
    exit 4
    --- stderr
    error: not found (404): Not found
      request id 0a0b0c0d-0000-0000-0000-000000000001
    ");
}
