use clap::Args;

use crate::{
    demo,
    output::{self, Output},
    stop::StopSignals,
};

/// The port of the simulator, if it is free.
const PORT: u16 = 8686;

#[derive(Debug, Args)]
#[command(after_help = "\
No account and no network are needed. Every step is checked against what the simulated people received.

Examples:
  hikyaku demo
  hikyaku demo --once")]
pub(crate) struct Demo {
    /// End after the last step instead of leaving the simulator up
    #[arg(long)]
    once: bool,
}

impl Demo {
    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        let sim = demo::run(output, if self.once { 0 } else { PORT }).await?;
        if self.once {
            return Ok(());
        }
        let stop = StopSignals::listen()?;
        if !output.is_json() {
            output::print(demo::guide(&sim))?;
        }
        stop.end(sim).await;
        Ok(())
    }
}
