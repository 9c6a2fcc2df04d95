use std::fmt::Write;

use clap::Args;
use hikyaku_sender::Outbox;
use serde::Serialize;

use crate::{output::Output, progress, store};

/// Bring all of a store into another, empty one, with its retry keys and doubts
#[derive(Debug, Args)]
#[command(after_help = "\
From its beginning on nothing is added to the old store or sent from it. Broken off, it is done again, into an empty \
store. Deliveries and campaigns have new ids there.

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
        }

        #[derive(Serialize)]
        struct Renumbered {
            from: i64,
            to: i64,
        }

        let from = store::open(&self.from).await?;
        let to = Outbox::open(self.to).await?;
        let bar = progress::Count::new("deliveries moved");
        let moved = from.move_to(&to, |count| bar.show(count)).await?;
        drop(bar);
        let renumbered =
            moved.campaigns.iter().map(|(from, to)| Renumbered { from: from.get(), to: to.get() });
        let document = Document { deliveries: moved.deliveries, campaigns: renumbered.collect() };
        let mut text = format!(
            "{} deliveries and {} campaigns moved",
            document.deliveries,
            document.campaigns.len()
        );
        for Renumbered { from, to } in &document.campaigns {
            let _ = write!(text, "\n  campaign {from} is campaign {to} there");
        }
        output.print(&document, text)
    }
}
