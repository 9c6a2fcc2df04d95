use clap::Args;
use hikyaku_webhook::Webhook;

use super::Line;
use crate::{failure::usage, file, output};

/// Print each event of a webhook's body, one JSON object a line
#[derive(Debug, Args)]
#[command(after_help = "\
Each line has the event's kind, whether this version knows it, and the event written back.

Examples:
  hikyaku webhook parse body.json
  pbpaste | hikyaku webhook parse - | jq .event.source")]
pub(super) struct Parse {
    /// The body (- is stdin)
    file: String,
}

impl Parse {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let body = file::read_bytes(&self.file)?;
        let webhook = Webhook::parse(&body)
            .map_err(|why| usage(format!("{}: {why}; mend it there", self.file)))?;
        for event in &webhook.events {
            output::print(serde_json::to_string(&Line::from(event))?)?;
        }
        Ok(())
    }
}
