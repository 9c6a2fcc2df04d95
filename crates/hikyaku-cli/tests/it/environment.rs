use std::collections::BTreeSet;

use crate::{
    command::Shell,
    help::{all_verbs, help},
    recorder::Recorder,
};

const USER: &str = "U4af4980629e0b1a2c3d4e5f60718293a";

/// Every variable that some help names, and those that no flag stands for.
fn variables() -> BTreeSet<String> {
    let mut names: BTreeSet<String> =
        ["HIKYAKU_LOG", "HIKYAKU_BROWSER", "HTTPS_PROXY", "NO_PROXY"].map(str::to_owned).into();
    for (verb, _) in all_verbs() {
        for after in help(&verb).split("[env: ").skip(1) {
            names.insert(after.split(']').next().unwrap().trim_end_matches('=').to_owned());
        }
    }
    names
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    let names = variables();
    for name in ["LINE_CHANNEL_ACCESS_TOKEN", "HIKYAKU_STORE", "HIKYAKU_PROFILE", "TRACEPARENT"] {
        assert!(names.contains(name), "{name}: {names:?}");
    }
    let profile = "[profile.main]\ntoken = 'of-profile'\napi_url = ";
    for words in [
        "push USER --text hi",
        "quota --profile main",
        "outbox add push USER --text hi",
        "outbox list",
        "campaign list",
        "webhook verify --signature none",
        "notify send hi",
        "notify auth-link --state 7f3a --client-id my-service",
        "api getBotInfo --profile main",
        "doctor --profile main",
        "mcp --live --profile main",
    ] {
        let words = words.replace("USER", USER);
        let words = || words.split(' ');
        let outcomes = [false, true].map(|empty| {
            let recorder = Recorder::start();
            let profile = format!("{profile}'{}'", recorder.url());
            let mut shell = Shell::bare().with_file("hikyaku.toml", profile);
            if empty {
                shell = names.iter().fold(shell, |shell, name| shell.with(name, ""));
            }
            let outcome = shell.run(words()).to_string().replace(&recorder.url(), "URL");
            let requests = recorder.requests().into_iter();
            (outcome, requests.map(|request| request.line).collect::<Vec<_>>())
        });
        assert_eq!(outcomes[0], outcomes[1], "{:?}", words().collect::<Vec<_>>());
    }
}
