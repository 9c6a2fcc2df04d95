use anyhow::Context;
use clap::Args;
use http::Method;

use super::control::SimArgs;
use crate::output::Output;

/// Write the conversation of a simulator that runs to a file, to be run as a test
#[derive(Debug, Args)]
#[command(after_help = "\
What people did and what the bot sent to the chat then, from the simulator's start or last reset. Wait for the bot's answers \
while you talk to it. Write {any} or {digits} over what varies, and run it with `hikyaku sim run`.

Examples:
  hikyaku sim record order.toml
  hikyaku sim run order.toml -- python bot.py")]
pub(super) struct Record {
    /// The file
    file: String,

    #[command(flatten)]
    sim: SimArgs,
}

impl Record {
    pub(super) async fn run(self, output: Output) -> anyhow::Result<()> {
        let control = self.sim.control()?;
        let channel = control.channel().await?.id;
        let path = format!("/_sim/v1/scenario?channel={channel}");
        let recorded = control.call(Method::GET, &path, None).await?;
        let text = recorded["scenario"].as_str().context("this simulator records nothing")?;
        std::fs::write(&self.file, text).with_context(|| format!("cannot write {}", self.file))?;
        output.done(format!("{} steps are in {}", recorded["steps"], self.file))
    }
}
