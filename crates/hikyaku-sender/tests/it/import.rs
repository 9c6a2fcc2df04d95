//! A long list through a pipe: each id once, in memory that does not grow, however often the program is killed.
//!
//! `HIKYAKU_RECIPIENTS` and `HIKYAKU_IMPORT_KILLS` set how many ids and how many kills there are.

use std::{
    io::{BufRead, BufReader, BufWriter, Write},
    process::{Child, Command, Stdio},
};

use hikyaku_sender::{Filter, Limits, Outbox, campaign::CampaignPhase};

use crate::{
    stores::{assert_each_arrived_once, user},
    worker::line,
};

/// The most memory that a program may ever take, in kB.
const MOST_MEMORY: u64 = 64 * 1024;

/// More than these are not sent to the simulator, which remembers every one of them.
const MOST_SENT: usize = 1_000_000;

fn setting(name: &str, usual: usize) -> usize {
    std::env::var(name).map_or(usual, |it| it.parse().unwrap())
}

/// Starts the program that reads the list, and writes the list to it, from its beginning.
fn start(url: &str, recipients: usize) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["import::child", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
        .env("CHILD_STORE", url)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut list = BufWriter::new(child.stdin.take().unwrap());
    std::thread::spawn(move || {
        // Nobody reads to the end who is killed.
        let _ = (0..recipients).try_for_each(|n| writeln!(list, "{}", user(n)));
    });
    child
}

/// The most memory that it has had, in kB; nothing when it has just ended.
fn memory(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_through_a_pipe_is_taken_once_in_little_memory_through_kills() {
    let recipients = setting("HIKYAKU_RECIPIENTS", 200_000);
    let kills = setting("HIKYAKU_IMPORT_KILLS", 3);
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("hikyaku.db").display());
    let mut most = 0;
    let mut killed = 0;
    loop {
        let mut child = start(&url, recipients);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let kill_at = recipients * (killed + 1) / (kills + 1);
        let reached = |line: &String| {
            let fed = line.strip_prefix("fed ").and_then(|fed| fed.parse::<usize>().ok());
            fed.is_some_and(|fed| killed < kills && fed >= kill_at)
        };
        let mut whole = false;
        for line in lines.by_ref().map_while(Result::ok) {
            if line.starts_with("fed ") {
                most = most.max(memory(&child).unwrap_or(0));
            }
            whole |= line.starts_with("whole");
            if reached(&line) {
                child.kill().unwrap();
                break;
            }
        }
        let ended = child.wait().unwrap();
        if ended.success() {
            assert!(whole && killed == kills, "{killed} of {kills} were killed");
            break;
        }
        killed += 1;
    }
    crate::tell(&format!("{recipients} recipients, {killed} kills: {most} kB at most"));
    assert!((1..MOST_MEMORY).contains(&most), "{most} kB");

    let outbox = Outbox::open(&url).await.unwrap();
    let campaign = outbox.new_campaign("bulk").idempotency_key("list").start().await.unwrap();
    let progress = campaign.progress().await.unwrap();
    assert_eq!(progress.total, recipients as u64);
    let mut times = vec![0_u8; recipients];
    let mut before = None;
    loop {
        let mut page = Filter::default().campaign(campaign.id()).limit(200);
        page.before = before;
        let page = outbox.list(page).await.unwrap();
        for id in page.iter().flat_map(|row| &row.to) {
            times[usize::from_str_radix(id.trim_start_matches('U'), 16).unwrap()] += 1;
        }
        let Some(last) = page.last() else { break };
        before = Some(last.id);
    }
    assert!(times.iter().all(|times| *times == 1));
    if recipients <= MOST_SENT {
        let (sim, client) = line().await;
        let worker = outbox.worker().channel("default", client).limits(Limits::none());
        worker.until_idle().run(std::future::pending()).await.unwrap();
        assert_each_arrived_once(&sim, 0..recipients, "after the import");
        assert_eq!(campaign.progress().await.unwrap().state, CampaignPhase::Done);
    }
}

/// The program that is killed.
#[tokio::test]
#[ignore = "another test starts it in a program of its own"]
async fn child() {
    let Ok(url) = std::env::var("CHILD_STORE") else { return };
    let say = |what: String| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{what}").unwrap();
        out.flush().unwrap();
    };
    let outbox = Outbox::open(url).await.unwrap();
    let campaign = outbox.new_campaign("bulk").idempotency_key("list").start().await.unwrap();
    // The test runner has begun a line of its own.
    say("\nfed 0".to_owned());
    let fed = campaign.feed(std::io::stdin());
    fed.on_progress(move |progress| say(format!("fed {}", progress.total))).await.unwrap();
    writeln!(std::io::stdout(), "whole").unwrap();
}
