use std::path::Path;

use clap::{Args, Subcommand};
use hikyaku_gateway::{AccessToken, NewToken, TokenRow};
use serde::Serialize;

use super::open;
use crate::{
    failure::{invalid, not_found},
    output::{Output, visible},
    secret::Secret,
    work::CHANNEL,
};

/// Issue, import, list and revoke the tokens that scripts send with
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hikyaku gateway token issue --name backup --target \"$GROUP_ID\"
  hikyaku gateway token revoke 3")]
pub(super) struct Token {
    #[command(subcommand)]
    verb: TokenVerb,
}

#[derive(Debug, Subcommand)]
enum TokenVerb {
    Issue(Issue),
    Import(Import),
    List(List),
    Revoke(Revoke),
}

/// Make a token for one chat, and print it this once
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hikyaku gateway token issue --name backup --target \"$GROUP_ID\" --target-name Ops")]
struct Issue {
    #[command(flatten)]
    new: NewArgs,
}

/// Take over a token that LINE Notify had issued
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hikyaku gateway token import --token @old.token --name backup --target \"$GROUP_ID\"")]
struct Import {
    /// The token, or @FILE; other users can read arguments
    #[arg(long, value_name = "TOKEN", allow_hyphen_values = true)]
    token: Secret,

    #[command(flatten)]
    new: NewArgs,
}

/// List the tokens by their numbers; nobody can read the tokens themselves
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hikyaku gateway token list --json")]
struct List {}

/// End a token
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hikyaku gateway token revoke 3")]
struct Revoke {
    /// Its number, as `token list` shows it
    id: i64,
}

// What a token is for.
#[derive(Debug, Args)]
struct NewArgs {
    /// What stands in front of each message
    #[arg(long)]
    name: String,

    /// The id of the user, group or room that gets the messages
    #[arg(long, value_name = "ID")]
    target: String,

    /// What `/api/status` calls the target
    #[arg(long, value_name = "NAME")]
    target_name: Option<String>,

    /// The channel that sends, by its name in the configuration
    #[arg(long, value_name = "NAME", default_value = CHANNEL)]
    channel: String,
}

#[derive(Serialize)]
struct Issued<'a> {
    id: i64,
    access_token: &'a str,
}

#[derive(Serialize)]
struct Listed {
    tokens: Vec<TokenRow>,
}

#[derive(Serialize)]
struct Nothing {}

impl Token {
    pub(super) async fn run(self, config: &Path, output: Output) -> anyhow::Result<()> {
        match self.verb {
            TokenVerb::Issue(Issue { new }) => keep(config, new, None, output).await,
            TokenVerb::Import(Import { token, new }) => {
                let token = AccessToken::import(&token.read()?)
                    .map_err(|why| invalid("--token", why.to_string()))?;
                keep(config, new, Some(token), output).await
            }
            TokenVerb::List(List {}) => list(config, output).await,
            TokenVerb::Revoke(Revoke { id }) => revoke(config, id, output).await,
        }
    }
}

async fn keep(
    config: &Path,
    new: NewArgs,
    imported: Option<AccessToken>,
    output: Output,
) -> anyhow::Result<()> {
    let (config, state) = open(config).await?;
    let NewArgs { name, target, target_name, channel } = new;
    if !config.channel.contains_key(&channel) {
        return Err(invalid("--channel", format!("the configuration has no channel.{channel}")));
    }
    let is_new = imported.is_none();
    let new = NewToken { name, target, target_name, channel };
    let issued = state.issue(new, imported).await?;
    if is_new {
        let token = issued.token.expose();
        output.print(&Issued { id: issued.id, access_token: token }, token)
    } else {
        #[derive(Serialize)]
        struct Imported {
            id: i64,
        }
        output.print(&Imported { id: issued.id }, format_args!("token {} works", issued.id))
    }
}

async fn list(config: &Path, output: Output) -> anyhow::Result<()> {
    let (_, state) = open(config).await?;
    let tokens = state.tokens().await?;
    let rows = tokens.iter().map(|TokenRow { id, name, target, revoked, .. }| {
        let state = if *revoked { "revoked" } else { "works" };
        format!("{id:>6}  {state:<8}  {target:<33}  {}", visible(name))
    });
    let head = format!("{:>6}  {:<8}  {:<33}  name", "id", "state", "target");
    let told = std::iter::once(head).chain(rows).collect::<Vec<_>>().join("\n");
    output.print(&Listed { tokens }, told)
}

async fn revoke(config: &Path, id: i64, output: Output) -> anyhow::Result<()> {
    let (_, state) = open(config).await?;
    if !state.revoke(id).await? {
        return Err(not_found(format!("there is no token {id} that works")));
    }
    output.print(&Nothing {}, format_args!("token {id} works no more"))
}
