use std::fmt::Write;

use clap::Args;
use hikyaku_inbox::{EventFilter, Inbox, KeptState};
use hikyaku_sender::Outbox;
use serde::Serialize;

use crate::{failure::usage, output::Output, progress, store};

/// Bring all of a store into another, empty one, with its retry keys and doubts
#[derive(Debug, Args)]
#[command(after_help = "\
From its start, nothing is added to the old store or sent from it. If it is interrupted, run it again into an empty \
store. Deliveries and campaigns get new ids. The inbox of a bot is not moved, and is refused while events in it are \
still to be handled.

Examples:
  hikyaku store migrate sqlite:hikyaku.db postgres://hikyaku@db.example.com/hikyaku
  hikyaku store migrate postgres://hikyaku@db.example.com/hikyaku sqlite:copy.db")]
pub(super) struct Migrate {
    /// The store to move: sqlite:PATH or postgres://…
    from: String,

    /// The empty store to move it into, in the same forms
    to: String,

    /// Move it though the bot's inbox in it has events that are still to be handled, and leave those behind
    #[arg(long)]
    leave_inbox: bool,
}

impl Migrate {
    pub(super) async fn run(self, output: Output) -> anyhow::Result<()> {
        #[derive(Serialize)]
        struct Document {
            deliveries: u64,
            campaigns: Vec<Renumbered>,
            #[serde(skip_serializing_if = "Option::is_none")]
            inbox_left: Option<Left>,
        }

        #[derive(Serialize)]
        struct Renumbered {
            from: i64,
            to: i64,
        }

        let from = store::open(&self.from).await?;
        let inbox = Left::of(&from, self.leave_inbox).await?;
        let to = Outbox::open(self.to).await?;
        let bar = progress::Count::new("deliveries moved");
        let moved = from.move_to(&to, |count| bar.show(count)).await?;
        drop(bar);
        let renumbered =
            moved.campaigns.iter().map(|(from, to)| Renumbered { from: from.get(), to: to.get() });
        let document = Document {
            deliveries: moved.deliveries,
            campaigns: renumbered.collect(),
            inbox_left: inbox,
        };
        let mut text = format!(
            "{} deliveries and {} campaigns moved",
            document.deliveries,
            document.campaigns.len()
        );
        for Renumbered { from, to } in &document.campaigns {
            let _ = write!(text, "\n  campaign {from} is campaign {to} there");
        }
        if let Some(Left { waiting, dead }) = &document.inbox_left {
            let _ = write!(
                text,
                "\nthe inbox stays behind, with {waiting} events to be handled, {dead} dead letters, and what it remembers of those \
                 that were handled; `hikyaku inbox list --store {}` shows it",
                self.from
            );
        }
        output.print(&document, text)
    }
}

/// What stays behind of an inbox.
#[derive(Serialize)]
struct Left {
    waiting: u64,
    dead: u64,
}

impl Left {
    /// Nothing where the store has no inbox. An event that is to be handled is what LINE was told 200 for.
    async fn of(store: &Outbox, leave: bool) -> anyhow::Result<Option<Self>> {
        let Some(inbox) = Inbox::open_existing(store).await? else { return Ok(None) };
        let open = EventFilter::default().state(KeptState::Waiting).state(KeptState::Handling);
        let waiting = inbox.preview(&open).await?.events;
        if waiting > 0 && !leave {
            return Err(usage(format!(
                "the inbox of this store has {waiting} events that are still to be handled, and a move does not take it along; let \
                 the bot handle them and stop it, or leave them behind with --leave-inbox"
            )));
        }
        let dead = inbox.preview(&EventFilter::default().state(KeptState::Dead)).await?.events;
        Ok(Some(Self { waiting, dead }))
    }
}
