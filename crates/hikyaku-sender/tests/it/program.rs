//! A sender in a program of its own, so that it can be killed or stopped: this test program, started again.

use std::{
    io::{BufRead, BufReader, Write},
    path::PathBuf,
    process::{Child, ChildStdout, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_core::future::BoxFuture;
use hikyaku::{
    Client,
    transport::{HyperTransport, RequestBody, ResponseBody, Transport, TransportError},
};
use hikyaku_sender::{Limits, NewDelivery, Outbox};
use hikyaku_sim::Sim;

use crate::{network::Site, stores::user};

/// The campaign that each program feeds, unless another has done it: so many ids, beginning with this number.
pub(crate) const LIST: usize = 25_000;
pub(crate) const LIST_FROM: usize = 1_000_000;

/// Of so many pushes, one has an order key, where they are to have any.
pub(crate) const ORDERED: usize = 4;

/// What a program does.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word of its command line")]
pub(crate) struct Plan {
    pub(crate) store: String,
    /// Where it finds LINE.
    pub(crate) line: String,
    /// The numbers of the users that it enqueues a push for.
    pub(crate) sends: std::ops::Range<usize>,
    pub(crate) feeds: bool,
    /// Whether some of its pushes leave one after another.
    pub(crate) orders: bool,
    /// A durable step, and the how many-th time it comes there, and what it does to itself then.
    pub(crate) point: Option<(&'static str, u64, Deed)>,
    /// Whether it ends when there is nothing left to do; otherwise when it is told to, or killed.
    pub(crate) ends: bool,
    pub(crate) fresh_keys: bool,
    pub(crate) lease: Duration,
}

/// What a program does to itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// As sudden as a kill: nothing is flushed, nothing is dropped.
    Abort,
    /// It stands still until it is continued.
    Stop,
}

/// A program that runs.
pub(crate) struct Program {
    pub(crate) child: Child,
    lines: BufReader<ChildStdout>,
}

impl Program {
    /// Starts one, and waits until it has opened its store.
    pub(crate) fn start(plan: &Plan, sim: &Sim) -> Self {
        Self::start_by(Command::new(this_program()), plan, sim)
    }

    /// Starts one at a place of its own.
    pub(crate) fn start_at(site: &Site, plan: &Plan, sim: &Sim) -> Self {
        Self::start_by(site.command(this_program()), plan, sim)
    }

    fn start_by(mut command: Command, plan: &Plan, sim: &Sim) -> Self {
        let yes = |is: bool| if is { "yes" } else { "" };
        let (point, times, deed) = plan.point.unwrap_or(("", 0, Deed::Abort));
        let mut child = command
            .args(["program::child", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
            .env("CHILD_STORE", &plan.store)
            .env("CHILD_LINE", &plan.line)
            .env("CHILD_TOKEN", sim.channel_token().expose())
            .env("CHILD_FIRST", plan.sends.start.to_string())
            .env("CHILD_SENDS", plan.sends.len().to_string())
            .env("CHILD_FEEDS", yes(plan.feeds))
            .env("CHILD_ORDERS", yes(plan.orders))
            .env("CHILD_POINT", point)
            .env("CHILD_TIMES", times.to_string())
            .env("CHILD_STOPS", yes(deed == Deed::Stop))
            .env("CHILD_ENDS", yes(plan.ends))
            .env("CHILD_FRESH_KEYS", yes(plan.fresh_keys))
            .env("CHILD_LEASE", plan.lease.as_millis().to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.starts_with("ready") && lines.read_line(&mut line).unwrap() > 0 {
            if !line.starts_with("ready") {
                line.clear();
            }
        }
        Self { child, lines }
    }

    /// Waits for its end. How many sends it had acknowledged.
    pub(crate) fn bury(mut self, plan: &Plan) -> usize {
        self.child.wait().unwrap();
        let mut acknowledged = 0;
        for line in (&mut self.lines).lines().map_while(Result::ok) {
            if let Some(number) = line.strip_prefix("ack ") {
                assert_eq!(number.parse::<usize>().unwrap(), plan.sends.start + acknowledged);
                acknowledged += 1;
            }
        }
        acknowledged
    }

    /// Tells it to end if nothing else does, and waits until it has.
    pub(crate) fn end(&mut self) {
        // Waiting closes its input.
        let ended = self.child.wait().unwrap();
        assert!(ended.success(), "a program failed: {ended}");
    }

    /// Lets it stand still, or go on.
    pub(crate) fn signal(&self, name: &str) {
        signal(self.child.id(), name);
    }

    /// Whether it stands still.
    pub(crate) fn is_stopped(&self) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        stat.rsplit(')').next().unwrap().trim_start().starts_with('T')
    }
}

/// A test that fails leaves none behind, not even one that is stopped.
impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn this_program() -> PathBuf {
    std::env::current_exe().unwrap()
}

fn signal(process: u32, name: &str) {
    let sent = Command::new("kill").arg(name).arg(process.to_string()).status().unwrap();
    assert!(sent.success(), "{name} {process}: {sent}");
}

/// The program. It enqueues, feeds a campaign and sends, all at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "other tests start it in a program of its own"]
async fn child() {
    let Ok(url) = std::env::var("CHILD_STORE") else { return };
    let env = |name: &str| std::env::var(name).unwrap();
    let is = |name: &str| !env(name).is_empty();
    let (name, times, stops) =
        (env("CHILD_POINT"), env("CHILD_TIMES").parse::<u64>().unwrap(), is("CHILD_STOPS"));
    let come = Arc::new(AtomicU64::new(0));
    let step = move |at: &str| {
        if at == name && come.fetch_add(1, Ordering::SeqCst) + 1 == times {
            if stops {
                signal(std::process::id(), "-STOP");
            } else {
                std::process::abort();
            }
        }
    };
    let lease = Duration::from_millis(env("CHILD_LEASE").parse().unwrap());
    let mut builder = Client::builder(env("CHILD_TOKEN"))
        .api_base_url(env("CHILD_LINE"))
        .timeout((lease / 2).min(Duration::from_secs(2)));
    if is("CHILD_FRESH_KEYS") {
        builder = builder.transport(FreshKeys(HyperTransport::new(Duration::from_secs(2))));
    }
    let client = builder.build().unwrap();
    let outbox = Outbox::open(url).await.unwrap();
    // The test runner has begun a line of its own.
    say("\nready");
    let first: usize = env("CHILD_FIRST").parse().unwrap();
    let sends: usize = env("CHILD_SENDS").parse().unwrap();
    let fill = async {
        for n in first..first + sends {
            step("before enqueue");
            let mut send = NewDelivery::push(user(n), "hello").idempotency_key(n.to_string());
            if is("CHILD_ORDERS") && n % ORDERED == 0 {
                send = send.in_order("some");
            }
            outbox.enqueue(send).await.unwrap();
            step("after enqueue");
            say(&format!("ack {n}"));
        }
    };
    let feed = async {
        if !is("CHILD_FEEDS") {
            return;
        }
        let campaign = outbox.new_campaign("bulk").idempotency_key("list").start().await.unwrap();
        let ids = (LIST_FROM..LIST_FROM + LIST).map(user);
        let hook = step.clone();
        // Another of the programs may be feeding it.
        let _ = campaign.feed_ids(ids).on_progress(move |_| hook("fed")).await;
    };
    let filled = async {
        tokio::join!(fill, feed);
        if !is("CHILD_ENDS") {
            told_to_end().await;
        }
    };
    let worker = || {
        let worker = outbox.worker().channel("default", client.clone()).limits(Limits::none());
        worker.lease(lease).concurrency(16).on_step(step.clone())
    };
    Box::pin(worker().run(filled)).await.unwrap();
    if is("CHILD_ENDS") {
        worker().until_idle().run(std::future::pending()).await.unwrap();
    }
}

/// Waits until whoever started this program closes its input, or is gone.
async fn told_to_end() {
    let (told, end) = tokio::sync::oneshot::channel();
    // A thread that the runtime does not wait for.
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        let _ = told.send(());
    });
    let _ = end.await;
}

fn say(what: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{what}").unwrap();
    out.flush().unwrap();
}

/// Does what a careless client does: a new retry key for every attempt.
struct FreshKeys(HyperTransport);

impl Transport for FreshKeys {
    fn send(
        &self,
        mut request: http::Request<RequestBody>,
    ) -> BoxFuture<'_, Result<http::Response<ResponseBody>, TransportError>> {
        if let Some(key) = request.headers_mut().get_mut("x-line-retry-key") {
            *key = uuid::Uuid::new_v4().to_string().parse().unwrap();
        }
        self.0.send(request)
    }
}
