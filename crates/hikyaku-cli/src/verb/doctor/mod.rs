//! Checks for everything that keeps messages from arriving.

mod account;
mod finding;
mod gateway;
mod picture;
mod recipient;
mod store;
mod webhook;

use std::path::PathBuf;

use clap::Args;
use finding::{Finding, Findings};
use hikyaku::{
    Client,
    model::{ChannelSecret, ChannelToken},
};
use hikyaku_gateway::Config;
use http::Uri;

use crate::{
    channel::ChannelSecretArgs, connect::Connection, environment::unless_empty, failure::invalid,
    output::Output, work::CHANNEL,
};

#[derive(Debug, Args)]
#[command(after_help = "\
Nothing is sent to anybody. LINE calls the webhook's URL once with a webhook without events; --no-webhook-test keeps it \
from that. To prove a secret, the command issues a token by it, which lapses after 15 minutes.

Examples:
  hikyaku doctor
  hikyaku doctor --to U4af4980629000000000000000000000a
  hikyaku doctor --picture https://example.com/cat.jpg
  hikyaku doctor --store sqlite:hikyaku.db
  hikyaku doctor --config gateway.toml
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

    /// The configuration of a gateway, whose channel is asked about, and which is to be reached
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// The channel of the configuration
    #[arg(long, value_name = "NAME", default_value = CHANNEL, requires = "config")]
    channel: String,

    /// The store of a worker; a gateway's is that of its configuration
    #[arg(long, env = unless_empty("HIKYAKU_STORE"), hide_env_values = true, value_name = "URL")]
    store: Option<String>,

    #[command(flatten)]
    secret: ChannelSecretArgs,

    #[command(flatten)]
    connection: Connection,
}

impl Doctor {
    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        let config = self.config.as_deref().map(Config::read).transpose()?;
        let Account { client, token, secret } = match &config {
            Some(config) => self.account_of(config)?,
            None => Account {
                client: self.connection.client(output)?,
                token: self.connection.given_token()?.map(ChannelToken::new).transpose()?,
                secret: self.secret.find(&self.connection.profile()?)?,
            },
        };
        let mut findings = Findings::new(output);

        // First, because they can be told without LINE.
        let config_store = config.as_ref().map(|it| &it.store);
        if let Some(store) = config_store.or(self.store.as_ref()) {
            for finding in store::standing(store).await {
                findings.add(finding)?;
            }
        }
        if let Some(config) = &config {
            for finding in gateway::running(config, &self.connection.transport()?).await {
                findings.add(finding)?;
            }
        }

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
        let other = config.as_ref().and_then(|config| gateway::webhook(config, &endpoint));
        findings.add(webhook::endpoint(endpoint))?;
        if let Some(finding) = other {
            findings.add(finding)?;
        }
        if is_set && !self.no_webhook_test {
            findings.add(webhook::test(client.test_webhook_endpoint(None).await))?;
        }
        if let Some(to) = &self.to {
            findings.add(recipient::reached(&client, to, &bot).await)?;
        }
        if let Some(url) = &self.picture {
            findings.add(picture::shown(url, &self.connection.public_transport()?).await)?;
        }
        if let Some(config) = &config {
            for finding in gateway::reached(config, &self.connection.transport()?).await {
                findings.add(finding)?;
            }
            findings.add(gateway::seen(config, &self.channel).await)?;
        }
        findings.add(account::auto_reply(&bot))?;
        findings.add(account::groups())?;
        findings.end()
    }

    /// The account of a gateway's channel. Nothing of the environment is used for it, lest it be another one's.
    fn account_of(&self, config: &Config) -> anyhow::Result<Account> {
        let name = &self.channel;
        let Some(channel) = config.channel.get(name) else {
            return Err(invalid("--channel", format!("the configuration has no channel.{name}")));
        };
        let token = channel.token(name)?;
        let urls = (channel.api_url.as_deref(), channel.data_url.as_deref());
        Ok(Account {
            client: self.connection.client_at(&token, urls)?,
            token: Some(ChannelToken::new(token)?),
            secret: channel.secret(name)?,
        })
    }
}

/// The account that is asked about.
struct Account {
    client: Client,
    token: Option<ChannelToken>,
    secret: Option<ChannelSecret>,
}
