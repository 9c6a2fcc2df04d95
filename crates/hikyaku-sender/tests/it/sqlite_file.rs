//! What happens to the file.

use std::{
    fs,
    io::{self, Cursor, Read},
    path::{Path, PathBuf},
    time::Duration,
};

use hikyaku_sender::{Clock, ErrorKind, Filter, Limits, Listed, NewDelivery, Outbox, Time};
use tempfile::TempDir;

use crate::{stores::user, worker::line};

fn store() -> (TempDir, PathBuf, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hikyaku.db");
    let url = format!("sqlite:{}", path.display());
    (folder, path, url)
}

/// The end of a list that breaks off.
struct Broken;

impl Read for Broken {
    fn read(&mut self, _buffer: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("broken off"))
    }
}

async fn filled(url: &str) {
    let outbox = Outbox::open(url).await.unwrap();
    for n in 0..50 {
        let text = format!("needle {n} {}", "x".repeat(500));
        outbox.enqueue(NewDelivery::push(user(n), text.as_str())).await.unwrap();
    }
}

#[tokio::test]
async fn a_path_may_be_written_with_the_slashes_of_a_url() {
    let (_folder, path, url) = store();
    filled(&url).await;
    let path = path.display();
    for url in [format!("sqlite://{path}"), format!("sqlite:///{path}")] {
        let outbox = Outbox::open(&url).await.unwrap();
        assert_eq!(outbox.list(Filter::default()).await.unwrap().len(), 50, "{url}");
    }
}

#[tokio::test]
async fn parameters_behind_a_path_are_refused_and_make_no_file() {
    let (folder, path, url) = store();
    let error = Outbox::open(format!("{url}?mode=rwc")).await.unwrap_err();
    assert!(error.to_string().contains(&format!("write sqlite:{};", path.display())), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// By a symbolic link to it, through a linked folder, and by a path from here.
#[tokio::test]
async fn a_file_has_one_worker_whatever_it_is_called() {
    let (folder, path, url) = store();
    let outbox = Outbox::open(&url).await.unwrap();
    let (link, linked) = (folder.path().join("link.db"), folder.path().join("linked"));
    std::os::unix::fs::symlink(&path, &link).unwrap();
    std::os::unix::fs::symlink(folder.path(), &linked).unwrap();
    let here = std::env::current_dir().unwrap();
    let up: PathBuf = here.components().skip(1).map(|_| "..").collect();
    let from_here = up.join(path.strip_prefix("/").unwrap());
    let (sim, client) = line().await;
    let worker = |outbox: &Outbox| {
        let worker = outbox.worker().channel("default", client.clone());
        worker.limits(Limits::none()).quota_every(None)
    };
    let others = async {
        for name in [link, linked.join("hikyaku.db"), from_here] {
            let other = Outbox::open(format!("sqlite:{}", name.display())).await.unwrap();
            let error = worker(&other).run(std::future::pending()).await.unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Locked { .. }), "{error}");
            // What is enqueued there rings here.
            other.enqueue(NewDelivery::push(user(1), "hello")).await.unwrap();
        }
        sim.wait_for(3).await.unwrap();
    };
    assert_eq!(Box::pin(worker(&outbox).run(others)).await.unwrap().accepted, 3);
    let names = fs::read_dir(folder.path()).unwrap().map(|it| it.unwrap().file_name());
    let beside = names.filter(|it| it.to_string_lossy().starts_with("link.db-")).count();
    assert_eq!(beside, 0, "a link has something beside it");
}

#[tokio::test]
async fn a_file_with_a_second_hard_link_is_refused() {
    let (folder, path, url) = store();
    filled(&url).await;
    fs::hard_link(&path, folder.path().join("other.db")).unwrap();
    let error = Outbox::open(&url).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unsuitable(_)), "{error}");
    assert!(error.to_string().contains("several names (hard links)"), "{error}");
}

#[tokio::test]
async fn a_store_and_all_beside_it_are_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let (folder, _path, url) = store();
    let outbox = Outbox::open(&url).await.unwrap();
    outbox.enqueue(NewDelivery::push(user(1), "hello")).await.unwrap();
    let (sim, client) = line().await;
    let looked = async {
        sim.wait_for(1).await.unwrap();
        let mut found = Vec::new();
        for file in fs::read_dir(folder.path()).unwrap().map(Result::unwrap) {
            let mode = file.metadata().unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{:?} has {mode:o}", file.file_name());
            found.push(file.file_name().into_string().unwrap());
        }
        found.sort();
        let suffixes = ["", "-bell", "-mark", "-shm", "-wal", "-worker"];
        assert_eq!(found, suffixes.map(|suffix| format!("hikyaku.db{suffix}")));
    };
    let worker = outbox.worker().channel("default", client).limits(Limits::none());
    worker.run(looked).await.unwrap();
}

#[tokio::test]
async fn a_cancelled_campaign_leaves_no_memory_of_whom_its_list_had() {
    let (_folder, path, url) = store();
    let outbox = Outbox::open(&url).await.unwrap();
    let campaign = outbox.new_campaign("hello").dedupe(true).start().await.unwrap();
    let list: String = (0..15_000).map(|n| user(n) + "\n").collect();
    campaign.feed(Cursor::new(list).chain(Broken)).await.unwrap_err();
    let file = rusqlite::Connection::open(&path).unwrap();
    let remembered =
        || -> i64 { file.query_row("SELECT count(*) FROM seen", [], |row| row.get(0)).unwrap() };
    assert_eq!(remembered(), 10_000);
    campaign.cancel().await.unwrap();
    assert_eq!(remembered(), 0);
}

#[tokio::test]
async fn another_programs_file_is_left_alone() {
    let (_folder, path, url) = store();
    rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE theirs (a)").unwrap();
    let error = Outbox::open(&url).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unsuitable(_)), "{error}");
    assert!(error.to_string().ends_with("it is another program's database; choose another file"));
}

#[tokio::test]
async fn a_file_of_a_newer_version_is_refused() {
    let (_folder, path, url) = store();
    filled(&url).await;
    rusqlite::Connection::open(&path).unwrap().execute_batch("PRAGMA user_version = 99").unwrap();
    let error = Outbox::open(&url).await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::NewerSchema { found: 99, known: 5 });
}

#[tokio::test]
async fn a_text_file_is_refused() {
    let (_folder, path, url) = store();
    fs::write(&path, "not a database at all, but long enough to have a header".repeat(20)).unwrap();
    let error = Outbox::open(&url).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Damaged(_)), "{error}");
}

#[tokio::test]
async fn a_flipped_byte_in_what_is_sent_is_noticed() {
    let (_folder, path, url) = store();
    filled(&url).await;
    checkpoint(&path);
    let mut bytes = fs::read(&path).unwrap();
    // Pages keep remains of what was moved elsewhere, so every copy gets it.
    let copies: Vec<_> = bytes
        .windows(8)
        .enumerate()
        .filter(|(_, it)| it == b"needle 7")
        .map(|(at, _)| at)
        .collect();
    for at in copies {
        bytes[at] ^= 1;
    }
    fs::write(&path, bytes).unwrap();
    let outbox = Outbox::open(&url).await.unwrap();
    let error = outbox.list(Filter::default()).await.map(|found| found.len()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Damaged(_)), "{error}");
}

#[tokio::test]
async fn a_cut_file_is_refused() {
    let (_folder, path, url) = store();
    filled(&url).await;
    checkpoint(&path);
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let error = Outbox::open(&url).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Damaged(_)), "{error}");
}

#[tokio::test]
async fn a_cut_log_is_noticed_by_the_commits_that_are_missing() {
    let (folder, path, url) = store();
    let outbox = Outbox::open(&url).await.unwrap();
    for n in 0..50 {
        outbox.enqueue(NewDelivery::push(user(n), "a")).await.unwrap();
    }
    // As a crash leaves it: the log not yet in the file.
    let crashed = folder.path().join("crashed.db");
    for suffix in ["", "-wal", "-mark"] {
        let name = |path: &PathBuf| format!("{}{suffix}", path.display());
        fs::copy(name(&path), name(&crashed)).unwrap();
    }
    let url = format!("sqlite:{}", crashed.display());
    drop(Outbox::open(&url).await.unwrap());
    for suffix in ["", "-wal"] {
        let name = |path: &PathBuf| format!("{}{suffix}", path.display());
        fs::copy(name(&path), name(&crashed)).unwrap();
    }
    let _ = fs::remove_file(format!("{}-shm", crashed.display()));
    let log =
        fs::OpenOptions::new().write(true).open(format!("{}-wal", crashed.display())).unwrap();
    log.set_len(log.metadata().unwrap().len() / 2).unwrap();
    let error = Outbox::open(&url).await.unwrap_err();
    assert!(error.to_string().contains("acknowledged commits are missing from it"), "{error}");
}

/// What a crash leaves: the files as they are while the store is open. Some of it was sent.
async fn crashed(log: bool) -> (TempDir, PathBuf) {
    let (folder, path, url) = store();
    let clock = Clock::manual(Time::from_millis(1_800_000_000_000));
    let outbox = Outbox::builder(&url).clock(clock).open().await.unwrap();
    let push = |n| NewDelivery::push(user(n), text(n).as_str()).idempotency_key(n.to_string());
    let (_sim, client) = line().await;
    outbox.enqueue_all((0..10).map(push).collect()).await.unwrap();
    let worker = outbox.worker().channel("default", client).limits(Limits::none());
    worker.until_idle().run(std::future::pending()).await.unwrap();
    outbox.enqueue_all((10..30).map(push).collect()).await.unwrap();
    let campaign =
        outbox.new_campaign(text(0).as_str()).idempotency_key("c").start().await.unwrap();
    campaign.feed_ids((30..40).map(user)).await.unwrap();
    if !log {
        checkpoint(&path);
    }
    let crashed = folder.path().join("crashed.db");
    copy(&path, &crashed);
    (folder, crashed)
}

fn text(n: usize) -> String {
    format!("a text that nobody may get any other way, for {}", n.min(30))
}

fn copy(from: &Path, to: &Path) {
    for suffix in ["", "-wal", "-mark"] {
        let name = |path: &Path| format!("{}{suffix}", path.display());
        let _ = fs::remove_file(name(to));
        fs::copy(name(from), name(to)).unwrap();
    }
    let _ = fs::remove_file(format!("{}-shm", to.display()));
}

/// Flips a bit in many places, one after the other, and lets a worker loose on what is left. How often it was refused.
async fn flip_and_send(crashed: &Path, suffix: &str, flips: u64) -> u64 {
    let damaged = crashed.with_file_name("damaged.db");
    let name = format!("{}{suffix}", damaged.display());
    let url = format!("sqlite:{}", damaged.display());
    let length = fs::metadata(format!("{}{suffix}", crashed.display())).unwrap().len();
    let mut refused = 0;
    for flip in 0..flips {
        copy(crashed, &damaged);
        let mut bytes = fs::read(&name).unwrap();
        let mixed = flip.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let place = usize::try_from((mixed >> 16) % length).unwrap();
        bytes[place] ^= 1 << (mixed % 8);
        fs::write(&name, bytes).unwrap();
        let (sim, client) = line().await;
        let now = Time::from_millis(1_800_000_000_000);
        let sent = async {
            let clock = Clock::manual(now);
            let outbox = Outbox::builder(&url).clock(clock).open().await?;
            let worker = outbox.worker().channel("default", client).limits(Limits::none());
            worker.until_idle().run(std::future::pending()).await
        };
        let told = format!("bit {} of byte {place} of {name}", mixed % 8);
        match tokio::time::timeout(Duration::from_secs(20), sent).await {
            Ok(Ok(_)) => {}
            Ok(Err(why)) => {
                assert!(!why.is_retryable(), "{told}: {why}");
                refused += 1;
            }
            // What cannot be read is tried again later, and this clock stands still.
            Err(_) => {
                let left = Outbox::open(&url).await.unwrap().list(Filter::default()).await;
                let is_later = |it: &Listed| it.due > now && it.attempts > 0;
                let waits = match &left {
                    Ok(left) => left.iter().any(is_later),
                    Err(why) => !why.is_retryable(),
                };
                assert!(waits, "{told}: it hangs with {left:?}");
            }
        }
        // Whether it was found or did not matter: nobody gets what was not meant for them, or gets it again.
        for delivery in sim.outbox() {
            let n = (10..40).find(|n| user(*n) == delivery.to.as_ref());
            let n = n.unwrap_or_else(|| panic!("{told}: {} got something", delivery.to));
            let meant = if n < 30 { text(n) } else { text(0) };
            assert_eq!(delivery.text(), Some(meant.as_str()), "{told}");
        }
        assert_eq!(sim.duplicates(), vec![], "{told}");
    }
    refused
}

/// `HIKYAKU_FLIPS` sets how many.
fn flips() -> u64 {
    std::env::var("HIKYAKU_FLIPS").map_or(60, |flips| flips.parse().unwrap())
}

#[tokio::test]
async fn a_flipped_bit_in_the_file_is_found_or_does_not_matter() {
    let (_folder, crashed) = crashed(false).await;
    assert!(flip_and_send(&crashed, "", flips()).await > 0);
}

#[tokio::test]
async fn a_flipped_bit_in_the_log_is_found_or_does_not_matter() {
    let (_folder, crashed) = crashed(true).await;
    assert!(flip_and_send(&crashed, "-wal", flips()).await > 0);
}

#[tokio::test]
async fn two_programs_may_fill_one_file() {
    let (_folder, _path, url) = store();
    let (first, second) = (Outbox::open(&url).await.unwrap(), Outbox::open(&url).await.unwrap());
    let send = NewDelivery::push(user(1), "a").idempotency_key("k");
    let one = first.enqueue(send.clone()).await.unwrap();
    let two = second.enqueue(send).await.unwrap();
    assert_eq!((one.id, two.existing), (two.id, true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_being_written_can_be_opened() {
    let (_folder, _path, url) = store();
    let outbox = Outbox::open(&url).await.unwrap();
    let writer = tokio::spawn(async move {
        loop {
            outbox.enqueue(NewDelivery::push(user(1), "hello")).await.unwrap();
        }
    });
    for _ in 0..100 {
        // Commits that are made meanwhile are none that are missing.
        Outbox::open(&url).await.unwrap();
    }
    writer.abort();
}

fn checkpoint(path: &PathBuf) {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
}
