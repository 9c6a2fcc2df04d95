use clap::Args;

use super::narrowcast::told;
use crate::{connect::Connection, output::Output};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hikyaku narrowcast-progress 7d4f6c2a-5b1e-4f7c-9a3d-2e8b6c1f0d4e
  hikyaku narrowcast-progress \"$REQUEST_ID\" --json")]
pub(crate) struct NarrowcastProgress {
    /// The request id that LINE accepted the narrowcast under, up to 14 days ago
    request_id: String,

    #[command(flatten)]
    connection: Connection,
}

impl NarrowcastProgress {
    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        let client = self.connection.client(output)?;
        let progress = client.narrowcast_progress(&self.request_id).await?.into_inner();
        output.print(&progress, told(&progress))
    }
}
