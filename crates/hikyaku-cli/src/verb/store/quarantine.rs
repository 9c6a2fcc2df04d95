use std::time::SystemTime;

use clap::Args;
use hikyaku_sender::Time;
use jiff::Timestamp;
use serde::Serialize;

use crate::{output::Output, store::StoreArgs};

/// Mark what a restored store may have sent since its backup as in doubt
#[derive(Debug, Args)]
#[command(after_help = "\
Run it once after a restore, before any worker. It sends again, under the same retry keys, what may have \
been sent since the backup: LINE delivers nothing twice under a key within a day. Sends whose keys are too old become \
unknown dead letters. Campaigns whose lists were being read are paused.

Example:
  hikyaku store quarantine --since 2026-11-22T03:00:00+09:00")]
pub(super) struct Quarantine {
    /// The moment that the store was restored to, with its offset, such as 2026-11-22T03:00:00+09:00
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Timestamp,

    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Serialize)]
struct Document {
    in_doubt: u64,
    unknown: u64,
    paused_campaigns: Vec<i64>,
}

fn moment(text: &str) -> Result<Timestamp, &'static str> {
    const EXPECTED: &str = "expected a time with its offset, such as 2026-11-22T03:00:00+09:00";

    text.parse().map_err(|_| EXPECTED)
}

impl Quarantine {
    pub(super) async fn run(self, output: Output) -> anyhow::Result<()> {
        let outbox = self.store.open(output).await?;
        let done = outbox.quarantine(Time::from(SystemTime::from(self.since))).await?;
        let document = Document {
            in_doubt: done.in_doubt,
            unknown: done.unknown,
            paused_campaigns: done.paused.iter().map(|id| id.get()).collect(),
        };
        let text = format!(
            "{} deliveries are in doubt, {} are unknown, {} campaigns are paused",
            document.in_doubt,
            document.unknown,
            document.paused_campaigns.len()
        );
        output.print(&document, text)
    }
}
