//! Commands for one event, or for all that match a filter.

use std::fmt;

use hikyaku_inbox::{EventAct, EventPreview, Inbox, KeptState};
use hikyaku_sender::Time;
use serde::Serialize;

use super::{filter::FilterArgs, list::Events};
use crate::{
    act::{self, Asks, Which},
    consent,
    output::Output,
};

/// One event, or a filter and whether to ask.
pub(super) type ActArgs = act::ActArgs<i64, FilterArgs>;

/// An act, and how it is told.
pub(super) struct Doing {
    pub(super) act: EventAct,
    /// What has become of an event, of several, and what would: "17 events would be handled again".
    pub(super) one: &'static str,
    pub(super) many: &'static str,
    pub(super) would: &'static str,
}

impl Doing {
    /// Does it to what the words name.
    pub(super) async fn run(
        self,
        which: ActArgs,
        inbox: &Inbox,
        now: Time,
        output: Output,
    ) -> anyhow::Result<()> {
        let (mut filter, asks) = match which.which("event", "dead", |filter| filter.filter(now))? {
            Which::AllThatFit(filter, asks) => (filter, asks),
            Which::One(id) => {
                match self.act {
                    EventAct::Retry => inbox.retry(id).await?,
                    _ => inbox.drop_event(id).await?,
                };
                return output.done(format_args!("event {id} {}", self.one));
            }
        };
        if filter.states.is_empty() {
            filter.states.push(KeptState::Dead);
        }
        let preview = inbox.preview(&filter, self.act).await?;
        let preview = Previewed { preview, would: self.would };
        if asks == Asks::Only {
            return output.print(&preview, &preview);
        }
        let total = preview.preview.possible;
        if asks == Asks::First && total > 0 {
            consent::ask(format_args!("{total} events {}", self.would), &preview)?;
        }
        let did = Did { done: inbox.act_on(&filter, self.act).await?, many: self.many };
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
