use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Stdio},
    time::Duration,
};

use hikyaku::Client;
use hikyaku_sim::Sim;

use crate::cpu;

/// The environment variable that makes this program the simulator.
pub(crate) const SERVES: &str = "HIKYAKU_BENCH_SIM";

/// A simulator in a process of its own, which ends with this one.
pub(crate) struct Line {
    pub(crate) client: Client,
    child: Child,
}

impl Line {
    pub(crate) fn start() -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .env(SERVES, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut line = || lines.next().unwrap().unwrap();
        let (url, token) = (line(), line());
        Self { client: Client::builder(&token).api_base_url(&url).build().unwrap(), child }
    }
}

impl Line {
    /// What the simulator took so far.
    pub(crate) fn took(&self) -> Duration {
        cpu::of_program(self.child.id())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

pub(crate) fn serve() {
    crate::runtime().block_on(async {
        let sim = Sim::builder().any_user_is_friend().rate_limits(false).keep_messages(1);
        let sim = sim.keep_requests(1).start().await.unwrap();
        println!("{}\n{}", sim.api_url(), sim.channel_token().expose());
        tokio::task::spawn_blocking(|| std::io::stdin().read(&mut [0])).await.unwrap().unwrap();
    });
}
