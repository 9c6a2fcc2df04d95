//! Acts on one event, or on all that fit a filter.

use std::fmt;

use clap::Args;
use hikyaku_inbox::{EventAct, EventFilter, EventPreview, Inbox, KeptState};
use hikyaku_sender::Time;
use serde::Serialize;

use super::{filter::FilterArgs, list::Events};
use crate::{consent, failure::usage, output::Output};

// One event, or a filter and whether to ask.
#[derive(Debug, Args)]
pub(super) struct ActArgs {
    #[arg(
        value_name = "ID",
        help = "Its number, as `inbox list` shows it; without it, all that fit"
    )]
    id: Option<i64>,

    #[command(flatten)]
    filter: FilterArgs,

    /// All dead letters, where nothing else says which
    #[arg(long)]
    all: bool,

    /// Do it without asking; needed for more than one where there is no terminal to ask at
    #[arg(long, short)]
    yes: bool,

    /// Only show how many, and ten of them
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
}

/// An act, and how it is told.
pub(super) struct Doing {
    pub(super) act: EventAct,
    /// What has become of an event, of several, and what would: "17 events would be handled again".
    pub(super) one: &'static str,
    pub(super) many: &'static str,
    pub(super) would: &'static str,
}

impl ActArgs {
    pub(super) async fn run(
        self,
        doing: Doing,
        inbox: &Inbox,
        now: Time,
        output: Output,
    ) -> anyhow::Result<()> {
        let Self { id, filter, all, yes, dry_run } = self;
        let mut filter = filter.filter(now);
        let names_some = filter != EventFilter::default();
        match id {
            Some(_) if names_some || all => {
                return Err(usage("name one event, or what all of them have in common; not both"));
            }
            Some(id) => {
                match doing.act {
                    EventAct::Retry => inbox.retry(id).await?,
                    _ => inbox.drop_event(id).await?,
                };
                return output.done(format_args!("event {id} {}", doing.one));
            }
            None if names_some == all => {
                return Err(usage(
                    "say which: the number of one, what they have in common, such as --state dead, or else --all",
                ));
            }
            None => {}
        }
        if filter.states.is_empty() {
            filter.states.push(KeptState::Dead);
        }
        let preview = Previewed { preview: inbox.preview(&filter).await?, would: doing.would };
        if dry_run {
            return output.print(&preview, &preview);
        }
        let total = preview.preview.possible;
        if !yes && total > 0 {
            consent::ask(format_args!("{total} events {}", doing.would), &preview)?;
        }
        let did = Did { done: inbox.act_on(&filter, doing.act).await?, many: doing.many };
        output.print(&did, &did)
    }
}

/// What would be done, as it is printed.
#[derive(Serialize)]
struct Previewed {
    #[serde(flatten)]
    preview: EventPreview,
    #[serde(skip)]
    would: &'static str,
}

impl fmt::Display for Previewed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let EventPreview { events, possible, examples, .. } = &self.preview;
        write!(f, "{possible} events {}", self.would)?;
        if !examples.is_empty() {
            write!(f, "\n{}", Events { events: examples.clone() })?;
        }
        if *possible > examples.len() as u64 {
            write!(f, "\n{:>10}…", "")?;
        }
        if events > possible {
            let others = events - possible;
            write!(f, "\n{others} others stay as they are: each is being handled, or was")?;
        }
        Ok(())
    }
}

/// What was done, as it is printed.
#[derive(Serialize)]
struct Did {
    done: u64,
    #[serde(skip)]
    many: &'static str,
}

impl fmt::Display for Did {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} events {}", self.done, self.many)
    }
}
