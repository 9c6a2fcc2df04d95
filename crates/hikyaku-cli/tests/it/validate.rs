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

const ODD: &str = r##"{"type":"flex","altText":"a","contents":{"type":"bubble","body":{"type":"box","layout":"vertical",
    "contents":[{"type":"text","text":"a","size":"huge","colour":"#000000","position":"absolute"},{"type":""}]}}}"##;

#[test]
fn what_is_not_known_is_told_and_sent() {
    let local = ["validate", "push", "--local", "--message", ODD];
    insta::assert_snapshot!(Shell::bare().run(local), @r"
    exit 0
    --- stdout
    valid by the rules that this program knows
    --- stderr
    warning: messages[0].contents.body.contents[0].colour: is a field that this version does not know
    warning: messages[0].contents.body.contents[0].size: is a word that this version does not know; known are xxs, xs, sm, md, lg, xl, xxl, 3xl, 4xl, 5xl, full
    warning: messages[0].contents.body.contents[1].type: is a word that this version does not know; known are box, button, image, video, icon, text, span, separator, filler
    warning: messages[0].contents.body.contents[0].position: should not be absolute on the first component of a block
    ");
    let recorder = Recorder::start();
    let words = ["push", "U0123456789abcdef0123456789abcdef", "--message", ODD, "--json"];
    let outcome = Shell::at(&recorder).run(words);
    assert_eq!((outcome.code, outcome.stderr.lines().count()), (0, 4), "{outcome}");
    let line = outcome.stderr.lines().next().unwrap();
    assert_eq!(
        line,
        r#"{"warning":{"property":"messages[0].contents.body.contents[0].colour","message":"is a field that this version does not know"}}"#
    );
    assert!(recorder.request().body.contains(r#""size":"huge""#));
    let added = Shell::bare().run(["outbox", "add"].into_iter().chain(words));
    assert_eq!((added.code, added.stderr.lines().count()), (0, 4), "{added}");
}

#[test]
fn a_type_that_line_took_away_is_not_sent() {
    let message = r#"{"type":"flex","altText":"a","contents":{"type":"bubble","body":{"type":"box","layout":"vertical",
        "contents":[{"type":"spacer"}]}}}"#;
    let recorder = Recorder::start();
    let words = ["push", "U0123456789abcdef0123456789abcdef", "--message", message];
    insta::assert_snapshot!(Shell::at(&recorder).run(words), @r"
    exit 2
    --- stderr
    error: messages[0].contents.body.contents[0].type: must not be set: LINE took the spacer away; margins, spacing and padding make room (nothing was sent)
    ");
    assert_eq!(recorder.requests().len(), 0);
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
