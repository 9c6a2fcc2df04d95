//! The server that speaks LINE's API and LINE Notify's, as an operator runs it.

use std::{
    collections::BTreeSet,
    io::Read as _,
    time::{Duration, Instant},
};

use hikyaku_sim::{FaultRule, Sim};
use serde_json::Value;

use crate::{
    command::{Shell, Started},
    guides::PNG,
    http::{ask, get, send},
    platform::Platform,
};

const PUSH: &str = "/v2/bot/message/push";

/// A folder with a configuration for the platform, with these lines in `[notify]`.
fn configured(platform: &Platform, notify: &str) -> Shell {
    let config = format!(
        "store = \"sqlite:hikyaku.db\"\n[listen.lan]\naddress = \"127.0.0.1:0\"\nserve = [\"notify\", \"line\"]\n\
         [channel.default]\ntoken_file = \"line.token\"\napi_url = \"{}\"\n[notify]\n{notify}",
        platform.sim.api_url()
    );
    let token = platform.sim.channel_token();
    platform.shell().with_file("gateway.toml", config).with_file("line.token", token.expose())
}

fn issue(shell: &Shell, target: &str) -> String {
    let words = ["gateway", "token", "issue", "--name", "cron", "--target", target, "--json"];
    let issued: Value = serde_json::from_str(&shell.run(words).stdout).unwrap();
    issued["access_token"].as_str().unwrap().to_owned()
}

/// A gateway that listens, and its address.
fn start(shell: &Shell) -> (Started, String) {
    let mut gateway = shell.start(["gateway", "--json"]);
    let line: Value = serde_json::from_str(&gateway.lines().next().unwrap()).unwrap();
    let address = line["urls"]["lan"].as_str().unwrap().strip_prefix("http://").unwrap();
    (gateway, address.to_owned())
}

fn notify(address: &str, token: &str, message: &str) -> String {
    let length = message.len() + 8;
    let request = format!(
        "POST /api/notify HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\nmessage={message}"
    );
    ask(address, &request)
}

#[test]
fn a_token_is_issued_used_listed_and_revoked() {
    let platform = Platform::with(Sim::builder());
    let user = platform.sim.add_friend();
    let shell = configured(&platform, "");
    let token = issue(&shell, user.as_str());
    let (gateway, address) = start(&shell);
    let answer = notify(&address, &token, "hi");
    assert!(answer.ends_with(r#"{"status":200,"message":"ok"}"#), "{answer}");
    assert_eq!(platform.sim.delivery_count(&user), 1);

    let list = shell.run(["gateway", "token", "list", "--json"]).stdout;
    let list: Value = serde_json::from_str(&list).unwrap();
    assert_eq!(
        (&list["tokens"][0]["name"], &list["tokens"][0]["revoked"]),
        (&"cron".into(), &false.into())
    );
    let shown = shell.run(["gateway", "token", "list"]).stdout;
    assert!(shown.contains(user.as_str()) && !shown.contains(&token), "{shown}");

    assert_eq!(shell.run(["gateway", "token", "revoke", "1"]).code, 0);
    assert_eq!(shell.run(["gateway", "token", "revoke", "1"]).code, 4);
    let answer = notify(&address, &token, "again");
    assert!(answer.ends_with(r#"{"status":401,"message":"Invalid access token"}"#), "{answer}");
    assert_eq!(gateway.stop("TERM").0, Some(0));
}

#[test]
fn an_old_token_is_taken_over() {
    let platform = Platform::with(Sim::builder());
    let user = platform.sim.add_friend();
    let old = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";
    let shell = configured(&platform, "").with_file("old.token", format!("{old}\n"));
    let words = [
        "gateway",
        "token",
        "import",
        "--token",
        "@old.token",
        "--name",
        "a",
        "--target",
        user.as_str(),
    ];
    let imported = shell.run(words);
    assert_eq!((imported.code, imported.stdout.contains(old)), (0, false), "{imported}");
    assert_ne!(shell.run(words).code, 0);
    let (gateway, address) = start(&shell);
    let answer = notify(&address, old, "hi");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert_eq!(gateway.stop("TERM").0, Some(0));
    let wrong = shell.run([
        "gateway",
        "token",
        "import",
        "--token",
        "short",
        "--name",
        "a",
        "--target",
        user.as_str(),
    ]);
    assert_eq!(wrong.code, 2, "{wrong}");
}

#[test]
fn what_was_answered_is_sent_once_though_the_gateway_is_killed() {
    let platform = Platform::with(Sim::builder());
    let user = platform.sim.add_friend();
    let shell = configured(&platform, "delivery = \"queued\"");
    let token = issue(&shell, user.as_str());
    // The first attempts reach LINE, and their answers get lost.
    platform.sim.fault(FaultRule::drop_after_accept().on("POST", PUSH)).unwrap();
    let (gateway, address) = start(&shell);
    let answer = notify(&address, &token, "hi");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert_eq!(gateway.stop("KILL").0, None);
    platform.sim.clear_faults();

    let (gateway, address) = start(&shell);
    let answer = notify(&address, &token, "after it, in order");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    platform.wait_for_deliveries(2);
    assert_eq!(gateway.stop("TERM").0, Some(0));
    assert_eq!(platform.sim.delivery_count(&user), 2);
    let requests = platform.sim.requests();
    let keys: BTreeSet<_> = requests.iter().filter_map(|it| it.retry_key()).collect();
    assert_eq!(keys.len(), 2, "{requests:?}");
}

/// Pushes to a user through LINE's own API, with these headers besides.
fn push(address: &str, key: &str, user: &str, headers: &str) -> String {
    let body = format!(r#"{{"to":"{user}","messages":[{{"type":"text","text":"hi"}}]}}"#);
    let request = format!(
        "POST {PUSH} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {key}\r\n{headers}\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut answer = String::new();
    // A gateway that is killed cuts it.
    let _ = send(address, &request).read_to_string(&mut answer);
    answer
}

#[test]
fn a_key_is_issued_used_listed_and_revoked() {
    let platform = Platform::with(Sim::builder());
    let user = platform.sim.add_friend();
    let shell = configured(&platform, "");
    let issue = |words: &[&str]| {
        let all = ["gateway", "key", "issue", "--json"].iter().chain(words);
        shell.run(all.copied())
    };
    let issued: Value = serde_json::from_str(&issue(&["--name", "bot"]).stdout).unwrap();
    let key = issued["key"].as_str().unwrap();
    assert!(key.starts_with("hkg_"), "{issued}");
    assert_ne!(issue(&["--name", "bot"]).code, 0);
    assert_ne!(issue(&["--name", "other", "--send", "fax"]).code, 0);
    assert_eq!(issue(&["--name", "other", "--channel", "none"]).code, 2);
    let narrow = ["--name", "alerts", "--send", "push", "--to", "groups", "--call", ""];
    let narrow: Value = serde_json::from_str(&issue(&narrow).stdout).unwrap();

    let (gateway, address) = start(&shell);
    let answer = push(&address, key, user.as_str(), "");
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("sentMessages"), "{answer}");
    let answer = push(&address, narrow["key"].as_str().unwrap(), user.as_str(), "");
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");

    let list = shell.run(["gateway", "key", "list", "--json"]).stdout;
    let list: Value = serde_json::from_str(&list).unwrap();
    assert_eq!(list["keys"][1]["send"], serde_json::json!(["push"]));
    assert_eq!(list["keys"][1]["to"], serde_json::json!(["groups"]));
    assert!(!list.to_string().contains(key), "{list}");
    let shown = shell.run(["gateway", "key", "list"]).stdout;
    assert!(shown.contains("     1  works     default           bot"), "{shown}");
    assert_eq!(shell.run(["gateway", "key", "revoke", "1"]).code, 0);
    assert_eq!(shell.run(["gateway", "key", "revoke", "1"]).code, 4);
    while !push(&address, key, user.as_str(), "").starts_with("HTTP/1.1 401 ") {
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(gateway.stop("TERM").0, Some(0));
}

/// They are read again when their files have changed, and a configuration that cannot be used changes nothing.
#[test]
fn keys_of_the_configuration_change_while_the_gateway_runs() {
    let platform = Platform::with(Sim::builder());
    let user = platform.sim.add_friend();
    let key = |letter: &str| format!("hkg_{}", letter.repeat(43));
    let shell = configured(&platform, "").with_file("bot.key", key("a"));
    let file = |name: &str| shell.folder().join(name);
    let base = std::fs::read_to_string(file("gateway.toml")).unwrap();
    let configure = |keys: &str| {
        let whole = format!("{base}\n{keys}");
        // At once, as editors do it.
        std::fs::write(file("new.toml"), whole).unwrap();
        std::fs::rename(file("new.toml"), file("gateway.toml")).unwrap();
    };
    let bot = "[[key]]\nname = \"bot\"\nfile = \"bot.key\"\n";
    configure(bot);
    let (gateway, address) = start(&shell);
    let status = |letter: &str| {
        let answer = push(&address, &key(letter), user.as_str(), "");
        answer.split(' ').nth(1).unwrap().to_owned()
    };
    assert_eq!((status("a"), status("b")), ("200".to_owned(), "401".to_owned()));
    // Another right, and another key.
    configure(&format!("{bot}send = [\"reply\"]\n"));
    assert_eq!(status("a"), "403");
    configure(&format!("{bot}[[key]]\nname = \"other\"\nfile = \"other.key\"\n"));
    // Its file is not there yet, so all is as before.
    assert_eq!((status("a"), status("b")), ("403".to_owned(), "401".to_owned()));
    std::fs::write(file("other.key"), key("b")).unwrap();
    assert_eq!((status("a"), status("b")), ("200".to_owned(), "200".to_owned()));
    // The key itself is replaced.
    std::fs::write(file("other.key"), format!("{}\n", key("c"))).unwrap();
    assert_eq!((status("b"), status("c")), ("401".to_owned(), "200".to_owned()));
    for broken in ["[[key", "[[key]]\nname = \"bot\"\n", "[[key]]\nnames = 1\n"] {
        configure(broken);
        assert_eq!((status("a"), status("c")), ("200".to_owned(), "200".to_owned()), "{broken}");
    }
    // This gateway has no such channel until it is restarted.
    configure(&format!("[channel.new]\ntoken = \"t\"\n{bot}channel = \"new\"\n"));
    assert_eq!((status("a"), status("c")), ("200".to_owned(), "200".to_owned()));
    configure("");
    assert_eq!((status("a"), status("c")), ("401".to_owned(), "401".to_owned()));
    let (code, log) = gateway.stop("TERM");
    assert_eq!(code, Some(0));
    assert_eq!(log.matches("its keys stay as they were").count(), 5, "{log}");
    assert!(log.contains("there after a restart only"), "{log}");
    assert!(!log.contains("hkg_"), "{log}");
}

#[test]
fn what_lines_api_was_told_is_sent_once_though_the_gateway_is_killed() {
    let platform = Platform::with(Sim::builder());
    let user = platform.sim.add_friend();
    let shell = configured(&platform, "");
    let words = ["gateway", "key", "issue", "--name", "bot", "--json"];
    let issued: Value = serde_json::from_str(&shell.run(words).stdout).unwrap();
    let key = issued["key"].as_str().unwrap();
    // LINE accepts each, and its answers get lost.
    platform.sim.fault(FaultRule::drop_after_accept().on("POST", PUSH)).unwrap();
    let (gateway, address) = start(&shell);
    let answer = push(&address, key, user.as_str(), "Prefer: respond-async\r\n");
    assert!(answer.starts_with("HTTP/1.1 202 "), "{answer}");
    assert_eq!(gateway.stop("KILL").0, None);

    // This one is killed while its caller waits.
    let named = "X-Line-Retry-Key: 123e4567-e89b-12d3-a456-426614174000\r\n";
    let (gateway, address) = start(&shell);
    let caller = {
        let (key, user) = (key.to_owned(), user.as_str().to_owned());
        std::thread::spawn(move || push(&address, &key, &user, named))
    };
    platform.wait_for_deliveries(2);
    assert_eq!(gateway.stop("KILL").0, None);
    assert_eq!(caller.join().unwrap(), "");
    platform.sim.clear_faults();

    let (gateway, address) = start(&shell);
    let mut again = push(&address, key, user.as_str(), named);
    while again.starts_with("HTTP/1.1 202 ") {
        again = push(&address, key, user.as_str(), named);
    }
    assert!(again.starts_with("HTTP/1.1 200 ") || again.starts_with("HTTP/1.1 409 "), "{again}");
    assert!(again.contains("sentMessages"), "{again}");
    let other = push(&address, key, user.as_str(), "");
    assert!(other.starts_with("HTTP/1.1 200 "), "{other}");
    platform.wait_for_deliveries(3);
    assert_eq!(gateway.stop("TERM").0, Some(0));
    assert_eq!(platform.sim.delivery_count(&user), 3);
    let requests = platform.sim.requests();
    let keys: BTreeSet<_> = requests.iter().filter_map(|it| it.retry_key()).collect();
    assert_eq!(keys.len(), 3, "{requests:?}");
}

/// LINE takes longer than a gateway that stops lets its callers wait, and less than the worker may take.
#[test]
fn a_gateway_that_stops_says_so_answers_who_waits_and_ends() {
    let platform = Platform::with(Sim::builder());
    let user = platform.sim.add_friend();
    let shell = configured(&platform, "");
    let words = ["gateway", "key", "issue", "--name", "bot", "--json"];
    let issued: Value = serde_json::from_str(&shell.run(words).stdout).unwrap();
    let key = issued["key"].as_str().unwrap();
    let slow = FaultRule::delay(Duration::from_secs(5)).on("POST", PUSH);
    let slow = platform.sim.fault(slow).unwrap();
    let (gateway, address) = start(&shell);
    assert!(get(&address, "/readyz").starts_with("HTTP/1.1 200 "));
    let caller = {
        let (address, key) = (address.clone(), key.to_owned());
        let user = user.as_str().to_owned();
        std::thread::spawn(move || push(&address, &key, &user, "Prefer: wait=8\r\n"))
    };
    while platform.sim.fault_hits(&slow) == 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    let began = Instant::now();
    gateway.signal("TERM");
    while get(&address, "/readyz").starts_with("HTTP/1.1 200 ") {}
    let ready = get(&address, "/readyz");
    assert!(ready.starts_with("HTTP/1.1 503 ") && ready.contains("is stopping"), "{ready}");
    assert!(get(&address, "/healthz").starts_with("HTTP/1.1 200 "));
    let late = push(&address, key, user.as_str(), "");
    assert!(late.starts_with("HTTP/1.1 503 "), "{late}");
    assert!(late.contains("x-hikyaku-error: draining"), "{late}");
    let late = notify(&address, &"t".repeat(43), "late");
    assert!(late.starts_with("HTTP/1.1 503 "), "{late}");
    let answer = caller.join().unwrap();
    assert!(answer.starts_with("HTTP/1.1 202 "), "{answer}");
    assert_eq!(gateway.end().0, Some(0));
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    assert_eq!(platform.sim.delivery_count(&user), 1);
}

#[test]
fn the_demos_lines_work_when_they_are_pasted() {
    let shell = Platform::with(Sim::builder()).shell();
    let mut demo = shell.start(["gateway", "--demo"]);
    let mut lines = demo.lines();
    let notify = lines.find(|line| line.contains("/api/notify")).unwrap();
    let push = lines.find(|line| line.contains("/v2/bot/message/push")).unwrap();
    let answer = shell.run_script(&notify);
    assert_eq!(answer.stdout, r#"{"status":200,"message":"ok"}"#, "{answer}");
    let received = lines.find(|line| line.starts_with("Alice received ")).unwrap();
    assert!(received.contains("[demo] hello"), "{received}");
    let answer = shell.run_script(&push);
    assert!(answer.stdout.contains(r#""sentMessages""#), "{answer}");
    let received = lines.find(|line| line.starts_with("Alice received ")).unwrap();
    assert!(received.contains("hello from a bot"), "{received}");
    assert_eq!(demo.stop("INT").0, Some(0));
}

#[test]
fn a_service_is_registered_listed_and_removed() {
    let platform = Platform::with(Sim::builder());
    let shell = configured(&platform, "");
    let add = |callback: &str| {
        shell.run([
            "gateway",
            "service",
            "add",
            "--name",
            "Clinic",
            "--callback",
            callback,
            "--json",
        ])
    };
    let refused = add("javascript:alert(1)");
    assert!(refused.code == 2 && refused.stderr.contains("https://"), "{refused}");
    let added: Value = serde_json::from_str(&add("https://clinic.example/cb").stdout).unwrap();
    let secret = added["client_secret"].as_str().unwrap();
    assert_eq!((secret.len(), added["client_id"].as_str().unwrap().len()), (43, 22));
    let list = shell.run(["gateway", "service", "list"]).stdout;
    assert!(list.contains("Clinic") && list.contains("https://clinic.example/cb"), "{list}");
    assert!(!list.contains(secret), "{list}");
    assert_eq!(shell.run(["gateway", "service", "remove", "1"]).code, 0);
    assert_eq!(shell.run(["gateway", "service", "remove", "1"]).code, 4);
}

#[test]
fn a_token_is_linked_by_a_code_that_is_sent_in_its_chat() {
    let platform = Platform::with(Sim::builder());
    let user = platform.sim.add_friend();
    let shell = configured(&platform, "");
    let words = ["gateway", "token", "issue", "--name", "door", "--json"];
    let refused = shell.run(words);
    assert!(refused.code == 2 && refused.stderr.contains("webhook"), "{refused}");
    let config = format!(
        "store = \"sqlite:hikyaku.db\"\n[listen.lan]\naddress = \"127.0.0.1:0\"\nserve = [\"notify\", \"webhook\"]\n\
         [channel.default]\ntoken_file = \"line.token\"\nsecret = \"{}\"\napi_url = \"{}\"\n",
        platform.sim.channel_secret().expose(),
        platform.sim.api_url()
    );
    let shell = shell.with_file("gateway.toml", config);
    let issued: Value = serde_json::from_str(&shell.run(words).stdout).unwrap();
    let (gateway, address) = start(&shell);
    platform.sim.set_webhook(format!("http://{address}/webhook")).unwrap();
    platform.sim.user_says(&user, issued["code"].as_str().unwrap());
    platform.wait_for_deliveries(1);
    let answer = notify(&address, issued["access_token"].as_str().unwrap(), "hi");
    assert!(answer.ends_with(r#"{"status":200,"message":"ok"}"#), "{answer}");
    let targets = shell.run(["gateway", "target", "list"]).stdout;
    assert!(targets.contains(user.as_str()) && targets.contains("there"), "{targets}");
    assert_eq!(gateway.stop("TERM").0, Some(0));
}

#[test]
fn a_wrong_configuration_is_told() {
    let shell = Shell::bare();
    let missing = shell.run(["gateway"]);
    assert!(
        missing.code == 2 && missing.stderr.contains("there is no gateway.toml; name"),
        "{missing}"
    );
}

#[test]
fn pictures_go_below_an_insecure_url_only_if_a_test_asks_for_it() {
    let config = "store = \"sqlite:hikyaku.db\"\npublic_url = \"http://pictures.example\"\n[listen.lan]\naddress = \"127.0.0.1:0\"\n\
        serve = [\"line\", \"pictures\"]\n[channel.default]\ntoken = \"t\"\napi_url = \"http://127.0.0.1:9\"\n";
    let shell = Shell::bare().with_file("gateway.toml", config).with_file("a.png", PNG);
    let refused = shell.run(["gateway"]);
    assert!(refused.code == 2 && refused.stderr.contains("pictures.insecure"), "{refused}");
    let issued = shell.run(["gateway", "key", "issue", "--name", "bot", "--json"]).stdout;
    let issued: Value = serde_json::from_str(&issued).unwrap();
    let shell = shell.with("KEY", issued["key"].as_str().unwrap());
    let mut gateway = shell.start(["gateway", "--insecure-pictures", "--json"]);
    let ready: Value = serde_json::from_str(&gateway.lines().next().unwrap()).unwrap();
    let address = ready["urls"]["lan"].as_str().unwrap();
    let upload = format!(
        "curl -s -H \"Authorization: Bearer $KEY\" -F file=@a.png {address}/_hikyaku/v1/pictures"
    );
    let told = shell.run_script(&upload).stdout;
    let told: Value = serde_json::from_str(&told).expect(&told);
    let url = told["originalContentUrl"].as_str().unwrap();
    let path = url.strip_prefix("http://pictures.example").unwrap();
    let head = shell.run_script(&format!("curl -s -I {address}{path}")).stdout;
    assert!(head.starts_with("HTTP/1.1 200 ") && head.contains("image/png"), "{head}");
    assert_eq!(gateway.stop("TERM").0, Some(0));
}

#[test]
fn errors_have_the_exit_codes_of_all_verbs() {
    let platform = Platform::with(Sim::builder());
    let shell = configured(&platform, "");
    let issue = |more: &[&'static str]| {
        let words = ["gateway", "key", "issue", "--name", "bot"];
        shell.run(words.into_iter().chain(more.iter().copied()))
    };
    assert_eq!(issue(&["--send", "fax"]).code, 2);
    assert_eq!(issue(&[]).code, 0);
    let again = issue(&["--json"]);
    let error: Value = serde_json::from_str(&again.stderr).unwrap();
    assert_eq!((again.code, &error["error"]["kind"]), (4, &"conflict".into()), "{again}");
    assert_eq!(
        shell.run(["gateway", "token", "issue", "--name", "", "--target", "mother"]).code,
        2
    );
    let wrong = shell.with_file("gateway.toml", "store = 1");
    assert_eq!(wrong.run(["gateway", "token", "list"]).code, 2);
    assert_eq!(wrong.run(["gateway"]).code, 2);
}

#[test]
fn verbs_need_no_configuration_if_the_store_is_named() {
    let platform = Platform::with(Sim::builder());
    let user = platform.sim.add_friend();
    let shell = configured(&platform, "");
    issue(&shell, user.as_str());
    let store = ["--store", "sqlite:hikyaku.db"];
    let run = |words: &[&'static str]| shell.run(words.iter().copied().chain(store));
    let list = run(&["gateway", "token", "list"]);
    assert!(list.code == 0 && list.stdout.contains(user.as_str()), "{list}");
    for words in [
        vec!["gateway", "key", "issue", "--name", "bot", "--backlog", "10"],
        vec!["gateway", "key", "list"],
        vec!["gateway", "service", "list"],
        vec!["gateway", "target", "list"],
        vec!["gateway", "quota"],
        vec!["gateway", "token", "github", "1"],
        vec!["gateway", "token", "set", "1", "--budget", "100"],
        vec!["gateway", "token", "revoke", "1"],
    ] {
        assert_eq!(run(&words).code, 0, "{words:?}");
    }
    for words in [vec!["gateway"], vec!["gateway", "sign-in", "--operator", "ann"]] {
        let needs = run(&words);
        assert!(needs.code == 2 && needs.stderr.contains("--config"), "{needs}");
    }
    let both = run(&["gateway", "token", "list", "--config", "gateway.toml"]);
    assert_eq!(both.code, 2, "{both}");
    let missing = shell.run(["gateway", "token", "list", "--store", "sqlite:none.db"]);
    assert_eq!(missing.code, 4, "{missing}");
}

#[test]
fn variables_go_before_the_file_and_may_be_all_that_there_is() {
    let platform = Platform::with(Sim::builder());
    let token = platform.sim.channel_token().expose().to_owned();
    let of = |key: &str| format!("HIKYAKU_GATEWAY__{key}");
    let shell = platform
        .shell()
        .with(&of("STORE"), "sqlite:hikyaku.db")
        .with(&of("LISTEN__LAN__ADDRESS"), "127.0.0.1:0")
        .with(&of("LISTEN__LAN__SERVE"), r#"["notify"]"#)
        .with(&of("CHANNEL__DEFAULT__TOKEN"), &token)
        .with(&of("CHANNEL__DEFAULT__API_URL"), &platform.sim.api_url())
        .with(&of("NOTIFY__PREFIX"), "");
    let user = platform.sim.add_friend();
    let issued = issue(&shell, user.as_str());
    let (gateway, address) = start(&shell);
    assert!(notify(&address, &issued, "hi").starts_with("HTTP/1.1 200 "));
    assert_eq!(gateway.stop("TERM").0, Some(0));
    let wrong = shell.with(&of("NOTIFY__WAIT"), "1").run(["gateway"]);
    assert!(wrong.code == 2 && wrong.stderr.contains("HIKYAKU_GATEWAY__NOTIFY__WAIT"), "{wrong}");
}

#[test]
fn a_printed_link_signs_in_once() {
    let platform = Platform::with(Sim::builder());
    let shell = configured(&platform, "");
    let without = shell.run(["gateway", "sign-in", "--operator", "ann"]);
    assert!(without.code == 2 && without.stderr.contains("serves \"operator\""), "{without}");
    let config = format!(
        "store = \"sqlite:hikyaku.db\"\n[listen.lan]\naddress = \"127.0.0.1:0\"\nserve = [\"pages\", \"operator\"]\n\
         [channel.default]\ntoken_file = \"line.token\"\napi_url = \"{}\"",
        platform.sim.api_url()
    );
    let shell = shell.with_file("gateway.toml", config);
    let both = shell.run(["gateway", "sign-in", "--operator", "ann", "--viewer", "bob"]);
    assert_eq!(both.code, 2, "{both}");
    let nobody = shell.run(["gateway", "sign-in", "--user", "bob"]);
    assert!(nobody.code == 2 && nobody.stderr.contains("32 hexadecimal digits"), "{nobody}");
    let printed = shell.run(["gateway", "sign-in", "--operator", "ann", "--json"]).stdout;
    let printed: Value = serde_json::from_str(&printed).unwrap();
    let (at, link) = printed["url"].as_str().unwrap().split_once("?link=").unwrap();
    assert!(at.ends_with("/operator/enter"), "{at}");
    let (gateway, address) = start(&shell);
    let enter = || {
        let request = format!(
            "POST /operator/enter HTTP/1.1\r\nHost: x\r\nOrigin: http://x\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\nlink={link}",
            link.len() + 5
        );
        ask(&address, &request)
    };
    let first = enter();
    assert!(first.starts_with("HTTP/1.1 303 ") && first.contains("hikyaku_operator="), "{first}");
    assert!(enter().starts_with("HTTP/1.1 400 "));
    assert_eq!(gateway.stop("TERM").0, Some(0));
}
