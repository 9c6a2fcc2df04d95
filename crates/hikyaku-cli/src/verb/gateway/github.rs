use clap::Args;
use serde::Serialize;

use super::place::{Opened, Place};
use crate::{failure::not_found, output::Output};

/// Show what to enter at GitHub, so that its webhooks become messages of a token
#[derive(Debug, Args)]
#[command(after_help = "\
The secret follows from the store's key and the token's number: it is the same each time, and works as long as the token does.

Example:
  hikyaku gateway token github 3")]
pub(super) struct GitHub {
    /// The token's number, as `token list` shows it
    id: i64,
}

#[derive(Serialize)]
struct Shown<'a> {
    payload_url: &'a str,
    secret: &'a str,
}

impl GitHub {
    pub(super) async fn run(self, place: &Place, output: Output) -> anyhow::Result<()> {
        let Self { id } = self;
        let Opened { config, state, .. } = place.open().await?;
        if state.token(id).await?.is_none() {
            return Err(not_found(format!("there is no token {id} that works")));
        }
        let gateway = config.as_ref().and_then(|config| config.public_url.as_deref());
        let gateway = gateway.unwrap_or("https://GATEWAY");
        let payload_url = format!("{}/adapters/github/{id}", gateway.trim_end_matches('/'));
        let secret = state.github_secret(id);
        let told = format!(
            "payload URL   {payload_url}\ncontent type  application/json\nsecret        {secret}"
        );
        output.print(&Shown { payload_url: &payload_url, secret: &secret }, told)
    }
}
