//! Limits on the recipients of a fairness key.

use std::fmt;

use clap::{Args, Subcommand};
use hikyaku_sender::{Beyond, Budget as Told, Per};
use serde::Serialize;

use crate::{
    failure::not_found,
    output::{Output, visible},
    store::StoreArgs,
    word::one_of,
};

#[derive(Debug, Args)]
#[command(after_help = "\
A budget counts the recipients of pushes and multicasts of one --fairness-key, of whatever channel; campaign:17 is the key of \
what belongs to campaign 17. Days and months are Japan's, as LINE's are. All workers heed it, and after restarts, too.

Examples:
  hikyaku budget set tenant-7 --recipients 10000 --per month
  hikyaku budget set campaign:17 --recipients 2000 --per day
  hikyaku budget list
  hikyaku budget clear tenant-7")]
pub(crate) struct Budget {
    #[command(subcommand)]
    verb: BudgetVerb,

    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Debug, Subcommand)]
enum BudgetVerb {
    Set(Set),
    List(List),
    Clear(Clear),
}

/// Give a fairness key a budget, or another one
#[derive(Debug, Args)]
#[command(after_help = "\
What was used in the same day or month still counts.

Examples:
  hikyaku budget set tenant-7 --recipients 10000 --per month
  hikyaku budget set tenant-7 --recipients 500 --per day --beyond cancel")]
struct Set {
    /// The --fairness-key that it is for
    #[arg(value_name = "KEY")]
    key: String,

    /// How many recipients its sends may reach
    #[arg(long, value_name = "N")]
    recipients: u64,

    /// Period that the budget covers
    #[arg(
        long,
        value_parser = one_of::<Per>(Per::ALL.iter().map(|it| it.name()))
    )]
    per: Per,

    /// What becomes of what does not fit: it waits for the next day or month, or is cancelled and told as an outcome
    #[arg(
        long,
        default_value = Beyond::Wait.name(),
        value_parser = one_of::<Beyond>(Beyond::ALL.iter().map(|it| it.name()))
    )]
    beyond: Beyond,
}

/// List the budgets, and how much of each is used
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hikyaku budget list
  hikyaku budget list --json | jq '.budgets[] | select(.used_up)'")]
struct List {}

/// Remove a fairness key's budget
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hikyaku budget clear tenant-7")]
struct Clear {
    /// The --fairness-key whose budget it is
    #[arg(value_name = "KEY")]
    key: String,
}

#[derive(Serialize)]
struct Budgets {
    budgets: Vec<Told>,
}

impl Budget {
    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        let Self { verb, store } = self;
        match verb {
            BudgetVerb::Set(Set { key, recipients, per, beyond }) => {
                let outbox = store.open_or_make().await?;
                let budget = outbox.set_budget(key, recipients, per, beyond).await?;
                output.print(&budget, Line(&budget))
            }
            BudgetVerb::List(List {}) => {
                let budgets = Budgets { budgets: store.open(output).await?.budgets().await? };
                output.print(&budgets, &budgets)
            }
            BudgetVerb::Clear(Clear { key }) => {
                let shown = visible(&key).into_owned();
                if !store.open(output).await?.clear_budget(key).await? {
                    return Err(not_found(format!(
                        "{shown} has no budget; see `hikyaku budget list`"
                    )));
                }
                output.done(format_args!("{shown} has no budget any more"))
            }
        }
    }
}

struct Line<'a>(&'a Told);

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Told { fairness_key, limit, per, beyond, used, until, used_up, .. } = self.0;
        write!(
            f,
            "{}: {used} of {limit} recipients a {per}, until {until}",
            visible(fairness_key)
        )?;
        match (used_up, beyond) {
            (true, Beyond::Wait) => f.write_str("; used up, and what does not fit waits"),
            (true, Beyond::Cancel) => f.write_str("; used up, and what does not fit is cancelled"),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Budgets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.budgets.is_empty() {
            return f.write_str("no fairness key has a budget");
        }
        for (index, budget) in self.budgets.iter().enumerate() {
            write!(f, "{}{}", if index == 0 { "" } else { "\n" }, Line(budget))?;
        }
        Ok(())
    }
}
