use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
};

use crate::{
    command::Shell,
    recorder::{Answer, Recorder},
};

fn authorization(recorder: &Recorder) -> String {
    recorder.requests().pop().unwrap().header("authorization").unwrap().to_owned()
}

#[test]
fn a_flag_wins_over_the_environment_and_the_environment_over_the_profile() {
    let recorder = Recorder::start();
    let url = recorder.url();
    let profile = format!("[profile.main]\ntoken = \"from-profile\"\napi_url = \"{url}\"");
    let shell = || Shell::bare().with_file("hikyaku.toml", &profile);

    shell().run(["quota", "--profile", "main"]);
    assert_eq!(authorization(&recorder), "Bearer from-profile");
    shell().with("HIKYAKU_PROFILE", "main").run(["quota"]);
    assert_eq!(authorization(&recorder), "Bearer from-profile");

    let environment = || shell().with("LINE_CHANNEL_ACCESS_TOKEN", "from-environment");
    let outcome = environment().run(["quota-consumption", "--profile", "main"]);
    assert_eq!(authorization(&recorder), "Bearer from-environment");
    assert!(outcome.stderr.starts_with("note: the profile's token is not used"), "{outcome}");
    environment().run(["quota", "--profile", "main", "--token", "from-flag"]);
    assert_eq!(authorization(&recorder), "Bearer from-flag");
    assert_eq!(recorder.requests().len(), 4);
}

#[test]
fn no_file_is_read_unless_a_profile_is_named() {
    let outcome = Shell::bare().with_file("hikyaku.toml", "no toml").run(["quota"]);
    assert!(outcome.stderr.contains("no channel access token"), "{outcome}");
}

#[test]
fn a_token_file_loses_one_line_break() {
    let recorder = Recorder::start();
    let run = |text| {
        let shell = Shell::at(&recorder).with_file("line.token", text);
        shell.run(["quota", "--token", "@line.token"])
    };
    for text in ["secret", "secret\n", "secret\r\n"] {
        run(text);
        assert_eq!(authorization(&recorder), "Bearer secret");
    }
    assert_eq!(run("secret\n\n").code, 2);
    assert_eq!(recorder.requests().len(), 3);
}

#[test]
fn a_profile_finds_its_token_file_beside_it() {
    let recorder = Recorder::start();
    let url = recorder.url();
    let toml = format!("[profile.main]\ntoken_file = \"main.token\"\napi_url = \"{url}\"");
    let shell = Shell::bare();
    let folder = shell.folder().join(".config/hikyaku");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("hikyaku.toml"), toml).unwrap();
    std::fs::write(folder.join("main.token"), "beside\n").unwrap();
    shell.run(["quota", "--profile", "main"]);
    assert_eq!(authorization(&recorder), "Bearer beside");
}

#[test]
fn a_profile_is_checked() {
    let cases = [
        ("[profile.main]\ntokn = 'x'", "unknown key tokn in [profile.main]; is token meant?"),
        ("[profile.mian]\ntoken = 'x'", "no profile main; is mian meant?"),
        ("[profile.main]\nretries = 'x'", "retries"),
        ("[profile.main", "line 1"),
        ("[profile.main]\ntoken = 'x'\ntoken_file = 'y'", "both token and token_file"),
        ("[profile.main]\ntoken = 'x'\ntimeout = 0", "seconds above 0"),
    ];
    for (toml, why) in cases {
        let shell = Shell::bare().with_file("hikyaku.toml", toml);
        let outcome = shell.run(["quota", "--profile", "main"]);
        assert_eq!(outcome.code, 2, "{outcome}");
        assert!(outcome.stderr.contains(why), "{outcome}");
        assert_eq!(outcome.stderr.lines().count(), 1, "{outcome}");
    }
}

#[test]
fn retries_are_repeats_after_the_first_attempt() {
    let cases = [(&["--retries", "1"][..], 2), (&["--no-retry"], 1), (&["--retries", "0"], 1)];
    for (words, attempts) in cases {
        let recorder = Recorder::answering(vec![Answer::new(500, ""); 8]);
        let outcome = Shell::at(&recorder).run(["quota"].iter().chain(words).copied());
        assert_eq!(outcome.code, 7, "{outcome}");
        assert_eq!(recorder.requests().len(), attempts);
    }
}

#[test]
fn the_log_tells_of_calls_and_never_of_secrets() {
    let recorder = Recorder::start();
    let shell = Shell::at(&recorder).with("HIKYAKU_LOG", "trace");
    let outcome = shell.run(["push", "U1", "--text", "private"]);
    assert!(outcome.stderr.contains("/v2/bot/message/push"), "{outcome}");
    assert!(!outcome.stderr.contains("test-token"), "{outcome}");
    assert!(!outcome.stderr.contains("private"), "{outcome}");

    let quiet = Shell::at(&recorder).run(["push", "U1", "--text", "hi"]);
    assert_eq!(quiet.stderr, "");
    let verbose = Shell::at(&recorder).run(["push", "U1", "--text", "hi", "-v"]);
    assert!(verbose.stderr.contains("/v2/bot/message/push"), "{verbose}");
    let json = Shell::at(&recorder).run(["push", "U1", "--text", "hi", "-v", "--json"]);
    let lines = json.stderr.lines().map(serde_json::from_str::<serde_json::Value>);
    assert!(lines.map(Result::unwrap).any(|line| line["span"]["path"] == "/v2/bot/message/push"));
}

#[test]
fn colours_are_for_terminals() {
    let recorder = Recorder::start();
    let plain = Shell::at(&recorder).run(["push", "U1", "--text", "hi"]);
    assert!(!plain.stdout.contains('\u{1b}'));
    let forced = Shell::at(&recorder).with("CLICOLOR_FORCE", "1");
    assert!(forced.run(["push", "U1", "--text", "hi"]).stdout.contains('\u{1b}'));
}

#[test]
fn a_host_that_was_forgotten_is_named_by_its_flag_and_variable() {
    let recorder = Recorder::start();
    let shell = Shell::bare()
        .with("LINE_CHANNEL_ACCESS_TOKEN", "test-token")
        .with("HIKYAKU_API_URL", &recorder.url());
    insta::assert_snapshot!(shell.run(["content", "1"]), @r"
    exit 2
    --- stderr
    error: --data-url: is not set, and --api-url (HIKYAKU_API_URL) is this machine: set --data-url (HIKYAKU_DATA_URL) too, or all three hosts (nothing was sent)
    ");
    let shell = shell.with("HIKYAKU_DATA_URL", "https://api-data.line.me");
    insta::assert_snapshot!(shell.run(["push", "U1", "--text", "hi"]), @r"
    exit 2
    --- stderr
    error: --api-url: is on this machine while --data-url (HIKYAKU_DATA_URL) is LINE's own, which would get what is meant for a simulator; set all three hosts (nothing was sent)
    ");
    assert_eq!(recorder.connections(), 0);
    let manager = ["api", "attachModule", "--channel-id", "1", "--channel-secret", "s"];
    let shell = shell.without("HIKYAKU_DATA_URL");
    let outcome = shell.run(manager.into_iter().chain(["--body", "{}"]));
    assert!(outcome.stderr.contains("--manager-url: is not set"), "{outcome}");
}

/// A proxy that hangs up on whoever asks, and keeps the first lines.
pub(crate) fn hostile_proxy() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let lines = Arc::new(Mutex::new(Vec::new()));
    let kept = lines.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut line = String::new();
            BufReader::new(stream.unwrap()).read_line(&mut line).unwrap();
            kept.lock().unwrap().push(line);
        }
    });
    (address, lines)
}

#[test]
fn requests_travel_through_the_proxy_that_the_environment_or_the_flag_names() {
    let (address, lines) = hostile_proxy();
    let shell = || {
        Shell::bare()
            .with("LINE_CHANNEL_ACCESS_TOKEN", "token")
            .with("HIKYAKU_API_URL", "https://api.line.test")
    };
    let push = ["push", "U1", "--text", "hi", "--no-retry"];
    let url = format!("http://bob:sesame@{address}");
    let of_environment = shell().with("HTTPS_PROXY", &url).run(push);
    let of_variable = shell().with("HIKYAKU_PROXY", &url).run(push);
    let of_flag = shell().with("HTTPS_PROXY", "http://127.0.0.1:1").with_file("proxy", &url);
    let of_flag = of_flag.run(push.into_iter().chain(["--proxy", "@proxy"]));
    for outcome in [of_environment, of_variable, of_flag] {
        let place = format!("through the proxy http://{address}/");
        assert!(outcome.code != 0 && outcome.stderr.contains(&place), "{outcome}");
        assert!(!outcome.stderr.contains("sesame"), "{outcome}");
    }
    let connect = "CONNECT api.line.test:443 HTTP/1.1\r\n";
    assert_eq!(*lines.lock().unwrap(), [connect; 3]);

    let excepted = shell().with("HTTPS_PROXY", &url).with("NO_PROXY", "other.test,line.test");
    assert!(!excepted.run(push).stderr.contains("proxy"));
    let wrong = shell().run(push.into_iter().chain(["--proxy", "socks5://bob:sesame@proxy:1"]));
    assert_eq!(wrong.code, 2, "{wrong}");
    assert!(wrong.stderr.contains("--proxy") && !wrong.stderr.contains("sesame"), "{wrong}");
    assert_eq!(lines.lock().unwrap().len(), 3);
}

/// What is asked about a server of one's own travels as what goes to LINE does.
#[test]
fn requests_that_are_not_for_line_travel_through_the_proxy_too() {
    let (address, lines) = hostile_proxy();
    let certified = rcgen::generate_simple_self_signed(["shop.test".to_owned()]).unwrap();
    let shell = || {
        Shell::bare()
            .with("HIKYAKU_PROXY", &format!("http://{address}"))
            .with("HTTPS_PROXY", "http://127.0.0.1:1")
            .with("LINE_CHANNEL_SECRET", "0123456789abcdef0123456789abcdef")
            .with_file("tls.pem", certified.cert.pem())
            .with_file("outcomes.secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    };
    let send = ["webhook", "send", "--text", "hi", "--url", "https://bot.test/callback"];
    let outcome = shell().run(send);
    assert!(outcome.code == 7 && outcome.stderr.contains("through the proxy"), "{outcome}");

    let told = shell();
    let add = ["outbox", "add", "push", "U4af4980629000000000000000000000a", "--text", "hi"];
    assert_eq!(told.run(add).code, 0);
    assert_eq!(told.run(["hold", "--reason", "to have an outcome"]).code, 0);
    let outcomes = ["outbox", "outcomes", "--cursor", "shop", "--to", "https://shop.test/told"];
    let secret = ["--secret-file", "outcomes.secret"];
    for more in [&[][..], &["--ca-file", "tls.pem"]] {
        let outcome = told.run(outcomes.iter().chain(&secret).chain(more).copied());
        assert!(outcome.code == 7 && outcome.stderr.contains("through the proxy"), "{outcome}");
    }
    let asked = ["bot.test", "shop.test", "shop.test"];
    let asked = asked.map(|host| format!("CONNECT {host}:443 HTTP/1.1\r\n"));
    assert_eq!(*lines.lock().unwrap(), asked);

    for verb in [&send[..], &[&outcomes[..], &secret].concat()] {
        let no_pem = told.run(verb.iter().chain(&["--ca-file", "outcomes.secret"]).copied());
        assert!(no_pem.code == 2 && no_pem.stderr.contains("--ca-file: "), "{no_pem}");
    }
    assert_eq!(lines.lock().unwrap().len(), 3);
}
