//! Commands for one row of a store, or for all that match a filter.

use std::str::FromStr;

use clap::Args;

use crate::failure::usage;

// One row by its id, or a filter and whether to ask.
#[derive(Debug, Args)]
pub(crate) struct ActArgs<Id, F>
where
    Id: FromStr<Err: std::error::Error + Send + Sync + 'static> + Clone + Send + Sync + 'static,
    F: Args,
{
    #[arg(value_name = "ID", help = "The id that `list` shows; without it, all that match")]
    id: Option<Id>,

    #[command(flatten)]
    filter: F,

    /// All of them, if no filter is given
    #[arg(long)]
    all: bool,

    #[command(flatten)]
    consent: ConsentArgs,
}

// Whether to ask before much is changed at once.
#[derive(Debug, Args)]
pub(crate) struct ConsentArgs {
    /// Do not ask; required for more than one if there is no terminal
    #[arg(long, short)]
    yes: bool,

    /// Only show how many it would be, ten examples, and the cost
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
}

/// What is acted on.
pub(crate) enum Which<Id, F> {
    One(Id),
    AllThatFit(F, Asks),
}

/// Whether a preview comes before the act, or in its place.
#[derive(PartialEq)]
pub(crate) enum Asks {
    No,
    First,
    Only,
}

impl<Id, F> ActArgs<Id, F>
where
    Id: FromStr<Err: std::error::Error + Send + Sync + 'static> + Clone + Send + Sync + 'static,
    F: Args,
{
    /// What the words say, where `read` makes the filter: an empty one is not enough. `noun` is what one row is, and `state` one
    /// of its states.
    pub(crate) fn which<T: Default + PartialEq>(
        self,
        noun: &str,
        state: &str,
        read: impl FnOnce(F) -> T,
    ) -> anyhow::Result<Which<Id, T>> {
        let Self { id, filter, all, consent } = self;
        let filter = read(filter);
        let names_some = filter != T::default();
        match id {
            Some(_) if names_some || all => {
                Err(usage(format!("name one {noun}, or what all of them have in common; not both")))
            }
            Some(id) => Ok(Which::One(id)),
            None if names_some == all => Err(usage(format!(
                "say which: the id of one, what they have in common, such as --state {state}, or else --all"
            ))),
            None => Ok(Which::AllThatFit(filter, consent.asks())),
        }
    }
}

impl ConsentArgs {
    /// Returns what the flags say.
    pub(crate) fn asks(&self) -> Asks {
        match self {
            Self { dry_run: true, .. } => Asks::Only,
            Self { yes: true, .. } => Asks::No,
            _ => Asks::First,
        }
    }

    /// Returns whether a flag is given.
    pub(crate) fn is_given(&self) -> bool {
        self.yes || self.dry_run
    }
}
