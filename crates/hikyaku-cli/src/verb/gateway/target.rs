use clap::{Args, Subcommand};
use hikyaku_gateway::ChatRow;
use serde::Serialize;

use super::place::Place;
use crate::output::{Output, visible};

/// Show the chats that tokens can be for
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hikyaku gateway target list")]
pub(super) struct Target {
    #[command(subcommand)]
    verb: TargetVerb,
}

#[derive(Debug, Subcommand)]
enum TargetVerb {
    List(List),
}

/// List the users and groups that LINE's webhooks told of
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hikyaku gateway target list --json")]
struct List {}

#[derive(Serialize)]
struct Listed {
    targets: Vec<ChatRow>,
}

impl Target {
    pub(super) async fn run(self, place: &Place, output: Output) -> anyhow::Result<()> {
        match self.verb {
            TargetVerb::List(List {}) => list(place, output).await,
        }
    }
}

async fn list(place: &Place, output: Output) -> anyhow::Result<()> {
    let state = place.open().await?.state;
    let targets = state.chats().await?;
    let rows = targets.iter().map(|ChatRow { channel, id, name, gone, .. }| {
        let state = if *gone { "gone" } else { "there" };
        let name = name.as_deref().map(visible).unwrap_or_default();
        format!("{id:<33}  {state:<5}  {channel:<10}  {name}")
    });
    let head = format!("{:<33}  {:<5}  {:<10}  name", "target", "state", "channel");
    let told = std::iter::once(head).chain(rows).collect::<Vec<_>>().join("\n");
    output.print(&Listed { targets }, told)
}
