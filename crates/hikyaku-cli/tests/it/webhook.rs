use crate::{
    command::{Outcome, Shell, Started},
    recorder::{Answer, Recorder},
};

/// The example of LINE's guide to signatures, and others made with it.
const SECRET: &str = "8c570fa6dd201bb328f1c1eac23a96d8";
const BODY: &str = r#"{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}"#;
const SIGNATURE: &str = "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs=";

fn shell() -> Shell {
    Shell::bare().with("LINE_CHANNEL_SECRET", SECRET).with_file("body.json", BODY)
}

#[test]
fn each_event_of_a_body_is_a_line() {
    let body = r#"{"destination":"U1","events":[
        {"type":"message","message":{"type":"text","id":"1","text":"hi","new":true},"replyToken":"r"},
        {"type":"messageReaction","reaction":"heart"},
        {"type":"follow","replyToken":5}]}"#;
    let outcome = Shell::bare().run_with_input(["webhook", "parse", "-"], body);
    insta::assert_snapshot!(outcome, @r#"
    exit 0
    --- stdout
    {"kind":"message","known":true,"event":{"type":"message","message":{"type":"text","text":"hi","id":"1","new":true},"replyToken":"r"}}
    {"kind":"messageReaction","known":false,"event":{"type":"messageReaction","reaction":"heart"}}
    {"kind":"follow","known":false,"event":{"type":"follow","replyToken":5},"misfit":"invalid type: integer `5`, expected a string at line 2 column 39"}
    "#);
}

#[test]
fn what_is_no_webhook_is_refused() {
    let shell = Shell::bare().with_file("body.json", r#"{"events":7}"#);
    insta::assert_snapshot!(shell.run(["webhook", "parse", "body.json"]), @r"
    exit 2
    --- stderr
    error: body.json: the body is no webhook, see byte 10: expected `[`; mend it there
    ");
}

#[test]
fn a_signature_is_verified_with_the_secret_of_the_environment_a_file_or_a_profile() {
    let verify = ["webhook", "verify", "body.json", "--signature", SIGNATURE];
    let check = |outcome: Outcome| {
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{outcome}");
    };
    check(shell().run(verify));
    let bare = || Shell::bare().with_file("body.json", BODY);
    let file = bare().with_file("secret", format!("{SECRET}\n"));
    check(file.run(verify.into_iter().chain(["--channel-secret", "@secret"])));
    let profile =
        bare().with_file("hikyaku.toml", format!("[profile.main]\nchannel_secret = '{SECRET}'"));
    check(profile.run(verify.into_iter().chain(["--profile", "main"])));
}

#[test]
fn each_reason_why_a_signature_is_none_has_its_words() {
    let verify = |signature| {
        let outcome = shell().run(["webhook", "verify", "body.json", "--signature", signature]);
        assert_eq!(outcome.code, 4);
        outcome.stderr
    };
    let other = format!("A{}", &SIGNATURE[1..]);
    insta::assert_snapshot!([verify(&other), verify("abcd")].concat(), @r"
    error: rejected: the x-line-signature header does not match the body: check that the secret is this channel's and that the body is verified as it came, not parsed and written again
    error: rejected: the x-line-signature header is not the base64 of 32 bytes: pass it on as it came (it is no hexadecimal)
    ");
}

#[test]
fn a_text_is_sent_as_line_sends_it() {
    let bot = Recorder::start();
    let url = format!("{}/callback?x=1", bot.url());
    let outcome = shell().run(["webhook", "send", "--text", "hi", "--user", "U7", "--url", &url]);
    assert_eq!(outcome.to_string(), "exit 0\n--- stdout\n200: {}");
    let request = bot.request();
    assert_eq!(request.line, "POST /callback?x=1");
    let signature = request.header("x-line-signature").unwrap();
    let verify = ["webhook", "verify", "-", "--signature", signature];
    assert_eq!(shell().run_with_input(verify, &request.body).code, 0);
    let body: serde_json::Value = serde_json::from_str(&request.body).unwrap();
    insta::assert_json_snapshot!(body, {
        ".events[].webhookEventId" => insta::dynamic_redaction(|id, _| {
            assert_eq!(id.as_str().unwrap().len(), 26);
            "[id]"
        }),
        ".events[].timestamp" => "[time]",
        ".events[].replyToken" => "[token]",
        ".events[].message.id" => "[id]",
    }, @r#"
    {
      "destination": "U11111111111111111111111111111111",
      "events": [
        {
          "deliveryContext": {
            "isRedelivery": false
          },
          "message": {
            "id": "[id]",
            "text": "hi",
            "type": "text"
          },
          "mode": "active",
          "replyToken": "[token]",
          "source": {
            "type": "user",
            "userId": "U7"
          },
          "timestamp": "[time]",
          "type": "message",
          "webhookEventId": "[id]"
        }
      ]
    }
    "#);
}

#[test]
fn a_whole_body_is_sent_byte_for_byte() {
    let bot = Recorder::start();
    let words = ["webhook", "send", "@body.json", "--url", &bot.url(), "--json"];
    let outcome = shell().run(words);
    assert_eq!(outcome.stdout, "{\"status\":200,\"body\":\"{}\"}\n", "{outcome}");
    let request = bot.request();
    assert_eq!(request.body, BODY);
    assert_eq!(request.header("x-line-signature"), Some(SIGNATURE));
}

#[test]
fn an_event_keeps_what_it_says() {
    let bot = Recorder::start();
    let event = r#"[{"type":"leave","mode":"standby","source":{"type":"group","groupId":"C1"}}]"#;
    assert_eq!(shell().run(["webhook", "send", event, "--url", &bot.url()]).code, 0);
    let body: serde_json::Value = serde_json::from_str(&bot.request().body).unwrap();
    let event = &body["events"][0];
    assert_eq!((&event["mode"], &event["source"]["groupId"]), (&"standby".into(), &"C1".into()));
}

#[test]
fn a_bot_that_refuses_or_is_not_there_is_an_error() {
    let bot = Recorder::answering([Answer::new(401, "no")]);
    let words = ["webhook", "send", "--text", "hi", "--url"];
    let outcome = shell().run(words.into_iter().chain([bot.url().as_str()]));
    insta::assert_snapshot!(outcome, @r"
    exit 4
    --- stderr
    error: rejected: the bot answered 401: no
    ");
    let nobody = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let nobody = format!("http://{nobody}/");
    let outcome = shell().run(words.into_iter().chain([nobody.as_str()]));
    assert_eq!(outcome.code, 7, "{outcome}");
}

/// `hikyaku webhook listen`, on a free port.
fn listen(words: &[&str]) -> (Started, impl Iterator<Item = String>) {
    let words = ["webhook", "listen", "--port", "0"].into_iter().chain(words.iter().copied());
    let mut process = shell().start(words);
    let lines = process.lines();
    (process, lines)
}

#[test]
fn what_is_sent_is_printed_by_who_listens() {
    let (process, mut lines) = listen(&["--json"]);
    let listening: serde_json::Value = serde_json::from_str(&lines.next().unwrap()).unwrap();
    let url = format!("{}callback", listening["url"].as_str().unwrap());
    let event = r#"{"type":"unfollow","webhookEventId":"1","timestamp":1,"deliveryContext":{"isRedelivery":false}}"#;
    let outcome = shell().run(["webhook", "send", event, "--url", &url]);
    assert_eq!(outcome.to_string(), "exit 0\n--- stdout\n200");
    insta::assert_snapshot!(lines.next().unwrap(), @r#"{"kind":"unfollow","known":true,"event":{"type":"unfollow","webhookEventId":"1","deliveryContext":{"isRedelivery":false},"timestamp":1,"source":{"type":"user","userId":"U00000000000000000000000000000000"},"mode":"active"}}"#);

    let forged = shell().with("LINE_CHANNEL_SECRET", "another");
    let outcome = forged.run(["webhook", "send", "--text", "hi", "--url", &url]);
    assert_eq!(outcome.code, 4);
    assert!(outcome.stderr.contains("the bot answered 401"), "{outcome}");
    assert_eq!(process.stop("TERM"), (Some(0), String::new()));
    assert_eq!(lines.next(), None);
}

#[test]
fn people_get_a_line_an_event() {
    let (_process, mut lines) = listen(&[]);
    let first = lines.next().unwrap();
    let url = first.strip_prefix("listening at ").unwrap();
    for event in [
        r#"{"type":"message","message":{"type":"sticker","id":"1","packageId":"1","stickerId":"2","stickerResourceType":"STATIC"}}"#,
        r#"{"type":"postback","postback":{"data":"a=\u001b[1m"}}"#,
    ] {
        assert_eq!(shell().run(["webhook", "send", event, "--url", url]).code, 0);
    }
    assert_eq!(shell().run(["webhook", "send", "--text", "hi", "--url", url]).code, 0);
    let told: Vec<_> = lines.take(3).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    message sticker in U00000000000000000000000000000000
    postback in U00000000000000000000000000000000: a= [1m
    message in U00000000000000000000000000000000: hi
    ");
}
