use std::{
    fs::{File, OpenOptions, canonicalize},
    io::{IsTerminal, Read, Write},
    pin::pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::anyhow;
use clap::Args;
use hikyaku::model::{Message, message::MessageKind};
use hikyaku_sender::{
    Error, ErrorKind, Event, Events,
    campaign::{BadLine, Campaign, CampaignPhase, Progress},
};
use serde::Serialize;

use super::{status, watch::has_ended};
use crate::{
    failure::{refused, usage},
    file,
    messages::MessageArgs,
    output::{self, Output},
    progress::CampaignBar,
    send::Silence,
    stop::StopSignals,
    store::StoreArgs,
    work::{WorkArgs, stuck_for},
};

/// The interval at which the bar polls the store.
const LOOK: Duration = Duration::from_millis(200);

/// Start a campaign, or go on with it, and deliver it
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[command(after_help = "\
The campaign's id is printed at once. The list has one id a line; blank lines and lines that begin with # are skipped. \
While it delivers, everything else that is due in the store is sent, too. If another worker holds the store, that worker \
delivers.

Examples:
  hikyaku campaign start --to-file friends.txt --text 'spring is here' --idempotency-key spring
  hikyaku campaign start --to-file - --text 'hello' --dedupe --reject-file bad.txt < friends.txt
  hikyaku campaign start --to-file people.csv --personal --text 'hello {name}' --enqueue-only")]
pub(super) struct Start {
    /// The list of users (- is stdin)
    #[arg(long, value_name = "FILE")]
    to_file: String,

    #[command(flatten)]
    messages: MessageArgs,

    /// Your name for this campaign: started again with the same list and messages, it goes on where it stopped
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,

    /// Only store it; `hikyaku worker run` delivers it
    #[arg(long, conflicts_with_all = ["concurrency", "limit"])]
    enqueue_only: bool,

    /// Skip ids that the list has had before
    #[arg(long)]
    dedupe: bool,

    /// Send nothing until the whole list is read, and nothing at all if one line is bad
    #[arg(long)]
    strict: bool,

    /// Write the lines that nothing is sent for to this file: number, reason and text, separated by tabs
    #[arg(long, value_name = "FILE")]
    reject_file: Option<String>,

    /// The list is CSV whose first line names the columns, the id first: {name} in a message stands for the value in
    /// that column, and each line is a push of its own
    #[arg(long)]
    personal: bool,

    /// Count opens and taps under this name, 1 to 30 of a-z, A-Z, 0-9 and _
    #[arg(long, value_name = "NAME")]
    unit: Option<String>,

    /// The channel of the store that it belongs to, sent through the profile of the same name [default: default]
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,

    #[command(flatten)]
    silence: Silence,

    #[command(flatten)]
    work: WorkArgs,
}

#[derive(Serialize)]
struct Started {
    campaign_id: i64,
}

impl Start {
    pub(super) async fn run(self, store: &StoreArgs, output: Output) -> anyhow::Result<()> {
        let messages = self.messages.read(output)?;
        if !self.personal
            && let Some(name) = messages.iter().find_map(placeholder)
        {
            output.note(&format!(
                "{name} is sent as it stands; --personal fills in columns of the list"
            ));
        }
        let list = file::open(&self.to_file)?;
        // A wrong setting must be found before the list is on disk.
        let clients = if self.enqueue_only {
            None
        } else {
            Some(self.work.clients(self.channel.as_slice(), output)?)
        };
        let rejects = self.reject_file.as_deref();
        let rejects = rejects.map(|path| Rejects::open(path, &self.to_file)).transpose()?;
        let outbox = store.open_or_make().await?;
        let mut builder = if self.personal {
            outbox.new_personal_campaign(&messages)
        } else {
            outbox.new_campaign(&messages)
        };
        builder = builder.dedupe(self.dedupe).strict(self.strict);
        if let Some(key) = &self.idempotency_key {
            builder = builder.idempotency_key(key);
        }
        if let Some(channel) = &self.channel {
            builder = builder.channel(channel);
        }
        if let Some(unit) = &self.unit {
            builder = builder.unit(unit.as_str());
        }
        if self.silence.notification_disabled {
            builder = builder.notification_disabled(true);
        }
        let campaign = builder.start().await?;
        let started = Started { campaign_id: campaign.id().get() };
        output::print(serde_json::to_string(&started)?)?;
        let Some(clients) = clients else {
            let progress = feed(&campaign, list, rejects).await?;
            return self.tell(&campaign, &progress, output).await;
        };
        let signals = StopSignals::listen()?;
        let looked = Arc::new(AtomicBool::new(false));
        let mut fed_and_ended = pin!(async {
            feed(&campaign, list, rejects).await?;
            follow(&campaign, &looked).await
        });
        tokio::spawn(note_first_look(outbox.events(), looked.clone()));
        let mut outcome = None;
        let stop = async {
            tokio::select! {
                result = &mut fed_and_ended => outcome = Some(result),
                () = signals.wait() => {}
            }
        };
        match self.work.worker(&outbox, clients).run(stop).await {
            Ok(_) => {}
            // The process that holds the store delivers this campaign as well.
            Err(error) if is_locked(&error) => {
                looked.store(true, Ordering::Relaxed);
                tokio::select! {
                    result = &mut fed_and_ended => outcome = Some(result),
                    () = signals.wait() => {}
                }
            }
            Err(error) => return Err(error.into()),
        }
        let progress = match outcome {
            Some(result) => result?,
            None => campaign.progress().await?,
        };
        self.tell(&campaign, &progress, output).await
    }

    /// Prints the result on stderr, on a terminal or if something is wrong; stdout has only the id.
    async fn tell(
        &self,
        campaign: &Campaign,
        progress: &Progress,
        output: Output,
    ) -> anyhow::Result<()> {
        let amiss = progress.accepted < progress.total || progress.bad_lines > 0;
        if std::io::stderr().is_terminal() || amiss {
            output.note(&status::words(progress));
        }
        if progress.bad_lines > 0 {
            let path = self.reject_file.as_deref();
            let where_listed = path.map_or("--reject-file FILE lists them".to_owned(), |path| {
                format!("{path} lists them")
            });
            output.note(&format!("nothing is sent for bad lines; {where_listed}"));
        }
        let refusals = status::refusals(campaign, progress).await?;
        if progress.rejected > 0 && progress.rejected == progress.total {
            let reasons: Vec<_> = refusals.iter().map(status::Refusal::reason).collect();
            return Err(refused(format!(
                "LINE refused it for everybody: {}; mend the messages and start it anew, or `hikyaku campaign dead {} --retry` \
                 once the reason is gone",
                reasons.join("; "),
                campaign.id()
            )));
        }
        for refusal in refusals {
            output.note(&refusal.to_string());
        }
        Ok(())
    }
}

/// What looks like the name of a column in a text.
fn placeholder(message: &Message) -> Option<&str> {
    let MessageKind::Text(text) = &message.kind else { return None };
    let opened = text.text.get(text.text.find('{')?..)?;
    let word = opened.get(..=opened.find('}')?)?;
    let name = word.strip_prefix('{')?.strip_suffix('}')?;
    let is_name =
        !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || " _-".contains(c));
    is_name.then_some(word)
}

async fn feed(
    campaign: &Campaign,
    list: Box<dyn Read + Send>,
    rejects: Option<Rejects>,
) -> anyhow::Result<Progress> {
    let feed = campaign.feed(list);
    let Some(Rejects { path, mut file }) = rejects else { return Ok(feed.await?.progress) };
    let failed = Arc::new(OnceLock::new());
    let noted = failed.clone();
    let feed = feed.on_bad_line(move |BadLine { number, text, why, .. }| {
        if noted.get().is_none()
            && let Err(error) = writeln!(file, "{number}\t{why}\t{text}")
        {
            let _ = noted.set(error);
        }
    });
    let progress = feed.await?.progress;
    match failed.get() {
        None => Ok(progress),
        Some(why) => Err(anyhow!(
            "cannot write {path}: {why}; the list is kept all the same, and `hikyaku worker run` delivers it"
        )),
    }
}

/// The file that bad lines are written to.
struct Rejects {
    path: String,
    file: File,
}

impl Rejects {
    /// Opens the file, to append if the list is resumed.
    fn open(path: &str, list: &str) -> anyhow::Result<Self> {
        let cannot = |why: &str| usage(format!("cannot write {path}: {why}"));
        // Otherwise the list would grow with each of its bad lines, and never end.
        let list = if list == "-" { "/dev/stdin" } else { list };
        if canonicalize(path).is_ok_and(|path| canonicalize(list).is_ok_and(|list| list == path)) {
            return Err(cannot("it is the list itself; choose another --reject-file"));
        }
        let file = OpenOptions::new().create(true).append(true).open(path);
        let file = file.map_err(|why| cannot(&format!("{why}; check the path")))?;
        Ok(Self { path: path.to_owned(), file })
    }
}

/// Records when the worker has checked for work, and for reasons to wait.
async fn note_first_look(mut events: Events, looked: Arc<AtomicBool>) {
    while let Some(event) = events.next().await {
        if matches!(event, Event::Settled { .. } | Event::Waiting(_)) {
            return looked.store(true, Ordering::Relaxed);
        }
    }
}

/// Waits until nothing more happens by itself. Before the worker has checked, the store's reason for waiting may be
/// outdated.
async fn follow(campaign: &Campaign, looked: &AtomicBool) -> anyhow::Result<Progress> {
    let bar = CampaignBar::new();
    let mut watch = campaign.watch(LOOK);
    loop {
        // Read first: a progress that was read before the worker checked proves nothing, even if it has checked by now.
        let has_looked = looked.load(Ordering::Relaxed);
        let watched = watch.next().await?;
        bar.show(&watched);
        if has_ended(&watched) || watched.progress.state == CampaignPhase::Paused {
            return Ok(watched.progress);
        }
        let stuck = watched.waiting.and_then(|waiting| stuck_for(waiting.reason));
        if let Some(error) = stuck.filter(|_| has_looked) {
            return Err(error);
        }
    }
}

fn is_locked(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Locked { .. })
}
