use super::*;

const MANUAL: &str = include_str!("../../gateway.toml");

#[test]
fn the_manual_is_a_configuration_and_shows_the_defaults() {
    let config = Config::parse(MANUAL).unwrap();
    assert_eq!(config.listen["lan"].serve, [Served::Notify]);
    let Config { notify, .. } = config;
    let default = NotifySettings::default();
    assert_eq!((notify.prefix, notify.delivery), (default.prefix, default.delivery));
}

/// A key that is added to a struct has to be added here, because no field is left out by `..`.
#[test]
fn the_manual_has_every_key() {
    let line = |line: &str| line.strip_prefix("#: ").unwrap_or(line).to_owned();
    let all: Vec<String> = MANUAL.lines().map(line).collect();
    let config = Config::parse(&all.join("\n")).unwrap();
    let Config {
        store,
        listen,
        channel,
        notify,
        line,
        oauth,
        pictures,
        public_url,
        template,
        key,
        alerts,
        pages,
        operator,
        outcomes,
        file,
        variables: _,
    } = config;
    assert_eq!(file, None);
    let OutcomeSettings { url, secret, secret_file } = outcomes.unwrap();
    assert!(!url.is_empty() && secret.is_none() && secret_file.is_some());
    let PageSettings { login_channel_id, login_secret, login_secret_file, .. } = &pages;
    let PageSettings { login_url, command, language, .. } = &pages;
    assert!(login_channel_id.is_some() && login_secret.is_none() && login_secret_file.is_some());
    let default = PageSettings::default();
    assert_eq!((command, language), (&default.command, &default.language));
    assert!(login_url.is_some());
    let OperatorSettings { access, show_texts } = operator;
    let default = OperatorSettings::default();
    assert_eq!((access, show_texts), (default.access, default.show_texts));
    assert!(!store.is_empty() && public_url.is_some());
    let PictureSettings { folder, disk_mb, keep_days, rehost, rehost_from, insecure } = pictures;
    let default = PictureSettings::default();
    let of_default = (default.folder, default.disk_mb, default.keep_days);
    assert_eq!((folder, disk_mb, keep_days), of_default);
    assert!(rehost == Rehost::Http && !rehost_from.is_empty() && !insecure);
    let OAuthSettings { channel: speaks } = oauth;
    assert_eq!(speaks, OAuthSettings::default().channel);
    for Listener { address, serve, behind_proxy, certificate_file, key_file } in listen.values() {
        assert_eq!(certificate_file.is_some(), key_file.is_some());
        assert_eq!(*behind_proxy, serve.contains(&Served::OAuth));
        assert_ne!(address.port(), 0);
        assert!(!serve.is_empty());
    }
    assert!(listen.values().any(|it| it.serve.contains(&Served::Metrics)));
    let both: Vec<_> = channel.values().collect();
    assert!(both.iter().any(|Channel { token, .. }| token.is_some()));
    assert!(both.iter().any(|Channel { token_file, .. }| token_file.is_some()));
    assert!(both.iter().any(|Channel { secret, .. }| secret.is_some()));
    assert!(both.iter().any(|Channel { secret_file, .. }| secret_file.is_some()));
    assert!(both.iter().any(|it| {
        let Channel { token: _, token_file: _, secret: _, secret_file: _, .. } = it;
        let Channel { api_url, data_url, manager_url, .. } = it;
        let Channel { drop_in, channel_id, forward_webhook, limit, .. } = it;
        [api_url, data_url, manager_url, drop_in, channel_id, forward_webhook]
            .iter()
            .all(|it| it.is_some())
            && limit.len() == 2
    }));
    let LineSettings { wait_seconds, check, on_quota } = line;
    assert_eq!((wait_seconds, check, on_quota), (3, LineCheck::Full, OnQuota::Refuse));
    assert!(listen.values().any(|it| it.serve.contains(&Served::Line)));
    assert!(listen.values().any(|it| it.serve.contains(&Served::Adapters)));
    assert!(template.contains_key("uptime"));
    let [bot, other] = key.as_slice() else { panic!("two keys") };
    let DeclaredKey { name, hash, file, channel, send, to, call, fairness_key, .. } = bot;
    assert_eq!((name.as_str(), channel.as_str(), file), ("shop-bot", "default", &None));
    assert!(hash.is_some() && send.is_some() && to.is_some() && call.is_some());
    let DeclaredKey { priority, budget, unmetered, backlog, outcomes, .. } = bot;
    assert!(backlog.is_some() && outcomes.is_some());
    assert!(fairness_key.is_some() && budget.is_some() && *unmetered);
    assert_eq!(*priority, hikyaku_sender::Priority::Normal);
    assert!(other.file.is_some());
    let AlertSettings { channel, chat } = alerts.unwrap();
    assert!(channel == "default" && !chat.is_empty());
    let NotifySettings { prefix, delivery, wait_seconds, longest_message, .. } = &notify;
    assert!(prefix.contains("{name}") && longest_message.is_some());
    assert_eq!((*delivery, *wait_seconds), (DeliveryMode::Direct, 3));
    let NotifySettings { coalesce_ms, free_replies, on_quota, .. } = notify;
    assert_eq!((coalesce_ms, free_replies, on_quota), (0, true, OnQuota::Park));
}

#[test]
fn what_is_wrong_is_told_without_secrets() {
    let told = Config::parse("store = 1\n[channel.a]\ntoken = \"s3cret\"").unwrap_err().to_string();
    assert!(!told.contains("s3cret"), "{told}");
    let text = MANUAL.replace("wait_seconds = 3", "wait_seconds = 9");
    assert!(Config::parse(&text).unwrap_err().to_string().contains("at most 8"));
    assert!(Config::parse(&format!("unknown = 1\n{MANUAL}")).is_err());
}

#[test]
fn a_declared_key_tells_what_is_wrong_with_it() {
    let with =
        |key: &str| Config::parse(&format!("{MANUAL}\n[[key]]\n{key}")).unwrap_err().to_string();
    let hash = format!("hash = \"sha256:{}\"", "0".repeat(64));
    for (key, told) in [
        ("name = \"a\"", "needs either hash or file"),
        ("name = \"a\"\nhash = \"sha256:00\"", "64 hexadecimal digits"),
        ("name = \"a\"\nhash = \"hkg_secret\"", "64 hexadecimal digits"),
        (&format!("name = \"\"\n{hash}"), "1 to 100 characters"),
        (&format!("name = \"a\"\n{hash}\nchannel = \"b\""), "no channel.b"),
        (&format!("name = \"a\"\n{hash}\nsend = [\"fax\"]"), "fax"),
        (&format!("name = \"a\"\n{hash}\n[[key]]\nname = \"a\"\n{hash}"), "two [[key]]"),
    ] {
        let error = with(key);
        assert!(error.contains(told) && !error.contains("hkg_secret"), "{key}: {error}");
    }
    let chat = format!("{MANUAL}\n[alerts]\nchat = \"mother\"");
    assert!(Config::parse(&chat).unwrap_err().to_string().contains("alerts.chat"));
}
