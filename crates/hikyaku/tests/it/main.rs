//! The client through its public API: literal bytes against a recording server, logic against a scripted transport.
#![expect(clippy::unwrap_used, reason = "a helper of tests fails the test")]

mod answers;
mod blocking;
mod combined;
mod failures;
mod login;
mod notify;
mod operations;
mod repeats;
mod script;
mod server;
mod token;
mod wire;

use hikyaku::{Client, RetryPolicy};

use crate::server::Server;

/// A client of the server that gives up at the first failure.
fn client(server: &Server) -> Client {
    Client::builder("TOKEN")
        .api_base_url(server.url())
        .data_base_url(server.url())
        .manager_base_url(server.url())
        .retry(RetryPolicy::none())
        .build()
        .unwrap()
}

/// What a call makes of the server's reaction.
async fn react<T>(reaction: server::Reaction, act: impl AsyncFnOnce(&Client) -> T) -> T {
    let server = Server::start([reaction]).await;
    act(&client(&server)).await
}
