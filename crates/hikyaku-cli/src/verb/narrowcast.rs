use std::time::Duration;

use anyhow::Context;
use clap::Args;
use hikyaku::message::{NarrowcastPhase, NarrowcastProgress};
use serde::Serialize;

use crate::{
    connect::{Connection, seconds},
    failure::{Aftermath, rejected},
    messages::MessageArgs,
    output::Output,
    progress::Bar,
    send::{self, KeyedOptions},
    stop::unless_interrupted,
    targeting::TargetingArgs,
};

#[derive(Debug, Args)]
#[command(after_help = "\
LINE accepts a narrowcast at once and sends it later. `hikyaku narrowcast-progress REQUEST_ID` shows how far it is. With \
--wait the command ends when LINE has sent it, and with exit code 4 if LINE gave up.

Examples:
  hikyaku narrowcast --text 'hello' --limit-max 1000 --wait
  hikyaku narrowcast --message @news.json \\
      --recipient '{\"type\":\"audience\",\"audienceGroupId\":5614991017776}'
  hikyaku narrowcast --text 'sale' \\
      --filter '{\"demographic\":{\"type\":\"age\",\"gte\":\"age_20\",\"lt\":\"age_25\"}}'")]
pub(crate) struct Narrowcast {
    #[command(flatten)]
    messages: MessageArgs,

    #[command(flatten)]
    options: KeyedOptions,

    /// Follow it to its end, with a progress bar on a terminal
    #[arg(long)]
    wait: bool,

    /// Polling interval in seconds, instead of 1, 2, 4 … 30
    #[arg(long, value_name = "SECONDS", value_parser = seconds, requires = "wait")]
    poll: Option<Duration>,

    #[command(flatten)]
    targeting: TargetingArgs,

    #[command(flatten)]
    connection: Connection,
}

impl Narrowcast {
    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        #[derive(Serialize)]
        struct Document<'a> {
            request_id: &'a str,
            #[serde(flatten)]
            progress: &'a NarrowcastProgress,
        }

        let messages = self.messages.read(output)?;
        let targeting = self.targeting.read()?;
        let client = self.connection.client(output)?;
        let key = self.options.key();
        let mut narrowcast = client.narrowcast(&messages).retry_key(key).targeting(targeting);
        if self.options.silence.notification_disabled {
            narrowcast = narrowcast.notification_disabled(true);
        }
        let accepted = send::under(key, narrowcast).await?;
        let Some(request_id) = accepted.request_id.as_deref().filter(|_| self.wait) else {
            return send::print(&accepted, output);
        };
        let bar = Bar::new();
        let mut wait =
            client.wait_for_narrowcast(request_id).on_progress(|progress| bar.show(progress));
        if let Some(poll) = self.poll {
            wait = wait.poll(poll);
        }
        let progress = unless_interrupted(wait).await.with_context(|| {
            Aftermath(format!(
                "the narrowcast is accepted; `hikyaku narrowcast-progress {request_id}` asks how far it is"
            ))
        })?;
        drop(bar);
        output.print(
            &Document { request_id, progress: &progress },
            format_args!("{}\n  request {request_id}", told(&progress)),
        )?;
        ended_well(&progress, request_id)
    }
}

/// Returns the error for a failed narrowcast.
fn ended_well(progress: &NarrowcastProgress, request_id: &str) -> anyhow::Result<()> {
    if progress.phase != NarrowcastPhase::Failed {
        return Ok(());
    }
    let why = progress.failed_description.as_deref().unwrap_or("LINE does not say why");
    let code = progress.error_code.map(|code| format!(" (error code {code})")).unwrap_or_default();
    Err(rejected(format!("LINE gave the narrowcast up: {why}{code}"), request_id))
}

/// Returns a progress as text.
pub(super) fn told(progress: &NarrowcastProgress) -> String {
    let phase = match &progress.phase {
        NarrowcastPhase::Waiting => "waiting: LINE looks for the recipients",
        NarrowcastPhase::Sending => "sending",
        NarrowcastPhase::Succeeded => "succeeded",
        NarrowcastPhase::Failed => "failed",
        NarrowcastPhase::Other(word) => word,
        _ => "in a phase of an unknown kind",
    };
    match (progress.success_count, progress.target_count) {
        (Some(done), Some(target)) => format!("{phase}: {done} of {target}"),
        _ => phase.to_owned(),
    }
}
