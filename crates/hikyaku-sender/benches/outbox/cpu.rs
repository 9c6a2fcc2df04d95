//! Processor time, which tells what something costs even where others keep the processors busy.

use std::{fs, time::Duration};

/// What all threads of this program took so far, but for those that have ended.
pub(crate) fn of_this_program() -> Duration {
    of_threads("self")
}

/// What a program that was started by this one took so far.
pub(crate) fn of_program(pid: u32) -> Duration {
    of_threads(&pid.to_string())
}

/// What the processes took that this one has started, but for those that have ended.
pub(crate) fn of_children(parent: u32) -> Duration {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let pids = processes.filter_map(|it| it.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| is_child(*pid, parent)).map(of_program).sum()
}

fn is_child(pid: u32, parent: u32) -> bool {
    // A process may end meanwhile. The name of its program, in brackets, may hold anything.
    let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { return false };
    let after = stat.rsplit(')').next().unwrap_or_default();
    after.split_whitespace().nth(1).and_then(|it| it.parse().ok()) == Some(parent)
}

fn of_threads(pid: &str) -> Duration {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else { return Duration::ZERO };
    let nanos = threads.flatten().filter_map(|thread| {
        let stat = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        stat.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanos.sum())
}
