use clap::Args;
use hikyaku_sender::Outcome;

use crate::{
    output::{self, Output, visible},
    stop::StopSignals,
    store::StoreArgs,
};

/// Tell what became of sends, channels and campaigns, in order, the oldest first
#[derive(Debug, Args)]
#[command(after_help = "\
An outcome is there for a delivery that was refused, is unknown, expired or was cancelled, for one that was accepted and added \
with --tell-outcome, for a channel whose token is refused or whose month is used up, for a hold and its release, and for a \
campaign that is done. Outcomes are kept for a week. Go on after the last one that you have dealt with.

Examples:
  hikyaku outbox outcomes
  hikyaku outbox outcomes --after 17 --follow --json | while read -r outcome; do …; done")]
pub(super) struct Outcomes {
    /// Only those after the one with this id
    #[arg(long, value_name = "ID", default_value_t = 0)]
    after: i64,

    /// Wait for more, until a signal comes
    #[arg(long)]
    follow: bool,
}

impl Outcomes {
    pub(super) async fn run(self, store: &StoreArgs, output: Output) -> anyhow::Result<()> {
        let outbox = store.open().await?;
        let stop = StopSignals::listen()?;
        let told = async {
            let mut after = self.after;
            loop {
                let page = if self.follow {
                    outbox.next_outcomes(after).await?
                } else {
                    outbox.outcomes(after).await?
                };
                let Some(last) = page.last() else { return Ok(()) };
                after = last.id;
                for outcome in &page {
                    output::print(line(outcome, output))?;
                }
            }
        };
        tokio::select! {
            told = told => told,
            () = stop.wait() => Ok(()),
        }
    }
}

fn line(outcome: &Outcome, output: Output) -> String {
    let Outcome { id, at, kind, body, .. } = outcome;
    if output.is_json() {
        let body = body.strip_prefix('{').unwrap_or_default();
        return format!(r#"{{"id":{id},"message_id":"{}",{body}"#, outcome.message_id());
    }
    let data = serde_json::from_str(body).unwrap_or(serde_json::Value::Null);
    format!("{id:>8}  {at}  {kind}  {}", visible(&data["data"].to_string()))
}
