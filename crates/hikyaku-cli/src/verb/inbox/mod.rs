//! Webhook events that an inbox stores until they are handled.

mod act;
mod drop;
mod filter;
mod list;
mod retry;
mod show;

use clap::{Args, Subcommand};
use hikyaku_inbox::Inbox;

use crate::{failure::not_found, output::Output, store::StoreArgs};

#[derive(Debug, Args)]
#[command(after_help = "\
A bot that is made with `hikyaku-inbox` keeps its events in the store of its outbox. It may be at work meanwhile.

Examples:
  hikyaku inbox list --store sqlite:bot.db
  hikyaku inbox list --state dead --json
  hikyaku inbox show 17
  hikyaku inbox retry --state dead --error 'timed out' --dry-run
  hikyaku inbox drop 17")]
pub(crate) struct InboxArgs {
    #[command(subcommand)]
    verb: InboxVerb,

    #[command(flatten)]
    store: StoreArgs,
}

#[derive(Debug, Subcommand)]
enum InboxVerb {
    List(list::List),
    Show(show::Show),
    Retry(retry::Retry),
    Drop(drop::Drop),
}

impl InboxArgs {
    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        let outbox = self.store.open(output).await?;
        let inbox = Inbox::open_existing(&outbox).await?.ok_or_else(|| {
            not_found(
                "this store has no inbox; check --store: it is the store of a bot that is made with hikyaku-inbox"
                    .to_owned(),
            )
        })?;
        let now = outbox.now().await?;
        match self.verb {
            InboxVerb::List(verb) => verb.run(&inbox, now, output).await,
            InboxVerb::Show(verb) => verb.run(&inbox, output).await,
            InboxVerb::Retry(verb) => verb.run(&inbox, now, output).await,
            InboxVerb::Drop(verb) => verb.run(&inbox, now, output).await,
        }
    }
}
