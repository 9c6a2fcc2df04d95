//! A bot that reminds: "in 20 minutes: tea" is answered at once, and pushed in 20 minutes. The promise and "handled" commit
//! together, so no restart forgets a promise or makes it twice.
//! `hikyaku sim --webhook http://127.0.0.1:8000/callback` is a LINE to talk to it.
use std::{env, future::pending, time::Duration};

use axum::Router as Server;
use hikyaku::Client;
use hikyaku_inbox::{InContext as _, Inbox};
use hikyaku_model::{ChannelSecret, event::ContentType};
use hikyaku_sender::{NewDelivery, Outbox};
use hikyaku_webhook::{BoxError, Context, Receiver, Router, Verifier};
use tokio::net::TcpListener;

/// "in 20 minutes: tea" is 20 minutes, and tea.
fn read(text: &str) -> Option<(Duration, &str)> {
    let (minutes, what) = text.strip_prefix("in ")?.split_once(" minutes: ")?;
    // A day at most.
    let minutes: u64 = minutes.trim().parse().ok().filter(|it| (1..=1440).contains(it))?;
    Some((Duration::from_secs(60 * minutes), what))
}

async fn promise(context: Context<()>) -> Result<(), BoxError> {
    let Some(chat) = context.event.chat_id() else { return Ok(()) };
    let Some((after, what)) = read(context.event.text().unwrap_or_default()) else {
        return Ok(context.answer("Write \"in 20 minutes: tea\", and I remind you.")?);
    };
    let due = context.received_at + after;
    let push = NewDelivery::push(&chat, format!("You wanted to be reminded: {what}")).at(due);
    context.transaction()?.enqueue(push)?;
    Ok(context.answer("I will.")?)
}

/// The bot's server, and its work behind the answers to LINE.
pub(crate) async fn bot(
    outbox: &Outbox,
    receiver: Receiver,
) -> Result<(Server, impl Future<Output = ()> + use<>), BoxError> {
    let router = Router::new(()).on_message(ContentType::Text, promise);
    let (route, work) = Inbox::open(outbox).await?.callback(receiver, router);
    Ok((Server::new().route("/callback", route), work))
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let secret: ChannelSecret = env::var("LINE_CHANNEL_SECRET")?.parse()?;
    let outbox = Outbox::open("sqlite:reminder.db").await?;
    let (server, work) = bot(&outbox, Receiver::new(Verifier::new(&secret))).await?;
    tokio::spawn(work);
    tokio::spawn(outbox.worker().channel("default", Client::from_env()?).run(pending()));
    Ok(axum::serve(TcpListener::bind("127.0.0.1:8000").await?, server).await?)
}
