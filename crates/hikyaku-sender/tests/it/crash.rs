//! Kills enqueuers and workers, at random and between any two durable steps, and counts what arrived.
//!
//! `HIKYAKU_KILLS` sets how many are killed, `HIKYAKU_SEED` by which chance.

use std::time::Duration;

use hikyaku_model::SendKind;
use hikyaku_sim::{FaultRule, Sim};

use crate::{
    cluster::Cluster,
    program::{Deed, LIST, LIST_FROM, ORDERED, Plan, Program},
    stores::assert_each_arrived_once,
};

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
        let plans: Vec<Plan> = (0..3).map(|n| run.plan(run.point(round * 3 + n), n == 0)).collect();
        let mut programs: Vec<Program> =
            plans.iter().map(|plan| Program::start(plan, &run.sim)).collect();
        if round == kills / 6 {
            cluster.restart_at_once();
        }
        for (n, program) in programs.iter_mut().enumerate() {
            run.kill_later(program, round * 3 + n as u64);
        }
        for (program, plan) in programs.into_iter().zip(&plans) {
            run.next += program.bury(plan);
        }
    }
    run.finish();
    run.assert_all_arrived_once();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_key_for_each_attempt_delivers_twice_so_the_loop_would_see_it() {
    let folder = tempfile::tempdir().unwrap();
    a_new_key_for_each_attempt_delivers_twice(format!(
        "sqlite:{}",
        folder.path().join("hikyaku.db").display()
    ))
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_key_for_each_attempt_delivers_twice_on_postgres_too() {
    let Some(cluster) = Cluster::shared() else { return };
    a_new_key_for_each_attempt_delivers_twice(cluster.database()).await;
}

async fn a_new_key_for_each_attempt_delivers_twice(url: String) {
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

impl Run {
    async fn start(url: String, fresh_keys: bool) -> Self {
        let sim = Sim::builder()
            .any_user_is_friend()
            .rate_limits(false)
            // All of them: they tell in which order they came.
            .keep_messages(100_000)
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
        let seed = std::env::var("HIKYAKU_SEED").map_or(1, |seed| seed.parse().unwrap());
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
    fn point(&self, kill: u64) -> Option<(&'static str, u64, Deed)> {
        let named = kill.is_multiple_of(2);
        let at = usize::try_from(kill / 2).unwrap() % POINTS.len();
        named.then(|| (POINTS[at], 1 + self.chance(kill, 6), Deed::Abort))
    }

    fn plan(&self, point: Option<(&'static str, u64, Deed)>, enqueues: bool) -> Plan {
        let sends = if enqueues { SENDS } else { 0 };
        Plan {
            store: self.url.clone(),
            line: self.sim.api_url(),
            sends: self.next..self.next + sends,
            feeds: true,
            orders: true,
            point,
            ends: false,
            fresh_keys: self.fresh_keys,
            lease: Duration::from_secs(4),
        }
    }

    fn kill_one(&mut self, kill: u64) {
        let plan = self.plan(self.point(kill), true);
        let mut program = Program::start(&plan, &self.sim);
        self.kill_later(&mut program, kill);
        self.next += program.bury(&plan);
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

    /// Lets one more program live to its end, against a LINE without faults.
    fn finish(&mut self) {
        self.sim.clear_faults();
        let plan = Plan { ends: true, ..self.plan(None, true) };
        let mut program = Program::start(&plan, &self.sim);
        program.end();
        self.next += program.bury(&plan);
    }

    fn assert_all_arrived_once(&self) {
        let told = format!("{} killed, {} acknowledged", self.killed, self.next);
        crate::tell(&told);
        let mut outbox = self.sim.outbox();
        outbox.retain(|it| it.kind == SendKind::Push);
        outbox.sort_by_key(|it| it.seq);
        let numbers =
            outbox.iter().map(|it| usize::from_str_radix(&it.to.as_str()[1..], 16).unwrap());
        let ordered: Vec<usize> = numbers.filter(|n| n.is_multiple_of(ORDERED)).collect();
        assert_eq!(ordered.len(), self.next.div_ceil(ORDERED), "{told}");
        assert!(ordered.is_sorted(), "seed {}: {told}, out of order: {ordered:?}", self.seed);
        let by_killed = self.next - SENDS;
        assert!(by_killed as u64 > self.killed, "the killed ones acknowledged {by_killed} only");
        let all = (0..self.next).chain(LIST_FROM..LIST_FROM + LIST);
        assert_each_arrived_once(&self.sim, all, &format!("seed {}: {told}", self.seed));
    }
}
