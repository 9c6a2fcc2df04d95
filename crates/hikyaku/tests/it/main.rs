//! The client through its public API: literal bytes against a recording server, logic against a scripted transport.
#![expect(clippy::unwrap_used, reason = "a helper of tests fails the test")]

mod answers;
mod blocking;
mod combined;
mod dead_connection;
mod failures;
mod from_env;
mod judgement;
mod loading;
mod login;
mod mini_app;
mod notify;
mod operations;
mod proxy;
mod repeats;
mod script;
mod server;
mod tls;
mod token;
mod types;
mod wire;

use hikyaku::{Client, Date, RetryPolicy};

use crate::server::Server;

fn day(year: u16, month: u8, day: u8) -> Date {
    Date::new(year, month, day).unwrap()
}

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

#[test]
fn what_a_call_makes_can_be_spawned() {
    fn check(_: impl Send) {}

    let client = Client::new("TOKEN").unwrap();
    check(client.push("U1", "hi"));
    check(client.push("U1", "hi".to_owned()).into_future());
    check(client.profile("U1"));
    check(client.message_content("1"));
    check(client.wait_for_narrowcast("1").into_future());
    check(client.create_audience("name", &["U1"]).into_future());
    check(client.call_operation("getBotInfo").into_future());
    check(client.followers().stream());
}
