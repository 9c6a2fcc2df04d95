use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Subcommand};
use hikyaku_sender::campaign::CampaignPhase;

use crate::{
    metrics,
    output::Output,
    served::{self, Source},
    stop::StopSignals,
    store::StoreArgs,
    traces,
    work::{Done, WorkArgs},
};

/// How many campaigns are looked at, the newest first.
const CAMPAIGNS: u32 = 100;

const EXAMPLES: &str = "\
Examples:
  hikyaku worker run
  hikyaku worker run --until-idle --store sqlite:/var/lib/hikyaku.db
  hikyaku worker run --channel-id 1234567890 --channel-secret @shop.secret
  hikyaku worker run --channel shop --channel support
  hikyaku worker run --config hikyaku.toml
  hikyaku worker run --concurrency 128 --limit push=500/s --limit multicast=none
  hikyaku worker run --metrics 127.0.0.1:9464";

#[derive(Debug, Args)]
#[command(after_help = format!("\
Any number of workers share a PostgreSQL store. A SQLite file takes one worker at a time; a second exits and names the \
process that holds it. A worker that is killed leaves nothing undone: the next one goes on. After SIGTERM or Ctrl-C it \
finishes the requests that are on their way.

{EXAMPLES}"))]
pub(crate) struct Worker {
    #[command(subcommand)]
    verb: WorkerVerb,

    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Debug, Subcommand)]
enum WorkerVerb {
    Run(Run),
}

/// Deliver until a signal comes
#[derive(Debug, Args)]
#[command(after_help = format!("{}{EXAMPLES}", traces::HELP))]
struct Run {
    /// End when nothing is left to do, or all that is left waits for the month's quota or for a valid token
    #[arg(long)]
    until_idle: bool,

    /// Serve Prometheus at /metrics of this address, such as 127.0.0.1:9464, and /healthz; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS")]
    metrics: Option<SocketAddr>,

    /// Serve this channel of the store through the profile of the same name in hikyaku.toml; repeat it for more
    #[arg(long = "channel", value_name = "NAME")]
    channels: Vec<String>,

    /// Serve the channels that [worker] of this file names, with its limits, and heed changes of the file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["channels", "limit"])]
    config: Option<PathBuf>,

    #[command(flatten)]
    work: WorkArgs,
}

impl Worker {
    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        let WorkerVerb::Run(Run { until_idle, metrics, channels, config, work }) = self.verb;
        let source = match (config, channels.is_empty()) {
            (Some(file), _) => Some(Source::File(file)),
            (None, false) => Some(Source::Named(channels)),
            (None, true) => None,
        };
        let told = source.as_ref().map(Source::read).transpose()?;
        let clients = match &told {
            Some(told) => {
                work.only_profiles(output)?;
                told.clients(&work)?
            }
            None => work.clients(&[], output)?,
        };
        let shared = self.store.is_shared();
        let outbox = self.store.open_or_make().await?;
        if let Some(address) = metrics {
            metrics::serve(address, outbox.clone(), output).await?;
        }
        let mut worker = work.worker(&outbox, clients);
        if until_idle {
            worker = worker.until_idle();
        }
        if let Some(told) = &told {
            worker = worker.limits(work.limits(told.limits.as_deref()));
        }
        let handle = worker.handle();
        let stop = StopSignals::listen()?;
        let running = worker.run(stop.wait());
        let report = match source.zip(told) {
            Some((source, told)) => tokio::select! {
                report = running => report,
                never = served::follow(source, told, handle, work, output) => match never {},
            },
            None => running.await,
        };
        let done = Done::from(report?);
        output.print(&done, &done)?;
        if until_idle {
            for (id, campaign) in outbox.campaigns(CAMPAIGNS).await? {
                if campaign.state == CampaignPhase::Paused {
                    output.note(&format!(
                        "campaign {id} is paused; `hikyaku campaign resume {id}` lets it go on"
                    ));
                }
            }
            if done.leaves_some() {
                output.note("see what waits in `hikyaku outbox list --state ready`; `hikyaku outbox show ID` tells what to do");
            }
        }
        // If another worker may have the channels, this is reported but not an error.
        if shared { Ok(()) } else { done.unserved() }
    }
}
