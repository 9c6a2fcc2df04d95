//! A connection that can be cut without being closed, as a network does it.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// Which way nothing gets through any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// What the program sends.
    There,
    /// What it is answered.
    Back,
    Both,
}

/// A way from a program to a server.
pub(crate) struct Proxy {
    address: SocketAddr,
    cut: watch::Sender<Option<Cut>>,
    task: tokio::task::JoinHandle<()>,
}

impl Proxy {
    pub(crate) async fn start(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (cut, watched) = watch::channel(None);
        let task = tokio::spawn(async move {
            while let Ok((program, _)) = listener.accept().await {
                let cut = watched.clone();
                tokio::spawn(async move {
                    if let Ok(server) = TcpStream::connect(server).await {
                        join(program, server, cut).await;
                    }
                });
            }
        });
        Self { address, cut, task }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lets nothing through in this direction, of connections that are open and of those that come.
    pub(crate) fn cut(&self, cut: Cut) {
        self.cut.send_replace(Some(cut));
    }

    /// Lets new connections through. Those of before are never heard of again, nor closed.
    pub(crate) fn heal(&self) {
        self.cut.send_replace(None);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn join(program: TcpStream, server: TcpStream, cut: watch::Receiver<Option<Cut>>) {
    let (program_says, program_hears) = program.into_split();
    let (server_says, server_hears) = server.into_split();
    let there = pass(program_says, server_hears, cut.clone(), Cut::There);
    let back = pass(server_says, program_hears, cut, Cut::Back);
    tokio::join!(there, back);
}

/// Passes on what is said, until it ends or is cut.
async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut cuts: watch::Receiver<Option<Cut>>,
    way: Cut,
) {
    let cut = cuts.wait_for(|cut| cut.is_some_and(|cut| cut == Cut::Both || cut == way));
    let passed = async {
        let mut bytes = vec![0; 16 * 1024];
        while let Ok(read @ 1..) = from.read(&mut bytes).await {
            if to.write_all(&bytes[..read]).await.is_err() {
                return;
            }
        }
        let _ = to.shutdown().await;
    };
    let is_cut = tokio::select! {
        biased;
        cut = cut => cut.is_ok(),
        () = passed => false,
    };
    if is_cut {
        // Neither closed nor heard of, as long as the tests run.
        std::future::pending::<()>().await;
    }
}
