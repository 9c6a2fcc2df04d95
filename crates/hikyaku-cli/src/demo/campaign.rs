use std::{
    env::current_exe,
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, ensure};
use hikyaku_sender::{
    Outbox,
    campaign::{Campaign, CampaignPhase, Progress},
};
use hikyaku_sim::Sim;

use crate::{folder::Folder, progress::CampaignBar};

const PEOPLE: usize = 50_000;

/// The number of recipients served when the first worker is killed.
const KILLED_AT: u64 = 15_000;

/// Slow enough to be seen, and to be killed in the middle.
const LIMIT: &str = "multicast=40/s";

/// Sends a campaign with a worker that is killed, and another one that continues.
///
/// The workers are separate processes: whatever the first one had not recorded is lost.
pub(super) async fn campaign() -> anyhow::Result<String> {
    let sim = Sim::builder().keep_messages(0).start().await?;
    let people = sim.add_friends(PEOPLE);
    let folder = Folder::new()?;
    let store = format!("sqlite:{}", folder.path().join("demo.db").display());
    let outbox = Outbox::open(&store).await?;
    let campaign = outbox.new_campaign("Spring is here").idempotency_key("spring").start().await?;
    campaign.feed_ids(people.clone().into_iter().map(|id| id.as_str().to_owned())).await?;

    let bar = CampaignBar::new();
    let mut first = Worker::start(&sim, &store)?;
    let before = follow(&campaign, &bar, &mut first, |now| now.finished() >= KILLED_AT).await?;
    first.kill()?;
    ensure!(before.open() > 0, "the worker was done before it could be killed");
    let mut second = Worker::start(&sim, &store)?;
    let end = follow(&campaign, &bar, &mut second, |now| now.state == CampaignPhase::Done).await?;
    drop(bar);

    let once = people.iter().filter(|user| sim.delivery_count(user) == 1).count();
    ensure!(once == PEOPLE, "{once} of {PEOPLE} people have it once");
    ensure!(sim.duplicates().is_empty(), "some people have it twice");
    ensure!(end.accepted == PEOPLE as u64, "the store counts {} accepted", end.accepted);
    Ok(format!(
        "to {PEOPLE} people; the worker was killed (SIGKILL) after {}, another went on: each has it once",
        before.finished()
    ))
}

/// Shows the progress until it suffices.
async fn follow(
    campaign: &Campaign,
    bar: &CampaignBar,
    worker: &mut Worker,
    enough: impl Fn(&Progress) -> bool,
) -> anyhow::Result<Progress> {
    let mut watch = campaign.watch(Duration::from_millis(50));
    loop {
        let watched = watch.next().await?;
        bar.show(&watched);
        if enough(&watched.progress) {
            return Ok(watched.progress);
        }
        if let Some(status) = worker.0.try_wait()? {
            // The worker's last commits may be newer than this progress.
            let progress = campaign.progress().await?;
            ensure!(enough(&progress), "the worker ended by itself: {status}");
            return Ok(progress);
        }
    }
}

/// `hikyaku worker run` as a process; killed when dropped.
struct Worker(Child);

impl Worker {
    fn start(sim: &Sim, store: &str) -> anyhow::Result<Self> {
        let program = current_exe().context("this program cannot find itself")?;
        let worker = Command::new(program)
            .args(["worker", "run", "--until-idle", "--concurrency", "8"])
            .args(["--limit", LIMIT, "--store", store])
            .env("LINE_CHANNEL_ACCESS_TOKEN", sim.channel_token().expose())
            .env("HIKYAKU_API_URL", sim.api_url())
            .env_remove("HIKYAKU_PROFILE")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Ok(Self(worker.context("the worker cannot be started")?))
    }

    fn kill(mut self) -> anyhow::Result<()> {
        self.0.kill().and_then(|()| self.0.wait()).context("the worker cannot be killed")?;
        Ok(())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
