//! Two steps in two transactions: one is stopped before each of its statements in turn, the other runs as far as locks permit,
//! and then both end. Whatever their order was, rows and counts agree afterwards.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::FutureExt;
use hikyaku_sender::{
    Beyond, CampaignId, Clock, DeliveryId, Error, ErrorKind, HoldId, NewDelivery, NewHold, Outbox,
    Per, Time,
};
use tokio::sync::Notify;

use crate::{
    cluster::{Cluster, LONGEST},
    postgres::client,
    stores::user,
};

const BEGAN: Time = Time::from_millis(1_800_000_000_000);

/// Those that hold what is enqueued and how it goes.
const TABLES: [&str; 11] = [
    "hikyaku_meta",
    "hikyaku_campaign",
    "hikyaku_delivery",
    "hikyaku_attempt",
    "hikyaku_bucket",
    "hikyaku_send_log",
    "hikyaku_quota",
    "hikyaku_seen",
    "hikyaku_outcome",
    "hikyaku_hold",
    "hikyaku_budget",
];

const LEASE: Duration = Duration::from_secs(60);

/// An order key, and a fairness key with a budget.
const KEY: &str = "key";

/// What is never so, and the rows that would show it.
const WRONG: [(&str, &str); 3] = [
    (
        "two of an order key are in flight",
        "SELECT ordered FROM hikyaku_delivery WHERE state = 1 AND ordered IS NOT NULL \
         GROUP BY channel, ordered HAVING count(*) > 1",
    ),
    (
        "an outcome is told twice",
        "SELECT delivery FROM hikyaku_outcome WHERE delivery IS NOT NULL GROUP BY delivery, kind HAVING count(*) > 1",
    ),
    (
        "an outcome is not told",
        "SELECT id FROM hikyaku_delivery WHERE (state = 4 AND tells = 1 OR state = 7 AND campaign IS NULL) \
         AND id NOT IN (SELECT delivery FROM hikyaku_outcome WHERE delivery IS NOT NULL)",
    ),
];

fn in_order(n: usize) -> NewDelivery {
    NewDelivery::push(user(n), "hello").in_order(KEY).fairness_key(KEY)
}

/// What a program does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    Enqueue,
    Claim,
    Settle,
    Sweep,
    Pause,
    Resume,
    CancelCampaign,
    CancelOne,
    Hold,
    Release,
    SetBudget,
    ClearBudget,
    Move,
}

const DEEDS: [Deed; 13] = [
    Deed::Enqueue,
    Deed::Claim,
    Deed::Settle,
    Deed::Sweep,
    Deed::Pause,
    Deed::Resume,
    Deed::CancelCampaign,
    Deed::CancelOne,
    Deed::Hold,
    Deed::Release,
    Deed::SetBudget,
    Deed::ClearBudget,
    Deed::Move,
];

/// Where a program stops.
#[derive(Debug)]
struct Gate {
    /// How many statements it has begun.
    come: AtomicUsize,
    /// The one that it stops before.
    stop_at: AtomicUsize,
    stopped: Notify,
    go_on: Notify,
}

impl Gate {
    fn open() -> Arc<Self> {
        let never = AtomicUsize::new(usize::MAX);
        Arc::new(Self {
            come: AtomicUsize::new(0),
            stop_at: never,
            stopped: Notify::new(),
            go_on: Notify::new(),
        })
    }

    async fn pass(self: Arc<Self>) {
        if self.come.fetch_add(1, Ordering::SeqCst) == self.stop_at.load(Ordering::SeqCst) {
            self.stopped.notify_one();
            self.go_on.notified().await;
        }
    }
}

/// A database, two programs on it, and a connection that looks.
struct Scene {
    clock: Clock,
    gate: Arc<Gate>,
    /// The one that is stopped, and the other.
    programs: [Outbox; 2],
    look: tokio_postgres::Client,
}

/// What both are about.
#[derive(Clone)]
struct Props {
    campaign: CampaignId,
    /// Of another, which is paused.
    paused: CampaignId,
    /// It waits for the claimed push of its order key.
    single: DeliveryId,
    /// On the fairness key of a push.
    hold: HoldId,
    /// What a worker has, whose lease is over.
    claimed: Vec<(i64, i64)>,
}

impl Scene {
    async fn open(url: &str) -> Self {
        let clock = Clock::manual(BEGAN);
        let gate = Gate::open();
        let at_gate = gate.clone();
        let builder = Outbox::builder(url).clock(clock.clone());
        let stopped =
            builder.on_statement(move || at_gate.clone().pass().boxed()).open().await.unwrap();
        let other = Outbox::builder(url).clock(clock.clone()).open().await.unwrap();
        Self { clock, gate, programs: [stopped, other], look: client(url).await }
    }

    /// Sets the stage once, and keeps a copy of every table.
    async fn set(&self) -> Props {
        let [_, outbox] = &self.programs;
        let quota = "INSERT INTO hikyaku_quota VALUES ('default', 1000, 0, 0, 0)";
        self.look.batch_execute(quota).await.unwrap();
        outbox.set_budget(KEY, 100, Per::Day, Beyond::Wait).await.unwrap();
        let campaign = outbox.new_campaign("hello").start().await.unwrap();
        campaign.feed_ids((0..600).map(user)).await.unwrap();
        outbox.enqueue(in_order(1).idempotency_key("claimed").tell_outcome()).await.unwrap();
        let claimed = outbox.claim_some("default", 2, LEASE).await.unwrap();
        self.clock.advance(LEASE);
        let single = outbox.enqueue(in_order(2).idempotency_key("single")).await.unwrap().id;
        let push = NewDelivery::push(user(4), "hello").fairness_key("held");
        outbox.enqueue(push).await.unwrap();
        let hold = outbox.hold(NewHold::new("wrong").fairness_key("held")).await.unwrap().id;
        let paused = outbox.new_campaign("hello").start().await.unwrap();
        paused.feed_ids((0..3).map(user)).await.unwrap();
        paused.pause().await.unwrap();
        for table in TABLES {
            let keep = format!("CREATE TABLE kept_{table} AS TABLE {table}");
            self.look.batch_execute(&keep).await.unwrap();
        }
        Props { campaign: campaign.id(), paused: paused.id(), single, hold, claimed }
    }

    /// Puts everything back to where it was.
    async fn set_again(&self) {
        let mut sql = format!("BEGIN; TRUNCATE {};", TABLES.join(", "));
        for table in TABLES {
            let again = ["INSERT INTO ", table, " OVERRIDING SYSTEM VALUE TABLE kept_", table, ";"];
            sql.push_str(&again.concat());
        }
        sql.push_str("COMMIT");
        self.look.batch_execute(&sql).await.unwrap();
        self.clock.set(BEGAN + LEASE);
    }

    /// Whether a transaction waits for another.
    async fn waits(&self) -> bool {
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        self.look.query_one(sql, &[]).await.unwrap().get::<_, i64>(0) > 0
    }

    /// Stops the first one before a statement of its own, and lets the other run meanwhile. Whether it came there.
    async fn run(&self, props: &Arc<Props>, deeds: [Deed; 2], stop_at: usize) -> bool {
        let told = format!("{deeds:?}, stopped before statement {stop_at}");
        self.set_again().await;
        self.gate.come.store(0, Ordering::SeqCst);
        self.gate.stop_at.store(stop_at, Ordering::SeqCst);
        let [one, other] = &self.programs;
        let mut first = Box::pin(act(one.clone(), deeds[0], props.clone()));
        let ended = tokio::select! {
            () = self.gate.stopped.notified() => None,
            done = &mut first => Some(done),
        };
        let came = ended.is_none();
        let second = tokio::spawn(act(other.clone(), deeds[1], props.clone()));
        let began = Instant::now();
        while came && !second.is_finished() && !self.waits().await {
            assert!(began.elapsed() < LONGEST, "{told}: neither ends nor waits");
        }
        self.gate.stop_at.store(usize::MAX, Ordering::SeqCst);
        let first = if let Some(done) = ended {
            done
        } else {
            self.gate.go_on.notify_one();
            tokio::time::timeout(LONGEST, first).await.expect(&told)
        };
        let second = tokio::time::timeout(LONGEST, second).await.expect(&told).unwrap();
        self.audit([first, second], &told).await;
        came
    }

    async fn audit(&self, done: [Done; 2], told: &str) {
        let mut claims = BTreeSet::new();
        for done in done {
            match done {
                Ok(claimed) => {
                    for claim in claimed {
                        assert!(claims.insert(claim), "{told}: {claim:?} was claimed twice");
                    }
                }
                // Each may come too late. None fails for another's sake.
                Err(why) => assert!(
                    matches!(
                        why.kind(),
                        ErrorKind::Refused(..) | ErrorKind::Unsuitable(_) | ErrorKind::NoHold(_)
                    ),
                    "{told}: {why}"
                ),
            }
        }
        for (wrong, sql) in WRONG {
            let rows = self.look.query(sql, &[]).await.unwrap();
            assert!(rows.is_empty(), "{told}: {wrong}");
        }
        let [_, outbox] = &self.programs;
        let moved = "SELECT moved_to IS NOT NULL FROM hikyaku_meta";
        if !self.look.query_one(moved, &[]).await.unwrap().get::<_, bool>(0) {
            // Whoever has something yet is gone.
            self.clock.advance(LEASE * 2);
            outbox.sweep_once().await.unwrap();
        }
        assert_eq!(outbox.contradictions().await.unwrap(), [""; 0], "{told}");
    }
}

type Done = Result<Vec<(i64, i64)>, Error>;

/// Does it. What was claimed.
async fn act(outbox: Outbox, deed: Deed, props: Arc<Props>) -> Done {
    let campaign = async |id| outbox.campaign(id).await;
    match deed {
        Deed::Enqueue => {
            let again = in_order(2).idempotency_key("single");
            let new = in_order(3).idempotency_key("new");
            outbox.enqueue_all(vec![again, new]).await?;
        }
        Deed::Claim => return outbox.claim_some("default", 10, LEASE).await,
        Deed::Settle => outbox.settle_as_accepted(&props.claimed).await?,
        Deed::Sweep => outbox.sweep_once().await?,
        Deed::Pause => campaign(props.campaign).await?.pause().await?,
        Deed::Resume => campaign(props.paused).await?.resume().await?,
        Deed::CancelCampaign => campaign(props.campaign).await?.cancel().await?,
        Deed::CancelOne => outbox.cancel(props.single).await?,
        Deed::Hold => {
            outbox.hold(NewHold::new("wrong").fairness_key(KEY)).await?;
        }
        Deed::Release => {
            outbox.release(props.hold).await?;
        }
        Deed::SetBudget => {
            outbox.set_budget(KEY, 1, Per::Day, Beyond::Wait).await?;
        }
        Deed::ClearBudget => {
            outbox.clear_budget(KEY).await?;
        }
        Deed::Move => {
            outbox.move_to(&Outbox::open("memory:").await?, |_| {}).await?;
        }
    }
    Ok(Vec::new())
}

/// `HIKYAKU_STOPS=all` stops before every statement; usually it is every sixteenth, another one for each two steps.
#[tokio::test]
async fn two_steps_agree_wherever_one_of_them_is_stopped() {
    let Some(cluster) = Cluster::shared() else { return };
    let scene = Scene::open(&cluster.database()).await;
    let props = Arc::new(scene.set().await);
    let every =
        if std::env::var("HIKYAKU_STOPS").is_ok_and(|stops| stops == "all") { 1 } else { 16 };
    let mut ways = 0;
    for (first, deed) in DEEDS.into_iter().enumerate() {
        for (second, other) in DEEDS.into_iter().enumerate() {
            let mut stop_at = (first + second) % every;
            while scene.run(&props, [deed, other], stop_at).await {
                stop_at += every;
                ways += 1;
            }
        }
    }
    assert!(ways > DEEDS.len() * 4, "{ways}");
    crate::tell(&format!("{ways} ways"));
}
