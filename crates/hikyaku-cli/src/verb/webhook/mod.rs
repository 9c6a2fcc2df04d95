//! Both ends of a webhook: LINE's, which signs and sends, and the bot's, which verifies and reads.

mod listen;
mod parse;
mod send;
mod verify;

use clap::{Args, Subcommand};
use hikyaku::model::{ChannelSecret, Event};
use serde::Serialize;

use crate::{channel::ChannelSecretArgs, output::Output, profile::ProfileArgs};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hikyaku webhook parse body.json
  hikyaku webhook verify body.json --signature \"$SIGNATURE\"
  hikyaku webhook send --text 'hi' --url http://127.0.0.1:3000/callback
  hikyaku webhook send @event.json --url https://bot.example.com/callback
  hikyaku webhook listen --port 3000")]
pub(crate) struct Webhook {
    #[command(subcommand)]
    verb: WebhookVerb,
}

#[derive(Debug, Subcommand)]
enum WebhookVerb {
    Parse(parse::Parse),
    Verify(verify::Verify),
    Send(send::Send),
    Listen(listen::Listen),
}

// Which channel's webhooks.
#[derive(Debug, Args)]
struct Channel {
    #[command(flatten)]
    secret: ChannelSecretArgs,

    #[command(flatten)]
    profile: ProfileArgs,
}

impl Webhook {
    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        match self.verb {
            WebhookVerb::Parse(verb) => verb.run(),
            WebhookVerb::Verify(verb) => verb.run(output),
            WebhookVerb::Send(verb) => verb.run(output).await,
            WebhookVerb::Listen(verb) => verb.run(output).await,
        }
    }
}

impl Channel {
    fn secret(&self) -> anyhow::Result<ChannelSecret> {
        self.secret.read(&self.profile.read()?)
    }
}

/// An event as one line of JSON.
#[derive(Serialize)]
struct Line<'a> {
    kind: &'a str,
    known: bool,
    event: &'a Event,
    /// Why an event of a known kind could not be read as one.
    #[serde(skip_serializing_if = "Option::is_none")]
    misfit: Option<&'a str>,
}

impl<'a> From<&'a Event> for Line<'a> {
    fn from(event: &'a Event) -> Self {
        Self {
            kind: event.type_word(),
            known: event.is_known(),
            event,
            misfit: event.misfit().map(|misfit| misfit.reason.as_str()),
        }
    }
}
