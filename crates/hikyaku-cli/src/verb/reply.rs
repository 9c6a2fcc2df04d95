use clap::Args;

use crate::{
    connect::Connection,
    messages::MessageArgs,
    output::Output,
    send::{self, Silence},
};

#[derive(Debug, Args)]
#[command(after_help = "\
A reply token works once, and within about a minute of its webhook. A reply whose answer was lost can be sent again: \
if the first one arrived, the second is refused with `Invalid reply token`.

Examples:
  hikyaku reply nHuyWiB7yP5Zw52FIkcQobQuGDXCTA --text 'on its way'
  hikyaku reply \"$REPLY_TOKEN\" --sticker 446:1988 --notification-disabled")]
pub(crate) struct Reply {
    /// The event's replyToken
    #[arg(id = "reply_token", value_name = "REPLY_TOKEN")]
    token: String,

    #[command(flatten)]
    messages: MessageArgs,

    #[command(flatten)]
    silence: Silence,

    #[command(flatten)]
    connection: Connection,
}

impl Reply {
    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        let messages = self.messages.read(output)?;
        let client = self.connection.client(output)?;
        let mut reply = client.reply(&self.token, &messages);
        if self.silence.notification_disabled {
            reply = reply.notification_disabled(true);
        }
        let of_a_repeat = "sent again, it is refused with `Invalid reply token` if it did";
        send::print(&send::or_in_doubt(reply, of_a_repeat).await?, output)
    }
}
