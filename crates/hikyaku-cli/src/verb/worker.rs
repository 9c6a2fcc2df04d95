use std::net::SocketAddr;

use clap::{Args, Subcommand};

use crate::{
    metrics,
    output::Output,
    stop::StopSignals,
    store::StoreArgs,
    work::{Done, WorkArgs},
};

const EXAMPLES: &str = "\
Examples:
  hikyaku worker run
  hikyaku worker run --until-idle --store sqlite:/var/lib/hikyaku.db
  hikyaku worker run --concurrency 128 --limit push=500/s --limit multicast=none
  hikyaku worker run --metrics 127.0.0.1:9464";

#[derive(Debug, Args)]
#[command(after_help = format!("\
Any number of workers share a PostgreSQL store; a SQLite file has one at a time, and a second is told who it is. \
A worker that is killed leaves nothing undone: the next one goes on. SIGTERM and Ctrl-C let what is on its way end.

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
#[command(after_help = EXAMPLES)]
struct Run {
    /// End when nothing is left to do, or all that is left waits for the month's quota or for a valid token
    #[arg(long)]
    until_idle: bool,

    /// Serve Prometheus at /metrics of this address, such as 127.0.0.1:9464, and /healthz; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS")]
    metrics: Option<SocketAddr>,

    #[command(flatten)]
    work: WorkArgs,
}

impl Worker {
    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        let WorkerVerb::Run(Run { until_idle, metrics, work }) = self.verb;
        let client = work.client(output)?;
        let outbox = self.store.open_or_make().await?;
        if let Some(address) = metrics {
            metrics::serve(address, outbox.clone(), output).await?;
        }
        let mut worker = work.worker(&outbox, client);
        if until_idle {
            worker = worker.until_idle();
        }
        let stop = StopSignals::listen()?;
        let done = Done::from(worker.run(stop.wait()).await?);
        output.print(&done, &done)
    }
}
