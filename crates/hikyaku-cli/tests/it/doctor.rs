//! What keeps messages from arriving: each thing that LINE says, and what to do about it.

use hikyaku_sim::Sim;

use crate::{
    command::{Outcome, Shell, Started},
    connection::hostile_proxy,
    platform::Platform,
    recorder::{Answer, Recorder},
};

const BOT: &str = r#"{"userId":"U0000000000000000000000000000000b","basicId":"@123abcde","displayName":"Courier","chatMode":"bot","markAsReadMode":"auto"}"#;
const CHANNEL: &str = r#"{"client_id":"1234567890","expires_in":2591659,"scope":"P CM"}"#;
const ISSUED: &str =
    r#"{"token_type":"Bearer","access_token":"issued-for-15-minutes","expires_in":900}"#;
const LIMITED: &str = r#"{"type":"limited","value":200}"#;
const USED: &str = r#"{"totalUsage":57}"#;
const ENDPOINT: &str = r#"{"endpoint":"https://bot.example.com/callback","active":true}"#;
const TESTED: &str = r#"{"success":true,"timestamp":"2026-01-31T12:34:56.789Z","statusCode":200,"reason":"OK","detail":"200"}"#;

/// LINE's answers in the order in which they are asked for, with one replaced.
fn answers(place: usize, answer: Answer) -> [Answer; 7] {
    let mut all =
        [BOT, CHANNEL, ISSUED, LIMITED, USED, ENDPOINT, TESTED].map(|body| Answer::new(200, body));
    all[place] = answer;
    all
}

fn shell(recorder: &Recorder) -> Shell {
    Shell::at(recorder).with("LINE_CHANNEL_SECRET", "0123456789abcdef")
}

fn with_answer(place: usize, status: u16, body: &str) -> Outcome {
    let recorder = Recorder::answering(answers(place, Answer::new(status, body)));
    shell(&recorder).run(["doctor", "--no-retry"])
}

#[test]
fn all_is_well_with_an_account_that_is_set_up() {
    let recorder = Recorder::answering(answers(0, Answer::new(200, BOT)));
    let outcome = shell(&recorder).run(["doctor"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{outcome}");
    insta::assert_snapshot!(outcome.stdout);
    let lines: Vec<_> = recorder.requests().into_iter().map(|request| request.line).collect();
    assert_eq!(
        lines,
        [
            "GET /v2/bot/info",
            "POST /v2/oauth/verify",
            "POST /oauth2/v3/token",
            "GET /v2/bot/message/quota",
            "GET /v2/bot/message/quota/consumption",
            "GET /v2/bot/channel/webhook/endpoint",
            "POST /v2/bot/channel/webhook/test",
        ]
    );
}

#[test]
fn each_problem_is_told_with_the_next_step() {
    let test = |reason: &str, status: i32, detail: &str| {
        format!(
            r#"{{"success":false,"timestamp":"2026-01-31T12:34:56.789Z","statusCode":{status},"reason":"{reason}","detail":"{detail}"}}"#
        )
    };
    let cases: [(usize, u16, String, &str, &str); 10] = [
        (
            0,
            401,
            r#"{"message":"Authentication failed"}"#.into(),
            "problem  token",
            "issue a token",
        ),
        (
            2,
            400,
            r#"{"error":"invalid_client","error_description":"invalid client_secret"}"#.into(),
            "problem  secret    does not belong to channel 1234567890",
            "Basic settings",
        ),
        (
            4,
            200,
            r#"{"totalUsage":200}"#.into(),
            "problem  quota     200 of 200",
            "replies cost nothing",
        ),
        (
            5,
            200,
            r#"{"endpoint":"https://bot.example.com/callback","active":false}"#.into(),
            "problem  webhook   https://bot.example.com/callback is set, and webhooks are off",
            "Use webhook",
        ),
        (
            6,
            200,
            test("COULD_NOT_CONNECT", 0, "TLS handshake failure: https://bot.example.com"),
            "problem  webhook   LINE calls the bot, and that fails: COULD_NOT_CONNECT TLS handshake failure",
            "certificate",
        ),
        (
            6,
            200,
            test("REQUEST_TIMEOUT", 0, "Request timeout"),
            "REQUEST_TIMEOUT",
            "answer 200 first",
        ),
        (
            6,
            200,
            test("ERROR_STATUS_CODE", 401, "401"),
            "ERROR_STATUS_CODE 401",
            "this channel's secret",
        ),
        (6, 200, test("ERROR_STATUS_CODE", 404, "404"), "ERROR_STATUS_CODE 404", "the path"),
        (6, 200, test("ERROR_STATUS_CODE", 302, "302"), "ERROR_STATUS_CODE 302", "does not follow"),
        (6, 200, test("ERROR_STATUS_CODE", 500, "500"), "ERROR_STATUS_CODE 500", "the bot's log"),
    ];
    for (place, status, body, problem, next) in cases {
        let outcome = with_answer(place, status, &body);
        assert!(outcome.stdout.contains(problem), "{problem}: {outcome}");
        let told = outcome.stdout.lines().skip_while(|line| !line.contains(problem)).nth(1);
        assert!(
            told.is_some_and(|line| line.contains("next: ") && line.contains(next)),
            "{next}: {outcome}"
        );
        assert_eq!(outcome.code, 1, "{outcome}");
        assert_eq!(outcome.stderr, "error: one problem keeps messages from arriving\n");
    }
}

#[test]
fn a_warning_is_no_failure() {
    let cases = [
        (
            1,
            200,
            r#"{"client_id":"1234567890","expires_in":7300}"#,
            "warning  token",
            "the token lapses in 2 hours",
        ),
        (4, 200, r#"{"totalUsage":180}"#, "warning  quota", "180 of 200"),
        (
            5,
            404,
            r#"{"message":"Webhook endpoint not found"}"#,
            "warning  webhook",
            "no URL is set",
        ),
        (3, 500, "{}", "unknown  quota", "LINE does not say"),
    ];
    for (place, status, body, finding, message) in cases {
        let outcome = with_answer(place, status, body);
        let line = outcome.stdout.lines().find(|line| line.starts_with(finding));
        assert!(line.is_some_and(|line| line.contains(message)), "{finding}: {outcome}");
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{outcome}");
    }
}

#[test]
fn the_clock_is_compared_with_lines() {
    let answer = Answer::new(200, BOT).header("date", "Wed, 21 Oct 2015 07:28:00 GMT");
    let recorder = Recorder::answering(answers(0, answer));
    let outcome = shell(&recorder).run(["doctor"]);
    let line = outcome.stdout.lines().find(|line| line.starts_with("warning  clock")).unwrap();
    assert!(line.contains("this machine's is ") && line.ends_with(" s ahead"), "{outcome}");
}

#[test]
fn findings_are_one_json_document() {
    let recorder =
        Recorder::answering([Answer::new(401, r#"{"message":"Authentication failed"}"#)]);
    let outcome = shell(&recorder).run(["doctor", "--json"]);
    let document: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(document["findings"][0]["check"], "token");
    assert_eq!(document["findings"][0]["state"], "problem");
    assert_eq!(document["findings"].as_array().unwrap().len(), 1, "nothing else can be asked");
    assert_eq!(outcome.code, 1);
}

#[test]
fn webhooks_are_not_called_against_ones_will() {
    let recorder = Recorder::answering(answers(0, Answer::new(200, BOT)));
    assert_eq!(shell(&recorder).run(["doctor", "--no-webhook-test"]).code, 0);
    assert!(!recorder.requests().iter().any(|request| request.line.ends_with("/test")));
}

#[test]
fn a_recipient_is_somebody_whom_messages_reach() {
    let platform = Platform::with(Sim::builder());
    let friend = platform.sim.add_friend();
    let bot = platform.sim.bot_user_id();
    let to = |id: &str| platform.shell().run(["doctor", "--to", id]);

    let outcome = to(friend.as_str());
    assert_eq!(outcome.code, 0, "{outcome}");
    assert!(outcome.stdout.contains("ok       recipient"), "{outcome}");
    let cases = [
        ("U4af4980629000000000000000000000a", "no friend of this account has this id"),
        ("C4af4980629000000000000000000000a", "the bot is not in this chat"),
        ("@123abcde", "an account's id"),
        ("Ann", "no id of the Messaging API"),
        ("Uabc", "no id of the Messaging API"),
        (bot.as_str(), "the bot's own id"),
    ];
    for (id, message) in cases {
        let outcome = to(id);
        let line = outcome.stdout.lines().find(|line| line.starts_with("problem  recipient"));
        assert!(line.is_some_and(|line| line.contains(message)), "{id}: {outcome}");
        assert_eq!(outcome.code, 1);
    }
}

#[test]
fn what_stands_still_in_a_store_is_a_problem() {
    let platform = Platform::with(Sim::builder());
    let friend = platform.sim.add_friend();
    let shell = platform.shell();
    let doctor = || shell.run(["doctor", "--no-webhook-test", "--store", "sqlite:hikyaku.db"]);
    let has = |start: &str, text: &str| {
        let outcome = doctor();
        let mut lines = outcome.stdout.lines().filter(|line| line.starts_with(start));
        assert!(lines.any(|line| line.contains(text)), "{start} {text}: {outcome}");
        outcome.code
    };
    assert_eq!(has("unknown  store", "there is no store sqlite:hikyaku.db yet"), 0);
    shell.run(["outbox", "add", "push", friend.as_str(), "--text", "hi"]);
    assert_eq!(has("ok       store", "nothing stands still: 1 sends are due"), 0);
    shell.run(["hold", "--lane", "push", "--key", "vip", "--reason", "wrong price", "--by", "ann"]);
    assert_eq!(has("problem  hold", "push of every channel with key vip is held since "), 1);
    assert!(doctor().stdout.contains("`hikyaku release 1`"));
}

#[test]
fn a_gateway_that_does_not_run_is_a_problem() {
    let platform = Platform::with(Sim::builder());
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let config = format!(
        "store = \"sqlite:hikyaku.db\"\n[listen.lan]\naddress = \"0.0.0.0:{port}\"\nserve = [\"notify\"]\n\
         [channel.default]\ntoken_file = \"line.token\"\napi_url = \"{}\"\n",
        platform.sim.api_url()
    );
    let shell = platform
        .shell()
        .with_file("line.token", platform.sim.channel_token().expose())
        .with_file("gateway.toml", config);
    let outcome = shell.run(["doctor", "--config", "gateway.toml"]);
    let silent = format!("listen.lan at 127.0.0.1:{port} gives no answer");
    let is_told = |line: &str| line.starts_with("problem  gateway") && line.contains(&silent);
    assert!(outcome.stdout.lines().any(is_told), "{outcome}");
    assert_eq!(outcome.code, 1);
}

#[test]
fn a_picture_is_looked_at_as_lines_app_does() {
    let recorder = Recorder::answering(answers(0, Answer::new(200, BOT)));
    let outcome = shell(&recorder).run(["doctor", "--picture", "http://example.com/cat.jpg"]);
    assert!(outcome.stdout.contains("does not begin with https://"), "{outcome}");
    assert_eq!(outcome.code, 1);
}

/// A gateway of the platform over HTTPS and plain HTTP, its shell with `gateway.toml` as it is then, and its plain address.
fn gateway(platform: &Platform) -> (Shell, Started, String) {
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let config = |public: &str| {
        format!(
            "store = \"sqlite:hikyaku.db\"\npublic_url = \"{public}\"\n[listen.tls]\naddress = \"127.0.0.1:0\"\n\
             serve = [\"pictures\"]\ncertificate_file = \"tls.pem\"\nkey_file = \"tls.key\"\n\
             [listen.lan]\naddress = \"127.0.0.1:0\"\nserve = [\"notify\", \"webhook\"]\n\
             [channel.default]\ntoken_file = \"line.token\"\nsecret = \"{}\"\napi_url = \"{}\"\n",
            platform.sim.channel_secret().expose(),
            platform.sim.api_url()
        )
    };
    let shell = platform
        .shell()
        .with("HIKYAKU_CA_FILE", "tls.pem")
        // Another account's, which is not asked about.
        .with("LINE_CHANNEL_ACCESS_TOKEN", "another")
        .with_file("line.token", platform.sim.channel_token().expose())
        .with_file("tls.pem", certified.cert.pem())
        .with_file("tls.key", certified.signing_key.serialize_pem())
        .with_file("gateway.toml", config("https://localhost"));
    let mut gateway = shell.start(["gateway", "--json"]);
    let line: serde_json::Value = serde_json::from_str(&gateway.lines().next().unwrap()).unwrap();
    let url = |name: &str| line["urls"][name].as_str().unwrap().to_owned();
    let port = url("tls").strip_prefix("https://127.0.0.1:").unwrap().to_owned();
    let shell = shell.with_file("gateway.toml", config(&format!("https://localhost:{port}")));
    (shell, gateway, url("lan"))
}

#[test]
fn a_gateway_is_looked_at_by_its_configuration() {
    let platform = Platform::with(Sim::builder());
    let (shell, gateway, lan) = gateway(&platform);
    let doctor = || shell.run(["doctor", "--no-webhook-test", "--config", "gateway.toml"]);
    let has = |outcome: &Outcome, start: &str, text: &str| {
        let mut lines = outcome.stdout.lines().filter(|line| line.starts_with(start));
        assert!(lines.any(|line| line.contains(text)), "{start} {text}: {outcome}");
    };
    let outcome = doctor();
    assert_eq!(outcome.code, 0, "{outcome}");
    has(&outcome, "ok       token", "channel ");
    has(&outcome, "ok       secret", "belongs to channel");
    has(&outcome, "ok       public", "leads to the gateway");
    has(&outcome, "ok       pictures", "/pictures is where");
    has(
        &outcome,
        "warning  webhook",
        "do not go to the gateway, which takes them at https://localhost:",
    );
    has(&outcome, "warning  seen", "no user and no group yet");
    has(&outcome, "warning  replies", "auto-response");

    platform.sim.set_webhook(format!("{lan}/webhook")).unwrap();
    let user = platform.sim.add_friend();
    platform.sim.user_says(&user, "hello");
    // It is seen when the webhook was answered.
    platform.wait_for_webhooks();
    has(&doctor(), "ok       seen", user.as_str());

    assert_eq!(gateway.stop("TERM").0, Some(0));
    let outcome = doctor();
    assert_eq!(outcome.code, 1, "{outcome}");
    has(&outcome, "problem  public", "gives no answer");
    has(&outcome, "problem  pictures", "gives no answer");
    let outcome = shell.run(["doctor", "--config", "gateway.toml", "--channel", "other"]);
    assert!(outcome.code == 2 && outcome.stderr.contains("no channel.other"), "{outcome}");
}

#[test]
fn a_gateway_and_a_picture_are_looked_for_through_the_proxy() {
    let platform = Platform::with(Sim::builder());
    let config = format!(
        "store = \"sqlite:hikyaku.db\"\npublic_url = \"https://gateway.test\"\n[listen.lan]\n\
         address = \"127.0.0.1:0\"\nserve = [\"pictures\"]\n[channel.default]\ntoken_file = \"line.token\"\n\
         api_url = \"{}\"\n",
        platform.sim.api_url()
    );
    let (address, lines) = hostile_proxy();
    let shell = platform
        .shell()
        .with_file("line.token", platform.sim.channel_token().expose())
        .with_file("gateway.toml", config);
    let proxy = format!("http://{address}");
    let outcome = shell.run([
        "doctor",
        "--no-webhook-test",
        "--config",
        "gateway.toml",
        "--proxy",
        &proxy,
        "--picture",
        "https://pictures.test/cat.png",
    ]);
    assert_eq!(outcome.stdout.matches("through the proxy").count(), 3, "{outcome}");
    let asked = ["pictures.test", "gateway.test", "gateway.test"];
    let asked = asked.map(|host| format!("CONNECT {host}:443 HTTP/1.1\r\n"));
    assert_eq!(*lines.lock().unwrap(), asked);
}

#[test]
fn no_secret_is_shown() {
    let recorder = Recorder::answering(answers(0, Answer::new(200, BOT)));
    let outcome = shell(&recorder).run(["doctor", "-vv"]);
    for secret in ["test-token", "0123456789abcdef", "issued-for-15-minutes"] {
        assert!(!outcome.to_string().contains(secret), "{outcome}");
    }
}
