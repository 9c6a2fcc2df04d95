use crate::{
    command::Shell,
    recorder::{Answer, Recorder},
};

const RATE: &str = r#"{"message":"The API rate limit has been exceeded. Try again later."}"#;
const MONTH: &str = r#"{"message":"You have reached your monthly limit."}"#;

#[test]
fn every_kind_has_its_exit_code() {
    let cases = [
        (400, r#"{"message":"Failed to send messages"}"#, "rejected", 4),
        (401, r#"{"message":"Authentication failed"}"#, "unauthorized", 3),
        (403, r#"{"message":"Access to this API is not available"}"#, "forbidden", 3),
        (404, r#"{"message":"Not found"}"#, "not_found", 4),
        (410, r#"{"message":"Gone"}"#, "gone", 4),
        (413, "", "rejected", 4),
        (429, RATE, "rate_limited", 6),
        (429, MONTH, "quota_exceeded", 5),
        (500, "", "transient", 7),
        (200, "<html>", "decode", 4),
    ];
    for (status, body, kind, code) in cases {
        let recorder = Recorder::answering([Answer::new(status, body)]);
        let words = ["push", "U1", "--text", "hi", "--no-retry", "--json"];
        let outcome = Shell::at(&recorder).run(words);
        let document: serde_json::Value = serde_json::from_str(&outcome.stderr).unwrap();
        assert_eq!((outcome.code, document["error"]["kind"].as_str()), (code, Some(kind)));
        assert_eq!(document["error"]["status"], status);
        assert_eq!(outcome.stdout, "");
    }
}

#[test]
fn lines_words_and_paths_are_told() {
    let body = r#"{"message":"The request body has 2 error(s)","details":[{"message":"May not be empty","property":"messages[0].text"},{"message":"no property"}]}"#;
    let recorder = Recorder::answering([Answer::new(400, body), Answer::new(400, body)]);
    let words = ["push", "U1", "--text", "hi"];
    insta::assert_snapshot!(Shell::at(&recorder).run(words), @r"
    exit 4
    --- stderr
    error: rejected (400): The request body has 2 error(s)
      messages[0].text: May not be empty
      no property
      request id 0a0b0c0d-0000-0000-0000-000000000001
    ");
    insta::assert_snapshot!(Shell::at(&recorder).run(words.into_iter().chain(["--json"])), @r#"
    exit 4
    --- stderr
    {"error":{"kind":"rejected","status":400,"message":"The request body has 2 error(s)","details":[{"property":"messages[0].text","message":"May not be empty"},{"property":null,"message":"no property"}],"request_id":"0a0b0c0d-0000-0000-0000-000000000001","retryable":false}}
    "#);
}

#[test]
fn a_bad_token_and_an_empty_quota_say_what_to_do() {
    let unauthorized =
        r#"{"message":"Authentication failed due to the following reason: invalid token."}"#;
    let recorder = Recorder::answering([Answer::new(401, unauthorized), Answer::new(429, MONTH)]);
    let shell = Shell::at(&recorder);
    insta::assert_snapshot!(shell.run(["push", "U1", "--text", "hi"]), @r"
    exit 3
    --- stderr
    error: unauthorized (401): Authentication failed due to the following reason: invalid token.
      request id 0a0b0c0d-0000-0000-0000-000000000001
      check the token: LINE_CHANNEL_ACCESS_TOKEN or --token
    ");
    insta::assert_snapshot!(shell.run(["push", "U1", "--text", "hi"]), @r"
    exit 5
    --- stderr
    error: quota exceeded (429): You have reached your monthly limit.
      request id 0a0b0c0d-0000-0000-0000-000000000001
      compare `hikyaku quota` with `hikyaku quota-consumption`; waiting seconds does not help
    ");
}

#[test]
fn a_send_in_doubt_says_what_a_repeat_does() {
    let recorder = Recorder::answering(vec![Answer::new(500, ""); 4]);
    let key = "123e4567-e89b-12d3-a456-426614174000";
    let words = ["push", "U1", "--text", "hi", "--no-retry", "--retry-key", key];
    insta::assert_snapshot!(Shell::at(&recorder).run(words), @r"
    exit 7
    --- stderr
    error: transient (500): Internal Server Error (the answer has no body)
      request id 0a0b0c0d-0000-0000-0000-000000000001
      LINE may have acted on it; to repeat it without sending twice, add --retry-key 123e4567-e89b-12d3-a456-426614174000
    ");
    insta::assert_snapshot!(Shell::at(&recorder).run(words.into_iter().chain(["--json"])), @r#"
    exit 7
    --- stderr
    {"error":{"kind":"transient","status":500,"message":"Internal Server Error (the answer has no body); LINE may have acted on it; to repeat it without sending twice, add --retry-key 123e4567-e89b-12d3-a456-426614174000","details":[],"request_id":"0a0b0c0d-0000-0000-0000-000000000001","retryable":true}}
    "#);
    let reply = ["reply", "token", "--text", "hi", "--no-retry"];
    insta::assert_snapshot!(Shell::at(&recorder).run(reply), @r"
    exit 7
    --- stderr
    error: transient (500): Internal Server Error (the answer has no body)
      request id 0a0b0c0d-0000-0000-0000-000000000001
      LINE may have acted on it; sent again, it is refused with `Invalid reply token` if it did
    ");
    let hash = "d41e0ad70dddfeb68f149ad6fc61574b9c5780ab7bcb2fba5517771ffbb2409c";
    let phone = ["push-by-phone", hash, "--text", "hi"];
    insta::assert_snapshot!(Shell::at(&recorder).run(phone), @r"
    exit 7
    --- stderr
    error: transient (500): Internal Server Error (the answer has no body)
      request id 0a0b0c0d-0000-0000-0000-000000000001
      LINE may have acted on it; without a retry key, a repeat may send it twice
    ");
}

#[test]
fn a_server_that_is_not_there_is_a_network_error() {
    let words = ["quota", "--token", "t", "--api-url", "http://127.0.0.1:1", "--no-retry"];
    insta::with_settings!({ filters => [(r"\(os error \d+\)", "(os error)")] }, {
        insta::assert_snapshot!(Shell::bare().run(words), @r"
        exit 7
        --- stderr
        error: network: tcp connect error: Connection refused (os error)
          check the network, and the address that is called
        ");
        insta::assert_snapshot!(Shell::bare().run(words.into_iter().chain(["--json"])), @r#"
        exit 7
        --- stderr
        {"error":{"kind":"network","status":null,"message":"tcp connect error: Connection refused (os error)","details":[],"request_id":null,"retryable":true}}
        "#);
    });
}

#[test]
fn a_hostile_answer_does_not_steer_the_terminal() {
    let body = r#"{"message":"a\u001b[2Jb\nc","details":[{"message":"\u0007","property":"x"}]}"#;
    let recorder = Recorder::answering([Answer::new(400, body), Answer::new(400, body)]);
    insta::assert_snapshot!(Shell::at(&recorder).run(["push", "U1", "--text", "hi"]), @r"
    exit 4
    --- stderr
    error: rejected (400): a [2Jb c
      x:  
      request id 0a0b0c0d-0000-0000-0000-000000000001
    ");
}
