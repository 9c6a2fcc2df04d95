use clap::Args;

use crate::{
    connect::Connection,
    failure::Hint,
    messages::MessageArgs,
    output::Output,
    send::{self, Silence},
};

#[derive(Debug, Args)]
#[command(after_help = "\
The hash is the SHA-256 of the number in E.164 form, in 64 lower-case hexadecimal digits. LINE takes no retry key here: \
a send whose answer is lost is not repeated.

Examples:
  HASH=$(printf %s +818000001234 | sha256sum | cut -d ' ' -f 1)
  hikyaku push-by-phone \"$HASH\" --text 'your parcel is here'
  hikyaku push-by-phone \"$HASH\" --message @parcel.json --delivery-tag parcel-00000000042")]
pub(crate) struct PushByPhone {
    /// The phone number's SHA-256
    hash: String,

    #[command(flatten)]
    messages: MessageArgs,

    #[command(flatten)]
    silence: Silence,

    /// What the webhook about the delivery brings back: 16 to 100 characters
    #[arg(long, value_name = "TAG")]
    delivery_tag: Option<String>,

    #[command(flatten)]
    connection: Connection,
}

const HOW_TO_HASH: &str =
    "to hash the number: printf %s +818000001234 | sha256sum | cut -d ' ' -f 1";

impl PushByPhone {
    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        let messages = self.messages.read(output)?;
        let is_number = self.hash.starts_with('+');
        let client = self.connection.client(output)?;
        let mut push = client.push_by_phone(self.hash, &messages);
        if let Some(tag) = self.delivery_tag {
            push = push.delivery_tag(tag);
        }
        if self.silence.notification_disabled {
            push = push.notification_disabled(true);
        }
        let sent = send::or_in_doubt(push, "without a retry key, a repeat may send it twice").await;
        let accepted = sent.map_err(|error| {
            if is_number { error.context(Hint(HOW_TO_HASH.to_owned())) } else { error }
        })?;
        send::print(&accepted, output)
    }
}
