//! What happens to the file.

use std::{fs, path::PathBuf};

use hikyaku_sender::{ErrorKind, Filter, NewDelivery, Outbox};
use tempfile::TempDir;

use crate::stores::user;

fn store() -> (TempDir, PathBuf, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hikyaku.db");
    let url = format!("sqlite:{}", path.display());
    (folder, path, url)
}

async fn filled(url: &str) {
    let outbox = Outbox::open(url).await.unwrap();
    for n in 0..50 {
        let text = format!("needle {n} {}", "x".repeat(500));
        outbox.enqueue(NewDelivery::push(user(n), text.as_str())).await.unwrap();
    }
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
    assert_eq!(error.kind(), &ErrorKind::NewerSchema { found: 99, known: 1 });
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
