use clap::{Args, Subcommand};
use hikyaku_gateway::{AccessToken, NewToken, Served, TokenChange, TokenRow};
use hikyaku_page::Lang;
use hikyaku_sender::Priority;
use serde::Serialize;

use super::{
    PRIORITIES,
    github::GitHub,
    place::{Opened, Place},
};
use crate::{
    failure::{invalid, not_found},
    output::{Output, visible},
    secret::Secret,
    word::one_of,
    work::CHANNEL,
};

/// Issue, import, list, change and revoke the tokens that scripts send with
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hikyaku gateway token issue --name backup --target \"$GROUP_ID\"
  hikyaku gateway token set 3 --budget 100
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
    Set(Set),
    Revoke(Revoke),
    #[command(name = "github")]
    GitHub(GitHub),
}

/// Make a token for one chat, and print it this once; without --target also a code: the chat in which it is sent within
/// 15 minutes becomes the token's
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hikyaku gateway token issue --name backup
  hikyaku gateway token issue --name backup --target \"$GROUP_ID\" --target-name Ops")]
struct Issue {
    /// What stands in front of each message
    #[arg(long)]
    name: String,

    /// The id of the user, group or room that gets the messages
    #[arg(long, value_name = "ID")]
    target: Option<String>,

    /// What `/api/status` calls the target
    #[arg(long, value_name = "NAME", requires = "target")]
    target_name: Option<String>,

    /// The channel that sends, by its name in the configuration
    #[arg(long, value_name = "NAME", default_value = CHANNEL, requires = "target")]
    channel: String,

    /// The language in which the account confirms the code: en, ja, zh-Hant or th
    #[arg(long, value_name = "TAG", default_value = "en", value_parser = language, conflicts_with = "target")]
    language: Lang,

    #[command(flatten)]
    limits: Limits,
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

/// Give a token a budget or another priority
#[derive(Debug, Args)]
#[command(after_help = "\
A budget counts recipients as LINE does: a message to a group of 12 counts 12. What does not fit is refused with 429 until the \
month ends in Japan.

Examples:
  hikyaku gateway token set 3 --budget 100
  hikyaku gateway token set 3 --no-budget --priority high")]
struct Set {
    /// Its number, as `token list` shows it
    id: i64,

    #[command(flatten)]
    limits: Limits,

    /// Let it reach as many as the channel may
    #[arg(long, conflicts_with = "budget")]
    no_budget: bool,
}

// How much a token may send, and when.
#[derive(Debug, Args)]
struct Limits {
    /// The most recipients in a month
    #[arg(long, value_name = "N")]
    budget: Option<u64>,

    /// How urgent its notifications are, among those of its channel
    #[arg(
        long,
        value_parser = one_of::<Priority>(PRIORITIES)
    )]
    priority: Option<Priority>,
}

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

    #[command(flatten)]
    limits: Limits,
}

#[derive(Serialize)]
struct Issued<'a> {
    id: i64,
    access_token: &'a str,
}

#[derive(Serialize)]
struct Unlinked<'a> {
    access_token: &'a str,
    code: &'a str,
}

#[derive(Serialize)]
struct Listed {
    tokens: Vec<TokenRow>,
}

#[derive(Serialize)]
struct Nothing {}

impl Token {
    pub(super) async fn run(self, place: &Place, output: Output) -> anyhow::Result<()> {
        match self.verb {
            TokenVerb::Issue(Issue { name, target: None, language, limits, .. }) => {
                if limits.is_set() {
                    let why = "goes with --target; or give it to the linked token with `token set`";
                    return Err(invalid("--budget and --priority", why.to_owned()));
                }
                issue_unlinked(place, name, language, output).await
            }
            TokenVerb::Issue(Issue {
                name,
                target: Some(target),
                target_name,
                channel,
                limits,
                ..
            }) => {
                let new = NewArgs { name, target, target_name, channel, limits };
                keep(place, new, None, output).await
            }
            TokenVerb::Import(Import { token, new }) => {
                let token = AccessToken::import(&token.read()?)
                    .map_err(|why| invalid("--token", why.to_string()))?;
                keep(place, new, Some(token), output).await
            }
            TokenVerb::List(List {}) => list(place, output).await,
            TokenVerb::Set(verb) => verb.run(place, output).await,
            TokenVerb::Revoke(Revoke { id }) => revoke(place, id, output).await,
            TokenVerb::GitHub(verb) => verb.run(place, output).await,
        }
    }
}

async fn issue_unlinked(
    place: &Place,
    name: String,
    language: Lang,
    output: Output,
) -> anyhow::Result<()> {
    let Opened { config, state, .. } = place.open().await?;
    if config.is_some_and(|config| !config.serves(Served::Webhook)) {
        let why = "is needed: no listener of the configuration serves \"webhook\", so no code that is sent in a chat can reach the gateway";
        return Err(invalid("--target", why));
    }
    let issued = state.issue_unlinked(name, language).await?;
    let (access_token, code) = (issued.token.expose(), issued.code.as_str());
    let told = format!(
        "{access_token}\nsend {code} in the chat that is to get the messages, within 15 minutes; the token works from then on"
    );
    output.print(&Unlinked { access_token, code }, told)
}

fn language(tag: &str) -> Result<Lang, String> {
    Lang::from_tag(tag).ok_or_else(|| "expected en, ja, zh-Hant or th".to_owned())
}

async fn keep(
    place: &Place,
    new: NewArgs,
    imported: Option<AccessToken>,
    output: Output,
) -> anyhow::Result<()> {
    let opened = place.open().await?;
    let NewArgs { name, target, target_name, channel, limits } = new;
    if !opened.may_have_channel(&channel) {
        return Err(invalid("--channel", format!("the configuration has no channel.{channel}")));
    }
    let is_new = imported.is_none();
    let new = NewToken { name, target, target_name, channel };
    let state = opened.state;
    let issued = state.issue(new, imported).await?;
    if limits.is_set() {
        state.change_token(issued.id, limits.change()).await?;
    }
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

impl Limits {
    fn is_set(&self) -> bool {
        self.budget.is_some() || self.priority.is_some()
    }

    fn change(&self) -> TokenChange {
        TokenChange { budget: self.budget.map(Some), priority: self.priority }
    }
}

impl Set {
    async fn run(self, place: &Place, output: Output) -> anyhow::Result<()> {
        let Self { id, limits, no_budget } = self;
        if !limits.is_set() && !no_budget {
            let why = "one of --budget, --no-budget and --priority is needed";
            return Err(invalid("token set", why.to_owned()));
        }
        let mut change = limits.change();
        if no_budget {
            change.budget = Some(None);
        }
        let state = place.open().await?.state;
        if !state.change_token(id, change).await? {
            return Err(not_found(format!("there is no token {id} that works")));
        }
        output.print(&Nothing {}, format_args!("token {id} is changed"))
    }
}

async fn list(place: &Place, output: Output) -> anyhow::Result<()> {
    let state = place.open().await?.state;
    let tokens = state.tokens().await?;
    let rows = tokens.iter().map(|TokenRow { id, name, target, revoked, target_gone, .. }| {
        let state = match (revoked, target_gone) {
            (true, _) => "revoked",
            (false, true) => "gone",
            (false, false) => "works",
        };
        format!("{id:>6}  {state:<8}  {target:<33}  {}", visible(name))
    });
    let head = format!("{:>6}  {:<8}  {:<33}  name", "id", "state", "target");
    let told = std::iter::once(head).chain(rows).collect::<Vec<_>>().join("\n");
    output.print(&Listed { tokens }, told)
}

async fn revoke(place: &Place, id: i64, output: Output) -> anyhow::Result<()> {
    let state = place.open().await?.state;
    if !state.revoke(id).await? {
        return Err(not_found(format!("there is no token {id} that works")));
    }
    output.print(&Nothing {}, format_args!("token {id} works no more"))
}
