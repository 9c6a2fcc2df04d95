use std::process::Command;

use hikyaku_sim::Sim;

use crate::{command::Shell, platform::Platform};

/// The verbs that `--help` lists.
pub(crate) fn verbs() -> Vec<String> {
    verbs_and_purposes(&[]).into_iter().map(|(verb, _)| verb).collect()
}

/// The help of a verb, or of a verb's own verb.
pub(crate) fn help(words: &[String]) -> String {
    let outcome = Shell::bare().run(words.iter().map(String::as_str).chain(["--help"]));
    assert_eq!(outcome.code, 0, "{words:?}: {outcome}");
    outcome.stdout
}

/// The verbs that the help of these words lists, each with what it says of them, or the first line of that.
fn verbs_and_purposes(words: &[String]) -> Vec<(String, String)> {
    let help = help(words);
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let entries = lines.take_while(|line| !line.is_empty());
    let entries = entries.filter_map(|line| line.strip_prefix("  "));
    let entries = entries.filter(|line| !line.starts_with(' '));
    let entries = entries.filter_map(|line| line.split_once(' '));
    let entries = entries.map(|(verb, purpose)| (verb.to_owned(), purpose.trim().to_owned()));
    entries.filter(|(verb, _)| verb != "help").collect()
}

/// Every verb and every verb's own verb, by its words, with what the list above it says of it.
pub(crate) fn all_verbs() -> Vec<(Vec<String>, String)> {
    let mut all = Vec::new();
    let mut above = vec![Vec::new()];
    while let Some(words) = above.pop() {
        for (verb, purpose) in verbs_and_purposes(&words) {
            let words = [words.as_slice(), &[verb]].concat();
            above.push(words.clone());
            all.push((words, purpose));
        }
    }
    all
}

#[test]
fn a_reader_of_the_help_may_stop_early() {
    for words in [&["--help"][..], &["push", "--help"], &["--version"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = Command::new(env!("CARGO_BIN_EXE_hikyaku"));
        let ended = command.args(words).env_clear().stdout(writer).status().unwrap();
        assert_eq!(ended.code(), Some(0), "{words:?}");
    }
}

#[test]
fn the_help_lists_every_verb() {
    insta::assert_snapshot!(Shell::bare().run(["--help"]));
}

#[test]
fn every_verb_has_help_with_examples() {
    let all = all_verbs();
    for words in ["push", "outbox show", "outbox add push-by-phone", "campaign cancel"] {
        assert!(all.iter().any(|(verb, _)| verb.join(" ") == words), "{words}: {all:?}");
    }
    for (verb, _) in all {
        let (help, verb) = (help(&verb), verb.join(" "));
        let parts = help.split_once("\nExamples:\n").or_else(|| help.split_once("\nExample:\n"));
        let (_, examples) = parts.expect(&verb);
        assert!(examples.contains(&format!("  hikyaku {verb}")), "{verb} has no example");
        let mut lines = examples.lines();
        // An example that is too long for a terminal would be broken in two.
        assert!(
            lines.all(|line| line.contains("hikyaku")
                || line.starts_with("      ")
                || line.contains("=$(")),
            "{examples}"
        );
    }
}

#[test]
fn every_example_of_the_help_is_a_command() {
    let shell = Platform::with(Sim::builder()).shell();
    let mut commands = 0;
    for (verb, _) in all_verbs() {
        let help = help(&verb).replace("\\\n", " ");
        let examples = help.lines().skip_while(|line| !line.starts_with("Example")).skip(1);
        for example in examples.filter_map(|line| line.find("hikyaku ").map(|at| &line[at..])) {
            // Read and not done: the words before `--help` have to be right.
            let end = [" > ", " < ", " | ", " -- "].iter().filter_map(|it| example.find(it)).min();
            let words = &example[..end.unwrap_or(example.len())];
            let outcome = shell.run_script(&format!("{words} --help"));
            assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{example}: {outcome}");
            commands += 1;
        }
    }
    assert!(commands > 100, "{commands}");
}

#[test]
fn a_verbs_help_begins_with_what_the_list_says_of_it() {
    for (verb, purpose) in all_verbs() {
        assert!(help(&verb).starts_with(purpose.as_str()), "{verb:?}: {purpose}");
    }
}

#[test]
fn the_help_of_a_send_names_every_flag() {
    insta::assert_snapshot!(Shell::bare().run(["push", "--help"]));
}

#[test]
fn no_word_at_all_shows_the_help_and_is_an_error() {
    let outcome = Shell::bare().run([]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    assert!(outcome.stderr.contains("Commands:"));
    let outcome = Shell::bare().run(["--json"]);
    let document: serde_json::Value = serde_json::from_str(&outcome.stderr).unwrap();
    assert_eq!((outcome.code, document["error"]["kind"].as_str()), (2, Some("usage")));
    let message = document["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("requires a subcommand") && message.contains("push, reply"),
        "{message}"
    );
}

#[test]
fn every_verb_has_a_man_page() {
    let shell = Shell::bare();
    let outcome = shell.run(["man", "--out", "man1"]);
    assert_eq!(outcome.code, 0, "{outcome}");
    for (verb, purpose) in all_verbs() {
        let name = format!("hikyaku-{}", verb.join("-"));
        let page = std::fs::read_to_string(shell.folder().join(format!("man1/{name}.1"))).unwrap();
        assert!(page.contains(&format!(".TH {name} 1")), "{page}");
        assert!(page.contains(".SH SYNOPSIS") && page.contains("\nExample"), "{name}");
        // Roff escapes hyphens.
        let purpose = purpose.split(['-', '`', '\'']).next().unwrap();
        assert!(page.contains(purpose), "{name}: {purpose}");
    }
    let push = shell.run(["man", "push"]);
    assert!(push.stdout.contains(".TH hikyaku-push 1"), "{push}");
    let unknown = shell.run(["man", "outbox", "ad"]);
    assert_eq!(unknown.code, 2, "{unknown}");
    assert!(unknown.stderr.contains("there is no verb ad of outbox"), "{unknown}");
}

#[test]
fn every_shell_gets_its_completions() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let outcome = Shell::bare().run(["completions", shell]);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        assert!(outcome.stdout.contains("quota-consumption"), "{shell}");
    }
}
