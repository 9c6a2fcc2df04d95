use clap::Args;
use hikyaku::notify::Revocation;
use serde::Serialize;

use super::Service;
use crate::output::Output;

/// End the token
#[derive(Debug, Args)]
#[command(after_help = "\
A token that has ended before is no error: the outcome says so.

Example:
  hikyaku notify revoke --json")]
pub(super) struct Revoke {}

impl Revoke {
    pub(super) async fn run(self, service: &Service, output: Output) -> anyhow::Result<()> {
        #[derive(Serialize)]
        struct Document {
            outcome: &'static str,
        }

        let (outcome, text) = match service.client()?.revoke(&service.token()?).await?.into_inner()
        {
            Revocation::Revoked => ("revoked", "revoked"),
            Revocation::AlreadyRevoked => ("already_revoked", "had been revoked already"),
        };
        output.print(&Document { outcome }, text)
    }
}
