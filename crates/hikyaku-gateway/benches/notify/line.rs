//! LINE and a plain proxy before it, in a process of their own.

use std::{
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    process::{Child, Command, Stdio},
};

use hikyaku_sim::Sim;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
};

/// The environment variable that makes this program LINE.
pub(crate) const SERVES: &str = "HIKYAKU_BENCH_LINE";

/// Ends with this program.
pub(crate) struct Line {
    pub(crate) api_url: String,
    pub(crate) token: String,
    pub(crate) proxy: SocketAddr,
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
        let (api_url, token, proxy) = (line(), line(), line());
        Self { api_url, token, proxy: proxy.parse().unwrap(), child }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

pub(crate) async fn serve() {
    let sim = Sim::builder().any_user_is_friend().rate_limits(false).keep_messages(1);
    let sim = sim.keep_requests(1).start().await.unwrap();
    let proxy = proxy(sim.api_url().trim_start_matches("http://").parse().unwrap()).await;
    println!("{}\n{}\n{proxy}", sim.api_url(), sim.channel_token().expose());
    tokio::task::spawn_blocking(|| std::io::stdin().read(&mut [0])).await.unwrap().unwrap();
}

/// Passes bytes on both ways, and knows nothing of them.
async fn proxy(line: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut caller, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut upstream = TcpStream::connect(line).await.unwrap();
                // How a connection ends is its own affair.
                let _ = copy_bidirectional(&mut caller, &mut upstream).await;
            });
        }
    });
    address
}
