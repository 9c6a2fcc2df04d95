//! A server of the Model Context Protocol, through which a language model may use LINE.

mod http;
mod messages;
mod protocol;
mod send;
mod stdio;
mod tool;
mod tools;
mod world;

use std::net::SocketAddr;

use clap::Args;

use crate::{
    connect::Connection, environment::unless_empty, output::Output, secret::Secret,
    store::StoreArgs,
};

#[derive(Debug, Args)]
#[command(after_help = "\
A client such as an assistant's application starts it and speaks JSON-RPC with it on stdin and stdout, or finds it over HTTP. \
It is dry: everything happens on a simulator in the same process, and nothing reaches LINE. With --live it speaks for the \
account that the token belongs to, and sends through the store as `hikyaku outbox add` and `hikyaku worker run` do. A send \
to more than one person needs a confirmation of their number. In a client's settings it is
{\"mcpServers\": {\"line\": {\"command\": \"hikyaku\", \"args\": [\"mcp\"]}}}

Examples:
  hikyaku mcp
  hikyaku mcp --listen 127.0.0.1:8700
  hikyaku mcp --live --store sqlite:hikyaku.db")]
pub(crate) struct Mcp {
    /// Speak to LINE, and not to a simulator in this process
    #[arg(long)]
    live: bool,

    /// Serve over HTTP at this address, instead of on stdin and stdout; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,

    /// The bearer token that HTTP clients must send, or @FILE with it; needed to listen beyond this machine
    #[arg(long, env = unless_empty("HIKYAKU_MCP_TOKEN"), hide_env_values = true, value_name = "TOKEN")]
    listen_token: Option<Secret>,

    #[command(flatten)]
    store: StoreArgs,

    #[command(flatten)]
    connection: Connection,
}

impl Mcp {
    /// Returns whether it serves on its own, and is not started by a client.
    pub(crate) fn listens(&self) -> bool {
        self.listen.is_some()
    }

    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        let token = self.listen_token.as_ref().map(Secret::read).transpose()?;
        if let Some(address) = self.listen {
            http::check(address, token.as_deref())?;
        }
        let world = if self.live {
            let client = self.connection.client(output)?;
            world::World::live(client, self.store.open_or_make().await?)
        } else {
            world::World::dry().await?
        };
        match self.listen {
            Some(address) => http::serve(world, address, token, output).await,
            None => stdio::serve(&world).await,
        }
    }
}
