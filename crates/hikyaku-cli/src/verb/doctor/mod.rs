//! Looks for what keeps messages from arriving, before somebody waits for one.

mod account;
mod finding;
mod picture;
mod recipient;
mod webhook;

use clap::Args;
use finding::{Finding, Findings};
use hikyaku::model::ChannelToken;
use http::Uri;

use crate::{channel::ChannelSecretArgs, connect::Connection, output::Output};

#[derive(Debug, Args)]
#[command(after_help = "\
Nothing is sent to anybody. LINE calls the webhook's URL once with a webhook without events; --no-webhook-test keeps it \
from that. To prove a secret, the command issues a token by it, which lapses after 15 minutes.

Examples:
  hikyaku doctor
  hikyaku doctor --to U4af4980629000000000000000000000a
  hikyaku doctor --picture https://example.com/cat.jpg
  hikyaku doctor --json | jq '.findings[] | select(.state != \"ok\")'")]
pub(crate) struct Doctor {
    /// A user, group or room that messages should reach
    #[arg(long, value_name = "ID")]
    to: Option<String>,

    /// A picture that messages should show
    #[arg(long, value_name = "URL")]
    picture: Option<Uri>,

    /// Do not let LINE call the webhook's URL
    #[arg(long)]
    no_webhook_test: bool,

    #[command(flatten)]
    secret: ChannelSecretArgs,

    #[command(flatten)]
    connection: Connection,
}

impl Doctor {
    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        let client = self.connection.client(output)?;
        let token = self.connection.given_token()?.map(ChannelToken::new).transpose()?;
        let secret = self.secret.find(&self.connection.profile()?)?;
        let mut findings = Findings::new(output);

        let bot = match client.bot_info().await {
            Ok(bot) => bot,
            Err(why) => {
                findings.add(account::no_answer(&why))?;
                return findings.end();
            }
        };
        let channel = match &token {
            Some(token) => client.verify_token(token).await.ok(),
            None => None,
        };
        findings.add(account::token(&bot, channel.as_deref()))?;
        findings.add(account::clock(bot.headers()))?;
        if let (Some(channel), Some(secret)) = (&channel, &secret) {
            let issued = client.issue_stateless_token(&channel.client_id, secret).await;
            findings.add(account::secret(&channel.client_id, issued.map(drop)))?;
        } else {
            findings.add(account::no_secret(secret.is_some()))?;
        }
        findings.add(account::quota(client.quota().await, client.quota_consumption().await))?;

        let endpoint = client.webhook_endpoint().await;
        let is_set = matches!(&endpoint, Ok(endpoint) if endpoint.is_some());
        findings.add(webhook::endpoint(endpoint))?;
        if is_set && !self.no_webhook_test {
            findings.add(webhook::test(client.test_webhook_endpoint(None).await))?;
        }
        if let Some(to) = &self.to {
            findings.add(recipient::reached(&client, to, &bot).await)?;
        }
        if let Some(url) = &self.picture {
            findings.add(picture::shown(url).await)?;
        }
        findings.add(account::console(&bot))?;
        findings.end()
    }
}
