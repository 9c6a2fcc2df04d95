use std::fmt;

use clap::Args;
use hikyaku_inbox::{Inbox, KeptEvent};
use hikyaku_sender::Time;
use serde::Serialize;

use super::filter::FilterArgs;
use crate::output::{Output, visible};

/// List what is in the inbox, the newest first
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hikyaku inbox list
  hikyaku inbox list --state dead --state unanswered
  hikyaku inbox list --state dead --error 'timed out'
  hikyaku inbox list --chat \"$USER_ID\" --received-since 24h --json")]
pub(super) struct List {
    #[command(flatten)]
    which: FilterArgs,

    /// Only those that came before this one, to go on after a full page
    #[arg(long, value_name = "ID")]
    before: Option<i64>,

    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u32,
}

/// Events, as they are printed.
#[derive(Serialize)]
pub(super) struct Events {
    pub(super) events: Vec<KeptEvent>,
}

impl List {
    pub(super) async fn run(self, inbox: &Inbox, now: Time, output: Output) -> anyhow::Result<()> {
        let mut filter = self.which.filter(now).limit(self.limit);
        filter.before = self.before;
        let events = Events { events: inbox.list(filter).await? };
        output.print(&events, &events)
    }
}

impl fmt::Display for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>8}  {:<10}  {:>8}  {:<24}  chat", "id", "state", "attempts", "at")?;
        for it in &self.events {
            let KeptEvent { id, state, attempts, at, chat, .. } = it;
            let (state, at) = (state.name(), at.to_string());
            let chat = chat.rsplit(' ').next().unwrap_or_default();
            write!(f, "\n{id:>8}  {state:<10}  {attempts:>8}  {at:<24}  {}", visible(chat))?;
            if it.late {
                write!(f, "\n{:>10}later events of its chat were handled before it", "")?;
            }
            if let Some(why) = &it.error {
                write!(f, "\n{:>10}{}", "", visible(why))?;
            }
        }
        Ok(())
    }
}
