use clap::Args;
use serde::Serialize;

use super::Service;
use crate::output::Output;

/// Print the address of the page on which a user agrees to be notified
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hikyaku notify auth-link --state 7f3a --client-id my-service \\
      --redirect-uri https://example.com/back")]
pub(super) struct AuthLink {
    /// A value that only this user's browser session knows; compare it when the browser comes back
    #[arg(long)]
    state: String,

    /// Let the browser come back by a POST, so that the code stands in no address
    #[arg(long)]
    form_post: bool,
}

impl AuthLink {
    pub(super) fn run(self, service: &Service, output: Output) -> anyhow::Result<()> {
        #[derive(Serialize)]
        struct Document {
            url: String,
        }

        let client = service.client_of_service()?;
        let url = if self.form_post {
            client.auth_link_form_post(&self.state)?
        } else {
            client.auth_link(&self.state)?
        };
        let document = Document { url };
        output.print(&document, &document.url)
    }
}
