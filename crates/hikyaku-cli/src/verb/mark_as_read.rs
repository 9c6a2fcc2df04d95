use clap::Args;

use crate::{connect::Connection, output::Output};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hikyaku mark-as-read --read-token \"$MARK_AS_READ_TOKEN\"
  hikyaku mark-as-read --user U4af4980629000000000000000000000a")]
pub(crate) struct MarkAsRead {
    #[command(flatten)]
    which: Which,

    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Which {
    /// All messages of this user: the older call, for accounts that LINE has given it to; LINE has taken no new
    /// applications since the end of October 2026, and `--read-token` needs none
    #[arg(long, value_name = "USER_ID")]
    user: Option<String>,

    /// All messages up to the one whose webhook has this `markAsReadToken`
    #[arg(long, value_name = "TOKEN", allow_hyphen_values = true)]
    read_token: Option<String>,
}

impl MarkAsRead {
    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        let client = self.connection.client(output)?;
        match (&self.which.user, &self.which.read_token) {
            (Some(user), _) => client.mark_as_read(user).await?,
            (None, token) => {
                client.mark_as_read_by_token(token.as_deref().unwrap_or_default()).await?
            }
        };
        output.done("marked as read")
    }
}
