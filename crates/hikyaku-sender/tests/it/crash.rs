//! Kills enqueuers and workers, at random and between any two durable steps, and counts what arrived.
//!
//! The programs that are killed are this test's own, started again as [`child`]. `HIKYAKU_KILLS` sets how many are.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
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
use hikyaku_sender::{Limits, NewDelivery, Outbox, Worker};
use hikyaku_sim::{FaultRule, Sim};

use crate::{cluster::Cluster, stores::user};

/// Where a program can be killed on purpose.
const POINTS: [&str; 9] = [
    "before enqueue",
    "after enqueue",
    "fed",
    "before claim",
    "after claim",
    "before send",
    "after send",
    "before settle",
    "after settle",
];

/// The campaign that is fed meanwhile: so many ids, beginning with this number.
const LIST: usize = 25_000;
const LIST_FROM: usize = 1_000_000;

/// How many sends one program enqueues in its life.
const SENDS: usize = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_by_kills_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("hikyaku.db").display());
    let mut run = Run::start(url, false).await;
    for kill in 0..kills(30) {
        run.kill_one(kill);
    }
    run.finish();
    run.assert_all_arrived_once();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_by_kills_of_three_workers_and_of_postgres_itself() {
    let Some(cluster) = Cluster::own() else { return };
    let mut run = Run::start(cluster.database(), false).await;
    let kills = kills(18);
    for round in 0..kills / 3 {
        let mut programs: Vec<Program> =
            (0..3).map(|n| run.program(run.point(round * 3 + n), n == 0)).collect();
        if round == kills / 6 {
            cluster.restart_at_once();
        }
        for (n, program) in programs.iter_mut().enumerate() {
            run.kill_later(program, round * 3 + n as u64);
        }
        for program in programs {
            run.bury(program);
        }
    }
    run.finish();
    run.assert_all_arrived_once();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_key_for_each_attempt_delivers_twice_so_the_loop_would_see_it() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("hikyaku.db").display());
    let mut run = Run::start(url, true).await;
    for kill in 0..kills(10).min(20) {
        run.kill_one(kill);
    }
    run.finish();
    assert!(!run.sim.duplicates().is_empty());
}

fn kills(usual: u64) -> u64 {
    std::env::var("HIKYAKU_KILLS").map_or(usual, |kills| kills.parse().unwrap())
}

/// One loop: the simulator, and what was acknowledged.
struct Run {
    sim: Sim,
    url: String,
    fresh_keys: bool,
    /// The next number to enqueue. All below were acknowledged.
    next: usize,
    seed: u64,
    killed: u64,
}

/// A program that will be killed.
struct Program {
    child: Child,
    lines: Option<BufReader<std::process::ChildStdout>>,
    enqueues: bool,
}

impl Run {
    async fn start(url: String, fresh_keys: bool) -> Self {
        let sim = Sim::builder()
            .any_user_is_friend()
            .rate_limits(false)
            .keep_messages(10)
            .keep_requests(10)
            .start()
            .await
            .unwrap();
        for rule in [
            FaultRule::drop_after_accept().probability(0.05),
            FaultRule::truncate().probability(0.04),
            FaultRule::answer(500).probability(0.05),
            FaultRule::reset().probability(0.03),
            FaultRule::delay(Duration::from_millis(15)).probability(0.3),
        ] {
            sim.fault(rule.on("POST", "/v2/bot/message/*")).unwrap();
        }
        let seed = std::env::var("HIKYAKU_SEED").map_or_else(
            |_| std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().subsec_nanos().into(),
            |seed| seed.parse().unwrap(),
        );
        crate::tell(&format!("HIKYAKU_SEED={seed}"));
        Self { sim, url, fresh_keys, next: 0, seed, killed: 0 }
    }

    /// A number below `below`, the same for the same seed.
    fn chance(&self, of: u64, below: u64) -> u64 {
        let mixed = (self.seed ^ of.wrapping_mul(0x9e37_79b9_7f4a_7c15))
            .wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ (mixed >> 31)) % below
    }

    /// Every other kill is at a named point: the first, second … time that the program comes there.
    fn point(&self, kill: u64) -> Option<String> {
        let named = kill.is_multiple_of(2);
        let at = usize::try_from(kill / 2).unwrap() % POINTS.len();
        named.then(|| format!("{}:{}", POINTS[at], 1 + self.chance(kill, 6)))
    }

    fn program(&self, point: Option<String>, enqueues: bool) -> Program {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["crash::child", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
            .env("CRASH_STORE", &self.url)
            .env("CRASH_LINE", self.sim.api_url())
            .env("CRASH_TOKEN", self.sim.channel_token().expose())
            .env("CRASH_NEXT", self.next.to_string())
            .env("CRASH_POINT", point.unwrap_or_default())
            .env("CRASH_FRESH_KEYS", if self.fresh_keys { "yes" } else { "" })
            .env("CRASH_SENDS", if enqueues { SENDS.to_string() } else { "0".to_owned() })
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.starts_with("ready") && lines.read_line(&mut line).unwrap() > 0 {
            if !line.starts_with("ready") {
                line.clear();
            }
        }
        Program { child, lines: Some(lines), enqueues }
    }

    fn kill_one(&mut self, kill: u64) {
        let mut program = self.program(self.point(kill), true);
        self.kill_later(&mut program, kill);
        self.bury(program);
    }

    /// Kills it some time later, if it has not killed itself by then.
    fn kill_later(&mut self, program: &mut Program, kill: u64) {
        std::thread::sleep(Duration::from_millis(5 + self.chance(kill, 120)));
        if self.point(kill).is_some() {
            // A point that it does not come to within a second is passed over.
            for _ in 0..100 {
                if program.child.try_wait().unwrap().is_some() {
                    break;
                }
                std::thread::sleep(Duration::from_millis(10));
            }
        }
        let _ = program.child.kill();
        self.killed += 1;
    }

    /// Reads what it had acknowledged.
    fn bury(&mut self, mut program: Program) {
        program.child.wait().unwrap();
        for line in program.lines.take().unwrap().lines().map_while(Result::ok) {
            if let Some(number) = line.strip_prefix("ack ") {
                assert!(program.enqueues);
                assert_eq!(number.parse::<usize>().unwrap(), self.next);
                self.next += 1;
            }
        }
    }

    /// Lets one more program live to its end, against a LINE without faults.
    fn finish(&mut self) {
        self.sim.clear_faults();
        let mut program = self.program(Some("finish".to_owned()), true);
        assert!(program.child.wait().unwrap().success());
        self.bury(program);
    }

    fn assert_all_arrived_once(&self) {
        let told = format!("{} killed, {} acknowledged", self.killed, self.next);
        crate::tell(&told);
        assert!(self.next >= SENDS);
        assert_eq!(self.sim.duplicates(), vec![], "seed {}: {told}", self.seed);
        let sends = 0..self.next;
        let lost: Vec<usize> = sends
            .chain(LIST_FROM..LIST_FROM + LIST)
            .filter(|n| self.sim.delivery_count(&user(*n).as_str().into()) != 1)
            .collect();
        assert!(
            lost.is_empty(),
            "seed {}: {told}, lost {}: {:?}",
            self.seed,
            lost.len(),
            &lost[..lost.len().min(10)]
        );
    }
}

/// The program that is killed. It enqueues, feeds a campaign and sends, all at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the crash loop starts it in a program of its own"]
async fn child() {
    let Ok(url) = std::env::var("CRASH_STORE") else { return };
    let env = |name: &str| std::env::var(name).unwrap();
    let point = env("CRASH_POINT");
    let finish = point == "finish";
    let (name, times) = point.split_once(':').unwrap_or(("", "0"));
    let (name, times) = (name.to_owned(), times.parse::<u64>().unwrap());
    let come = Arc::new(AtomicU64::new(0));
    let step = move |at: &str| {
        if at == name && come.fetch_add(1, Ordering::SeqCst) + 1 == times {
            // As sudden as a kill: nothing is flushed, nothing is dropped.
            std::process::abort();
        }
    };
    let mut builder = Client::builder(env("CRASH_TOKEN"))
        .api_base_url(env("CRASH_LINE"))
        .timeout(Duration::from_secs(2));
    if !env("CRASH_FRESH_KEYS").is_empty() {
        builder = builder.transport(FreshKeys(HyperTransport::new(Duration::from_secs(2))));
    }
    let client = builder.build().unwrap();
    let outbox = Outbox::open(url).await.unwrap();
    // The test runner has begun a line of its own.
    say("\nready");
    let first: usize = env("CRASH_NEXT").parse().unwrap();
    let sends: usize = env("CRASH_SENDS").parse().unwrap();
    let fill = async {
        for n in first..first + sends {
            step("before enqueue");
            let send = NewDelivery::push(user(n), "hello").idempotency_key(n.to_string());
            outbox.enqueue(send).await.unwrap();
            step("after enqueue");
            say(&format!("ack {n}"));
        }
    };
    let feed = async {
        let campaign = outbox.new_campaign("bulk").idempotency_key("list").start().await.unwrap();
        let ids = (LIST_FROM..LIST_FROM + LIST).map(user);
        let hook = step.clone();
        // Another of the programs may be feeding it.
        let _ = campaign.feed_ids(ids).on_progress(move |_| hook("fed")).await;
    };
    let filled = async {
        tokio::join!(fill, feed);
        if !finish {
            std::future::pending::<()>().await;
        }
    };
    Box::pin(worker(&outbox, &client, step.clone()).run(filled)).await.unwrap();
    worker(&outbox, &client, step.clone()).until_idle().run(std::future::pending()).await.unwrap();
}

fn worker(
    outbox: &Outbox,
    client: &Client,
    step: impl Fn(&'static str) + Send + Sync + 'static,
) -> Worker {
    outbox
        .worker()
        .channel("default", client.clone())
        .limits(Limits::none())
        .lease(Duration::from_secs(4))
        .concurrency(16)
        .on_step(step)
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
