//! Holds: sends that an operator pauses and releases.

use std::fmt;

use clap::{Args, Subcommand};
use hikyaku_sender::{HoldId, Lane, NewHold, Outbox};
use serde::Serialize;

use crate::{
    environment,
    failure::not_found,
    output::{Output, visible},
    store::{StoreArgs, When},
    word::one_of,
};

/// Stop sends of a store until they are released, or list what is stopped
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Without --channel, --lane and --key it stops everything. All workers obey it within a second, also after a restart. Requests \
on their way end, new sends can be added, and nothing is lost.

Examples:
  hikyaku hold --reason 'the price is wrong' --lane multicast
  hikyaku hold --reason 'LINE asked us to' --channel shop --until 2h
  hikyaku hold --reason 'a loop in their program' --key tenant-7
  hikyaku hold list"
)]
pub(crate) struct Hold {
    #[command(subcommand)]
    verb: Option<HoldVerb>,

    #[command(flatten)]
    scope: Scope,

    /// Why: shown with the hold
    #[arg(long, value_name = "TEXT", required = true)]
    reason: Option<String>,

    /// Who stops it [default: the user of this machine]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,

    /// When it ends by itself: a time such as 2026-12-24T18:00:00+09:00, or a wait such as 2h [default: when released]
    #[arg(long, value_name = "TIME")]
    until: Option<When>,

    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Debug, Subcommand)]
enum HoldVerb {
    /// List what is stopped, by whom and why
    #[command(after_help = "\
Examples:
  hikyaku hold list
  hikyaku hold list --json | jq '.holds[].id'")]
    List,
}

/// Release what `hikyaku hold` has stopped
#[derive(Debug, Args)]
#[command(after_help = "\
A send that two holds stop goes on when both are released.

Examples:
  hikyaku release 3
  hikyaku release --lane multicast
  hikyaku release --all")]
pub(crate) struct Release {
    #[arg(value_name = "ID", help = "What `hikyaku hold` printed; `hikyaku hold list` has it")]
    id: Option<HoldId>,

    #[command(flatten)]
    scope: Scope,

    /// Release every hold
    #[arg(long, conflicts_with_all = ["id", "channel", "lane", "key"])]
    all: bool,

    #[command(flatten)]
    store: StoreArgs,
}

// What is stopped.
#[derive(Debug, Args)]
struct Scope {
    /// Only this channel of the store
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,

    /// Only this kind of send
    #[arg(
        long,
        value_name = "KIND",
        value_parser = one_of::<Lane>(Lane::ALL.iter().map(|lane| lane.name()))
    )]
    lane: Option<Lane>,

    /// Only what was added with this --fairness-key; campaign:17 is what belongs to campaign 17
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
}

/// Holds, as they are printed.
#[derive(Serialize)]
struct Holds {
    holds: Vec<hikyaku_sender::Hold>,
}

impl Hold {
    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        let outbox = self.store.open(output).await?;
        if let Some(HoldVerb::List) = self.verb {
            let holds = Holds { holds: outbox.holds().await? };
            return output.print(&holds, &holds);
        }
        let Scope { channel, lane, key } = self.scope;
        let mut hold = NewHold::new(self.reason.unwrap_or_default());
        if let Some(channel) = channel {
            hold = hold.channel(channel);
        }
        if let Some(lane) = lane {
            hold = hold.lane(lane);
        }
        if let Some(key) = key {
            hold = hold.fairness_key(key);
        }
        if let Some(who) = self.by.or_else(user) {
            hold = hold.by(who);
        }
        if let Some(until) = self.until {
            hold = hold.until(until.after(outbox.now().await?));
        }
        let hold = outbox.hold(hold).await?;
        output.print(&hold, Line(&hold))
    }
}

/// Returns the user of this machine, as the shell knows them.
fn user() -> Option<String> {
    ["USER", "LOGNAME"].iter().find_map(|name| environment::text(name).ok().flatten())
}

impl Release {
    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        let outbox = self.store.open(output).await?;
        let ids = match self.id {
            Some(id) => vec![id],
            None => found(&outbox, self.all, &self.scope).await?,
        };
        let mut released = Holds { holds: Vec::with_capacity(ids.len()) };
        for id in ids {
            released.holds.push(outbox.release(id).await?);
        }
        output.print(&released, format_args!("released:\n{released}"))
    }
}

/// Returns the holds on exactly this scope, or all.
async fn found(outbox: &Outbox, all: bool, scope: &Scope) -> anyhow::Result<Vec<HoldId>> {
    let mut holds = outbox.holds().await?;
    let Scope { channel, lane, key } = scope;
    let is_meant = |it: &hikyaku_sender::Hold| {
        it.channel == *channel && it.lane == *lane && it.fairness_key == *key
    };
    holds.retain(|it| all || is_meant(it));
    if holds.is_empty() {
        return Err(not_found("there is no such hold; see `hikyaku hold list`".to_owned()));
    }
    Ok(holds.into_iter().map(|it| it.id).collect())
}

/// What a hold stops, since when, by whom and why.
pub(crate) struct Told<'a>(pub(crate) &'a hikyaku_sender::Hold);

/// The same behind the hold's id.
struct Line<'a>(&'a hikyaku_sender::Hold);

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hikyaku_sender::Hold { channel, lane, fairness_key, reason, who, at, until, .. } =
            self.0;
        match (channel, lane) {
            (None, None) => write!(f, "everything")?,
            (None, Some(lane)) => write!(f, "{lane} of every channel")?,
            (Some(channel), None) => write!(f, "channel {}", visible(channel))?,
            (Some(channel), Some(lane)) => write!(f, "{lane} of channel {}", visible(channel))?,
        }
        if let Some(key) = fairness_key {
            write!(f, " with key {}", visible(key))?;
        }
        write!(f, " is held since {at}")?;
        if let Some(until) = until {
            write!(f, ", until {until}")?;
        }
        if !who.is_empty() {
            write!(f, ", by {}", visible(who))?;
        }
        write!(f, ": {}", visible(reason))
    }
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>4}  {}", self.0.id, Told(self.0))
    }
}

impl fmt::Display for Holds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.holds.is_empty() {
            return f.write_str("nothing is held");
        }
        for (index, hold) in self.holds.iter().enumerate() {
            write!(f, "{}{}", if index == 0 { "" } else { "\n" }, Line(hold))?;
        }
        Ok(())
    }
}
