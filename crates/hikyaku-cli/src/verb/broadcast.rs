use clap::Args;

use crate::{
    connect::Connection,
    messages::MessageArgs,
    output::Output,
    send::{self, KeyedOptions},
};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hikyaku broadcast --text 'we open at nine tomorrow'
  hikyaku broadcast --message @news.json --notification-disabled --json")]
pub(crate) struct Broadcast {
    #[command(flatten)]
    messages: MessageArgs,

    #[command(flatten)]
    options: KeyedOptions,

    #[command(flatten)]
    connection: Connection,
}

impl Broadcast {
    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        let messages = self.messages.read(output)?;
        let client = self.connection.client(output)?;
        let key = self.options.key();
        let mut broadcast = client.broadcast(&messages).retry_key(key);
        if self.options.silence.notification_disabled {
            broadcast = broadcast.notification_disabled(true);
        }
        send::print(&send::under(key, broadcast).await?, output)
    }
}
