use clap::Args;

use crate::{connect::Connection, output::Output};

#[derive(Debug, Args)]
#[command(after_help = "\
It shows until the time is over or the bot's next message comes.

Examples:
  hikyaku loading U4af4980629000000000000000000000a
  hikyaku loading U4af4980629000000000000000000000a --seconds 45")]
pub(crate) struct Loading {
    /// Id of the user whose chat shows it
    #[arg(value_name = "CHAT_ID")]
    chat_id: String,

    /// How long at most: 5 to 60 in steps of 5
    #[arg(long, default_value_t = 20)]
    seconds: u32,

    #[command(flatten)]
    connection: Connection,
}

impl Loading {
    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        let client = self.connection.client(output)?;
        client.start_loading(&self.chat_id).seconds(self.seconds).await?;
        output.done(format_args!("shown for up to {} seconds", self.seconds))
    }
}
