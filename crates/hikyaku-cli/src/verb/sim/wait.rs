use std::time::Duration;

use clap::Args;
use http::Method;
use serde::Serialize;
use tokio::time::{Instant, sleep};

use super::{
    bot::{self, BotArgs, WaitArgs},
    control::{Channel, Control},
};
use crate::{failure::network, output::Output};

/// The interval between two polls.
const PAUSE: Duration = Duration::from_millis(50);

/// Wait until a simulator answers, or a bot answers its webhooks
#[derive(Debug, Args)]
#[command(after_help = "\
With --bot the simulator tests the bot's webhook as LINE's console does, until the bot answers with 2xx. Where no webhook URL \
is set, a bot is looked for on the usual ports and paths of this machine.

Examples:
  hikyaku sim wait
  hikyaku sim wait --bot --timeout 30")]
pub(super) struct Wait {
    /// Wait for the bot, too
    #[arg(long)]
    bot: bool,

    #[command(flatten)]
    wait: WaitArgs,
}

#[derive(Serialize)]
struct Ready<'a> {
    api_url: &'a str,
    /// Where webhooks go.
    webhook: Option<&'a str>,
}

impl Wait {
    pub(super) async fn run(self, output: Output) -> anyhow::Result<()> {
        let control = self.wait.sim.control()?;
        let until = Instant::now() + self.wait.timeout;
        while let Err(error) = control.call(Method::GET, "/_sim/v1/health", None).await {
            if Instant::now() >= until {
                return Err(error);
            }
            sleep(PAUSE).await;
        }
        let channel = if self.bot {
            bot_of(&self.wait.place, &control, until, output).await?
        } else {
            control.channel().await?
        };
        let ready = Ready { api_url: control.url(), webhook: channel.webhook.as_deref() };
        let bot = if self.bot { ", and so is the bot" } else { "" };
        output.print(&ready, format!("the simulator at {} is ready{bot}", control.url()))
    }
}

/// Waits until the bot answers LINE's test, and gives the channel with its URL.
pub(super) async fn bot_of(
    place: &BotArgs,
    control: &Control,
    until: Instant,
    output: Output,
) -> anyhow::Result<Channel> {
    loop {
        let mut channel = control.channel().await?;
        let why = if channel.webhook.is_some() {
            control.test_webhook(&channel, None).await?.err()
        } else if bot::find(place, control, &mut channel, output).await? {
            None
        } else {
            Some("the channel has no webhook URL, and no bot is at the usual ports".to_owned())
        };
        match why {
            None => return Ok(channel),
            Some(why) if Instant::now() >= until => {
                return Err(network(format!(
                    "the bot is not ready: {why}; start it, or give `hikyaku sim` its --webhook URL"
                )));
            }
            Some(_) => sleep(PAUSE).await,
        }
    }
}
