//! A server of the Model Context Protocol, through which a language model may use LINE, on stdin and stdout.

mod messages;
mod protocol;
mod send;
mod tool;
mod tools;
mod world;

use clap::Args;

use crate::{connect::Connection, output::Output, store::StoreArgs};

#[derive(Debug, Args)]
#[command(after_help = "\
A client such as an assistant's application starts it and speaks JSON-RPC with it on stdin and stdout. It is dry: everything \
happens on a simulator in the same process, and nothing reaches LINE. With --live it speaks for the account that the token \
belongs to, and sends through the store as `hikyaku outbox add` and `hikyaku worker run` do. A send to more than one \
person needs a confirmation of their number. In a client's settings it is
{\"mcpServers\": {\"line\": {\"command\": \"hikyaku\", \"args\": [\"mcp\"]}}}

Examples:
  hikyaku mcp
  hikyaku mcp --live --store sqlite:hikyaku.db")]
pub(crate) struct Mcp {
    /// Speak to LINE, and not to a simulator in this process
    #[arg(long)]
    live: bool,

    #[command(flatten)]
    store: StoreArgs,

    #[command(flatten)]
    connection: Connection,
}

impl Mcp {
    pub(crate) async fn run(self, output: Output) -> anyhow::Result<()> {
        let world = if self.live {
            let client = self.connection.client(output)?;
            world::World::live(client, self.store.open_or_make().await?)
        } else {
            world::World::dry().await?
        };
        protocol::serve(&world).await
    }
}
