use crate::{
    command::Shell,
    recorder::{Answer, Recorder},
};

#[test]
fn line_judges_messages_that_break_our_rules_too() {
    for kind in ["reply", "push", "multicast", "narrowcast", "broadcast"] {
        let recorder = Recorder::start();
        let words = ["validate", kind, "--text", "", "--json"];
        let outcome = Shell::at(&recorder).run(words);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (0, "{}\n"), "{outcome}");
        let request = recorder.request();
        assert_eq!(request.line, format!("POST /v2/bot/message/validate/{kind}"));
        assert_eq!(request.body, r#"{"messages":[{"type":"text","text":""}]}"#);
    }
}

#[test]
fn what_line_refuses_is_rejected() {
    let body = r#"{"message":"The request body has 1 error(s)","details":[{"message":"May not be empty","property":"messages[0].text"}]}"#;
    let recorder = Recorder::answering([Answer::new(400, body)]);
    let outcome = Shell::at(&recorder).run(["validate", "push", "--text", "", "--json"]);
    insta::assert_snapshot!(outcome, @r#"
    exit 4
    --- stderr
    {"error":{"kind":"rejected","status":400,"message":"The request body has 1 error(s)","details":[{"property":"messages[0].text","message":"May not be empty"}],"request_id":"0a0b0c0d-0000-0000-0000-000000000001","retryable":false}}
    "#);
}

#[test]
fn a_narrowcasts_targeting_goes_along() {
    let recorder = Recorder::start();
    let filter = r#"{"demographic":{"type":"area","oneOf":["jp_13"]}}"#;
    let words = ["validate", "narrowcast", "--text", "hi", "--limit-max", "5", "--filter", filter];
    assert_eq!(Shell::at(&recorder).run(words).code, 0);
    insta::assert_snapshot!(recorder.request().body, @r#"{"messages":[{"type":"text","text":"hi"}],"filter":{"demographic":{"type":"area","oneOf":["jp_13"]}},"limit":{"max":5}}"#);
}

#[test]
fn local_needs_no_network_and_no_token() {
    let outcome = Shell::bare().run(["validate", "push", "--text", "hi", "--local"]);
    insta::assert_snapshot!(outcome, @r"
    exit 0
    --- stdout
    valid by the rules that this program knows
    ");
    let quote = r#"{"type":"text","text":"hi","quoteToken":"q"}"#;
    let words = ["validate", "broadcast", "--local", "--message", quote, "--sticker", "1:2"];
    insta::assert_snapshot!(Shell::bare().run(words), @r"
    exit 2
    --- stderr
    error: messages[0].quoteToken: must not be set: only a reply or a push can quote (nothing was sent)
    ");
}
