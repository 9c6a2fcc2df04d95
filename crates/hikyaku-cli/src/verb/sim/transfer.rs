use std::time::Duration;

use anyhow::Context;
use clap::Args;
use http::Method;

use super::control::SimArgs;
use crate::{
    file,
    output::{self, Output},
};

const STATE: &str = "/_sim/v1/state";

/// How long a large state may take to be written or read.
const PATIENCE: Duration = Duration::from_secs(120);

/// Write the whole state of a simulator that runs to a file
#[derive(Debug, Args)]
#[command(after_help = "\
People, chats, messages, requests, webhooks, tokens, faults and the clock, as one JSON document. The simulated channels' \
credentials are in it.

Examples:
  hikyaku sim export before.json
  hikyaku sim export | jq .world.people")]
pub(super) struct Export {
    /// The file; stdout without it
    file: Option<String>,

    #[command(flatten)]
    sim: SimArgs,
}

/// Put a state that was exported in place of a running simulator's own
#[derive(Debug, Args)]
#[command(after_help = "\
Everything that is there is gone then. A state of another version is refused.

Examples:
  hikyaku sim import before.json")]
pub(super) struct Import {
    /// The file; - is stdin
    file: String,

    #[command(flatten)]
    sim: SimArgs,
}

impl Export {
    pub(super) async fn run(self, output: Output) -> anyhow::Result<()> {
        let control = self.sim.control()?;
        let state = control.call_for(PATIENCE, Method::GET, STATE, None).await?.to_string();
        let Some(path) = self.file else { return output::print(state) };
        file::write_private(path.as_ref(), state.as_bytes())
            .with_context(|| format!("cannot write {path}"))?;
        output.done(format!("the state is in {path}"))
    }
}

impl Import {
    pub(super) async fn run(self, output: Output) -> anyhow::Result<()> {
        let (state, _) = file::read_json("the state", &format!("@{}", self.file))?;
        let control = self.sim.control()?;
        control.call_for(PATIENCE, Method::PUT, STATE, Some(&state)).await?;
        output.done(format!("the simulator at {} goes on from {}", control.url(), self.file))
    }
}
