//! The LINE Notify client.

mod calls;
mod failures;

use hikyaku::{
    Error, RetryPolicy,
    notify::{NotifyClient, NotifyClientBuilder, NotifyToken},
};

use crate::server::{Reaction, Server, answer};

const OK: &str = r#"{"status":200,"message":"ok"}"#;
const UNKNOWN_TOKEN: &str = r#"{"status":401,"message":"Invalid access token"}"#;
const LIMITS: &str = "X-RateLimit-Limit: 1000\r\nX-RateLimit-ImageLimit: 50\r\nX-RateLimit-Remaining: 997\r\n\
                      X-RateLimit-ImageRemaining: 49\r\nX-RateLimit-Reset: 1726965600\r\n";

fn token() -> NotifyToken {
    "SECRET-TOKEN".parse().unwrap()
}

fn builder(url: &str) -> NotifyClientBuilder {
    NotifyClient::builder()
        .bot_base_url(url)
        .api_base_url(url)
        .client_id("my service")
        .client_secret("SECRET-OF-SERVICE")
        .redirect_uri("https://example.com/back?a=1&b")
        .retry(RetryPolicy::none())
}

fn client(server: &Server) -> NotifyClient {
    builder(&server.url()).build().unwrap()
}

async fn react<T>(reaction: Reaction, act: impl AsyncFnOnce(&NotifyClient) -> T) -> T {
    let server = Server::start([reaction]).await;
    act(&client(&server)).await
}

/// Makes a call that gets this answer and must not fail, and compares its request with `expected`.
async fn check<T>(
    reply: &str,
    act: impl AsyncFnOnce(&NotifyClient) -> Result<T, Error>,
    expected: &str,
) {
    let server = Server::start([answer(200, reply)]).await;
    act(&client(&server)).await.map(drop).unwrap();
    assert_eq!(server.only_request(), expected);
}

async fn send(client: &NotifyClient) -> Result<hikyaku::Answer<hikyaku::notify::Notified>, Error> {
    client.notify(&token(), "hi").await
}
