use std::fmt;

use anstyle::{Effects, Style};
use clap::Args;
use hikyaku_sim::{Sim as Simulator, StartError};
use serde::Serialize;

use crate::{failure::usage, invocation, output::Output, stop::StopSignals};

const STRONG: Style = Style::new().effects(Effects::BOLD);
const NAME: Style = Style::new().effects(Effects::DIMMED);

#[derive(Debug, Args)]
#[command(after_help = "\
It begins with one channel and nobody in it; add people with --friends or through its control API.

Examples:
  hikyaku sim --friends 3
  hikyaku sim --friends 1 --webhook http://127.0.0.1:3000/callback
  hikyaku sim --port 0 --data-port 0 --json")]
pub(crate) struct Sim {
    /// Port of the API; 0 picks a free one
    #[arg(long, default_value_t = 8686)]
    port: u16,

    /// Port of the contents' host; 0 picks a free one
    #[arg(long, default_value_t = 8687)]
    data_port: u16,

    /// Serve the paths of both hosts on the API's port
    #[arg(long, conflicts_with = "data_port")]
    one_listener: bool,

    /// Begin with this many friends of the account, and print their ids
    #[arg(long, value_name = "N", default_value_t = 0)]
    friends: usize,

    /// Send signed webhooks to the bot at this URL of this machine
    #[arg(long, value_name = "URL")]
    webhook: Option<String>,

    /// Send webhooks that fail again, after 1, 5, 15, 30 and 60 minutes
    #[arg(long)]
    webhook_redelivery: bool,

    /// Let webhooks go to other machines, too
    #[arg(long)]
    allow_remote_webhooks: bool,
}

/// What a program needs to speak to a simulator; the names are those of a profile's keys.
#[derive(Serialize)]
pub(crate) struct Credentials {
    api_url: String,
    data_url: String,
    /// Nothing is served for this host. It is named so that no call goes to LINE's.
    manager_url: String,
    channel_id: String,
    channel_secret: String,
    token: String,
    friends: Vec<String>,
}

impl Sim {
    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        let mut builder = Simulator::builder()
            .port(self.port)
            .data_port(self.data_port)
            .webhook_redelivery(self.webhook_redelivery);
        if self.one_listener {
            builder = builder.one_listener();
        }
        if self.allow_remote_webhooks {
            builder = builder.allow_remote_webhooks();
        }
        if let Some(url) = self.webhook {
            builder = builder.webhook(url);
        }
        let sim = builder.start().await.map_err(|error| match error {
            StartError::Webhook(why) => usage(format!("--webhook: {why}")),
            error => error.into(),
        })?;
        let friends = sim.add_friends(self.friends);
        let friends = friends.iter().map(|id| id.as_str().to_owned()).collect();
        let credentials = Credentials {
            api_url: sim.api_url(),
            data_url: sim.data_url(),
            manager_url: sim.api_url(),
            channel_id: sim.channel_id(),
            channel_secret: sim.channel_secret().expose().to_owned(),
            token: sim.channel_token().expose().to_owned(),
            friends,
        };
        let stop = StopSignals::listen()?;
        output.print(&credentials, &credentials)?;
        stop.end(sim).await;
        Ok(())
    }
}

impl fmt::Display for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { api_url, data_url, manager_url, channel_id, channel_secret, token, friends } =
            self;
        let rows = [
            ("API", api_url),
            ("contents", data_url),
            ("channel", channel_id),
            ("secret", channel_secret),
            ("token", token),
        ];
        writeln!(f, "{STRONG}LINE, simulated{STRONG:#}\n")?;
        for (name, value) in rows.into_iter().chain(friends.iter().map(|id| ("friend", id))) {
            writeln!(f, "  {NAME}{name:<9}{NAME:#} {value}")?;
        }
        writeln!(f, "\n{STRONG}In another terminal{STRONG:#}\n")?;
        if let Some(alias) = invocation::alias() {
            writeln!(f, "  {alias}")?;
        }
        writeln!(f, "  export HIKYAKU_API_URL={api_url} HIKYAKU_DATA_URL={data_url}")?;
        writeln!(f, "  export HIKYAKU_MANAGER_URL={manager_url}")?;
        writeln!(f, "  export LINE_CHANNEL_ACCESS_TOKEN={token}")?;
        let commands = [
            (format!("curl -X POST {api_url}/_sim/v1/users"), "another friend; prints the id"),
            ("hikyaku broadcast --text hello".to_owned(), "to all friends"),
            (format!("curl {api_url}/_sim/v1/outbox/latest"), "what arrived last"),
        ];
        for (command, what) in commands {
            writeln!(f, "  {command:<56} {NAME}# {what}{NAME:#}")?;
        }
        write!(f, "\nCtrl-C stops it")
    }
}
