use std::collections::BTreeMap;

use clap::Args;
use hikyaku_gateway::{ApiKeyRow, Config, State};
use serde::Serialize;

use super::place::{Opened, Place};
use crate::output::{Output, visible};

/// Show how much of the month is used: of the channels, as far as LINE has said, and of the tokens and keys that have a budget
#[derive(Debug, Args)]
#[command(after_help = "\
A running gateway asks LINE for a channel's month every five minutes, and every minute while it is used up.

Example:
  hikyaku gateway quota --json")]
pub(super) struct Quota {}

#[derive(Serialize)]
struct Shown {
    channels: Vec<ChannelMonth>,
    budgets: Vec<BudgetMonth>,
}

#[derive(Serialize)]
struct ChannelMonth {
    channel: String,
    /// None without a limit.
    limit: Option<u64>,
    used: u64,
}

#[derive(Serialize)]
struct BudgetMonth {
    /// `notify:` and a token's number, or `key:` and a key's name.
    owner: String,
    name: String,
    budget: u64,
    used: u64,
}

impl Quota {
    pub(super) async fn run(self, place: &Place, output: Output) -> anyhow::Result<()> {
        let Opened { config, outbox, state } = place.open().await?;
        let channels = outbox.overview().await?.quotas.into_iter();
        let channels =
            channels.map(|it| ChannelMonth { channel: it.channel, limit: it.limit, used: it.used });
        let shown = Shown {
            channels: channels.collect(),
            budgets: budgets(config.as_ref(), &state).await?,
        };
        let told = shown.told();
        output.print(&shown, told)
    }
}

async fn budgets(config: Option<&Config>, state: &State) -> anyhow::Result<Vec<BudgetMonth>> {
    let spent = state.spent().await?.into_iter().map(|it| (it.owner, it.used));
    let spent: BTreeMap<String, u64> = spent.collect();
    let used = |owner: &str| spent.get(owner).copied().unwrap_or_default();
    let tokens = state.tokens().await?.into_iter().filter(|it| !it.revoked).filter_map(|it| {
        let (budget, owner) = (it.budget?, it.owner());
        Some(BudgetMonth { used: used(&owner), owner, name: it.name, budget })
    });
    let mut all: Vec<BudgetMonth> = tokens.collect();
    let declared = config.map_or(Ok(Vec::new()), Config::declared_keys)?;
    let is_hidden = |key: &ApiKeyRow| declared.iter().any(|it| it.name == key.name);
    let stored = state.keys().await?.into_iter().filter(|it| !it.revoked && !is_hidden(it));
    let keys = stored.chain(declared.iter().cloned()).collect::<Vec<_>>();
    all.extend(keys.into_iter().filter_map(|it| {
        let (budget, owner) = (it.budget?, it.owner());
        Some(BudgetMonth { used: used(&owner), owner, name: it.name, budget })
    }));
    Ok(all)
}

impl Shown {
    fn told(&self) -> String {
        let mut lines: Vec<String> = Vec::new();
        for ChannelMonth { channel, limit, used } in &self.channels {
            lines.push(match limit {
                Some(limit) => format!("channel {channel}: {used} of {limit} messages used"),
                None => format!("channel {channel}: {used} messages used, without a limit"),
            });
        }
        for BudgetMonth { owner, name, budget, used } in &self.budgets {
            let whose = match owner.strip_prefix("notify:") {
                Some(id) => format!("token {id} ({})", visible(name)),
                None => format!("key {}", visible(name)),
            };
            lines.push(format!("{whose}: {used} of {budget} recipients used"));
        }
        if lines.is_empty() {
            return "LINE was not asked yet, and nothing has a budget".to_owned();
        }
        lines.join("\n")
    }
}
