use clap::Args;
use serde::Serialize;

use super::Service;
use crate::{failure::usage, output::Output};

/// Exchange the code that a user came back with for a token, and print it
#[derive(Debug, Args)]
#[command(after_help = "\
A code works once. Nothing else prints a token; keep it where only you can read it.

Example:
  hikyaku notify token --code \"$CODE\" --client-id my-service --client-secret @secret \\
      --redirect-uri https://example.com/back > user.token")]
pub(super) struct Token {
    /// The code
    #[arg(long, allow_hyphen_values = true)]
    code: String,
}

impl Token {
    pub(super) async fn run(self, service: &Service, output: Output) -> anyhow::Result<()> {
        #[derive(Serialize)]
        struct Document<'a> {
            access_token: &'a str,
        }

        if service.client_secret.is_none() {
            return Err(usage(
                "no client secret; set LINE_NOTIFY_CLIENT_SECRET or add --client-secret @FILE",
            ));
        }
        let token = service.client_of_service()?.token(&self.code).await?;
        output.print(&Document { access_token: token.expose() }, token.expose())
    }
}
