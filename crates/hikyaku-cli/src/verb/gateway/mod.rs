//! The server for LINE's API and LINE Notify's: its keys, its tokens, and the services that ask users for tokens.

mod demo;
mod github;
mod key;
mod place;
mod quota;
mod serve;
mod service;
mod sign_in;
mod target;
mod token;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use place::Place;

use crate::output::Output;

#[derive(Debug, Args)]
#[command(after_help = "\
The configuration's keys are explained in the file gateway.toml of the crate hikyaku-gateway. After SIGTERM or Ctrl-C it \
answers what it has and ends.

Examples:
  hikyaku gateway --demo
  hikyaku gateway --config gateway.toml
  hikyaku gateway token issue --name backup --target \"$GROUP_ID\"
  hikyaku gateway token issue --name backup
  hikyaku gateway service add --name Clinic --callback https://clinic.example/callback
  hikyaku gateway target list
  hikyaku gateway key issue --name shop-bot
  hikyaku gateway quota
  hikyaku gateway sign-in --operator ann")]
pub(crate) struct Gateway {
    #[command(subcommand)]
    verb: Option<GatewayVerb>,

    /// The configuration
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        default_value = "gateway.toml",
        // After the options of the verb.
        display_order = 990
    )]
    config: PathBuf,

    /// The store of the gateway, for a verb without the configuration: sqlite:PATH or postgres://…
    #[arg(long, global = true, value_name = "URL", conflicts_with = "config", display_order = 991)]
    store: Option<String>,

    /// Serve on a simulator in the same process, with a token that is ready, and print what arrives
    #[arg(long, conflicts_with_all = ["config", "store"])]
    demo: bool,

    /// Serve pictures although `public_url` begins with http://, for tests: LINE accepts only https
    #[arg(long, conflicts_with = "demo")]
    insecure_pictures: bool,
}

#[derive(Debug, Subcommand)]
enum GatewayVerb {
    Token(token::Token),
    Service(service::Service),
    Target(target::Target),
    Key(key::Key),
    Quota(quota::Quota),
    SignIn(sign_in::SignIn),
}

/// The words for how urgent something is.
const PRIORITIES: [&str; 3] = ["high", "normal", "low"];

impl Gateway {
    /// Returns whether it is a long-running server.
    pub(crate) fn serves(&self) -> bool {
        self.verb.is_none()
    }

    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        let place = Place::new(self.config, self.store);
        match self.verb {
            Some(GatewayVerb::Token(verb)) => verb.run(&place, output).await,
            Some(GatewayVerb::Service(verb)) => verb.run(&place, output).await,
            Some(GatewayVerb::Target(verb)) => verb.run(&place, output).await,
            Some(GatewayVerb::Key(verb)) => verb.run(&place, output).await,
            Some(GatewayVerb::Quota(verb)) => verb.run(&place, output).await,
            Some(GatewayVerb::SignIn(verb)) => verb.run(&place, output).await,
            None if self.demo => demo::run(output).await,
            None => serve::run(&place, self.insecure_pictures, output).await,
        }
    }
}
