//! A bot that says what it hears. `hikyaku sim --webhook http://127.0.0.1:8000/callback` is a LINE to talk to it.
use std::env;

use axum::Router as Server;
use hikyaku::{Client, Error};
use hikyaku_model::{ChannelSecret, event::ContentType};
use hikyaku_webhook::{
    BoxError, Context, Receiver, Router, SeenInMemory, Verifier,
    axum::{Queue, callback},
};
use tokio::net::TcpListener;

async fn echo(context: Context<Client>) -> Result<(), Error> {
    let heard = context.event.text().unwrap_or_default();
    context.state.reply(context.reply_token(), heard).await?;
    Ok(())
}

/// The bot's server, and its work behind the answers to LINE.
pub(crate) fn bot(client: Client, verifier: Verifier) -> (Server, impl Future<Output = ()>) {
    let router =
        Router::new(client).once(SeenInMemory::default()).on_message(ContentType::Text, echo);
    let receiver = Receiver::new(verifier);
    let (route, work) = callback(receiver, router, Queue::default());
    (Server::new().route("/callback", route), work)
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let secret: ChannelSecret = env::var("LINE_CHANNEL_SECRET")?.parse()?;
    let (server, work) = bot(Client::from_env()?, Verifier::new(&secret));
    tokio::spawn(work);
    Ok(axum::serve(TcpListener::bind("127.0.0.1:8000").await?, server).await?)
}
