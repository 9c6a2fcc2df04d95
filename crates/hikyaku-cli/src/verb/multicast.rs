use clap::Args;
use hikyaku::model::{InvalidId, UserId};

use crate::{
    connect::Connection,
    failure::Hint,
    messages::MessageArgs,
    output::Output,
    recipients::RecipientArgs,
    send::{self, KeyedOptions},
};

#[derive(Debug, Args)]
#[command(after_help = "\
Groups and rooms are for push. Where the month's quota is too small for all users, nobody gets the messages.

Examples:
  hikyaku multicast \"$USER_ID\" \"$OTHER_ID\" --text 'hello'
  hikyaku multicast --to-file friends.txt --image https://example.com/map.jpg --json")]
pub(crate) struct Multicast {
    #[command(flatten)]
    to: RecipientArgs,

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

impl Multicast {
    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        let to = self.to.read()?;
        let messages = self.messages.read(output)?;
        let client = self.connection.client(output)?;
        let key = self.options.key();
        let mut multicast = client.multicast(&to, &messages).retry_key(key);
        if self.options.silence.notification_disabled {
            multicast = multicast.notification_disabled(true);
        }
        if let Some(unit) = self.unit {
            multicast = multicast.unit(unit);
        }
        let accepted = send::under(key, multicast).await.map_err(|error| {
            let chat = |id: &UserId| {
                matches!(UserId::check(id.as_str()), Err(InvalidId::Group | InvalidId::Room))
            };
            if to.iter().any(chat) {
                error.context(Hint("`hikyaku push` sends to groups and rooms".to_owned()))
            } else {
                error
            }
        })?;
        send::print(&accepted, output)
    }
}
