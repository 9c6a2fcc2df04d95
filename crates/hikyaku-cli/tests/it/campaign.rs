use std::{
    fmt::Write,
    process::{Command, Stdio},
};

use hikyaku_sim::Sim;

use crate::{command::Shell, platform::Platform};

fn list(sim: &Sim, people: usize) -> String {
    sim.add_friends(people).iter().fold(String::new(), |mut list, id| {
        writeln!(list, "{}", id.as_str()).unwrap();
        list
    })
}

#[test]
fn a_campaign_serves_each_once_however_often_it_is_started() {
    let platform = Platform::with(Sim::builder());
    let shell = platform.shell().with_file("list.txt", list(&platform.sim, 1200));
    let words = [
        "campaign",
        "start",
        "--to-file",
        "list.txt",
        "--text",
        "hi",
        "--idempotency-key",
        "spring",
    ];
    for _ in 0..2 {
        insta::allow_duplicates! {
            insta::assert_snapshot!(shell.run(words), @r#"
            exit 0
            --- stdout
            {"campaign_id":1}
            "#);
        }
    }
    insta::assert_snapshot!(shell.run(["campaign", "status", "1", "--json"]), @r#"
    exit 0
    --- stdout
    {"state":"done","total":1200,"accepted":1200,"rejected":0,"unknown":0,"cancelled":0}
    "#);
    insta::assert_snapshot!(shell.run(["campaign", "watch", "1"]), @r"
    exit 0
    --- stdout
    done: 1200 of 1200 accepted
    ");
    assert_eq!((platform.sim.delivered(), platform.sim.duplicates().len()), (1200, 0));
}

#[test]
fn a_campaign_is_paused_resumed_and_cancelled() {
    let platform = Platform::with(Sim::builder());
    let shell = platform.shell();
    let words = ["campaign", "start", "--to-file", "-", "--text", "hi", "--enqueue-only"];
    let started = shell.run_with_input(words, &list(&platform.sim, 3));
    assert_eq!(started.stdout, "{\"campaign_id\":1}\n", "{started}");
    assert_eq!(shell.run(["campaign", "pause", "1"]).stdout, "paused: 0 of 3 accepted\n");
    shell.run(["worker", "run", "--until-idle"]);
    assert_eq!(platform.sim.delivered(), 0);
    assert_eq!(shell.run(["campaign", "resume", "1"]).stdout, "running: 0 of 3 accepted\n");
    let cancelled = shell.run(["campaign", "cancel", "1", "--json"]);
    assert_eq!(
        cancelled.stdout,
        "{\"state\":\"cancelled\",\"total\":3,\"accepted\":0,\"rejected\":0,\"unknown\":0,\"cancelled\":3}\n"
    );
    insta::assert_snapshot!(shell.run(["campaign", "status", "2"]), @r"
    exit 4
    --- stderr
    error: not found: there is no campaign 2
    ");
}

#[test]
fn bad_lines_are_reported_by_number_and_the_rest_goes_on() {
    let platform = Platform::with(Sim::builder());
    let list = format!("{}nobody\n", list(&platform.sim, 2));
    let shell = platform.shell().with_file("list.txt", &list);
    let words = ["campaign", "start", "--to-file", "list.txt", "--text", "hi"];
    let outcome = shell.run(words.into_iter().chain(["--reject-file", "bad.txt"]));
    assert_eq!(outcome.code, 0, "{outcome}");
    assert!(outcome.stderr.contains("2 of 2 accepted, 1 bad lines"), "{outcome}");
    let rejects = std::fs::read_to_string(shell.folder().join("bad.txt")).unwrap();
    assert_eq!(rejects, "3\tis no user id: U and 32 hexadecimal digits\tnobody\n");
    let strict = shell.run(words.into_iter().chain(["--strict", "--text", "again"]));
    assert_eq!((strict.code, platform.sim.delivered()), (2, 2), "{strict}");
}

#[test]
fn a_campaign_without_a_token_is_not_begun() {
    let shell = Shell::bare().with_file("list.txt", "");
    let outcome = shell.run(["campaign", "start", "--to-file", "list.txt", "--text", "hi"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{outcome}");
    assert!(!shell.folder().join("hikyaku.db").exists());
}

#[test]
fn a_list_that_cannot_be_read_begins_no_campaign() {
    let shell = Shell::bare();
    let words = ["campaign", "start", "--to-file", ".", "--text", "hi", "--enqueue-only"];
    insta::assert_snapshot!(shell.run(words), @r"
    exit 2
    --- stderr
    error: cannot read .: is a directory; check the path
    ");
    let words = ["campaign", "start", "--to-file", "-", "--text", "hi", "--enqueue-only"];
    let words = words.into_iter().chain(["--reject-file", "none/bad.txt"]);
    insta::assert_snapshot!(shell.run(words), @r"
    exit 2
    --- stderr
    error: cannot write none/bad.txt: No such file or directory (os error 2); check the path
    ");
    assert!(!shell.folder().join("hikyaku.db").exists());
}

#[test]
fn a_list_that_is_refused_at_its_beginning_leaves_no_campaign_behind() {
    let user = "U4af4980629000000000000000000000a";
    let shell = Shell::bare()
        .with_file("names.csv", format!("id,name\n{user},Ann\n"))
        .with_file("torn.csv", format!("id,\"name\n{user},Ann\n"))
        .with_file("ids.txt", format!("{user}\nnobody\n"));
    let start = |words: &[&'static str]| {
        let start = ["campaign", "start", "--enqueue-only", "--idempotency-key", "spring"];
        shell.run(start.into_iter().chain(words.iter().copied()))
    };
    insta::assert_snapshot!(start(&["--personal", "--to-file", "names.csv", "--text", "hi {nme}"]), @r#"
    exit 2
    --- stdout
    {"campaign_id":1}
    --- stderr
    error: the messages have {nme}, and the list has no such column, only {id}, {name}; a brace that is meant is written twice, so nothing is sent and campaign 1 is not kept; mend that and start again
    "#);
    insta::assert_snapshot!(start(&["--personal", "--to-file", "torn.csv", "--text", "hi {name}"]), @r#"
    exit 2
    --- stdout
    {"campaign_id":2}
    --- stderr
    error: line 1 must name the columns and has a quotation mark that is not closed, so nothing is sent and campaign 2 is not kept; mend that and start again
    "#);
    insta::assert_snapshot!(start(&["--strict", "--to-file", "ids.txt", "--text", "hi"]), @r#"
    exit 2
    --- stdout
    {"campaign_id":3}
    --- stderr
    error: line 2 is no user id: U and 32 hexadecimal digits, so nothing is sent and campaign 3 is not kept; mend that and start again
    "#);
    assert_eq!(shell.run(["campaign", "list", "--json"]).stdout, "{\"campaigns\":[]}\n");
    assert_eq!(shell.run(["campaign", "status", "1"]).code, 4);
    // Mended, it is started under the same key.
    let mended = start(&["--personal", "--to-file", "names.csv", "--text", "hi {name}"]);
    assert_eq!((mended.code, mended.stdout.as_str()), (0, "{\"campaign_id\":4}\n"), "{mended}");
}

#[test]
fn a_list_without_a_good_line_is_no_success() {
    let utf_16: Vec<u8> =
        "U4af4980629000000000000000000000a\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let shell = Shell::bare()
        .with_file("wide.txt", [&[0xff, 0xfe], utf_16.as_slice()].concat())
        .with_file("none.txt", "nobody\n\nU1\n")
        .with_file("none.csv", "id,name\nU4af4980629000000000000000000000a\n")
        .with_file("good.txt", "U4af4980629000000000000000000000a\n");
    let start = |words: &[&'static str]| {
        let start = ["campaign", "start", "--enqueue-only", "--idempotency-key", "spring"];
        shell.run(start.into_iter().chain(["--text", "hi {{}}"]).chain(words.iter().copied()))
    };
    insta::assert_snapshot!(start(&["--to-file", "wide.txt"]), @r#"
    exit 2
    --- stdout
    {"campaign_id":1}
    --- stderr
    error: the list is UTF-16 and must be UTF-8, so nothing is sent and campaign 1 is not kept; mend that and start again
    "#);
    insta::assert_snapshot!(start(&["--to-file", "none.txt", "--reject-file", "bad.txt"]), @r#"
    exit 2
    --- stdout
    {"campaign_id":2}
    --- stderr
    error: no line of the list is valid (2 times: is no user id: U and 32 hexadecimal digits), so nothing is sent and campaign 2 is not kept; mend that and start again
    "#);
    let rejects = std::fs::read_to_string(shell.folder().join("bad.txt")).unwrap();
    assert_eq!(rejects.lines().count(), 2, "{rejects}");
    insta::assert_snapshot!(start(&["--to-file", "none.csv", "--personal"]), @r#"
    exit 2
    --- stdout
    {"campaign_id":3}
    --- stderr
    error: no line of the list is valid (once: has 1 of the 2 values that the line of names has), so nothing is sent and campaign 3 is not kept; mend that and start again
    "#);
    let good = start(&["--to-file", "good.txt"]);
    assert_eq!((good.code, good.stdout.as_str()), (0, "{\"campaign_id\":4}\n"), "{good}");
}

#[test]
fn why_line_refuses_is_told() {
    let platform = Platform::with(Sim::builder());
    let shell = platform.shell();
    // Pushes: a multicast passes over people who are not there.
    let words = ["campaign", "start", "--to-file", "-", "--personal", "--text", "hi"];
    let nobody = "id\nU4af4980629000000000000000000000a\nU4af4980629000000000000000000000b\n";
    let started = shell.run_with_input(words, nobody);
    assert_eq!(started.code, 4, "{started}");
    let error = "error: rejected: LINE refused it for everybody: rejected (400): ";
    assert!(started.stderr.contains(error), "{started}");
    assert!(started.stderr.contains("`hikyaku campaign dead 1 --retry`"), "{started}");
    assert!(!started.stderr.contains("request id"), "{started}");
    // Nothing happens to them without a yes.
    let dead = |words: &[&str]| shell.run(["campaign", "dead", "1"].iter().chain(words).copied());
    for (act, would) in [("--drop", "given up"), ("--retry", "sent again")] {
        let refused = dead(&[act]);
        let why = format!("2 deliveries would be {would}; repeat it with --yes to do so");
        assert_eq!(refused.code, 2, "{refused}");
        assert!(refused.stderr.contains(&why) && refused.stdout.is_empty(), "{refused}");
        let looked = dead(&[act, "--dry-run"]).stdout;
        assert!(looked.starts_with(&format!("2 deliveries would be {would}")), "{looked}");
    }
    assert_eq!(dead(&["--yes"]).code, 2);
    assert_eq!(dead(&["--json"]).stdout.matches("\"rejected\"").count(), 2);
    let why = "refused for 2: ";
    for verb in ["status", "watch"] {
        let shown = shell.run(["campaign", verb, "1"]);
        assert!(shown.stdout.contains(&format!("\n  {why}")), "{shown}");
        let json = shell.run(["campaign", verb, "1", "--json"]);
        let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
        assert_eq!(json["refusals"][0]["recipients"], 2, "{json}");
        assert!(!json["refusals"][0]["reason"].as_str().unwrap().is_empty(), "{json}");
    }
    let dropped = dead(&["--drop", "--yes", "--json"]);
    assert_eq!(dropped.stdout, "{\"done\":2,\"refused\":[]}\n", "{dropped}");
    assert_eq!(dead(&["--json"]).stdout, "{\"deliveries\":[]}\n");
    // Where somebody gets it, it is a success with a note.
    let some = format!("{nobody}{}\n", platform.sim.add_friend());
    let started = shell.run_with_input(words, &some);
    assert_eq!(started.code, 0, "{started}");
    assert!(started.stderr.contains(&format!("note: {why}")), "{started}");
}

#[test]
fn a_list_on_stdin_is_not_the_file_for_its_bad_lines() {
    let shell = Shell::bare().with_file("list.txt", "nobody\n");
    let script = format!(
        "{} campaign start --to-file - --text hi --enqueue-only --reject-file list.txt < list.txt",
        env!("CARGO_BIN_EXE_hikyaku")
    );
    let outcome = shell.run_script(&script);
    assert_eq!(outcome.code, 2, "{outcome}");
    assert!(outcome.stderr.contains("it is the list itself"), "{outcome}");
}

#[test]
fn an_empty_list_is_refused_and_its_key_is_free() {
    let words = ["campaign", "start", "--to-file", "-", "--text", "hi", "--enqueue-only"];
    let words = [&words[..], &["--idempotency-key", "friday"]].concat();
    let shell = Shell::bare();
    for list in ["", "# nobody\n\n"] {
        let outcome = shell.run_with_input(words.iter().copied(), list);
        assert_eq!(outcome.code, 2, "{outcome}");
        assert!(outcome.stderr.contains("the list is empty, so nothing is sent"), "{outcome}");
    }
    let outcome =
        shell.run_with_input(words.iter().copied(), "U4af4980629000000000000000000000a\n");
    assert_eq!(outcome.code, 0, "{outcome}");
}

#[test]
fn a_name_in_braces_is_noted_where_nothing_fills_it_in() {
    let shell = Shell::bare();
    let start = |text: &str| {
        let words = ["campaign", "start", "--to-file", "-", "--text", text, "--enqueue-only"];
        shell.run_with_input(words, "U4af4980629000000000000000000000a\n").stderr
    };
    let note = "note: {first name} is sent as it stands; --personal fills in columns of the list\n";
    assert!(start("Dear {first name}, spring is here").starts_with(note));
    for text in ["spring is here", "{}", "if (x) { return 1; }", "}{"] {
        let told = start(text);
        assert!(!told.contains("as it stands"), "{text}: {told}");
    }
}

#[test]
fn a_cancelled_campaign_cannot_be_resumed() {
    let shell = Shell::bare();
    let words = ["campaign", "start", "--to-file", "-", "--text", "hi", "--enqueue-only"];
    let list = "U4af4980629000000000000000000000a\n";
    shell.run_with_input(words, list);
    shell.run(["campaign", "cancel", "1"]);
    insta::assert_snapshot!(shell.run(["campaign", "resume", "1"]), @r"
    exit 4
    --- stderr
    error: rejected: campaign 1 was cancelled, so it cannot go on; start another
    ");
}

#[test]
fn a_campaign_does_not_go_on_with_a_longer_list() {
    let shell = Shell::bare();
    let words = ["campaign", "start", "--to-file", "-", "--text", "hi", "--enqueue-only"];
    let words = words.into_iter().chain(["--idempotency-key", "spring"]);
    let list = "U4af4980629000000000000000000000a\n";
    shell.run_with_input(words.clone(), list);
    insta::assert_snapshot!(shell.run_with_input(words, &list.repeat(2)), @r#"
    exit 2
    --- stdout
    {"campaign_id":1}
    --- stderr
    error: this is not the list that campaign 1 was begun with: it goes on where that one ended; feed the same list, or start another campaign
    "#);
}

#[test]
fn bad_lines_that_cannot_be_written_down_are_no_success() {
    let list = "nobody\nU4af4980629000000000000000000000a\n";
    let shell = Shell::bare().with_file("list.txt", list);
    let start = ["campaign", "start", "--to-file", "list.txt", "--text", "hi", "--enqueue-only"];
    let rejecting = |path| shell.run(start.into_iter().chain(["--reject-file", path]));
    insta::assert_snapshot!(rejecting("/dev/full"), @r#"
    exit 1
    --- stdout
    {"campaign_id":1}
    --- stderr
    error: cannot write /dev/full: No space left on device (os error 28); the list is kept all the same, and `hikyaku worker run` delivers it
    "#);
    insta::assert_snapshot!(rejecting("./list.txt"), @r"
    exit 2
    --- stderr
    error: cannot write ./list.txt: it is the list itself; choose another --reject-file
    ");
    assert_eq!(std::fs::read_to_string(shell.folder().join("list.txt")).unwrap(), list);
}

#[test]
fn what_is_done_is_a_success_even_where_nobody_reads_the_notes() {
    let shell = Shell::bare().with_file("list.txt", "nobody\nU4af4980629000000000000000000000a\n");
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = Command::new(env!("CARGO_BIN_EXE_hikyaku"));
    command.args(["campaign", "start", "--to-file", "list.txt", "--text", "hi", "--enqueue-only"]);
    command.env_clear().current_dir(shell.folder());
    let ended = command.stderr(writer).stdout(Stdio::null()).status();
    assert_eq!(ended.unwrap().code(), Some(0));
}
