use crate::{
    command::{Outcome, Shell},
    recorder::{Answer, Recorder},
};

const OK: &str = r#"{"status":200,"message":"ok"}"#;

fn shell(recorder: &Recorder) -> Shell {
    Shell::bare()
        .with("HIKYAKU_NOTIFY_API_URL", &recorder.url())
        .with("HIKYAKU_NOTIFY_BOT_URL", &recorder.url())
        .with("LINE_NOTIFY_TOKEN", "user-token")
        .with("LINE_NOTIFY_CLIENT_ID", "my-service")
        .with("LINE_NOTIFY_CLIENT_SECRET", "s3cret")
        .with("LINE_NOTIFY_REDIRECT_URI", "https://example.com/back")
}

fn run(answer: Answer, words: &[&str]) -> (Outcome, Recorder) {
    let recorder = Recorder::answering([answer]);
    let outcome = shell(&recorder).run(["notify"].iter().chain(words).copied());
    (outcome, recorder)
}

#[test]
fn a_message_is_sent_as_a_form() {
    let answer = Answer::new(200, OK)
        .header("x-ratelimit-limit", "1000")
        .header("x-ratelimit-remaining", "998")
        .header("x-ratelimit-reset", "1700000000");
    let words = [
        "send",
        "the backup is done",
        "--sticker",
        "446:1988",
        "--image-thumbnail",
        "https://example.com/t.jpg",
        "--image-fullsize",
        "https://example.com/f.jpg",
        "--notification-disabled",
    ];
    let (outcome, recorder) = run(answer.clone(), &words);
    insta::assert_snapshot!(outcome, @r"
    exit 0
    --- stdout
    sent (998 more calls this hour)
    ");
    let request = recorder.request();
    assert_eq!(request.line, "POST /api/notify");
    assert_eq!(request.header("authorization"), Some("Bearer user-token"));
    insta::assert_snapshot!(request.body, @"message=the%20backup%20is%20done&imageThumbnail=https%3A%2F%2Fexample.com%2Ft.jpg&imageFullsize=https%3A%2F%2Fexample.com%2Ff.jpg&stickerPackageId=446&stickerId=1988&notificationDisabled=true");
    let (outcome, _) = run(answer, &["send", "-5", "--json"]);
    insta::assert_snapshot!(outcome, @r#"
    exit 0
    --- stdout
    {"status":200,"rate_limits":{"limit":1000,"remaining":998,"image_limit":null,"image_remaining":null,"reset":"2023-11-14T22:13:20Z"}}
    "#);
}

#[test]
fn an_image_is_uploaded() {
    let recorder = Recorder::answering([Answer::new(200, OK)]);
    let shell = shell(&recorder).with_file("chart.png", "not really a picture");
    let outcome = shell.run(["notify", "send", "look", "--image-file", "chart.png"]);
    assert_eq!(outcome.code, 0, "{outcome}");
    let request = recorder.request();
    assert!(request.header("content-type").unwrap().starts_with("multipart/form-data; boundary="));
    assert!(request.body.contains("not really a picture"), "{}", request.body);
}

#[test]
fn the_status_is_the_services_own_body() {
    let body = r#"{"status":200,"message":"ok","targetType":"GROUP","target":"Couriers","new":1}"#;
    let (outcome, recorder) = run(Answer::new(200, body), &["status", "--json"]);
    let printed: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(printed, serde_json::from_str::<serde_json::Value>(body).unwrap());
    assert_eq!(recorder.request().line, "GET /api/status");
    let (outcome, _) = run(Answer::new(200, body), &["status"]);
    insta::assert_snapshot!(outcome, @r"
    exit 0
    --- stdout
    sends to the group Couriers
    ");
}

#[test]
fn revoking_twice_is_no_error() {
    let gone = Answer::new(401, r#"{"status":401,"message":"Invalid access token"}"#);
    let (outcome, recorder) = run(Answer::new(200, OK), &["revoke", "--json"]);
    insta::assert_snapshot!(outcome, @r#"
    exit 0
    --- stdout
    {"outcome":"revoked"}
    "#);
    assert_eq!(recorder.request().line, "POST /api/revoke");
    insta::assert_snapshot!(run(gone.clone(), &["revoke", "--json"]).0, @r#"
    exit 0
    --- stdout
    {"outcome":"already_revoked"}
    "#);
    insta::assert_snapshot!(run(gone, &["revoke"]).0, @r"
    exit 0
    --- stdout
    had been revoked already
    ");
}

#[test]
fn a_code_becomes_a_token_and_only_that_is_printed() {
    let body = r#"{"status":200,"message":"access_token is issued","access_token":"Tk0"}"#;
    let (outcome, recorder) = run(Answer::new(200, body), &["token", "--code", "c0"]);
    insta::assert_snapshot!(outcome, @r"
    exit 0
    --- stdout
    Tk0
    ");
    let request = recorder.request();
    assert_eq!(request.line, "POST /oauth/token");
    insta::assert_snapshot!(request.body, @"grant_type=authorization_code&code=c0&redirect_uri=https%3A%2F%2Fexample.com%2Fback&client_id=my-service&client_secret=s3cret");
    let (outcome, _) = run(Answer::new(200, body), &["token", "--code", "c0", "--json"]);
    insta::assert_snapshot!(outcome, @r#"
    exit 0
    --- stdout
    {"access_token":"Tk0"}
    "#);
}

#[test]
fn a_link_has_its_parameters_in_order() {
    let words = ["notify", "auth-link", "--state", "s 1", "--client-id", "my-service"];
    let words = words.into_iter().chain(["--redirect-uri", "https://example.com/back"]);
    let words: Vec<&str> = words.chain(["--bot-url", "https://notify.example.com/"]).collect();
    insta::assert_snapshot!(Shell::bare().run(words.iter().copied()), @r"
    exit 0
    --- stdout
    https://notify.example.com/oauth/authorize?scope=notify&response_type=code&client_id=my-service&redirect_uri=https%3A%2F%2Fexample.com%2Fback&state=s%201
    ");
    let json = words.iter().copied().chain(["--form-post", "--json"]);
    insta::assert_snapshot!(Shell::bare().run(json), @r#"
    exit 0
    --- stdout
    {"url":"https://notify.example.com/oauth/authorize?scope=notify&response_type=code&client_id=my-service&redirect_uri=https%3A%2F%2Fexample.com%2Fback&state=s%201&response_mode=form_post"}
    "#);
}

#[test]
fn a_revoked_token_and_a_used_up_hour_have_their_codes() {
    let words = ["send", "hi"];
    let gone = Answer::new(401, r#"{"status":401,"message":"Invalid access token"}"#);
    insta::assert_snapshot!(run(gone, &words).0, @r"
    exit 3
    --- stderr
    error: unauthorized (401): Invalid access token; the user revoked the token, or there never was such a token; forget it and have the user connect again
      request id 0a0b0c0d-0000-0000-0000-000000000001
      check the token: LINE_NOTIFY_TOKEN or --token
    ");
    let busy = Answer::new(429, r#"{"status":429,"message":"Too many"}"#);
    let (outcome, _) = run(busy, &["send", "hi", "--json"]);
    assert_eq!(outcome.code, 6);
    assert!(outcome.stderr.contains(r#""kind":"rate_limited""#), "{outcome}");
}

#[test]
fn what_is_missing_is_named() {
    let told = [
        &["send", "hi"][..],
        &["status", "--token", ""],
        &["status", "--token", "a b"],
        &["auth-link", "--state", "s"],
        &["auth-link", "--state", "s", "--client-id", "c"],
        &["token", "--code", "c", "--client-id", "c", "--redirect-uri", "https://example.com"],
        &["send", "hi", "--token", "t", "--image-file", "nowhere.png"],
        &["send", "hi", "--token", "t", "--sticker", "446"],
        &["send", "", "--token", "t"],
    ]
    .map(|words| {
        let outcome = Shell::bare().run(["notify"].iter().chain(words).copied());
        assert_eq!((outcome.code, outcome.stderr.lines().count()), (2, 1), "{outcome}");
        outcome.stderr
    });
    insta::assert_snapshot!(told.concat(), @r"
    error: no token of LINE Notify; put it into LINE_NOTIFY_TOKEN or a file (--token @FILE)
    error: token: the token is empty (nothing was sent)
    error: token: the token has a character at position 1 that cannot be part of it (a line break or another control character, a blank, or one beyond ASCII); copy it again without it (nothing was sent)
    error: no client id; add --client-id or set LINE_NOTIFY_CLIENT_ID
    error: no redirect URI; add --redirect-uri or set LINE_NOTIFY_REDIRECT_URI
    error: no client secret; set LINE_NOTIFY_CLIENT_SECRET or add --client-secret @FILE
    error: cannot read nowhere.png: No such file or directory (os error 2); check the path
    error: invalid value '446' for '--sticker <PKG:ID>': expected PACKAGE:ID, such as 446:1988; see --help
    error: message: must not be empty (nothing was sent)
    ");
}
