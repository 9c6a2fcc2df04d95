//! The sender's verbs on both stores: the same words, the same answers.

use std::{fmt::Write, time::Duration};

use hikyaku_sim::{FaultRule, Sim};
use serde_json::Value;

use crate::{
    cluster::Cluster,
    command::{Outcome, Shell},
    platform::Platform,
};

/// Runs a test on each store, in a world of its own. Without PostgreSQL it runs on `SQLite` only, and says so.
fn on_each_store(test: impl Fn(&Platform, Shell)) {
    let stores = [Some("sqlite:store.db".to_owned()), Cluster::shared().map(Cluster::database)];
    for store in stores.into_iter().flatten() {
        let moment = Duration::from_millis(10);
        let platform = Platform::with(Sim::builder().narrowcast_phases(moment, moment));
        let shell = platform.shell().with("HIKYAKU_STORE", &store).with("HIKYAKU_LOG", "off");
        test(&platform, shell);
    }
}

#[test]
fn what_is_held_is_sent_when_it_is_released() {
    on_each_store(|platform, shell| {
        let user = platform.sim.add_friend();
        let push = ["outbox", "add", "push", user.as_str(), "--text", "one"];
        json(&shell, push);
        let hold = ["hold", "--lane", "push", "--reason", "wrong price", "--by", "ann", "--json"];
        let hold = json(&shell, hold);
        assert_eq!(hold["id"], 1);
        let id = json(&shell, ["hold", "--reason", "lunch", "--until", "1h", "--json"])["id"]
            .to_string();
        let done = json(&shell, ["worker", "run", "--until-idle", "--json"]);
        assert_eq!((&done["accepted"], &done["waiting"][0]["reason"]), (&0.into(), &"hold".into()));

        let listed = shell.run(["hold", "list"]);
        assert!(listed.stdout.contains("push of every channel is held since 20"), "{listed}");
        assert!(listed.stdout.contains(", by ann: wrong price\n"), "{listed}");
        assert_eq!(shell.run(["release", id.as_str()]).code, 0);
        let done = shell.run(["worker", "run", "--until-idle"]);
        assert!(done.stdout.contains("push waits: hold, until it is released"), "{done}");
        assert_eq!(shell.run(["release", "--lane", "multicast"]).code, 4);
        let released = json(&shell, ["release", "--lane", "push", "--json"]);
        assert_eq!(released["holds"][0], hold);
        assert_eq!(shell.run(["hold", "list"]).stdout, "nothing is held\n");
        let done = json(&shell, ["worker", "run", "--until-idle", "--json"]);
        assert_eq!(done["accepted"], 1);
        for wrong in
            [&["hold"][..], &["hold", "--reason", ""], &["release", "--all", "--lane", "push"]]
        {
            assert_eq!(shell.run(wrong.iter().copied()).code, 2, "{wrong:?}");
        }
    });
}

#[test]
fn tenants_take_turns_and_one_of_them_is_held() {
    on_each_store(|platform, shell| {
        let (many, few) = (platform.sim.add_friend(), platform.sim.add_friend());
        let add = |to: &str, key| {
            let add = ["outbox", "add", "push", to, "--text", "hi", "--fairness-key", key];
            json(&shell, add)["delivery_id"].to_string()
        };
        let mut first = String::new();
        for n in 0..4 {
            let id = add(many.as_str(), "tenant-7");
            if n == 0 {
                first = id;
            }
        }
        add(few.as_str(), "tenant-8");
        let listed = json(&shell, ["outbox", "list", "--fairness-key", "tenant-7", "--json"]);
        assert_eq!(listed["deliveries"].as_array().unwrap().len(), 4);

        let reason = "a loop in their program";
        let held = json(
            &shell,
            ["hold", "--key", "tenant-7", "--reason", reason, "--by", "ann", "--json"],
        );
        assert_eq!((&held["fairness_key"], &held["lane"]), (&"tenant-7".into(), &Value::Null));
        let story = shell.run(["outbox", "show", &first]).stdout;
        assert!(story.contains("hold 1 of ann keeps it back: a loop in their program"), "{story}");
        let done = json(&shell, ["worker", "run", "--until-idle", "--json"]);
        assert_eq!((&done["accepted"], &done["waiting"][0]["reason"]), (&1.into(), &"hold".into()));
        assert_eq!((platform.sim.delivery_count(&many), platform.sim.delivery_count(&few)), (0, 1));
        let listed = shell.run(["hold", "list"]).stdout;
        assert!(listed.contains("everything with key tenant-7 is held since 20"), "{listed}");
        assert_eq!(shell.run(["release", "--key", "tenant-8"]).code, 4);

        // One that comes last is not behind all of the other's.
        add(few.as_str(), "tenant-8");
        let released = json(&shell, ["release", "--key", "tenant-7", "--json"]);
        assert_eq!(released["holds"][0], held);
        let run = ["worker", "run", "--until-idle", "--concurrency", "1"];
        assert_eq!(shell.run(run).code, 0);
        let order: Vec<_> = platform.sim.outbox().iter().map(|it| it.to == few).collect();
        assert_eq!(order.len(), 6);
        assert!(order[1..3].contains(&true), "{order:?}");
    });
}

#[test]
fn a_tenant_has_a_budget() {
    on_each_store(|platform, shell| {
        let user = platform.sim.add_friend();
        let set = |words: &[&'static str]| {
            let set = ["budget", "set", "tenant-7", "--per", "day", "--json", "--recipients"];
            json(&shell, set.into_iter().chain(words.iter().copied()))
        };
        assert_eq!((&set(&["2"])["limit"], &set(&["2"])["beyond"]), (&2.into(), &"wait".into()));
        for _ in 0..3 {
            let push = ["outbox", "add", "push", user.as_str(), "--text", "hi"];
            json(&shell, push.into_iter().chain(["--fairness-key", "tenant-7"]));
        }
        let run = ["worker", "run", "--until-idle"];
        let done = json(&shell, run.into_iter().chain(["--json"]));
        let reason = &done["waiting"][0]["reason"];
        assert_eq!((&done["accepted"], reason), (&2.into(), &"budget".into()));
        let story = shell.run(["outbox", "show", "3"]).stdout;
        let why = "the budget of its fairness key tenant-7 is used up\n";
        assert!(story.contains(why) && story.contains("`hikyaku budget set` a larger"), "{story}");
        let listed = shell.run(["budget", "list"]).stdout;
        assert!(listed.starts_with("tenant-7: 2 of 2 recipients a day, until 20"), "{listed}");
        assert!(listed.ends_with("; used up, and what does not fit waits\n"), "{listed}");
        set(&["2", "--beyond", "cancel"]);
        assert_eq!(shell.run(run).code, 0);
        let told = shell.run(["outbox", "outcomes", "--json"]).stdout;
        for kind in ["key.budget_90", "key.budget_used_up", "delivery.cancelled"] {
            assert!(told.contains(&format!("\"type\":\"{kind}\"")), "{kind}: {told}");
        }
        assert_eq!(shell.run(["budget", "clear", "tenant-7"]).code, 0);
        assert_eq!(shell.run(["budget", "clear", "tenant-7"]).code, 4);
        assert_eq!(shell.run(["budget", "list"]).stdout, "no fairness key has a budget\n");
        for wrong in ["0.5", "-1", "many"] {
            let set = ["budget", "set", "tenant-7", "--per", "day", "--recipients", wrong];
            assert_eq!(shell.run(set).code, 2, "{wrong}");
        }
    });
}

fn ids(sim: &Sim, people: usize) -> String {
    sim.add_friends(people).iter().fold(String::new(), |mut list, id| {
        writeln!(list, "{}", id.as_str()).unwrap();
        list
    })
}

/// What a command that must succeed prints as JSON.
fn json<'a>(shell: &Shell, words: impl IntoIterator<Item = &'a str>) -> Value {
    let outcome = shell.run(words);
    assert_eq!(outcome.code, 0, "{outcome}");
    serde_json::from_str(&outcome.stdout).unwrap()
}

fn spring(shell: &Shell, more: &[&str]) -> Outcome {
    let words = ["campaign", "start", "--to-file", "list.txt", "--text", "spring is here"];
    shell.run(words.into_iter().chain(more.iter().copied()))
}

fn status(shell: &Shell, campaign: &str) -> String {
    shell.run(["campaign", "status", campaign, "--json"]).stdout
}

#[test]
fn every_kind_of_send_is_delivered() {
    on_each_store(|platform, shell| {
        let sim = &platform.sim;
        let (user, other) = (sim.add_friend(), sim.add_friend());
        let said = sim.user_says(&user, "when?");
        let (user, other, token) = (user.as_str(), other.as_str(), said.reply_token.as_str());
        let adds: [&[&str]; 5] = [
            &["push", user, "--text", "one", "--idempotency-key", "k"],
            &["multicast", user, other, "--text", "two", "--at", "1s", "--expires", "1h"],
            &["broadcast", "--text", "three", "--idempotency-key", "b"],
            &["reply", token, "--text", "four"],
            &["push", user, "--text", "late", "--at", "2099-01-01T00:00:00Z"],
        ];
        for add in adds {
            let added = json(&shell, ["outbox", "add"].into_iter().chain(add.iter().copied()));
            assert_eq!(added["existing"], false);
        }
        let again = ["outbox", "add", "push", user, "--text", "one", "--idempotency-key", "k"];
        assert_eq!(shell.run(again).stdout, "{\"delivery_id\":1,\"existing\":true}\n");
        let other = ["outbox", "add", "push", user, "--text", "else", "--idempotency-key", "k"];
        let conflict = shell.run(other);
        assert_eq!((conflict.code, conflict.stdout.as_str()), (4, ""), "{conflict}");

        let done = json(&shell, ["worker", "run", "--until-idle", "--json"]);
        assert_eq!(done.to_string(), r#"{"accepted":4,"rejected":0,"unknown":0,"waiting":[]}"#);
        let listed = json(&shell, ["outbox", "list", "--state", "accepted", "--json"]);
        assert_eq!(listed["deliveries"].as_array().unwrap().len(), 4);
        let waiting = json(&shell, ["outbox", "list", "--state", "ready", "--json"]);
        assert_eq!(waiting["deliveries"][0]["due"], "2099-01-01T00:00:00Z");
        let shown = json(&shell, ["outbox", "show", "1", "--json"]);
        assert!(shown["request_id"].is_string(), "{shown}");
        assert_eq!(
            (&shown["body"]["messages"][0]["text"], &shown["to"][0]),
            (&"one".into(), &user.into())
        );
    });
}

#[test]
fn a_narrowcast_is_followed_to_its_end_and_counted_once() {
    on_each_store(|platform, shell| {
        platform.sim.add_friend();
        let words = ["outbox", "add", "narrowcast", "--text", "hi", "--idempotency-key", "n"];
        shell.run(words);
        assert_eq!(
            shell.run(["worker", "run", "--until-idle"]).stdout,
            "1 accepted, 0 rejected, 0 unknown\n"
        );
        assert_eq!(json(&shell, ["outbox", "show", "1", "--json"])["state"], "accepted");
    });
}

#[test]
fn a_campaign_for_which_the_month_has_too_little_ends_with_5_and_goes_on_later() {
    on_each_store(|platform, shell| {
        let sim = &platform.sim;
        let shell = shell.with_file("list.txt", ids(sim, 1200));
        // Enough for two requests of three, and some more.
        sim.set_quota(1100, 0);
        let short = spring(&shell, &["--idempotency-key", "spring", "--json"]);
        assert_eq!((short.code, short.stdout.as_str()), (5, "{\"campaign_id\":1}\n"), "{short}");
        let error: Value = serde_json::from_str(&short.stderr).unwrap();
        assert_eq!(error["error"]["kind"], "quota_exceeded");
        assert_eq!(sim.people_reached(), 1000);

        let idle = json(&shell, ["worker", "run", "--until-idle", "--json"]);
        assert_eq!(idle["waiting"][0]["reason"], "quota", "{idle}");
        sim.set_quota(1200, 1000);
        assert_eq!(spring(&shell, &["--idempotency-key", "spring"]).code, 0);
        assert_eq!((sim.people_reached(), sim.duplicates().len()), (1200, 0));
    });
}

#[test]
fn a_campaign_for_which_the_month_has_just_enough_is_delivered() {
    on_each_store(|platform, shell| {
        let shell = shell.with_file("list.txt", ids(&platform.sim, 1200));
        platform.sim.set_quota(1200, 0);
        // Long enough that it is seen with all of the month in flight.
        let slow = FaultRule::delay(Duration::from_millis(700));
        platform.sim.fault(slow.on("POST", "/v2/bot/message/multicast")).unwrap();
        let outcome = spring(&shell, &[]);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{outcome}");
        assert_eq!(platform.sim.people_reached(), 1200);
    });
}

#[test]
fn a_wrong_token_ends_a_campaign_with_3_and_loses_nothing() {
    on_each_store(|platform, shell| {
        let shell = shell.with_file("list.txt", ids(&platform.sim, 3));
        let refused = spring(&shell, &["--idempotency-key", "spring", "--token", "wrong"]);
        assert_eq!(refused.code, 3, "{refused}");
        assert!(refused.stderr.contains("LINE refuses the channel access token"), "{refused}");
        assert_eq!(platform.sim.people_reached(), 0);
        let listed = json(&shell, ["outbox", "list", "--json"]);
        assert_eq!(listed["deliveries"][0]["state"], "ready");
    });
}

#[test]
fn a_personal_campaign_says_each_ones_name() {
    on_each_store(|platform, shell| {
        let sim = &platform.sim;
        let (ann, bob) = (sim.add_friend(), sim.add_friend());
        let list = format!("id,name\n{},Ann\n{},\"Bob \"\"B\"\"\"\n", ann.as_str(), bob.as_str());
        let shell = shell.with_file("list.csv", list);
        let words = ["campaign", "start", "--to-file", "list.csv", "--text", "hi {name}"];
        let outcome = shell.run(words.into_iter().chain(["--personal", "--enqueue-only"]));
        assert_eq!(outcome.code, 0, "{outcome}");
        let misspelt = ["campaign", "start", "--to-file", "list.csv", "--text", "hi {nme}"];
        // Only put on disk: else a worker may begin with the one above before this one's list is read.
        let refused = shell.run(misspelt.into_iter().chain(["--personal", "--enqueue-only"]));
        assert_eq!(refused.code, 2, "{refused}");
        assert!(refused.stderr.contains("{nme}, and the list has no such column"), "{refused}");
        assert_eq!(sim.people_reached(), 0);
        json(&shell, ["worker", "run", "--until-idle", "--json"]);
        let outbox = sim.outbox();
        let mut texts: Vec<_> = outbox.iter().filter_map(|it| it.text()).collect();
        texts.sort_unstable();
        assert_eq!(texts, ["hi Ann", "hi Bob \"B\""]);
    });
}

#[test]
fn repetitions_are_left_out_and_bad_lines_listed() {
    on_each_store(|platform, shell| {
        let ids = ids(&platform.sim, 2);
        let shell = shell.with_file("list.txt", format!("{ids}# friends\n\nnobody\n{ids}"));
        let outcome = spring(&shell, &["--dedupe", "--reject-file", "bad.txt"]);
        assert_eq!(outcome.code, 0, "{outcome}");
        assert!(outcome.stderr.contains("2 of 2 accepted, 2 left out as repetitions, 1 bad lines"));
        assert!(outcome.stderr.contains("bad.txt lists them"), "{outcome}");
        let bad = std::fs::read_to_string(shell.folder().join("bad.txt")).unwrap();
        assert_eq!(bad, "5\tis no user id: U and 32 hexadecimal digits\tnobody\n");
        assert_eq!(platform.sim.duplicates(), []);

        let strict = spring(&shell, &["--strict", "--idempotency-key", "strict"]);
        assert_eq!(strict.code, 2, "{strict}");
        assert!(strict.stderr.contains("line 5 is no user id"), "{strict}");
        assert_eq!(platform.sim.delivered(), 2);
    });
}

#[test]
fn dead_letters_of_a_campaign_are_listed_retried_and_put_away() {
    on_each_store(|platform, shell| {
        let shell = shell.with_file("list.txt", ids(&platform.sim, 600));
        let path = "/v2/bot/message/multicast";
        platform.sim.fault(FaultRule::answer(400).on("POST", path).times(1)).unwrap();
        let outcome = spring(&shell, &["--idempotency-key", "spring"]);
        assert_eq!(outcome.code, 0, "{outcome}");
        assert!(outcome.stderr.contains("500 rejected") || outcome.stderr.contains("100 rejected"));
        let dead = json(&shell, ["campaign", "dead", "1", "--json"]);
        assert_eq!(dead["deliveries"][0]["state"], "rejected", "{dead}");
        assert_eq!(dead["deliveries"].as_array().unwrap().len(), 1);
        let none = json(&shell, ["campaign", "dead", "1", "--tray", "unknown", "--json"]);
        assert_eq!(none["deliveries"], serde_json::json!([]));

        let done = "{\"done\":1,\"refused\":[]}\n";
        let retried = shell.run(["campaign", "dead", "1", "--retry", "--yes", "--json"]);
        assert_eq!(retried.stdout, done, "{retried}");
        platform.sim.fault(FaultRule::answer(400).on("POST", path).times(1)).unwrap();
        json(&shell, ["worker", "run", "--until-idle", "--json"]);
        let dropped = shell.run(["campaign", "dead", "1", "--drop", "--yes", "--json"]);
        assert_eq!(dropped.stdout, done, "{dropped}");
        // It stays counted as what it was.
        assert!(status(&shell, "1").starts_with("{\"state\":\"done\",\"total\":600,"));
        assert!(!status(&shell, "1").contains("\"rejected\":0"), "{}", status(&shell, "1"));
    });
}

#[test]
fn a_campaign_is_paused_resumed_and_cancelled() {
    on_each_store(|platform, shell| {
        let shell = shell.with_file("list.txt", ids(&platform.sim, 3));
        json(&shell, ["worker", "run", "--until-idle", "--json"]);
        assert_eq!(shell.run(["campaign", "list", "--json"]).stdout, "{\"campaigns\":[]}\n");
        spring(&shell, &["--enqueue-only"]);
        assert_eq!(
            shell.run(["campaign", "list", "--json"]).stdout,
            "{\"campaigns\":[{\"campaign_id\":1,\"state\":\"running\",\"total\":3,\"accepted\":0,\"rejected\":0,\"unknown\":0,\"cancelled\":0}]}\n"
        );
        assert_eq!(
            shell.run(["campaign", "list"]).stdout,
            "      id  progress\n       1  running: 0 of 3 accepted\n"
        );
        assert_eq!(shell.run(["campaign", "pause", "1"]).stdout, "paused: 0 of 3 accepted\n");
        json(&shell, ["worker", "run", "--until-idle", "--json"]);
        assert_eq!(platform.sim.delivered(), 0);
        assert_eq!(shell.run(["campaign", "resume", "1"]).stdout, "running: 0 of 3 accepted\n");
        assert_eq!(
            shell.run(["campaign", "cancel", "1", "--json"]).stdout,
            "{\"state\":\"cancelled\",\"total\":3,\"accepted\":0,\"rejected\":0,\"unknown\":0,\"cancelled\":3}\n"
        );
        json(&shell, ["worker", "run", "--until-idle", "--json"]);
        assert_eq!(platform.sim.delivered(), 0);
    });
}

#[test]
fn a_store_moves_to_postgresql_and_back_with_its_keys_and_its_campaign() {
    let Some(cluster) = Cluster::shared() else { return };
    let platform = Platform::with(Sim::builder());
    let (old, there) = ("sqlite:old.db", cluster.database());
    let shell = platform.shell().with_file("list.txt", ids(&platform.sim, 700));
    let start = ["--idempotency-key", "spring", "--enqueue-only", "--store"];
    spring(&shell, &[&start[..], &[old]].concat());
    let user = platform.sim.add_friend();
    let add = ["outbox", "add", "push", user.as_str(), "--text", "hi", "--idempotency-key", "a"];
    shell.run(add.into_iter().chain(["--store", old]));
    let back = "sqlite:back.db";
    for (from, to) in [(old, there.as_str()), (&there, back)] {
        let moved = json(&shell, ["store", "migrate", from, to, "--json"]);
        assert_eq!(moved["deliveries"], 3);
        // The old one takes and sends no more.
        let shut = shell.run(add.into_iter().chain(["--store", from]));
        assert_eq!((shut.code, shut.stdout.as_str()), (2, ""), "{shut}");
        assert!(shut.stderr.contains("this store was moved to "), "{shut}");
    }
    let again = shell.run(add.into_iter().chain(["--store", back]));
    assert!(again.stdout.ends_with("\"existing\":true}\n"), "{again}");
    json(&shell, ["worker", "run", "--until-idle", "--json", "--store", back]);
    assert_eq!(spring(&shell, &["--idempotency-key", "spring", "--store", back]).code, 0);
    assert_eq!((platform.sim.people_reached(), platform.sim.duplicates().len()), (701, 0));
}

#[test]
fn a_restored_store_is_put_in_doubt() {
    on_each_store(|platform, shell| {
        let to = platform.sim.add_friend();
        shell.run(["outbox", "add", "push", to.as_str(), "--text", "hi"]);
        let words = ["store", "quarantine", "--since", "2020-01-01T00:00:00Z", "--json"];
        assert_eq!(
            shell.run(words).stdout,
            "{\"in_doubt\":0,\"unknown\":1,\"paused_campaigns\":[]}\n"
        );
        json(&shell, ["worker", "run", "--until-idle", "--json"]);
        assert_eq!(platform.sim.delivered(), 0);
        let refused = shell.run(["outbox", "retry", "1", "--json"]);
        assert_eq!(refused.code, 4, "{refused}");
        assert_eq!(shell.run(["outbox", "retry", "1", "--may-duplicate"]).code, 0);
        json(&shell, ["worker", "run", "--until-idle", "--json"]);
        assert_eq!(platform.sim.delivered(), 1);
    });
}

#[test]
fn a_time_that_a_store_was_restored_to_has_its_offset() {
    for since in ["yesterday", "2026-11-22", "2026-11-22T03:00:00", ""] {
        let outcome = Shell::bare().run(["store", "quarantine", "--since", since]);
        let told = format!(
            "error: invalid value '{since}' for '--since <TIME>': expected a time with its offset, such as \
             2026-11-22T03:00:00+09:00; see --help\n"
        );
        assert_eq!((outcome.code, outcome.stderr), (2, told));
    }
    let tomorrow = ["store", "quarantine", "--since", "2999-01-01T00:00:00Z"];
    let shell = Shell::bare();
    shell.run(["outbox", "add", "push", "U1", "--text", "hi"]);
    insta::assert_snapshot!(shell.run(tomorrow), @r"
    exit 2
    --- stderr
    error: since: must not be a time that is to come (nothing was sent)
    ");
}

#[test]
fn what_another_worker_of_a_postgresql_store_may_have_is_no_error_of_one_until_idle() {
    let Some(cluster) = Cluster::shared() else { return };
    let platform = Platform::with(Sim::builder());
    let shell = platform.shell().with("HIKYAKU_STORE", &cluster.database());
    let user = platform.sim.add_friend();
    let add = ["outbox", "add", "push", user.as_str(), "--text", "hi"];
    shell.run(add);
    shell.run(add.into_iter().chain(["--channel", "shop"]));
    let outcome = shell.run(["worker", "run", "--until-idle"]);
    assert_eq!(outcome.code, 0, "{outcome}");
    assert!(outcome.stdout.contains("push of shop waits for a worker"), "{outcome}");
    assert_eq!(platform.sim.delivered(), 1);
}

#[test]
fn workers_share_a_postgresql_store_and_one_is_told_to_stop() {
    let Some(cluster) = Cluster::shared() else { return };
    let platform = Platform::with(Sim::builder());
    let list = ids(&platform.sim, 20_000);
    let shell =
        platform.shell().with("HIKYAKU_STORE", &cluster.database()).with_file("list.txt", list);
    spring(&shell, &["--enqueue-only"]);
    let words = ["worker", "run", "--limit", "none", "--concurrency", "2"];
    let [first, second] = [shell.start(words), shell.start(words)];
    platform.wait_for_deliveries(2000);
    // What it had is done or given back when it ends.
    assert_eq!(first.stop("TERM").0, Some(0));
    let watched = shell.run(["campaign", "watch", "1", "--poll", "0.05"]);
    assert_eq!(watched.stdout, "done: 20000 of 20000 accepted\n", "{watched}");
    assert_eq!(second.stop("TERM").0, Some(0));
    assert_eq!((platform.sim.people_reached(), platform.sim.duplicates().len()), (20_000, 0));
}

#[test]
fn a_store_that_cannot_be_used_is_told_in_one_line() {
    let shell = Shell::bare().with_file("text.db", "no database at all".repeat(50));
    let url = "postgres://me:hunter2@127.0.0.1:1/x";
    for (store, code, says) in [
        ("sqlite:/nowhere/at/all.db", 1, "/nowhere/at/all.db: the store cannot be written"),
        ("sqlite:text.db", 1, "the store is damaged"),
        ("mysql://x", 2, "the store must be sqlite:PATH or postgres://"),
        (url, 1, "PostgreSQL cannot be reached"),
        ("postgres://me:hunter2@h/x?sslmode=maybe", 2, "its sslmode must be"),
        ("postgres://", 2, "it names no host; write postgres://USER@HOST/DATABASE"),
        ("postgres:///x", 2, "it names no host"),
        ("postgresql://me:hunter2@/x?connect_timeout=5", 2, "it names no host"),
    ] {
        let words = ["outbox", "add", "push", "U1", "--text", "hi", "--store", store];
        let outcome = shell.run(words);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (code, ""), "{store}: {outcome}");
        assert!(outcome.stderr.contains(says), "{store}: {outcome}");
        assert_eq!(outcome.stderr.lines().count(), 1, "{store}: {outcome}");
        assert!(!outcome.stderr.contains("hunter2"), "{outcome}");
    }
}
