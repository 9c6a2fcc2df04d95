use clap::Args;

use crate::{
    connect::Connection,
    messages::MessageArgs,
    output::Output,
    send::{self, KeyedOptions},
};

#[derive(Debug, Args)]
#[command(after_help = "\
Accepted is not delivered: LINE answers the same for a user who blocked the account.

Examples:
  hikyaku push U4af4980629000000000000000000000a --text 'hello' --text 'hello again'
  hikyaku push C0123456789abcdef0123456789abcdef --flex @bubble.json --alt-text 'your receipt'
  hikyaku push \"$USER_ID\" --text paid --retry-key 123e4567-e89b-12d3-a456-426614174000 --json")]
pub(crate) struct Push {
    /// Id of the user, group or room
    to: String,

    #[command(flatten)]
    messages: MessageArgs,

    #[command(flatten)]
    options: KeyedOptions,

    /// Count opens and taps under this name, 1 to 30 of a-z, A-Z, 0-9 and _
    #[arg(long, value_name = "NAME")]
    unit: Option<String>,

    #[command(flatten)]
    connection: Connection,
}

impl Push {
    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        let messages = self.messages.read(output)?;
        let client = self.connection.client(output)?;
        let key = self.options.key();
        let mut push = client.push(&self.to, &messages).retry_key(key);
        if self.options.silence.notification_disabled {
            push = push.notification_disabled(true);
        }
        if let Some(unit) = self.unit {
            push = push.unit(unit);
        }
        send::print(&send::under(key, push).await?, output)
    }
}
