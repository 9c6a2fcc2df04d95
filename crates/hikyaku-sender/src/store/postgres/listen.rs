use std::{future::poll_fn, time::Duration};

use tokio_postgres::AsyncMessage;

use super::{
    connection::{GIVE_UP, answered},
    failed,
    server::{SILENCE, Server},
};
use crate::store::{News, Result};

/// How long a listener that lost its connection waits; workers look by themselves in the meantime.
const PAUSE: Duration = Duration::from_secs(1);

/// How often a listener that hears nothing makes sure that it would.
const PROVE: Duration = Duration::from_secs(15);

/// The channel that is notified of new work.
pub(super) const CHANNEL: &str = "hikyaku";

/// Passes on the news of other programs, until it is aborted.
pub(super) async fn listen(server: Server, news: News) {
    loop {
        if let Err(why) = listen_once(&server, &news).await {
            tracing::debug!(%why, "the listener lost its connection to PostgreSQL");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn listen_once(server: &Server, news: &News) -> Result<()> {
    let (client, mut connection) = answered(server.patience(), server.connect()).await?;
    let passed_on = async {
        loop {
            match poll_fn(|context| connection.poll_message(context)).await {
                Some(Ok(AsyncMessage::Notification(_))) => news.tell(),
                Some(Ok(_)) => {}
                Some(Err(why)) => return Err(failed(why)),
                None => return Ok(()),
            }
        }
    };
    let asked = async {
        answered(SILENCE, client.batch_execute(&format!("{GIVE_UP}; LISTEN {CHANNEL}"))).await?;
        // What came before it listened is not told again.
        news.tell();
        loop {
            tokio::time::sleep(PROVE).await;
            answered(SILENCE, client.batch_execute("")).await?;
        }
    };
    tokio::select! {
        ended = passed_on => ended,
        ended = asked => ended,
    }
}
