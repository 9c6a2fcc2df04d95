//! Disks that are full, or that take no writes. A file system of some megabytes stands for them, which only this program
//! and its children see; where the machine lets nobody make one, the tests say so and are skipped, unless
//! `HIKYAKU_TEST_SMALL_DISK` says `required`.

use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use hikyaku_sender::{Error, ErrorKind, Limits, NewDelivery, Outbox, State};
use hikyaku_sim::FaultRule;

use crate::{
    cluster::{self, Cluster},
    stores::{assert_each_arrived_once, user},
    worker::line,
};

/// Starts a test below again, with a small disk.
fn on_a_small_disk(test: &str) {
    let folder = tempfile::tempdir().unwrap();
    let private = |script: &str| {
        let mut command = Command::new("unshare");
        // Root may mount; others become root of a world of their own.
        command.args(if cluster::is_root() { &["-m"][..] } else { &["-m", "-U", "-r"] });
        command.args(["sh", "-c", script, "sh"]).arg(folder.path()).stdin(Stdio::null());
        command
    };
    let mount = "mount -t tmpfs -o size=64m,mode=777 tmpfs \"$1\"";
    let can = private(mount).stderr(Stdio::null()).status().is_ok_and(|it| it.success());
    if !can {
        let required = std::env::var("HIKYAKU_TEST_SMALL_DISK").as_deref() == Ok("required");
        assert!(!required, "a small disk is required, and this machine lets nobody mount one");
        crate::tell("skipped: this machine lets nobody mount a small disk");
        return;
    }
    let ended = private(&format!("{mount} && exec \"$2\" \"$3\" --exact --ignored --nocapture"))
        .arg(std::env::current_exe().unwrap())
        .arg(format!("disk::{test}"))
        .env("SMALL_DISK", folder.path())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&ended.stdout) + String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success() && told.contains("1 passed"), "{told}");
}

/// A disk that can be filled up and cleared.
struct Disk(PathBuf);

impl Disk {
    /// Nothing where the test was not started with one. Some of it is taken, for others to take and to give back.
    fn given() -> Option<Self> {
        let disk = Self(std::env::var_os("SMALL_DISK")?.into());
        std::fs::write(disk.ballast(), vec![0; 48 << 20]).unwrap();
        Some(disk)
    }

    fn url(&self) -> String {
        format!("sqlite:{}", self.0.join("hikyaku.db").display())
    }

    /// Takes all room there is.
    fn fill(&self) {
        let mut ballast = File::options().append(true).open(self.ballast()).unwrap();
        for size in [1 << 20, 1 << 12, 1] {
            while ballast.write_all(&vec![0; size]).is_ok() {}
        }
    }

    fn clear(&self) {
        std::fs::remove_file(self.ballast()).unwrap();
    }

    fn ballast(&self) -> PathBuf {
        self.0.join("ballast")
    }
}

/// Gives the space back that a log of before takes, so that the next commit needs new space.
fn cut_log(store: &Path) {
    let connection = rusqlite::Connection::open(store).unwrap();
    connection.busy_timeout(Duration::from_secs(10)).unwrap();
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
}

fn assert_full(why: &Error) {
    assert!(why.is_retryable(), "{why}");
    assert!(matches!(why.kind(), ErrorKind::Store(_)), "{why}");
    assert!(why.to_string().contains("disk"), "{why}");
}

/// Its text is long, and no store makes it shorter.
fn send(n: usize) -> NewDelivery {
    let words = (0..200).scan(n as u64 + 1, |word, _| {
        *word = word.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        Some(format!("{word:016x}"))
    });
    NewDelivery::push(user(n), words.collect::<Vec<_>>().concat().as_str())
}

/// Enqueues one after the other, until that is refused. How many were acknowledged.
async fn until_full(outbox: &Outbox) -> usize {
    for n in 0..1_000_000 {
        if let Err(why) = outbox.enqueue(send(n)).await {
            assert_full(&why);
            return n;
        }
    }
    unreachable!("the disk is never full")
}

async fn deliver_all(outbox: &Outbox, sends: usize) {
    let (sim, client) = line().await;
    let worker = outbox.worker().channel("default", client).limits(Limits::none());
    worker.until_idle().run(std::future::pending()).await.unwrap();
    assert_each_arrived_once(&sim, 0..sends, "after the disk was full");
    assert_eq!(sim.people_reached(), sends);
}

#[test]
fn an_enqueue_on_a_full_disk_is_refused_and_what_was_acknowledged_is_sent() {
    on_a_small_disk("enqueue_on_a_full_disk");
}

#[tokio::test]
#[ignore = "another test starts it with a small disk"]
async fn enqueue_on_a_full_disk() {
    let Some(disk) = Disk::given() else { return };
    let outbox = Outbox::open(disk.url()).await.unwrap();
    let acknowledged = until_full(&outbox).await;
    assert!(acknowledged > 100);
    // It is read as before, and refused again.
    let ready = outbox.overview().await.unwrap().count(State::Ready);
    assert_eq!(ready, acknowledged as u64);
    disk.fill();
    assert_full(&outbox.enqueue(send(acknowledged)).await.unwrap_err());
    drop(outbox);
    // Whether it can be opened without any room, or not, nothing is lost by trying.
    if let Err(why) = Outbox::open(disk.url()).await {
        assert!(why.is_retryable(), "{why}");
        assert!(why.to_string().contains("hikyaku.db"), "{why}");
    }
    disk.clear();
    let outbox = Outbox::open(disk.url()).await.unwrap();
    deliver_all(&outbox, acknowledged).await;
}

#[test]
fn a_claim_on_a_full_disk_sends_nothing_and_goes_on_when_there_is_room() {
    on_a_small_disk("claim_on_a_full_disk");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "another test starts it with a small disk"]
async fn claim_on_a_full_disk() {
    full_at("before claim").await;
}

#[test]
fn a_settle_on_a_full_disk_is_made_up_for_when_there_is_room() {
    on_a_small_disk("settle_on_a_full_disk");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "another test starts it with a small disk"]
async fn settle_on_a_full_disk() {
    full_at("before settle").await;
}

/// The disk is full when the worker comes to this step, and has room again when it was seen to stand still.
async fn full_at(point: &'static str) {
    const SENDS: usize = 300;
    let Some(disk) = Disk::given() else { return };
    let disk = Arc::new(disk);
    let (sim, client) = line().await;
    sim.fault(FaultRule::delay(Duration::from_millis(2))).unwrap();
    let outbox = Outbox::open(disk.url()).await.unwrap();
    outbox.enqueue_all((0..SENDS).map(send).collect()).await.unwrap();
    let (full, is_full) = tokio::sync::oneshot::channel();
    let full = Mutex::new(Some(full));
    let at_step = disk.clone();
    let worker = outbox.worker().channel("default", client).limits(Limits::none()).concurrency(8);
    let worker = worker.on_step(move |step| {
        // Not at the very first claim: some of it must have been done.
        if step == point
            && has_sent_some(&at_step)
            && let Some(full) = full.lock().unwrap().take()
        {
            cut_log(&at_step.0.join("hikyaku.db"));
            at_step.fill();
            let _ = full.send(());
        }
    });
    let running = tokio::spawn(worker.until_idle().run(std::future::pending()));
    is_full.await.unwrap();
    // It stands still: for a second, nothing is written down and nothing new is sent.
    let began = Instant::now();
    let mut seen = (sim.delivered(), outbox.overview().await.unwrap().count(State::Accepted));
    let mut since = Instant::now();
    while since.elapsed() < Duration::from_secs(1) {
        assert!(began.elapsed() < Duration::from_secs(30), "it goes on and on: {seen:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
        let now = (sim.delivered(), outbox.overview().await.unwrap().count(State::Accepted));
        if now != seen {
            (seen, since) = (now, Instant::now());
        }
    }
    assert!(seen.1 < SENDS as u64, "the disk was full for nobody: {seen:?}");
    assert_full(&outbox.enqueue(send(SENDS)).await.unwrap_err());
    disk.clear();
    running.await.unwrap().unwrap();
    assert_eq!(outbox.overview().await.unwrap().count(State::Accepted), SENDS as u64);
    assert_each_arrived_once(&sim, 0..SENDS, point);
}

/// Whether the worker has written down that something was accepted.
fn has_sent_some(disk: &Disk) -> bool {
    let store = rusqlite::Connection::open(disk.0.join("hikyaku.db")).unwrap();
    let accepted = "SELECT count(*) FROM delivery WHERE state = 4";
    store.query_row(accepted, [], |row| row.get::<_, i64>(0)).unwrap() > 0
}

#[test]
fn a_store_that_takes_no_writes_is_refused_and_named() {
    on_a_small_disk("read_only");
}

#[tokio::test]
#[ignore = "another test starts it with a small disk"]
async fn read_only() {
    let Some(disk) = Disk::given() else { return };
    let outbox = Outbox::open(disk.url()).await.unwrap();
    outbox.enqueue_all((0..20).map(send).collect()).await.unwrap();
    drop(outbox);
    let remount = |how: &str| {
        cluster::run(Command::new("mount").args(["-o", &format!("remount,{how}")]).arg(&disk.0));
    };
    remount("ro");
    let why = Outbox::open(disk.url()).await.unwrap_err();
    assert!(why.is_retryable(), "{why}");
    assert!(why.to_string().contains("hikyaku.db"), "{why}");
    assert!(why.to_string().contains("cannot be written"), "{why}");
    remount("rw");
    let outbox = Outbox::open(disk.url()).await.unwrap();
    deliver_all(&outbox, 20).await;
}

#[test]
fn a_full_disk_of_postgres_is_told_and_what_was_acknowledged_is_sent() {
    // Who is not root becomes root to mount one, and PostgreSQL refuses to run as root.
    if cluster::is_root() {
        on_a_small_disk("enqueue_on_a_full_disk_of_postgres");
    } else {
        crate::tell("skipped: only root can give PostgreSQL a small disk");
    }
}

#[tokio::test]
#[ignore = "another test starts it with a small disk"]
async fn enqueue_on_a_full_disk_of_postgres() {
    let Some(disk) = Disk::given() else { return };
    let Some(cluster) = Cluster::own() else { return };
    let place = disk.0.join("tables");
    std::fs::create_dir(&place).unwrap();
    cluster::run(Command::new("chown").arg("postgres").arg(&place));
    cluster::run(Command::new("chmod").arg("o+x").arg(disk.0.parent().unwrap()));
    cluster.sql("postgres", &format!("CREATE TABLESPACE small LOCATION '{}'", place.display()));
    cluster.sql("postgres", "CREATE DATABASE small TABLESPACE small");
    let url = format!("postgres://postgres@/small?host={}", cluster.host().display());
    let outbox = Outbox::open(url).await.unwrap();
    let acknowledged = until_full(&outbox).await;
    assert!(acknowledged > 100);
    let ready = outbox.overview().await.unwrap().count(State::Ready);
    assert_eq!(ready, acknowledged as u64);
    // A worker that finds no room to write down a claim goes on when there is some.
    let (sim, client) = line().await;
    let worker = outbox.worker().channel("default", client).limits(Limits::none());
    let running = tokio::spawn(worker.until_idle().run(std::future::pending()));
    let ready = async || outbox.overview().await.unwrap().count(State::Ready);
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(1) && ready().await > 0 {}
    disk.clear();
    running.await.unwrap().unwrap();
    assert_each_arrived_once(&sim, 0..acknowledged, "after the disk was full");
}
