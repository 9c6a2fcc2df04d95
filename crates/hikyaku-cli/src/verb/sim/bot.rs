use std::time::Duration;

use clap::Args;
use http::Method;
use serde_json::json;

use super::control::{Channel, Control, SimArgs};
use crate::{connect::seconds, output::Output};

/// The ports and paths in the examples of LINE's SDKs and of web frameworks.
const PORTS: [u16; 6] = [3000, 8000, 5000, 8080, 1337, 4000];
const PATHS: [&str; 4] = ["/callback", "/webhook", "/line/webhook", "/"];

// Where to look for a bot if there is no webhook URL.
#[derive(Debug, Args)]
pub(super) struct BotArgs {
    #[arg(
        long,
        value_name = "PORT",
        help = "Where no webhook URL is set, look for the bot at this port; repeat it for several [default: 3000, 8000, \
                5000, 8080, 1337, 4000]"
    )]
    bot_port: Vec<u16>,
}

// A wait for the bot of a simulator.
#[derive(Debug, Args)]
pub(super) struct WaitArgs {
    /// How long to wait at most
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "10")]
    pub(super) timeout: Duration,

    #[command(flatten)]
    pub(super) place: BotArgs,

    #[command(flatten)]
    pub(super) sim: SimArgs,
}

/// Looks for a bot on this machine at the usual ports and paths, and sends the channel's webhooks there from now on. A
/// server counts as a bot if it answers LINE's signed test, which has no events, with 2xx.
pub(super) async fn find(
    wanted: &BotArgs,
    control: &Control,
    channel: &mut Channel,
    output: Output,
) -> anyhow::Result<bool> {
    let ports = if wanted.bot_port.is_empty() { &PORTS } else { wanted.bot_port.as_slice() };
    for port in ports {
        for path in PATHS {
            let url = format!("http://127.0.0.1:{port}{path}");
            match control.test_webhook(channel, Some(&url)).await? {
                Ok(()) => {
                    let path = format!("/_sim/v1/channels/{}", channel.id);
                    let change = json!({ "webhook": { "url": url, "active": true } });
                    control.call(Method::PATCH, &path, Some(&change)).await?;
                    output
                        .note(&format!("found a bot at {url}; its webhooks go there from now on"));
                    channel.webhook = Some(url);
                    return Ok(true);
                }
                // Nobody listens at this port, whatever the path.
                Err(why) if why.contains("could_not_connect") => break,
                Err(_) => {}
            }
        }
    }
    Ok(false)
}
