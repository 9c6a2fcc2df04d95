//! Sends that wait in a store for a worker.

mod act;
mod add;
mod added;
mod batch;
mod cancel;
mod cursors;
mod drop;
mod filter;
mod list;
mod options;
mod outcomes;
mod retry;
mod show;
mod story;

pub(super) use act::Doing;
pub(super) use list::Deliveries;

use clap::{Args, Subcommand};

use crate::{output::Output, store::StoreArgs};

#[derive(Debug, Args)]
#[command(after_help = "\
A send that was added is on disk when the command ends. `hikyaku worker run` delivers it.

Examples:
  hikyaku outbox add push \"$USER_ID\" --text paid --idempotency-key order-17
  hikyaku outbox add multicast --to-file friends.txt --text 'hello' --at 2h
  hikyaku outbox add --batch sends.jsonl
  hikyaku outbox list --state rejected --json
  hikyaku outbox show 17
  hikyaku outbox list --to \"$USER_ID\"
  hikyaku outbox cancel 17
  hikyaku outbox retry --state unknown --dry-run
  hikyaku outbox drop 17")]
pub(crate) struct Outbox {
    #[command(subcommand)]
    verb: OutboxVerb,

    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Debug, Subcommand)]
enum OutboxVerb {
    Add(add::Add),
    List(list::List),
    Show(show::Show),
    // Boxed: it has many flags.
    Outcomes(Box<outcomes::Outcomes>),
    Cursors(cursors::Cursors),
    Cancel(cancel::Cancel),
    Retry(retry::Retry),
    Drop(drop::Drop),
}

impl Outbox {
    /// Returns whether it runs unattended for long.
    pub(crate) fn works_alone(&self) -> bool {
        matches!(&self.verb, OutboxVerb::Outcomes(verb) if verb.works_alone())
    }

    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        let Self { verb, store } = self;
        match verb {
            OutboxVerb::Add(verb) => verb.run(&store, output).await,
            OutboxVerb::List(verb) => verb.run(&store, output).await,
            // It is large, and each verb's future would be.
            OutboxVerb::Outcomes(verb) => Box::pin(verb.run(&store, output)).await,
            OutboxVerb::Cursors(verb) => verb.run(&store, output).await,
            OutboxVerb::Show(verb) => verb.run(&store, output).await,
            OutboxVerb::Cancel(verb) => verb.run(&store, output).await,
            OutboxVerb::Retry(verb) => verb.run(&store, output).await,
            OutboxVerb::Drop(verb) => verb.run(&store, output).await,
        }
    }
}
