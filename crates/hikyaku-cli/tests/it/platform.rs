//! LINE, simulated in the test's own process.

use std::path::Path;

use hikyaku_sim::{Sim, SimBuilder};
use tokio::runtime::{Builder, Runtime};

use crate::command::Shell;

/// A running simulator.
pub(crate) struct Platform {
    pub(crate) sim: Sim,
    serving: Runtime,
}

impl Platform {
    pub(crate) fn with(builder: SimBuilder) -> Self {
        let serving = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let sim = serving.block_on(builder.start()).unwrap();
        Self { sim, serving }
    }

    /// Waits until there were so many deliveries in all.
    pub(crate) fn wait_for_deliveries(&self, deliveries: u64) {
        self.serving.block_on(self.sim.wait_for(deliveries)).unwrap();
    }

    /// Waits until the bot has answered all webhooks.
    pub(crate) fn wait_for_webhooks(&self) {
        self.serving.block_on(self.sim.webhooks().wait_until_idle()).unwrap();
    }

    /// An environment that points at it, with the program under its own name.
    pub(crate) fn shell(&self) -> Shell {
        let folder = Path::new(env!("CARGO_BIN_EXE_hikyaku")).parent().unwrap();
        let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
        Shell::bare()
            .with("PATH", &path)
            .with("HIKYAKU_API_URL", &self.sim.api_url())
            .with("HIKYAKU_DATA_URL", &self.sim.data_url())
            .with("LINE_CHANNEL_ACCESS_TOKEN", self.sim.channel_token().expose())
    }
}
