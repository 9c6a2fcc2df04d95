//! Whose word decides where a secret is sent. The recorder stands for a stranger whose `hikyaku.toml` lies in the folder.

use crate::{
    command::{Outcome, Shell},
    recorder::Recorder,
};

const PUSH: [&str; 4] = ["push", "U1", "--text", "hi"];

const WHY: &str = "is not its own; if you trust that file, add --profile work";

/// A folder whose file sends everything to the recorder, and adds these lines to the profile.
fn folder(recorder: &Recorder, lines: &str) -> Shell {
    let url = recorder.url();
    Shell::bare().with_file(
        "hikyaku.toml",
        format!("[profile.work]\napi_url = \"{url}\"\ndata_url = \"{url}\"\nmanager_url = \"{url}\"\n{lines}"),
    )
}

/// Writes the user's own settings, which say the same.
fn settings(shell: &Shell, recorder: &Recorder) {
    let folder = shell.folder().join(".config/hikyaku");
    std::fs::create_dir_all(&folder).unwrap();
    let profile = format!("[profile.work]\napi_url = \"{}\"", recorder.url());
    std::fs::write(folder.join("hikyaku.toml"), profile).unwrap();
}

#[track_caller]
fn refused(recorder: &Recorder, outcome: &Outcome) {
    assert_eq!(outcome.code, 2, "{outcome}");
    assert!(outcome.stderr.contains(WHY), "{outcome}");
    assert_eq!(recorder.connections(), 0, "{:#?}", recorder.requests());
}

#[test]
fn a_folders_file_gets_no_token_of_the_environment() {
    let recorder = Recorder::start();
    let shell = folder(&recorder, "")
        .with("HIKYAKU_PROFILE", "work")
        .with("LINE_CHANNEL_ACCESS_TOKEN", "theirs");
    refused(&recorder, &shell.run(PUSH));
    refused(&recorder, &shell.run(["quota", "--token", "theirs"]));
    refused(&recorder, &shell.run(["content", "1"]));
    refused(&recorder, &shell.run(["worker", "run", "--until-idle"]));
    insta::assert_snapshot!(shell.run(PUSH), @r"
    exit 2
    --- stderr
    error: hikyaku.toml of this folder sets api_url in [profile.work], which only HIKYAKU_PROFILE names, and would get a secret that is not its own; if you trust that file, add --profile work, or put the token into it
    ");

    // The profile is asked for by the one who has the token.
    let outcome = shell.run(PUSH.into_iter().chain(["--profile", "work"]));
    assert_eq!(outcome.code, 0, "{outcome}");
    assert_eq!(recorder.request().header("authorization"), Some("Bearer theirs"));
}

#[test]
fn a_folders_file_gets_no_other_secret_of_the_user() {
    let recorder = Recorder::start();
    let shell = folder(&recorder, "channel_id = '1'").with("HIKYAKU_PROFILE", "work");
    let attach = ["api", "attachModule", "--body", "{\"code\":\"c\"}"];
    let secret = ["--channel-secret", "8c570fa6dd201bb328f1c1eac23a96d8"];
    refused(&recorder, &shell.run(attach.into_iter().chain(secret)));
    let issue = ["api", "issueStatelessChannelToken", "--body"];
    refused(&recorder, &shell.run(issue.into_iter().chain(["{\"client_secret\":\"s\"}"])));
    // A worker issues tokens by the secret.
    let work = ["worker", "run", "--until-idle", "--channel-id", "1"];
    refused(&recorder, &shell.run(work.into_iter().chain(secret)));
    let of_user = ["api", "getUserInfo", "--user-token", "theirs"];
    refused(&recorder, &shell.run(of_user));
}

#[test]
fn a_folders_file_may_send_its_own_token_where_it_likes() {
    let recorder = Recorder::start();
    for lines in ["token = 'own'", "token_file = 'own.token'", "token_file = './own.token'"] {
        let shell = folder(&recorder, lines)
            .with_file("own.token", "own\n")
            .with("HIKYAKU_PROFILE", "work");
        let outcome = shell.run(PUSH);
        assert_eq!(outcome.code, 0, "{outcome}");
        let request = recorder.requests().pop().unwrap();
        assert_eq!(request.header("authorization"), Some("Bearer own"));
        // The user's own comes first, and does not go there.
        let before = recorder.connections();
        let outcome = shell.with("LINE_CHANNEL_ACCESS_TOKEN", "theirs").run(PUSH);
        assert!(outcome.stderr.contains(WHY), "{outcome}");
        assert_eq!(recorder.connections(), before);
    }
}

#[test]
fn a_file_of_the_user_is_not_the_folders_own_token() {
    let recorder = Recorder::start();
    let home = tempfile::tempdir().unwrap();
    let theirs = home.path().join("theirs.token");
    std::fs::write(&theirs, "theirs\n").unwrap();
    let shell = folder(&recorder, &format!("token_file = {:?}", theirs.display().to_string()))
        .with("HIKYAKU_PROFILE", "work");
    refused(&recorder, &shell.run(PUSH));

    let secret = format!("channel_id = '1'\nchannel_secret_file = {theirs:?}");
    let shell = folder(&recorder, &secret).with("HIKYAKU_PROFILE", "work");
    refused(&recorder, &shell.run(PUSH));

    let shell = folder(&recorder, "token_file = 'link.token'").with("HIKYAKU_PROFILE", "work");
    std::os::unix::fs::symlink(&theirs, shell.folder().join("link.token")).unwrap();
    refused(&recorder, &shell.run(PUSH));
    assert_eq!(shell.run(PUSH.into_iter().chain(["--profile", "work"])).code, 0);
}

#[test]
fn each_setting_that_redirects_is_refused_by_its_name() {
    let recorder = Recorder::start();
    for (setting, value) in [
        ("api_url", recorder.url()),
        ("data_url", recorder.url()),
        ("manager_url", recorder.url()),
        ("ca_file", "ca.pem".to_owned()),
    ] {
        let shell = Shell::bare()
            .with_file("hikyaku.toml", format!("[profile.work]\n{setting} = \"{value}\""))
            .with_file("ca.pem", "")
            .with("HIKYAKU_PROFILE", "work")
            .with("LINE_CHANNEL_ACCESS_TOKEN", "theirs");
        let outcome = shell.run(PUSH);
        assert!(outcome.stderr.contains(&format!("sets {setting} in")), "{outcome}");
        refused(&recorder, &outcome);
    }
}

#[test]
fn the_users_settings_may_redirect_a_token_of_the_environment() {
    let recorder = Recorder::start();
    let shell =
        Shell::bare().with("HIKYAKU_PROFILE", "work").with("LINE_CHANNEL_ACCESS_TOKEN", "theirs");
    settings(&shell, &recorder);
    let outcome = shell.run(PUSH);
    assert_eq!(outcome.code, 0, "{outcome}");
    assert_eq!(recorder.request().header("authorization"), Some("Bearer theirs"));

    // A path that is relative is in the folder again.
    let stranger = Recorder::start();
    let shell = Shell::bare()
        .with("HIKYAKU_PROFILE", "work")
        .with("LINE_CHANNEL_ACCESS_TOKEN", "theirs")
        .with("XDG_CONFIG_HOME", "settings");
    std::fs::create_dir_all(shell.folder().join("settings/hikyaku")).unwrap();
    let profile = format!("[profile.work]\napi_url = \"{}\"", stranger.url());
    std::fs::write(shell.folder().join("settings/hikyaku/hikyaku.toml"), profile).unwrap();
    assert_eq!(shell.run(PUSH).code, 2);
    assert_eq!(stranger.connections(), 0);
}

#[test]
fn what_the_user_says_of_the_address_counts_and_the_folders_file_does_not() {
    let (stranger, recorder) = (Recorder::start(), Recorder::start());
    let shell = folder(&stranger, "")
        .with("HIKYAKU_PROFILE", "work")
        .with("LINE_CHANNEL_ACCESS_TOKEN", "theirs")
        .with("HIKYAKU_API_URL", &recorder.url())
        .with("HIKYAKU_DATA_URL", &recorder.url())
        .with("HIKYAKU_MANAGER_URL", &recorder.url());
    let outcome = shell.run(PUSH);
    assert_eq!(outcome.code, 0, "{outcome}");
    assert_eq!((stranger.connections(), recorder.connections()), (0, 1));
}
