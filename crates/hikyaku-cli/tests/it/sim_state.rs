//! What a simulator begins with, and a state that outlives it.

use serde_json::Value;

use crate::command::{Shell, Started};

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/sim/sim.toml");

/// `hikyaku sim`, on free ports, with more flags.
fn start(shell: &Shell, flags: &[&str]) -> (Started, Value) {
    let words = ["sim", "--port", "0", "--data-port", "0", "--json"];
    let mut process = shell.start(words.into_iter().chain(flags.iter().copied()));
    let line = process.lines().next().unwrap();
    let told = serde_json::from_str(&line).unwrap();
    (process, told)
}

fn at<'a>(told: &'a Value, name: &str) -> &'a str {
    told[name].as_str().unwrap()
}

#[test]
fn the_sample_of_a_seed_is_one() {
    let shell = Shell::bare();
    let (_sim, told) = start(&shell, &["--seed", SAMPLE]);
    assert_eq!((at(&told, "channel_id"), at(&told, "token")), ("2000000001", "not-a-real-token"));
    assert_eq!(told["friends"].as_array().unwrap().len(), 2);
    let names: Vec<_> =
        told["channels"].as_array().unwrap().iter().map(|of| at(of, "name")).collect();
    assert_eq!(names, ["Hanaya", "Hanaya News", "Kissa"]);
    assert_eq!(at(&told["channels"][1], "token"), "sim-token-2");
    let shell = Shell::bare()
        .with("HIKYAKU_API_URL", at(&told, "api_url"))
        .with("LINE_CHANNEL_ACCESS_TOKEN", at(&told, "token"));
    let quota = shell.run(["quota-consumption"]);
    assert_eq!(quota.stdout, "about 12 messages sent this month\n", "{quota}");
    let hana = "U0123456789abcdef0123456789abcdef";
    let pushed = shell.run(["push", hana, "--text", "hi"]);
    assert_eq!(pushed.code, 0, "{pushed}");
    let of_another = shell.with("LINE_CHANNEL_ACCESS_TOKEN", "sim-token-3");
    assert_eq!(of_another.run(["push", hana, "--text", "hi"]).code, 4);
}

#[test]
fn a_seed_that_is_wrong_is_refused_with_name_and_line() {
    for (file, words) in [
        (
            "[[channel]]\nname = \"a\"\nwebhok = \"http://127.0.0.1/\"\n",
            "seed.toml: line 3: unknown field `webhok`",
        ),
        ("[[chanel]]\n", "seed.toml: line 1: unknown field `chanel`"),
        (
            "[[person]]\nname = \"A\"\n\n[[person]]\nname = \"B\"\nfriend_of = [\n  \"nobody\",\n]\n",
            "seed.toml: line 7: person[1].friend_of[0]: there is no channel `nobody` here",
        ),
        ("[[person]]\nname = 5\n", "seed.toml: line 2: "),
        (
            "[[channel]]\nsecret = \"hush hush\"\n",
            "seed.toml: line 2: the secret or token has a character",
        ),
        ("[[channel]\n", "seed.toml: line 1: "),
    ] {
        let shell = Shell::bare().with_file("seed.toml", file);
        let outcome = shell.run(["sim", "--port", "0", "--data-port", "0", "--seed", "seed.toml"]);
        assert_eq!(outcome.code, 2, "{outcome}");
        assert!(
            outcome.stderr.contains(words) && !outcome.stderr.contains("hush"),
            "{words}: {outcome}"
        );
    }
    let near = Shell::bare().with_file("seed.toml", "[[channel]]\nwebhok = \"\"\n");
    let outcome = near.run(["sim", "--port", "0", "--seed", "seed.toml"]);
    assert!(outcome.stderr.contains("is `webhook` meant?"), "{outcome}");
}

#[test]
fn a_state_outlives_the_simulator_even_one_that_is_killed() {
    let shell = Shell::bare().with_file("seed.toml", "[[person]]\nname = \"Hana\"\n");
    let flags = ["--state", "sim.json", "--seed", "seed.toml"];
    let (sim, told) = start(&shell, &flags);
    let speak = |told: &Value| {
        Shell::bare()
            .with("HIKYAKU_API_URL", at(told, "api_url"))
            .with("LINE_CHANNEL_ACCESS_TOKEN", at(told, "token"))
    };
    let hana = told["friends"][0].as_str().unwrap().to_owned();
    let sent = speak(&told).run(["push", &hana, "--text", "first"]);
    assert_eq!(sent.code, 0, "{sent}");
    // It is written a second later at the latest; the file is never half written.
    let kept = shell.folder().join("sim.json");
    let is_kept = || std::fs::read_to_string(&kept).is_ok_and(|text| text.contains("first"));
    while !is_kept() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let _ = sim.stop("KILL");

    let (sim, told) = start(&shell, &flags);
    assert_eq!(told["friends"], serde_json::json!([hana]));
    let quota = speak(&told).run(["quota-consumption"]);
    assert_eq!(quota.stdout, "about 1 messages sent this month\n", "{quota}");
    let sent = speak(&told).run(["push", &hana, "--text", "second"]);
    assert_eq!(sent.code, 0, "{sent}");
    // A signal lets it write what it has.
    assert_eq!(sim.stop("TERM"), (Some(0), String::new()));
    let (_sim, told) = start(&shell, &flags);
    let quota = speak(&told).run(["quota-consumption"]);
    assert_eq!(quota.stdout, "about 2 messages sent this month\n", "{quota}");
    let second = shell.run(["sim", "--port", "0", "--data-port", "0", "--state", "sim.json"]);
    assert_eq!(second.code, 2, "{second}");
    assert!(second.stderr.contains("another simulator"), "{second}");
}

#[test]
fn a_state_is_exported_and_imported_elsewhere() {
    let shell = Shell::bare();
    let (_one, told) = start(&shell, &["--friends", "3"]);
    let (_other, elsewhere) = start(&shell, &["--friends", "0"]);
    let url = |told: &Value| at(told, "api_url").to_owned();
    let done = shell.run(["sim", "export", "state.json", "--api-url", &url(&told)]);
    assert_eq!((done.code, done.stdout.as_str()), (0, "the state is in state.json\n"), "{done}");
    let done = shell.run(["sim", "import", "state.json", "--api-url", &url(&elsewhere)]);
    assert_eq!(done.code, 0, "{done}");
    let first = shell.run(["sim", "export", "--api-url", &url(&told)]);
    let second = shell.run(["sim", "export", "--api-url", &url(&elsewhere)]);
    assert_eq!((first.code, &first.stdout), (0, &second.stdout));
    let newer = shell.with_file("newer.json", r#"{"format":"hikyaku-sim","version":99}"#);
    let refused = newer.run(["sim", "import", "newer.json", "--api-url", &url(&told)]);
    assert!(refused.code == 4 && refused.stderr.contains("this state has version 99"), "{refused}");
}
