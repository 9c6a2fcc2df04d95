//! Whose tokens a worker sends with: issued ones, and those of several channels.

use hikyaku_sim::Sim;

use crate::{
    command::Shell,
    http::get,
    platform::Platform,
    recorder::{Answer, Recorder},
};

const ISSUED: &str = r#"{"access_token":"issued","expires_in":900,"token_type":"Bearer"}"#;
const KEY: &str = include_str!("../../../hikyaku/tests/it/token/key.pkcs8.pem");
const JWK: &str = include_str!("../../../hikyaku/tests/it/token/key.jwk.json");

#[test]
fn a_worker_issues_its_tokens_by_the_channels_id_and_secret() {
    let platform = Platform::with(Sim::builder());
    let sim = &platform.sim;
    let (to, id) = (sim.add_friend(), sim.channel_id());
    let shell = Shell::bare()
        .with("HIKYAKU_API_URL", &sim.api_url())
        .with("HIKYAKU_DATA_URL", &sim.data_url())
        .with("HIKYAKU_MANAGER_URL", &sim.api_url())
        .with_file("secret", sim.channel_secret().expose())
        .with_file("list.txt", to.as_str());
    shell.run(["outbox", "add", "push", to.as_str(), "--text", "hi"]);
    let channel = ["--channel-id", id.as_str(), "--channel-secret", "@secret"];
    let worker = shell.run(["worker", "run", "--until-idle"].into_iter().chain(channel));
    assert_eq!(worker.stdout, "1 accepted, 0 rejected, 0 unknown\n", "{worker}");
    let campaign = ["campaign", "start", "--to-file", "list.txt", "--text", "all"];
    let campaign = shell.run(campaign.into_iter().chain(channel));
    assert_eq!((campaign.code, campaign.stderr.as_str()), (0, ""), "{campaign}");

    // The same by the environment.
    shell.run(["outbox", "add", "push", to.as_str(), "--text", "again"]);
    let shell = shell
        .with("LINE_CHANNEL_ID", &id)
        .with("LINE_CHANNEL_SECRET", sim.channel_secret().expose());
    assert_eq!(shell.run(["worker", "run", "--until-idle"]).code, 0);
    assert_eq!(sim.delivery_count(&to), 3);
}

#[test]
fn a_key_stands_for_the_secret() {
    for (file, key) in [("key.pem", KEY), ("key.json", JWK)] {
        let recorder = Recorder::answering([Answer::new(200, ISSUED)]);
        let profile = format!(
            "[profile.main]\nchannel_id = '1234567890'\nassertion_key_file = '{file}'\nassertion_key_id = 'kid'"
        );
        let shell = Shell::at(&recorder)
            .with("LINE_CHANNEL_ACCESS_TOKEN", "")
            .with_file(file, key)
            .with_file("hikyaku.toml", profile);
        let outcome = shell.run(["push", "U1", "--text", "hi", "--profile", "main"]);
        assert_eq!(outcome.code, 0, "{outcome}");
        let [issue, push] = &recorder.requests()[..] else { panic!("{:#?}", recorder.requests()) };
        assert_eq!(issue.line, "POST /oauth2/v3/token");
        assert!(issue.body.contains("client_assertion=ey"), "{issue:?}");
        assert_eq!(push.header("authorization"), Some("Bearer issued"));
    }
}

#[test]
fn a_token_wins_unless_the_command_line_names_a_channel() {
    let recorder = Recorder::answering([Answer::new(200, "{}")]);
    let shell = Shell::at(&recorder)
        .with("LINE_CHANNEL_ID", "1234567890")
        .with("LINE_CHANNEL_SECRET", "8c570fa6dd201bb328f1c1eac23a96d8");
    let add = ["outbox", "add", "push", "U1", "--text", "hi"];
    shell.run(add);
    shell.run(["worker", "run", "--until-idle", "--limit", "none"]);
    let requests = recorder.requests();
    assert!(requests.iter().any(|it| it.line.contains("/push")), "{requests:#?}");
    assert!(
        requests.iter().all(|it| it.header("authorization") == Some("Bearer test-token")),
        "{requests:#?}"
    );

    let before = recorder.requests().len();
    shell.run(["worker", "run", "--until-idle", "--channel-id", "1"]);
    let requests = recorder.requests().split_off(before);
    assert!(requests[0].line.contains("/oauth2/v3/token"), "{requests:#?}");
}

fn urls(sim: &Sim) -> String {
    format!(
        "api_url = \"{0}\"\ndata_url = \"{1}\"\nmanager_url = \"{0}\"\n",
        sim.api_url(),
        sim.data_url()
    )
}

#[test]
fn each_channel_is_sent_through_the_profile_of_its_name() {
    let (shop, support) = (Platform::with(Sim::builder()), Platform::with(Sim::builder()));
    let (buyer, asker) = (shop.sim.add_friend(), support.sim.add_friend());
    let profiles = format!(
        "[profile.shop]\ntoken_file = 'shop.token'\n{}[profile.support]\nchannel_id = '{}'\n\
         channel_secret_file = 'support.secret'\n{}",
        urls(&shop.sim),
        support.sim.channel_id(),
        urls(&support.sim)
    );
    let shell = Shell::bare()
        .with_file("hikyaku.toml", profiles)
        .with_file("shop.token", shop.sim.channel_token().expose())
        .with_file("support.secret", support.sim.channel_secret().expose())
        .with_file("list.txt", asker.as_str())
        .with("LINE_CHANNEL_ACCESS_TOKEN", "another channel's");
    let add = |to: &str, channel| {
        let added = shell.run(["outbox", "add", "push", to, "--text", "hi", "--channel", channel]);
        assert_eq!(added.code, 0, "{added}");
    };
    add(buyer.as_str(), "shop");
    add(asker.as_str(), "support");
    let line = format!(
        r#"{{"kind":"push","channel":"shop","to":"{}","messages":[{{"type":"text","text":"2"}}]}}"#,
        buyer.as_str()
    );
    shell.run_with_input(["outbox", "add", "--batch", "-"], &line);
    let worker = ["worker", "run", "--until-idle", "--channel", "shop", "--channel", "support"];
    let outcome = shell.run(worker);
    assert_eq!(outcome.stdout, "3 accepted, 0 rejected, 0 unknown\n", "{outcome}");
    assert!(outcome.stderr.contains("LINE_CHANNEL_ACCESS_TOKEN is not used"), "{outcome}");
    assert_eq!((shop.sim.delivered(), support.sim.delivered()), (2, 1));

    let campaign = ["campaign", "start", "--to-file", "list.txt", "--text", "all"];
    let campaign = shell.run(campaign.into_iter().chain(["--channel", "support"]));
    assert_eq!(campaign.code, 0, "{campaign}");
    assert_eq!(support.sim.delivered(), 2);
}

#[test]
fn a_channel_without_a_token_of_its_own_is_refused() {
    let shell = Shell::bare()
        .with("LINE_CHANNEL_ACCESS_TOKEN", "another channel's")
        .with_file(
            "hikyaku.toml",
            "[profile.shop]\nretries = 1\n[profile.torn]\nchannel_id = '1'\n\
                    assertion_key_file = 'key'\n[profile.twice]\nchannel_secret = 'a'\n\
                    channel_secret_file = 'b'\nchannel_id = '1'",
        )
        .with_file("key", "no key");
    for (words, why) in [
        (&["--channel", "shop"][..], "profile shop has no token of its own; give it token_file"),
        (&["--channel", "shpo"], "no profile shpo; is shop meant?"),
        (&["--channel", "torn"], "no id of the assertion key; add --assertion-key-id"),
        (&["--channel", "twice"], "both channel_secret and channel_secret_file"),
        (&["--channel", "shop", "--profile", "shop"], "leave --profile and --channel-id out"),
        (&["--channel-id", "1"], "no channel secret; put it into LINE_CHANNEL_SECRET"),
        (
            &["--channel-id", "1", "--assertion-key", "@key", "--assertion-key-id", "k"],
            "--assertion-key: holds no private key in PEM form",
        ),
    ] {
        let outcome = shell.run(["worker", "run"].iter().chain(words).copied());
        assert_eq!(outcome.code, 2, "{outcome}");
        assert!(outcome.stderr.contains(why), "{words:?}: {outcome}");
    }
    assert!(!shell.folder().join("hikyaku.db").exists());
}

/// Writes a file as an editor does: others see the old one or the new one.
fn rewrite(shell: &Shell, name: &str, content: &str) {
    let new = shell.folder().join("new");
    std::fs::write(&new, content).unwrap();
    std::fs::rename(&new, shell.folder().join(name)).unwrap();
}

#[test]
fn a_worker_heeds_changes_of_its_file_and_keeps_its_settings_where_that_is_broken() {
    let (shop, support) = (Platform::with(Sim::builder()), Platform::with(Sim::builder()));
    let (buyer, asker) = (shop.sim.add_friend(), support.sim.add_friend());
    let config = |channels: &str, limits: &str| {
        format!(
            "[worker]\nchannels = {channels}\nlimits = {limits}\n[profile.shop]\ntoken_file = 'shop.token'\n{}\
             [profile.support]\ntoken_file = 'support.token'\n{}",
            urls(&shop.sim),
            urls(&support.sim)
        )
    };
    let shell = Shell::bare()
        .with_file("hikyaku.toml", config("['shop']", "{ push = '1000/s' }"))
        .with_file("shop.token", shop.sim.channel_token().expose())
        .with_file("support.token", "wrong");
    let add = |to: &str, channel| {
        let added = shell.run(["outbox", "add", "push", to, "--text", "hi", "--channel", channel]);
        assert_eq!(added.code, 0, "{added}");
    };
    let worker = ["worker", "run", "--config", "hikyaku.toml", "--metrics", "127.0.0.1:0"];
    let mut worker = shell.start(worker);
    let mut errors = worker.errors();
    let mut told = |what: &str| errors.find(|line| line.contains(what)).expect(what);
    let note = told("note: metrics are at ");
    let address = note.strip_prefix("note: metrics are at http://").unwrap();
    let address = address.strip_suffix("/metrics").unwrap();
    add(buyer.as_str(), "shop");
    shop.wait_for_deliveries(1);
    let rate = |rate: &str| {
        let line =
            format!("hikyaku_outbox_rate_per_second{{channel=\"shop\",kind=\"push\"}} {rate}\n");
        let metrics = get(address, "/metrics");
        assert!(metrics.contains(&line), "{line}{metrics}");
    };
    rate("850");

    // Broken in four ways: it is told, and the worker goes on as before.
    let broken = [
        ("[worker]\nchannels = ['shop'\n", "line 2: "),
        ("[profile.shop]\n", "no table [worker]"),
        (&config("['shpo']", "{}"), "no profile shpo; is shop meant?"),
        (&config("['shop']", "{ psuh = '1/s' }"), "unknown key psuh in [worker.limits]"),
    ];
    for (deliveries, (broken, why)) in (2..).zip(broken) {
        rewrite(&shell, "hikyaku.toml", broken);
        let line = told("the worker keeps its channels and limits");
        assert!(line.contains(why), "{line}");
        add(buyer.as_str(), "shop");
        shop.wait_for_deliveries(deliveries);
    }

    rewrite(&shell, "hikyaku.toml", &config("['support', 'shop']", "{ push = '500/s' }"));
    let line = told("note: hikyaku.toml was read again");
    assert!(line.ends_with(": channel support added, limits changed"), "{line}");
    add(buyer.as_str(), "shop");
    shop.wait_for_deliveries(6);
    rate("425");

    // Its token is wrong until the file has the right one.
    add(asker.as_str(), "support");
    rewrite(&shell, "support.token", support.sim.channel_token().expose());
    let line = told("note: hikyaku.toml was read again");
    assert!(line.ends_with(": channel support changed"), "{line}");
    support.wait_for_deliveries(1);

    rewrite(&shell, "hikyaku.toml", &config("['support']", "{ push = '500/s' }"));
    let line = told("note: hikyaku.toml was read again");
    assert!(line.ends_with(": channel shop removed"), "{line}");
    add(buyer.as_str(), "shop");
    add(asker.as_str(), "support");
    support.wait_for_deliveries(2);
    assert_eq!((shop.sim.delivered(), worker.stop("TERM").0), (6, Some(0)));
}

#[test]
fn a_worker_with_named_channels_heeds_changes_of_their_profiles() {
    let shop = Platform::with(Sim::builder());
    let buyer = shop.sim.add_friend();
    let shell = Shell::bare()
        .with_file("hikyaku.toml", format!("[profile.shop]\ntoken = 'old'\n{}", urls(&shop.sim)));
    let add = ["outbox", "add", "push", buyer.as_str(), "--text", "hi", "--channel", "shop"];
    assert_eq!(shell.run(add).code, 0);
    let mut worker = shell.start(["worker", "run", "--channel", "shop"]);
    let mut errors = worker.errors();
    errors.find(|line| line.contains("reason=\"unauthorized\"")).unwrap();
    let token = shop.sim.channel_token().expose().to_owned();
    let profile = format!("[profile.shop]\ntoken = '{token}'\n{}", urls(&shop.sim));
    rewrite(&shell, "hikyaku.toml", &profile);
    let line = errors.find(|line| line.contains("was read again")).unwrap();
    assert!(line.ends_with(": channel shop changed") && !line.contains(&token), "{line}");
    shop.wait_for_deliveries(1);
    assert_eq!(worker.stop("TERM").0, Some(0));
}

#[test]
fn a_file_of_a_worker_that_cannot_be_used_is_refused() {
    let shell = Shell::bare().with_file("hikyaku.toml", "[profile.shop]\ntoken = 't'\n");
    for (words, why) in [
        (
            &["--config", "hikyaku.toml"][..],
            "hikyaku.toml: no table [worker]; add one with channels",
        ),
        (&["--config", "missing.toml"], "cannot read missing.toml"),
        (&["--config", "hikyaku.toml", "--limit", "none"], "cannot be used with"),
    ] {
        let outcome = shell.run(["worker", "run"].iter().chain(words).copied());
        assert_eq!(outcome.code, 2, "{outcome}");
        assert!(outcome.stderr.contains(why), "{words:?}: {outcome}");
    }
}
