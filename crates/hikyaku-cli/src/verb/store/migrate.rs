use std::fmt::Write;

use clap::Args;
use hikyaku_inbox::Inbox;
use hikyaku_sender::Outbox;
use serde::Serialize;

use crate::{output::Output, progress, store};

/// Bring all of a store into another, empty one, with its retry keys and doubts
#[derive(Debug, Args)]
#[command(after_help = "\
From its start, nothing is added to the old store or sent from it. If it is interrupted, run it again into an empty \
store. Deliveries and campaigns get new ids. The inbox of a bot is moved, too: its webhooks are refused from the start, and \
events get new numbers. Tables of your own and the gateway's are not moved.

Examples:
  hikyaku store migrate sqlite:hikyaku.db postgres://hikyaku@db.example.com/hikyaku
  hikyaku store migrate postgres://hikyaku@db.example.com/hikyaku sqlite:copy.db")]
pub(super) struct Migrate {
    /// The store to move: sqlite:PATH or postgres://…
    from: String,

    /// The empty store to move it into, in the same forms
    to: String,
}

impl Migrate {
    pub(super) async fn run(self, output: Output) -> anyhow::Result<()> {
        #[derive(Serialize)]
        struct Document {
            deliveries: u64,
            campaigns: Vec<Renumbered>,
            /// Where there is an inbox.
            #[serde(skip_serializing_if = "Option::is_none")]
            events: Option<u64>,
        }

        #[derive(Serialize)]
        struct Renumbered {
            from: i64,
            to: i64,
        }

        let from = store::open(&self.from).await?;
        let inbox = Inbox::open_existing(&from).await?;
        let to = Outbox::open(self.to).await?;
        let bar = progress::Count::new("deliveries moved");
        let told = |count| bar.show(count);
        let (moved, events) = match inbox {
            Some(inbox) => {
                let (moved, events) = inbox.move_to(&to, told).await?;
                (moved, Some(events))
            }
            None => (from.move_to(&to, told).await?, None),
        };
        drop(bar);
        let renumbered =
            moved.campaigns.iter().map(|(from, to)| Renumbered { from: from.get(), to: to.get() });
        let document =
            Document { deliveries: moved.deliveries, campaigns: renumbered.collect(), events };
        let mut text = format!(
            "{} deliveries and {} campaigns moved",
            document.deliveries,
            document.campaigns.len()
        );
        for Renumbered { from, to } in &document.campaigns {
            let _ = write!(text, "\n  campaign {from} is campaign {to} there");
        }
        if let Some(events) = document.events {
            let _ = write!(text, "\n{events} events of the inbox moved");
        }
        output.print(&document, text)
    }
}
