use clap::Args;

use crate::{connect::Connection, output::Output};

/// Show the account that the token belongs to
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hikyaku bot-info
  hikyaku bot-info --json")]
pub(crate) struct BotInfo {
    #[command(flatten)]
    connection: Connection,
}

impl BotInfo {
    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        let bot = self.connection.client()?.bot_info().await?.into_inner();
        let text = format!("{} {}\n  user id {}", bot.display_name, bot.basic_id, bot.user_id);
        output.print(&bot, text)
    }
}
