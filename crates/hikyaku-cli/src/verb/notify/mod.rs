//! LINE Notify's API, as a gateway serves it.

mod auth_link;
mod revoke;
mod send;
mod status;
mod token;

use clap::{Args, Subcommand};
use hikyaku::{
    ErrorKind,
    notify::{NotifyClient, NotifyToken},
};

use crate::{
    connect::Patience,
    environment::unless_empty,
    failure::{Hint, invalid, of_settings, usage},
    output::Output,
    secret::Secret,
};

/// The client's names of settings, and the command line's.
const FLAGS: [(&str, &str); 4] = [
    ("api_base_url", "--notify-api-url"),
    ("bot_base_url", "--bot-url"),
    ("client_secret", "--client-secret"),
    ("root_certificates", "--ca-file"),
];

#[derive(Debug, Args)]
#[command(after_help = "\
LINE ended the service on 2025-03-31; the two URLs say which gateway serves it now.

Examples:
  hikyaku notify status --notify-api-url https://notify.example.com
  hikyaku notify send 'the backup is done' --sticker 446:1988
  hikyaku notify auth-link --state \"$RANDOM\" --client-id my-service \\
      --redirect-uri https://example.com/back
  hikyaku notify token --code \"$CODE\"
  hikyaku notify revoke")]
pub(crate) struct Notify {
    #[command(subcommand)]
    verb: NotifyVerb,

    #[command(flatten)]
    service: Service,
}

#[derive(Debug, Subcommand)]
enum NotifyVerb {
    AuthLink(auth_link::AuthLink),
    Token(token::Token),
    Status(status::Status),
    Send(send::Send),
    Revoke(revoke::Revoke),
}

// The service and its user.
#[derive(Debug, Args)]
#[command(next_help_heading = "Connection")]
struct Service {
    #[arg(
        long,
        global = true,
        env = unless_empty("LINE_NOTIFY_TOKEN"),
        hide_env_values = true,
        value_name = "TOKEN",
        allow_hyphen_values = true,
        help = "The user's token, or @FILE; prefer the variable: other users can read arguments"
    )]
    token: Option<Secret>,

    #[arg(
        long,
        global = true,
        env = unless_empty("HIKYAKU_NOTIFY_API_URL"),
        hide_env_values = true,
        value_name = "URL",
        help = "Where messages are sent [default: https://notify-api.line.me, which is closed]"
    )]
    notify_api_url: Option<String>,

    #[arg(
        long,
        global = true,
        env = unless_empty("HIKYAKU_NOTIFY_BOT_URL"),
        hide_env_values = true,
        value_name = "URL",
        help = "Where users connect [default: https://notify-bot.line.me, which is closed]"
    )]
    bot_url: Option<String>,

    /// The service's client id
    #[arg(
        long,
        global = true,
        env = unless_empty("LINE_NOTIFY_CLIENT_ID"),
        hide_env_values = true,
        value_name = "ID"
    )]
    client_id: Option<String>,

    /// The service's client secret, or @FILE; prefer the variable
    #[arg(
        long,
        global = true,
        env = unless_empty("LINE_NOTIFY_CLIENT_SECRET"),
        hide_env_values = true,
        value_name = "SECRET",
        allow_hyphen_values = true
    )]
    client_secret: Option<Secret>,

    /// Where users come back to after they have agreed
    #[arg(
        long,
        global = true,
        env = unless_empty("LINE_NOTIFY_REDIRECT_URI"),
        hide_env_values = true,
        value_name = "URI"
    )]
    redirect_uri: Option<String>,

    #[command(flatten)]
    patience: Patience,
}

impl Notify {
    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        let Self { verb, service } = self;
        let result = match verb {
            NotifyVerb::AuthLink(verb) => verb.run(&service, output),
            NotifyVerb::Token(verb) => verb.run(&service, output).await,
            NotifyVerb::Status(verb) => verb.run(&service, output).await,
            NotifyVerb::Send(verb) => verb.run(&service, output).await,
            NotifyVerb::Revoke(verb) => verb.run(&service, output).await,
        };
        result.map_err(|error| match error.downcast_ref::<hikyaku::Error>() {
            Some(call) if call.kind() == ErrorKind::Unauthorized => {
                error.context(Hint("check the token: LINE_NOTIFY_TOKEN or --token".to_owned()))
            }
            _ => error,
        })
    }
}

impl Service {
    fn client(&self) -> anyhow::Result<NotifyClient> {
        let mut builder = NotifyClient::builder().retry(self.patience.retry(None));
        if let Some(url) = &self.notify_api_url {
            builder = builder.api_base_url(url);
        }
        if let Some(url) = &self.bot_url {
            builder = builder.bot_base_url(url);
        }
        if let Some(id) = &self.client_id {
            builder = builder.client_id(id);
        }
        if let Some(secret) = &self.client_secret {
            builder = builder.client_secret(secret.read()?);
        }
        if let Some(uri) = &self.redirect_uri {
            builder = builder.redirect_uri(uri);
        }
        if let Some(timeout) = self.patience.timeout(None) {
            builder = builder.timeout(timeout);
        }
        if let Some(pem) = self.patience.network.certificates(None)? {
            builder = builder.root_certificates(pem);
        }
        if let Some(proxy) = self.patience.network.proxy()? {
            builder = builder.proxy(proxy);
        }
        builder.build().map_err(|error| of_settings(error, &FLAGS))
    }

    /// Builds the client for a call that names the service.
    fn client_of_service(&self) -> anyhow::Result<NotifyClient> {
        if self.client_id.is_none() {
            return Err(usage("no client id; add --client-id or set LINE_NOTIFY_CLIENT_ID"));
        }
        if self.redirect_uri.is_none() {
            return Err(usage(
                "no redirect URI; add --redirect-uri or set LINE_NOTIFY_REDIRECT_URI",
            ));
        }
        self.client()
    }

    fn token(&self) -> anyhow::Result<NotifyToken> {
        let Some(token) = &self.token else {
            return Err(usage(
                "no token of LINE Notify; put it into LINE_NOTIFY_TOKEN or a file (--token @FILE)",
            ));
        };
        NotifyToken::new(token.read()?).map_err(|why| invalid("token", format!("the token {why}")))
    }
}
