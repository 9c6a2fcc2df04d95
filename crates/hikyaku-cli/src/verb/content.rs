use std::{path::PathBuf, time::Duration};

use clap::Args;

use crate::{
    connect::{Connection, seconds},
    download,
    failure::usage,
    output::Output,
};

#[derive(Debug, Args)]
#[command(after_help = "\
LINE prepares large videos and audio first; the command asks again until they are ready. LINE deletes contents after a while.

Examples:
  hikyaku content 354718705033 --out picture.jpg
  hikyaku content 354718705033 --preview > small.jpg")]
pub(crate) struct Content {
    /// The message's id, from its webhook
    message_id: String,

    /// Write to this file instead of stdout
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Download the preview image of a picture or video
    #[arg(long)]
    preview: bool,

    /// How long to wait for LINE to prepare it [default: 60]
    #[arg(long, value_name = "SECONDS", value_parser = seconds, conflicts_with = "preview")]
    wait: Option<Duration>,

    #[command(flatten)]
    connection: Connection,
}

impl Content {
    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        if output.is_json() && self.out.is_none() {
            return Err(usage("bytes are no JSON; with --json add --out FILE"));
        }
        let client = self.connection.client(output)?;
        let content = if self.preview {
            client.message_content_preview(&self.message_id).await?
        } else {
            let mut content = client.wait_for_message_content(&self.message_id);
            if let Some(limit) = self.wait {
                content = content.limit(limit);
            }
            content.await?
        };
        match &self.out {
            Some(out) => download::save(content, out, output).await,
            None => download::print(content).await,
        }
    }
}
