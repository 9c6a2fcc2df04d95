use std::time::{Duration, Instant};

use hikyaku_sim::{FaultRule, Sim};

use crate::{command::Shell, platform::Platform};

const USER: &str = "U4af4980629000000000000000000000a";

#[test]
fn an_added_send_is_acknowledged_and_known_by_its_key() {
    let shell = Shell::bare();
    let words = ["outbox", "add", "push", USER, "--text", "paid", "--idempotency-key", "order-17"];
    insta::assert_snapshot!(shell.run(words), @r#"
    exit 0
    --- stdout
    {"delivery_id":1,"existing":false}
    "#);
    insta::assert_snapshot!(shell.run(words.into_iter().chain(["--json"])), @r#"
    exit 0
    --- stdout
    {"delivery_id":1,"existing":true}
    "#);
    let other =
        ["outbox", "add", "push", USER, "--text", "not paid", "--idempotency-key", "order-17"];
    insta::assert_snapshot!(shell.run(other.into_iter().chain(["--json"])), @r#"
    exit 4
    --- stderr
    {"error":{"kind":"conflict","status":null,"message":"this idempotency key already stands for another send (delivery 1); use a new key for new contents","details":[],"request_id":null,"retryable":false}}
    "#);
    insta::assert_snapshot!(shell.run(["outbox", "list"]), @r"
    exit 0
    --- stdout
          id  state      kind           recipients  to
           1  ready      push           1           U4af4980629000000000000000000000a
    ");
}

#[test]
fn what_cannot_be_sent_is_not_added() {
    let shell = Shell::bare();
    insta::assert_snapshot!(shell.run(["outbox", "add", "push", USER, "--text", ""]), @r"
    exit 2
    --- stderr
    error: messages[0].text: must not be empty (nothing was sent)
    ");
    insta::assert_snapshot!(shell.run(["outbox", "add"]), @r"
    exit 2
    --- stderr
    error: nothing to add; say push, multicast, broadcast, narrowcast, reply or push-by-phone, or --batch FILE
    ");
    let words = ["outbox", "add", "push", USER, "--text", "hi", "--at", "tomorrow"];
    insta::assert_snapshot!(shell.run(words), @r"
    exit 2
    --- stderr
    error: invalid value 'tomorrow' for '--at <TIME>': expected a time with its offset, such as 2026-12-24T18:00:00+09:00, or a wait, such as 90s or 2h; see --help
    ");
    let words = ["outbox", "add", "push", USER, "--text", "hi", "--at", "2h", "--expires", "1h"];
    insta::assert_snapshot!(shell.run(words), @r"
    exit 2
    --- stderr
    error: expires_at: must be later than the time to send it at, or it is never sent (nothing was sent)
    ");
    assert_eq!(shell.run(["outbox", "list", "--json"]).stdout, "{\"deliveries\":[]}\n");
}

#[test]
fn every_broken_rule_is_told_with_its_path() {
    let shell = Shell::bare();
    let words = ["outbox", "add", "push", "", "--text", "", "--unit", "a b"];
    insta::assert_snapshot!(shell.run(words), @r"
    exit 2
    --- stderr
    error: 3 values break a rule, nothing was sent
      messages[0].text: must not be empty
      to: must not be empty
      customAggregationUnits[0]: must match ^[a-zA-Z0-9_]{1,30}$
    ");
    let told = r#"{"error":{"kind":"invalid","status":null,"message":"nothing was sent","details":[{"property":"messages[0].text","message":"must not be empty"},{"property":"to","message":"must not be empty"},{"property":"customAggregationUnits[0]","message":"must match ^[a-zA-Z0-9_]{1,30}$"}],"request_id":null,"retryable":false}}"#;
    assert_eq!(shell.run(words.into_iter().chain(["--json"])).stderr.trim_end(), told);
    let line = r#"{"kind":"push","to":"","messages":[{"type":"text","text":""}],"unit":"a b"}"#;
    let answers = shell.run_with_input(["outbox", "add", "--batch", "-"], line);
    assert_eq!((answers.code, answers.stdout.trim_end()), (2, told), "{answers}");
    let words = ["campaign", "start", "--to-file", "-", "--text", "", "--unit", "a b", "--json"];
    insta::assert_snapshot!(shell.run(words.into_iter().chain(["--enqueue-only"])), @r#"
    exit 2
    --- stderr
    {"error":{"kind":"invalid","status":null,"message":"nothing was sent","details":[{"property":"messages[0].text","message":"must not be empty"},{"property":"customAggregationUnits[0]","message":"must match ^[a-zA-Z0-9_]{1,30}$"}],"request_id":null,"retryable":false}}
    "#);
    // Rules of two fields that only the store knows.
    let words = ["outbox", "add", "push", USER, "--text", "hi", "--idempotency-key", "", "--json"];
    let outcome = shell.run(words.into_iter().chain(["--at", "2h", "--expires", "1h"]));
    let told: serde_json::Value = serde_json::from_str(&outcome.stderr).unwrap();
    let details = told["error"]["details"].as_array().unwrap().iter();
    let properties: Vec<_> = details.map(|it| it["property"].as_str().unwrap()).collect();
    assert_eq!(properties, ["idempotency_key", "expires_at"], "{outcome}");
}

#[test]
fn a_broadcast_without_a_key_gets_one_to_repeat_it_with() {
    let shell = Shell::bare();
    let words = ["outbox", "add", "broadcast", "--text", "hi"];
    let first = shell.run(words);
    let (_, key) = first.stderr.trim_end().rsplit_once(' ').unwrap();
    assert!(first.stderr.starts_with("note: should this have to be repeated: --idempotency-key "));
    let again = shell.run(words.into_iter().chain(["--idempotency-key", key]));
    assert_eq!(again.stdout, "{\"delivery_id\":1,\"existing\":true}\n", "{again}");
    // Without a key it is another one, as it is with a push.
    let other = shell.run(words.into_iter().chain(["--json"]));
    let told: serde_json::Value = serde_json::from_str(&other.stderr).unwrap();
    assert_eq!(told["idempotency_key"].as_str().unwrap().len(), 36);
    assert!(other.stdout.ends_with("\"existing\":false}\n"), "{other}");
}

#[test]
fn a_batch_is_answered_line_by_line() {
    let shell = Shell::bare();
    let text = r#"[{"type":"text","text":"hi"}]"#;
    let hash = "d41e0ad70dddfeb68f149ad6fc61574b9c5780ab7bcb2fba5517771ffbb2409c";
    let lines = format!(
        r#"{{"kind":"push","to":"{USER}","messages":{text},"idempotency_key":"a"}}
{{"kind":"push","to":"{USER}","messages":{text},"idempotency_key":"a"}}
{{"kind":"multicast","to":["{USER}"],"messages":{text}}}
{{"kind":"reply","to":"token","messages":{text}}}
{{"kind":"push-by-phone","to":"{hash}","messages":{text}}}
{{"kind":"broadcast","messages":{text},"idempotency_key":"b"}}
{{"kind":"narrowcast","messages":{text},"idempotency_key":"c","limit":{{"max":10}}}}"#
    );
    insta::assert_snapshot!(shell.run_with_input(["outbox", "add", "--batch", "-"], &lines), @r#"
    exit 0
    --- stdout
    {"delivery_id":1,"existing":false}
    {"delivery_id":1,"existing":true}
    {"delivery_id":3,"existing":false}
    {"delivery_id":4,"existing":false}
    {"delivery_id":5,"existing":false}
    {"delivery_id":6,"existing":false}
    {"delivery_id":7,"existing":false}
    "#);
    let bad = format!(
        r#"{{"kind":"push","to":"{USER}","messages":{text}}}
{{"kind":"fax","to":"{USER}","messages":{text}}}
{{"kind":"broadcast","to":"{USER}","messages":{text}}}
{{"kind":"push","to":"{USER}","messages":[],"idempotency_key":"a"}}"#
    );
    let outcome = shell.run_with_input(["outbox", "add", "--batch", "-"], &bad);
    assert_eq!(outcome.code, 2, "{outcome}");
    let answers: Vec<serde_json::Value> =
        outcome.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(answers[0]["delivery_id"].is_i64(), "{outcome}");
    assert!(answers[1..].iter().all(|it| it["error"]["kind"] == "invalid"), "{outcome}");
    assert_eq!(answers.len(), 4);
}

#[test]
fn a_batch_warns_of_what_is_not_known_and_names_the_line() {
    let shell = Shell::bare();
    let line = |message: &str| format!(r#"{{"kind":"push","to":"{USER}","messages":[{message}]}}"#);
    let plain = line(r#"{"type":"text","text":"hi"}"#);
    let lines = [plain, line(r#"{"type":"text","text":"hi","colour":"red"}"#)].join("\n");
    insta::assert_snapshot!(shell.run_with_input(["outbox", "add", "--batch", "-"], &lines), @r#"
    exit 0
    --- stdout
    {"delivery_id":1,"existing":false}
    {"delivery_id":2,"existing":false}
    --- stderr
    warning: line 2: messages[0].colour: is a field that this version does not know
    "#);
    let outcome = shell.run_with_input(["outbox", "add", "--batch", "-", "--json"], &lines);
    let told: serde_json::Value = serde_json::from_str(&outcome.stderr).unwrap();
    assert_eq!(told["warning"]["line"], 2, "{outcome}");
    assert_eq!(told["warning"]["property"], "messages[0].colour", "{outcome}");
}

#[test]
fn a_batch_names_the_key_that_a_broadcast_got_and_repeats_none() {
    let platform = Platform::with(Sim::builder());
    platform.sim.add_friends(2);
    let shell = platform.shell();
    let add = |line: &str| shell.run_with_input(["outbox", "add", "--batch", "-", "--json"], line);
    let text = r#""messages":[{"type":"text","text":"hi"}]"#;
    let keyed = format!(r#"{{"kind":"broadcast",{text},"idempotency_key":"opening"}}"#);
    let push = format!(r#"{{"kind":"push","to":"{USER}",{text}}}"#);
    let first = add(&format!("{push}\n{{\"kind\":\"broadcast\",{text}}}\n{keyed}\n"));
    let answers: Vec<serde_json::Value> =
        first.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let key = answers[1]["idempotency_key"].as_str().unwrap();
    assert_eq!(answers[0], serde_json::json!({"delivery_id": 1, "existing": false}));
    assert_eq!(answers[2], serde_json::json!({"delivery_id": 3, "existing": false}));
    // It is told before the commit, too: a batch that is broken off between has it in its log.
    assert_eq!(first.stderr, format!("{{\"line\":2,\"idempotency_key\":\"{key}\"}}\n"));

    let named = format!(r#"{{"kind":"broadcast",{text},"idempotency_key":"{key}"}}"#);
    let again = add(&format!("{named}\n{keyed}\n"));
    assert_eq!(again.stdout.matches("\"existing\":true").count(), 2, "{again}");
    shell.run(["worker", "run", "--until-idle"]);
    assert_eq!(platform.sim.delivered(), 4, "two broadcasts to two friends");
}

#[test]
fn a_batch_that_cannot_name_a_key_adds_nothing() {
    let shell = Shell::bare().with_file(
        "sends.jsonl",
        r#"{"kind":"broadcast","messages":[{"type":"text","text":"hi"}]}"#,
    );
    let script =
        format!("{} outbox add --batch sends.jsonl 2> /dev/full", env!("CARGO_BIN_EXE_hikyaku"));
    assert_eq!(shell.run_script(&script).code, 1);
    assert_eq!(shell.run(["outbox", "list", "--json"]).stdout, "{\"deliveries\":[]}\n");
}

#[test]
fn a_line_of_a_batch_takes_the_options_of_the_command_line() {
    let line = format!(
        r#"{{"kind":"push","to":"{USER}","messages":[{{"type":"text","text":"hi"}}],"idempotency_key":"a","reference":{{"order":17}},
        "order_key":"o","tell_outcome":true,"channel":"shop","at":"2126-01-01T00:00:00Z","expires":"2126-01-02T00:00:00Z",
        "fairness_key":"f","notification_disabled":true}}"#
    );
    let shell = Shell::bare().with_file("sends.jsonl", line.replace('\n', ""));
    let words = ["outbox", "add", "push", USER, "--text", "hi", "--idempotency-key", "a"];
    let options = [
        ["--reference", "{\"order\":17}"],
        ["--order-key", "o"],
        ["--channel", "shop"],
        ["--at", "2126-01-01T00:00:00Z"],
        ["--expires", "2126-01-02T00:00:00Z"],
        ["--fairness-key", "f"],
    ];
    let words = words.into_iter().chain(options.into_iter().flatten());
    let added = shell.run(words.chain(["--tell-outcome", "--notification-disabled"]));
    assert_eq!(added.stdout, "{\"delivery_id\":1,\"existing\":false}\n", "{added}");
    // The same key with other contents would be a conflict.
    let same = shell.run(["outbox", "add", "--batch", "sends.jsonl"]);
    assert_eq!(same.stdout, "{\"delivery_id\":1,\"existing\":true}\n", "{same}");
    let shown = shell.run(["outbox", "show", "1", "--json"]).stdout;
    for part in [r#""order":17"#, r#""order_key":"o""#, r#""fairness_key":"f""#, "2126-01-02T"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
}

#[test]
fn a_line_of_a_batch_has_no_unknown_member() {
    let send = |rest: &str| {
        let messages = r#"[{"type":"text","text":"hi"}]"#;
        format!(r#"{{"kind":"push","to":"{USER}","messages":{messages},{rest}}}"#)
    };
    let lines = [
        send(r#""order_kee":"o""#),
        send(r#""at":"tomorrow""#),
        send(r#""expires":7"#),
        send(r#""tell_outcome":null,"notification_disabled":null,"at":null,"channel":null"#),
    ];
    let shell = Shell::bare().with_file("sends.jsonl", lines.join("\n"));
    let outcome = shell.run(["outbox", "add", "--batch", "sends.jsonl"]);
    let answers: Vec<_> = outcome.stdout.lines().collect();
    for (answer, why) in answers.iter().zip([
        "line 1 is no send: unknown field `order_kee`",
        "line 2 is no send: at: expected a time with its offset",
        "line 3 is no send: invalid type: integer `7`",
        r#""delivery_id":1,"#,
    ]) {
        assert!(answer.contains(why), "{why}: {outcome}");
    }
    assert_eq!(answers.len(), 4, "{outcome}");
}

#[test]
fn an_empty_line_is_answered_too_so_that_answers_and_lines_go_together() {
    let send =
        format!(r#"{{"kind":"push","to":"{USER}","messages":[{{"type":"text","text":"a"}}]}}"#);
    let shell = Shell::bare().with_file("sends.jsonl", format!("\n{send}\r\n \r\n{send}\n"));
    insta::assert_snapshot!(shell.run(["outbox", "add", "--batch", "sends.jsonl"]), @r#"
    exit 2
    --- stdout
    {"error":{"kind":"invalid","status":null,"message":"nothing was sent","details":[{"property":"line","message":"line 1 is empty; leave it out"}],"request_id":null,"retryable":false}}
    {"delivery_id":1,"existing":false}
    {"error":{"kind":"invalid","status":null,"message":"nothing was sent","details":[{"property":"line","message":"line 3 is empty; leave it out"}],"request_id":null,"retryable":false}}
    {"delivery_id":2,"existing":false}
    --- stderr
    error: 2 of 4 lines were not added; mend them as their answers say, and add them again
    "#);
    // The break that ends the last line begins no other.
    let good = shell.run_with_input(["outbox", "add", "--batch", "-"], &format!("{send}\n"));
    assert_eq!((good.code, good.stdout.lines().count()), (0, 1), "{good}");
}

#[test]
fn a_line_that_is_no_text_is_answered_and_the_others_are_added() {
    let send = |name: &str| {
        let messages = r#"[{"type":"text","text":"hi"}]"#;
        format!(
            r#"{{"kind":"push","to":"{USER}","messages":{messages},"idempotency_key":"{name}"}}"#
        )
    };
    let lines = [send("a").into_bytes(), vec![0xff, 0xfe], send("b").into_bytes()].join(&b'\n');
    let shell = Shell::bare().with_file("sends.jsonl", lines);
    insta::assert_snapshot!(shell.run(["outbox", "add", "--batch", "sends.jsonl"]), @r#"
    exit 2
    --- stdout
    {"delivery_id":1,"existing":false}
    {"error":{"kind":"invalid","status":null,"message":"nothing was sent","details":[{"property":"line","message":"line 2 is no send: expected value at column 1"}],"request_id":null,"retryable":false}}
    {"delivery_id":2,"existing":false}
    --- stderr
    error: 1 of 3 lines were not added; mend them as their answers say, and add them again
    "#);
}

#[test]
fn a_refused_delivery_can_be_seen_retried_and_put_away() {
    let platform = Platform::with(Sim::builder());
    let shell = platform.shell();
    // Nobody in this world has the id.
    shell.run(["outbox", "add", "push", USER, "--text", "hi"]);
    assert_eq!(
        shell.run(["worker", "run", "--until-idle"]).stdout,
        "0 accepted, 1 rejected, 0 unknown\n"
    );
    let shown = shell.run(["outbox", "show", "1", "--json"]);
    let shown: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!((&shown["state"], &shown["last_status"]), (&"rejected".into(), &400.into()));
    assert_eq!(shell.run(["outbox", "retry", "1", "--json"]).stdout, "{}\n");
    let ready = shell.run(["outbox", "list", "--state", "ready", "--json"]);
    assert!(ready.stdout.contains("\"id\":1"), "{ready}");
    shell.run(["worker", "run", "--until-idle"]);
    assert_eq!(shell.run(["outbox", "drop", "1", "--json"]).stdout, "{}\n");
    insta::assert_snapshot!(shell.run(["outbox", "show", "2"]), @r"
    exit 4
    --- stderr
    error: not found: there is no delivery 2; finished ones are kept for 7 days, see `hikyaku outbox list`
    ");
}

#[test]
fn a_misspelt_store_is_not_made_by_looking_into_it() {
    let shell = Shell::bare();
    for words in [
        "outbox list",
        "outbox show 1",
        "outbox retry 1",
        "outbox drop 1",
        "campaign list",
        "campaign status 1",
        "campaign watch 1",
        "campaign pause 1",
        "campaign resume 1",
        "campaign cancel 1",
        "campaign dead 1",
        "store quarantine --since 2026-11-22T03:00:00Z",
        "store migrate sqlite:typo.db sqlite:new.db",
    ] {
        let store = ["--store", "sqlite:typo.db"].into_iter();
        let store = store.filter(|_| !words.starts_with("store migrate"));
        let outcome = shell.run(words.split(' ').chain(store));
        assert_eq!(outcome.code, 4, "{words}: {outcome}");
        let step = if words.starts_with("store migrate") {
            "check the path"
        } else {
            "name yours with --store or HIKYAKU_STORE"
        };
        let told = format!("error: not found: there is no store typo.db; {step}\n");
        assert_eq!(outcome.stderr, told, "{words}");
    }
    assert_eq!(std::fs::read_dir(shell.folder()).unwrap().count(), 0);
}

#[test]
fn a_store_moves_with_what_is_in_it() {
    let shell = Shell::bare().with("HIKYAKU_STORE", "sqlite:old.db");
    shell.run(["outbox", "add", "push", USER, "--text", "hi", "--idempotency-key", "a"]);
    let words = ["store", "migrate", "sqlite:old.db", "sqlite:new.db", "--json"];
    insta::assert_snapshot!(shell.run(words), @r#"
    exit 0
    --- stdout
    {"deliveries":1,"campaigns":[]}
    "#);
    let words = ["outbox", "add", "push", USER, "--text", "hi", "--idempotency-key", "a"];
    let again = shell.run(words.into_iter().chain(["--store", "sqlite:new.db"]));
    assert_eq!(again.stdout, "{\"delivery_id\":1,\"existing\":true}\n", "{again}");
    let moved = shell.run(words);
    let new = shell.folder().canonicalize().unwrap().join("new.db");
    let told = format!("error: this store was moved to sqlite:{}; use that one\n", new.display());
    assert_eq!((moved.code, moved.stderr), (2, told));
    insta::assert_snapshot!(shell.run(["store", "migrate", "sqlite:nothing.db", "sqlite:new.db"]), @r"
    exit 4
    --- stderr
    error: not found: there is no store nothing.db; check the path
    ");
    assert!(!shell.folder().join("nothing.db").exists());
}

#[test]
fn a_reference_comes_back_with_the_delivery() {
    let shell = Shell::bare();
    let add = ["outbox", "add", "push", USER, "--text", "paid", "--idempotency-key", "order-17"];
    assert_eq!(shell.run(add.into_iter().chain(["--reference", r#"{"order":17}"#])).code, 0);
    let line = r#"{"kind":"push","to":"U4af4980629000000000000000000000a","messages":[{"type":"text","text":"a"}],"idempotency_key":"b","channel":"shop","reference":"r"}"#;
    assert_eq!(shell.run_with_input(["outbox", "add", "--batch", "-"], line).code, 0);
    let reference = |words: &[&str]| {
        let shown = shell.run(["outbox", "show"].iter().chain(words).chain(&["--json"]).copied());
        let shown: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
        (shown["id"].as_i64().unwrap(), shown["reference"].clone())
    };
    let order = (1, serde_json::json!({"order": 17}));
    assert_eq!(reference(&["1"]), order);
    assert_eq!(reference(&["--idempotency-key", "order-17"]), order);
    assert_eq!(reference(&["--idempotency-key", "b", "--channel", "shop"]), (2, "r".into()));
    insta::assert_snapshot!(shell.run(["outbox", "show", "--idempotency-key", "b"]), @r"
    exit 4
    --- stderr
    error: not found: there is no delivery with the idempotency key b; finished ones are kept for 7 days, see `hikyaku outbox list`
    ");
    insta::assert_snapshot!(shell.run(add.into_iter().chain(["--reference", "order"])), @r#"
    exit 2
    --- stderr
    error: invalid value 'order' for '--reference <JSON>': expected JSON, such as 17, "order 17" in quotes or {"order":17}: expected value at line 1 column 1; see --help
    "#);
    assert_eq!(shell.run(["outbox", "show"]).code, 2);
}

#[test]
fn deliveries_are_found_by_what_is_known_of_them() {
    let shell = Shell::bare();
    let other = "U00000000000000000000000000000001";
    let reference = r#"{"order":17}"#;
    shell.run(["outbox", "add", "push", USER, "--text", "a", "--reference", reference]);
    shell.run(["outbox", "add", "push", other, "--text", "b", "--idempotency-key", "order-17"]);
    shell.run(["outbox", "add", "multicast", USER, other, "--text", "c", "--channel", "shop"]);
    let found = |words: &[&str]| {
        let outcome = shell.run(["outbox", "list", "--json"].iter().chain(words).copied());
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{words:?}");
        let listed: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
        let ids = listed["deliveries"].as_array().unwrap().iter();
        ids.map(|it| it["id"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(found(&["--to", USER]), [3, 1]);
    assert_eq!(found(&["--to", USER, "--channel", "shop"]), [3]);
    assert_eq!(found(&["--idempotency-key", "order-17"]), [2]);
    assert_eq!(found(&["--reference", r#"{ "order": 17 }"#]), [1]);
    assert_eq!(found(&["--state", "ready", "--state", "unknown", "--limit", "2"]), [3, 2]);
    assert_eq!(found(&["--created-since", "1h", "--due-since", "1h"]), [3, 2, 1]);
    assert_eq!(found(&["--created-before", "1h"]), [0; 0]);
    assert_eq!(found(&["--created-before", "2999-01-01T00:00:00Z", "--before", "3"]), [2, 1]);
    assert_eq!(found(&["--error", "no such", "--request-id", "r"]), [0; 0]);
    let refused = shell.run(["outbox", "list", "--due-before", "yesterday"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("or how long ago, such as 90s or 2h"), "{refused}");
}

#[test]
fn all_that_fit_are_withdrawn_after_a_look() {
    let shell = Shell::bare();
    for text in ["a", "b"] {
        shell.run(["outbox", "add", "push", USER, "--text", text]);
    }
    shell.run(["outbox", "add", "broadcast", "--text", "c", "--idempotency-key", "c"]);
    let cancel = |words: &[&str]| shell.run(["outbox", "cancel"].iter().chain(words).copied());
    let refuses = |words: &[&str], why: &str| {
        let outcome = cancel(words);
        assert_eq!(outcome.code, 2, "{outcome}");
        assert!(outcome.stderr.contains(why) && outcome.stdout.is_empty(), "{outcome}");
    };
    refuses(&[], "say which: the id of one, what they have in common, ");
    refuses(&["1", "--to", USER], "name one delivery, or what all of them have in common");
    refuses(&["--all", "--to", USER], "say which");
    refuses(&["--to", USER], "2 deliveries would be withdrawn; repeat it with --yes to do so");
    let gives = |words: &[&str], stdout: &str| {
        let outcome = cancel(words);
        assert_eq!((outcome.code, outcome.stdout.trim_end()), (0, stdout), "{outcome}");
    };
    let looked = cancel(&["--to", USER, "--dry-run"]);
    assert!(looked.stdout.starts_with("2 deliveries would be withdrawn\n"), "{looked}");
    assert_eq!(looked.stdout.matches(USER).count(), 2, "{looked}");
    let looked = cancel(&["--to", USER, "--dry-run", "--json"]);
    let looked: serde_json::Value = serde_json::from_str(&looked.stdout).unwrap();
    assert_eq!(looked["deliveries"], 2);
    assert_eq!(looked["examples"][1]["id"], 1);
    gives(&["--to", USER, "--yes"], "2 deliveries are withdrawn");
    gives(
        &["--state", "cancelled", "--yes", "--json"],
        r#"{"done":0,"refused":[{"reason":"finished","deliveries":2}]}"#,
    );
    gives(
        &["--state", "cancelled", "--yes"],
        "0 deliveries are withdrawn\n2 others stay as they are: each is finished, so there is nothing to cancel",
    );
    gives(&["3"], "delivery 3 is withdrawn");
    assert_eq!(cancel(&["3", "--json"]).code, 4);
    let retried = shell.run(["outbox", "retry", "--all", "--yes", "--json"]);
    assert_eq!(retried.stdout.trim_end(), r#"{"done":0,"refused":[]}"#, "{retried}");
}

#[test]
fn the_story_of_a_delivery_says_why_it_has_not_arrived_and_what_to_do() {
    let platform = Platform::with(Sim::builder());
    let shell = platform.shell();
    let story = |id: &str| {
        let shown = shell.run(["outbox", "show", id]);
        assert_eq!(shown.code, 0, "{shown}");
        shown.stdout
    };
    let add =
        |to: &str| assert_eq!(shell.run(["outbox", "add", "push", to, "--text", "hi"]).code, 0);
    let friend = platform.sim.add_friend();
    add(friend.as_str());
    let waits = story("1");
    assert!(waits.starts_with("delivery 1 is ready: it is due since "), "{waits}");
    assert!(waits.contains("see that `hikyaku worker run` is running and has channel default"));
    assert!(waits.contains("\n  requests    none\n"), "{waits}");
    let push = ("POST", "/v2/bot/message/push");
    platform.sim.fault(FaultRule::drop_after_accept().on(push.0, push.1).times(1)).unwrap();
    assert_eq!(shell.run(["worker", "run", "--until-idle"]).code, 0);
    let accepted = story("1");
    assert!(accepted.starts_with("delivery 1 is accepted: LINE has accepted it\n"), "{accepted}");
    assert!(accepted.contains(" ms  network  by "), "{accepted}");
    assert!(accepted.contains(" ms  409 duplicate  by "), "{accepted}");
    assert!(accepted.contains("blocked the account"), "{accepted}");
    assert!(accepted.contains(&platform.sim.outbox()[0].message_ids[0]), "{accepted}");
    add(USER);
    assert_eq!(shell.run(["worker", "run", "--until-idle"]).code, 0);
    let rejected = story("2");
    assert!(rejected.starts_with("delivery 2 is rejected: LINE refused it, and nobody got it\n"));
    assert!(rejected.contains("`hikyaku outbox retry 2`"), "{rejected}");
    let words = r#"LINE's answer: {"message":"Failed to send messages"}"#;
    assert!(rejected.contains(words), "{rejected}");
    let shown = shell.run(["outbox", "show", "2", "--json"]);
    let shown: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!(shown["requests"][0]["body"], r#"{"message":"Failed to send messages"}"#);
    assert_eq!(
        (&shown["requests"][0]["status"], &shown["state"]),
        (&400.into(), &"rejected".into())
    );
    platform.sim.set_quota(1, 1);
    add(friend.as_str());
    assert_eq!(shell.run(["worker", "run", "--until-idle"]).code, 0);
    let parked = story("3");
    assert!(parked.contains("because the month's messages are used up"), "{parked}");
    assert!(parked.contains("raise the channel's monthly limit"), "{parked}");
}

#[test]
fn the_story_of_a_delivery_that_is_held_names_each_hold_and_how_to_release_it() {
    let platform = Platform::with(Sim::builder());
    let shell = platform.shell();
    let story = || shell.run(["outbox", "show", "1"]).stdout;
    assert_eq!(shell.run(["outbox", "add", "push", USER, "--text", "hi"]).code, 0);
    let place = |args: &[&str]| {
        let held = shell.run(["hold", "--by", "ann"].iter().chain(args).copied());
        assert_eq!(held.code, 0, "{held}");
    };
    place(&["--reason", "a wrong list", "--lane", "multicast"]);
    place(&["--reason", "another shop", "--channel", "other"]);
    assert!(story().contains("no worker has taken it"), "{}", story());
    place(&["--reason", "a wrong price", "--lane", "push"]);
    let held = story();
    let first = "delivery 1 is ready: hold 3 of ann keeps it back: a wrong price\n";
    assert!(held.starts_with(first), "{held}");
    assert!(held.contains("  what to do  `hikyaku release 3`; it goes on then\n"), "{held}");
    place(&["--reason", "a fire", "--until", "2h"]);
    let held = story();
    let first = "delivery 1 is ready: hold 3 of ann keeps it back: a wrong price; hold 4 of ann keeps it back: a fire\n";
    assert!(held.starts_with(first), "{held}");
    let both = "`hikyaku release 3`, and `hikyaku release 4`, or wait until ";
    assert!(held.contains(both), "{held}");
    assert_eq!(shell.run(["release", "3"]).code, 0);
    assert_eq!(shell.run(["release", "4"]).code, 0);
    assert!(story().contains("no worker has taken it"), "{}", story());
}

#[test]
fn outcomes_are_told_in_order_and_after_the_last_that_was_seen() {
    let platform = Platform::with(Sim::builder());
    let shell = platform.shell();
    let friend = platform.sim.add_friend();
    let add = ["outbox", "add", "push", friend.as_str(), "--text", "hi", "--tell-outcome"];
    assert_eq!(shell.run(add.into_iter().chain(["--reference", "17"])).code, 0);
    assert_eq!(shell.run(["worker", "run", "--until-idle"]).code, 0);
    assert_eq!(shell.run(["outbox", "add", "push", USER, "--text", "hi"]).code, 0);
    assert_eq!(shell.run(["worker", "run", "--until-idle"]).code, 0);
    let told = shell.run(["outbox", "outcomes", "--json"]);
    assert_eq!(told.code, 0, "{told}");
    let told: Vec<serde_json::Value> =
        told.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let types: Vec<_> = told.iter().map(|it| (it["id"].as_i64(), it["type"].as_str())).collect();
    let expected = [(Some(1), Some("delivery.accepted")), (Some(2), Some("delivery.rejected"))];
    assert_eq!(types, expected);
    assert_eq!(told[0]["data"]["reference"], 17);
    let later = shell.run(["outbox", "outcomes", "--after", "1"]);
    assert_eq!(later.stdout.lines().count(), 1, "{later}");
    assert!(later.stdout.contains("  delivery.rejected  {"), "{later}");
    assert_eq!(shell.run(["outbox", "outcomes", "--after", "2"]).stdout, "");
}

#[test]
fn one_that_waits_for_another_of_its_order_key_says_for_which() {
    let platform = Platform::with(Sim::builder());
    let push = ("POST", "/v2/bot/message/push");
    platform.sim.fault(FaultRule::answer(500).on(push.0, push.1)).unwrap();
    let shell = platform.shell();
    let to = platform.sim.add_friend();
    for text in ["first", "second", "third"] {
        let add = ["outbox", "add", "push", to.as_str(), "--text", text, "--order-key", "chat"];
        assert_eq!(shell.run(add).code, 0);
    }
    let worker = shell.start(["worker", "run"]);
    let story = || shell.run(["outbox", "show", "3"]).stdout;
    let began = Instant::now();
    while !story().contains("it waits for delivery 1 of its order key chat, which is ") {
        assert!(began.elapsed() < Duration::from_secs(60), "{}", story());
    }
    assert!(story().contains("what to do  see `hikyaku outbox show 1`; "), "{}", story());
    worker.stop("TERM");
    let found = |flag: &str, key: &str| {
        let found = shell.run(["outbox", "list", "--json", flag, key]).stdout;
        let found: serde_json::Value = serde_json::from_str(&found).unwrap();
        found["deliveries"].as_array().unwrap().len()
    };
    assert_eq!((found("--order-key", "chat"), found("--order-key", "chats")), (3, 0));
}
