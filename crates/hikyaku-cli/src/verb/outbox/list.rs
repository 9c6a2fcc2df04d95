use std::{fmt, time::Duration};

use clap::Args;
use hikyaku_sender::{DeliveryId, Lane, Listed, State, Time};
use serde::Serialize;

use super::filter::FilterArgs;
use crate::{
    output::{Output, visible},
    store::StoreArgs,
    work,
};

/// List what is in the outbox, the newest first
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hikyaku outbox list
  hikyaku outbox list --state rejected --state unknown --error 'invalid user'
  hikyaku outbox list --to \"$USER_ID\" --created-since 24h
  hikyaku outbox list --idempotency-key order-17
  hikyaku outbox list --campaign 1 --limit 1000 --json")]
pub(super) struct List {
    #[command(flatten)]
    which: FilterArgs,

    /// Only those added before this one, to go on after a full page
    #[arg(long, value_name = "ID")]
    before: Option<DeliveryId>,

    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u32,
}

/// How long a delivery is due until that is told: a worker that runs takes it sooner.
const LONG_DUE: Duration = Duration::from_secs(5);

/// Deliveries, as they are printed.
#[derive(Serialize)]
pub(crate) struct Deliveries {
    pub(crate) deliveries: Vec<Listed>,
    /// The time on the store's clock, to tell which of them are due and not taken.
    #[serde(skip)]
    pub(crate) now: Option<Time>,
}

impl Deliveries {
    fn is_left(&self, it: &Listed) -> bool {
        it.state == State::Ready && self.now.is_some_and(|now| now.since(it.due) > LONG_DUE)
    }
}

impl List {
    pub(super) async fn run(self, store: &StoreArgs, output: Output) -> anyhow::Result<()> {
        let outbox = store.open(output).await?;
        let now = outbox.now().await?;
        let mut filter = self.which.filter(now).limit(self.limit);
        filter.before = self.before;
        let deliveries = Deliveries { deliveries: outbox.list(filter).await?, now: Some(now) };
        output.print(&deliveries, &deliveries)
    }
}

impl fmt::Display for Deliveries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>8}  {:<9}  {:<13}  {:<10}  to", "id", "state", "kind", "recipients")?;
        for it in &self.deliveries {
            let to = match it.to.as_slice() {
                [] => "",
                [one] => one,
                [first, ..] => &format!("{first} …"),
            };
            let kind = Lane::of(it.kind).name();
            let Listed { id, state, recipients, .. } = it;
            write!(
                f,
                "\n{id:>8}  {:<9}  {kind:<13}  {recipients:<10}  {}",
                state.name(),
                visible(to)
            )?;
            if let Some(reason) = it.waiting_for {
                write!(f, "\n{:>10}{}", "", work::told(reason))?;
            } else if self.is_left(it) {
                let (due, channel) = (it.due, visible(&it.channel));
                write!(
                    f,
                    "\n{:>10}is due since {due}: no worker of channel {channel} took it",
                    ""
                )?;
            }
            if let Some(why) = &it.last_error {
                write!(f, "\n{:>10}{}", "", visible(why))?;
            }
        }
        Ok(())
    }
}
