use clap::{Args, Subcommand};
use hikyaku_gateway::{ApiKeyRow, NewApiKey, Rights};
use hikyaku_sender::Priority;
use serde::Serialize;

use super::{
    PRIORITIES,
    place::{Opened, Place},
};
use crate::{
    failure::{invalid, not_found},
    output::{Output, visible},
    word::one_of,
    work::CHANNEL,
};

/// Issue, list and revoke the keys that bots call LINE's API with
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hikyaku gateway key issue --name shop-bot
  hikyaku gateway key issue --name alerts --send push --to \"$GROUP_ID\" --call ''
  hikyaku gateway key revoke 3")]
pub(super) struct Key {
    #[command(subcommand)]
    verb: KeyVerb,
}

#[derive(Debug, Subcommand)]
enum KeyVerb {
    Issue(Issue),
    List(List),
    Revoke(Revoke),
}

/// Make a key for a bot, and print it this once
#[derive(Debug, Args)]
#[command(after_help = "\
Lists have commas between their words. Without --call, a key may make every call that this version knows.

Examples:
  hikyaku gateway key issue --name shop-bot
  hikyaku gateway key issue --name alerts --send push,reply --to users --call read")]
struct Issue {
    /// What logs and lists call it
    #[arg(long)]
    name: String,

    /// The channel that it sends through, by its name in the configuration
    #[arg(long, value_name = "NAME", default_value = CHANNEL)]
    channel: String,

    /// How it may send: push, multicast, broadcast, narrowcast, reply, push-by-phone; all unless set
    #[arg(long, value_name = "LIST")]
    send: Option<String>,

    /// To whom it may push and multicast: *, users, groups, or ids; everybody unless set
    #[arg(long, value_name = "LIST")]
    to: Option<String>,

    /// What else it may call: read, chat, content, richmenu, audience, coupon, mission, liff, module, webhook, pictures, other
    #[arg(long, value_name = "LIST")]
    call: Option<String>,

    /// Whose share of a lane its sends take; its name unless set
    #[arg(long, value_name = "KEY")]
    fairness_key: Option<String>,

    /// How urgent its sends are, among those of its channel
    #[arg(
        long,
        default_value = Priority::default().name(),
        value_parser = one_of::<Priority>(PRIORITIES)
    )]
    priority: Priority,

    /// The most recipients in a month, as LINE counts them; what does not fit is refused with LINE's 429
    #[arg(long, value_name = "N")]
    budget: Option<u64>,

    /// Let it also send what no budget can count: broadcasts, and narrowcasts without a limit
    #[arg(long, requires = "budget")]
    unmetered: bool,

    /// How many of its sends may wait at once; further ones are refused with 429
    #[arg(long, value_name = "N")]
    backlog: Option<u64>,
}

/// List the keys by their numbers, and those that the configuration declares; nobody can read the keys themselves
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hikyaku gateway key list --json")]
struct List {}

/// End a key; what was sent with it goes on
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hikyaku gateway key revoke 3")]
struct Revoke {
    /// Its number, as `key list` shows it
    id: i64,
}

#[derive(Serialize)]
struct Issued<'a> {
    id: i64,
    key: &'a str,
}

#[derive(Serialize)]
struct Listed {
    keys: Vec<ApiKeyRow>,
}

#[derive(Serialize)]
struct Nothing {}

impl Key {
    pub(super) async fn run(self, place: &Place, output: Output) -> anyhow::Result<()> {
        match self.verb {
            KeyVerb::Issue(verb) => verb.run(place, output).await,
            KeyVerb::List(List {}) => list(place, output).await,
            KeyVerb::Revoke(Revoke { id }) => revoke(place, id, output).await,
        }
    }
}

impl Issue {
    async fn run(self, place: &Place, output: Output) -> anyhow::Result<()> {
        let opened = place.open().await?;
        let Self { name, channel, send, to, call, fairness_key, priority, .. } = self;
        let Self { budget, unmetered, backlog, .. } = self;
        let declared = opened.config.iter().flat_map(|config| &config.key);
        if declared.into_iter().any(|key| key.name == name) {
            let why = "the configuration has a [[key]] of this name, which goes before it";
            return Err(invalid("--name", why.to_owned()));
        }
        if !opened.may_have_channel(&channel) {
            return Err(invalid(
                "--channel",
                format!("the configuration has no channel.{channel}"),
            ));
        }
        let rights = Rights::read(send.as_deref(), to.as_deref(), call.as_deref())?;
        let mut new = NewApiKey::new(name, channel).rights(rights);
        new.fairness_key = fairness_key;
        (new.priority, new.budget, new.unmetered) = (priority, budget, unmetered);
        new.backlog = backlog;
        let issued = opened.state.issue_key(new).await?;
        let key = issued.key.expose();
        output.print(&Issued { id: issued.id, key }, key)
    }
}

async fn list(place: &Place, output: Output) -> anyhow::Result<()> {
    let Opened { config, state, .. } = place.open().await?;
    let declared = config.map_or(Ok(Vec::new()), |config| config.declared_keys())?;
    let mut keys = declared.clone();
    keys.extend(state.keys().await?);
    let row = |it: &ApiKeyRow| {
        let hidden = !it.declared && declared.iter().any(|key| key.name == it.name);
        let (id, state) = match it {
            ApiKeyRow { declared: true, .. } => (String::new(), "declared"),
            ApiKeyRow { revoked: true, id, .. } => (id.to_string(), "revoked"),
            ApiKeyRow { id, .. } => (id.to_string(), if hidden { "hidden" } else { "works" }),
        };
        format!("{id:>6}  {state:<8}  {:<16}  {}", it.channel, visible(&it.name))
    };
    let head = format!("{:>6}  {:<8}  {:<16}  name", "id", "state", "channel");
    let told = std::iter::once(head).chain(keys.iter().map(row)).collect::<Vec<_>>().join("\n");
    output.print(&Listed { keys }, told)
}

async fn revoke(place: &Place, id: i64, output: Output) -> anyhow::Result<()> {
    let state = place.open().await?.state;
    if !state.revoke_key(id).await? {
        return Err(not_found(format!("there is no key {id} that works")));
    }
    output.print(&Nothing {}, format_args!("key {id} works no more"))
}
