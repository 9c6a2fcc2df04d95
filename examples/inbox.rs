//! A bot that loses nothing: events are on disk before LINE is answered, and answers are enqueued together with "handled".
use std::{env, future::pending};

use axum::Router as Server;
use hikyaku::Client;
use hikyaku_inbox::{AnswerError, InContext as _, Inbox};
use hikyaku_model::{ChannelSecret, event::ContentType};
use hikyaku_sender::Outbox;
use hikyaku_webhook::{BoxError, Context, Receiver, Router, Verifier};
use tokio::net::TcpListener;

async fn answer(context: Context<()>) -> Result<(), AnswerError> {
    context.answer(context.event.text().unwrap_or_default())
}

/// The bot's server, and its work behind the answers to LINE.
pub(crate) async fn bot(
    outbox: &Outbox,
    verifier: Verifier,
) -> Result<(Server, impl Future<Output = ()> + use<>), BoxError> {
    let router = Router::new(()).on_message(ContentType::Text, answer);
    let inbox = Inbox::open(outbox).await?;
    let (route, work) = inbox.callback(Receiver::new(verifier), router);
    Ok((Server::new().route("/callback", route), work))
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let secret: ChannelSecret = env::var("LINE_CHANNEL_SECRET")?.parse()?;
    let outbox = Outbox::open("sqlite:bot.db").await?;
    let (server, work) = bot(&outbox, Verifier::new(&secret)).await?;
    tokio::spawn(work);
    let worker = outbox.worker().channel("default", Client::from_env()?);
    tokio::spawn(worker.run(pending()));
    Ok(axum::serve(TcpListener::bind("127.0.0.1:8000").await?, server).await?)
}
