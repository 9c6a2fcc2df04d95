use clap::Args;

use crate::{
    connect::Connection,
    output::{Output, visible},
};

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
        let bot = self.connection.client(output)?.bot_info().await?.into_inner();
        let [name, basic_id] = [&bot.display_name, &bot.basic_id].map(|text| visible(text));
        output.print(&bot, format_args!("{name} {basic_id}\n  user id {}", bot.user_id))
    }
}
