use std::net::TcpListener;

use hikyaku_sim::{FaultRule, Sim};

use crate::{command::Shell, http::get, platform::Platform};

/// A worker that is killed while LINE is silent, and the next one.
#[test]
fn a_killed_workers_sends_are_delivered_once_by_the_next() {
    let platform = Platform::with(Sim::builder());
    let sim = &platform.sim;
    let shell = platform.shell();
    let to = sim.add_friend();
    let push = ("POST", "/v2/bot/message/push");
    // LINE acts, and the answer is lost: the worst moment to be killed.
    sim.fault(FaultRule::drop_after_accept().on(push.0, push.1).times(1)).unwrap();
    for key in ["a", "b", "c"] {
        let words =
            ["outbox", "add", "push", to.as_str(), "--text", "hi", "--idempotency-key", key];
        assert_eq!(shell.run(words).code, 0);
    }
    let worker = shell.start(["worker", "run", "--limit", "push=10/s"]);
    platform.wait_for_deliveries(1);
    assert_eq!(worker.stop("KILL").0, None);
    let outcome = shell.run(["worker", "run", "--until-idle"]);
    assert_eq!(outcome.code, 0, "{outcome}");
    assert_eq!(sim.delivery_count(&to), 3);
    let listed = shell.run(["outbox", "list", "--state", "accepted", "--json"]);
    assert_eq!(listed.stdout.matches("\"state\":\"accepted\"").count(), 3, "{listed}");
}

#[test]
fn deliveries_for_a_channel_that_the_worker_does_not_have_end_it_with_an_error() {
    let platform = Platform::with(Sim::builder());
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("hikyaku.db").display());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let outbox = hikyaku_sender::Outbox::open(&store).await.unwrap();
        let send = hikyaku_sender::NewDelivery::push(platform.sim.add_friend(), "hi");
        outbox.enqueue(send.channel("defautl")).await.unwrap();
    });
    let shell = platform.shell().with("HIKYAKU_STORE", &store);
    let outcome = shell.run(["worker", "run", "--until-idle"]);
    assert_eq!(outcome.code, 1, "{outcome}");
    assert!(outcome.stdout.contains("push of defautl waits for a worker"), "{outcome}");
    assert!(outcome.stderr.contains("is its name right?"), "a warning: {outcome}");
    assert!(
        outcome.stderr.contains("error: unserved: deliveries are due for channels"),
        "{outcome}"
    );
    let outcome = shell.run(["worker", "run", "--until-idle", "--json"]);
    assert!(outcome.stdout.contains(r#""reason":"worker""#), "{outcome}");
    assert!(outcome.stderr.contains(r#""kind":"unserved""#), "{outcome}");
}

#[test]
fn a_second_worker_on_a_file_is_refused_and_told_who_has_it() {
    let platform = Platform::with(Sim::builder());
    let shell = platform.shell();
    let to = platform.sim.add_friend();
    shell.run(["outbox", "add", "push", to.as_str(), "--text", "hi"]);
    let first = shell.start(["worker", "run"]);
    // Now it has the file.
    platform.wait_for_deliveries(1);
    let second = shell.run(["worker", "run", "--until-idle", "--json"]);
    assert_eq!(second.code, 1, "{second}");
    let error: serde_json::Value = serde_json::from_str(&second.stderr).unwrap();
    assert_eq!(error["error"]["kind"], "locked");
    let message = error["error"]["message"].as_str().unwrap();
    let holder = format!("another worker has this store: process {}, since ", first.id());
    assert!(message.starts_with(&holder), "{message}");

    // A campaign is delivered by the worker that has the file.
    let shell = shell.with_file("list.txt", to.as_str());
    let campaign = shell.run(["campaign", "start", "--to-file", "list.txt", "--text", "all"]);
    assert_eq!((campaign.code, campaign.stderr.as_str()), (0, ""), "{campaign}");
    assert_eq!(platform.sim.delivery_count(&to), 2);
    assert_eq!(first.stop("TERM"), (Some(0), String::new()));
}

#[test]
fn a_second_signal_ends_a_worker_that_waits_for_an_answer() {
    let line = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", line.local_addr().unwrap());
    let shell = Shell::bare().with("LINE_CHANNEL_ACCESS_TOKEN", "t").with("HIKYAKU_API_URL", &url);
    shell.run(["outbox", "add", "push", "U00000000000000000000000000000001", "--text", "hi"]);
    let worker = shell.start(["worker", "run"]);
    let _unanswered = line.accept().unwrap();
    assert_eq!(worker.insist("INT"), Some(130));
}

#[test]
fn a_worker_serves_its_numbers() {
    let platform = Platform::with(Sim::builder());
    let shell = platform.shell();
    let to = platform.sim.add_friend();
    shell.run(["outbox", "add", "push", to.as_str(), "--text", "hi"]);
    let mut worker = shell.start(["worker", "run", "--metrics", "127.0.0.1:0"]);
    let note = worker.errors().next().unwrap();
    let address = note.strip_prefix("note: metrics are at http://").unwrap();
    let address = address.strip_suffix("/metrics").unwrap();
    platform.wait_for_deliveries(1);
    let metrics = get(address, "/metrics");
    assert!(metrics.starts_with("HTTP/1.1 200 OK\r\n"), "{metrics}");
    assert!(metrics.contains("content-type: text/plain; version=0.0.4; charset=utf-8\r\n"));
    let sent = "hikyaku_sends_total{channel=\"default\",kind=\"push\",result=\"accepted\"} 1\n";
    // The answer may be on its way still.
    assert!((0..1000).any(|_| get(address, "/metrics").contains(sent)), "{metrics}");
    assert!(get(address, "/healthz").ends_with("\r\n\r\nok\n"));
    assert_eq!(worker.stop("TERM").0, Some(0));
}

#[test]
fn a_limit_that_cannot_be_read_is_refused() {
    let platform = Platform::with(Sim::builder());
    insta::assert_snapshot!(platform.shell().run(["worker", "run", "--limit", "push=fast"]), @r"
    exit 2
    --- stderr
    error: invalid value 'push=fast' for '--limit <KIND=N/s>': expected KIND=N/s, N/m or N/h, KIND=none or none, such as multicast=200/s; see --help
    ");
}

#[test]
fn attempts_belong_to_the_trace_of_their_send() {
    let platform = Platform::with(Sim::builder());
    let to = platform.sim.add_friend();
    let trace = |span: &str| format!("00-0af7651916cd43dd8448eb211c80319c-{span}-01");
    let (flag, variable, line) =
        (trace("b7ad6b7169203331"), trace("b7ad6b7169203332"), trace("b7ad6b7169203333"));
    let add = ["outbox", "add", "push", to.as_str(), "--text", "hi"];
    let shell = platform.shell().with("HIKYAKU_LOG", "hikyaku=info");
    let store = format!("sqlite:{}", shell.folder().join("hikyaku.db").display());
    let traced = platform.shell().with("TRACEPARENT", &variable).with("HIKYAKU_STORE", &store);
    assert_eq!(traced.run(add).code, 0);
    assert_eq!(shell.run(add.into_iter().chain(["--traceparent", &flag])).code, 0);
    let of_batch = format!(
        r#"{{"kind":"push","to":"{to}","messages":[{{"type":"text","text":"hi"}}],"traceparent":"{line}"}}"#,
        to = to.as_str()
    );
    assert_eq!(shell.run_with_input(["outbox", "add", "--batch", "-"], &of_batch).code, 0);
    assert_eq!(shell.run(add.into_iter().chain(["--traceparent", "malformed"])).code, 0);
    let outcome = shell.run(["worker", "run", "--until-idle"]);
    assert_eq!(platform.sim.delivered(), 4);
    let attempts = outcome.stderr.lines().filter(|line| line.contains("attempt{"));
    let attempts: Vec<_> = attempts.filter(|line| line.contains("outcome=\"accepted\"")).collect();
    assert_eq!(attempts.len(), 4, "{outcome}");
    for trace in [flag, variable, line] {
        let of_trace =
            attempts.iter().filter(|it| it.contains(&format!("traceparent=\"{trace}\"")));
        assert_eq!(of_trace.count(), 1, "{trace}: {outcome}");
    }
}
