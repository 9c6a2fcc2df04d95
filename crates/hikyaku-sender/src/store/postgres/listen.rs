use std::{future::poll_fn, sync::Arc, time::Duration};

use tokio_postgres::{AsyncMessage, Client, SimpleQueryMessage};

use super::{
    Database,
    connection::{GIVE_UP, answered},
    failed,
    server::{SILENCE, Server},
    untold::{CHANNEL, SETTLED, named},
};
use crate::{
    store::{News, Result},
    watchers::Watchers,
};

/// How long a listener that lost its connection waits before it connects again; workers look by themselves in the meantime.
/// Its deliveries count as those of a worker that is gone soon after.
const PAUSE: Duration = Duration::from_millis(500);

/// How often a listener that hears nothing makes sure that it would.
const PROVE: Duration = Duration::from_secs(15);

/// How often it is asked whether a pooler is in between: others' transactions may be why two connections do not meet in a session.
const ASKED: u32 = 8;

/// Passes on the news of other programs, and holds the lock that shows that this one lives, until it is aborted.
pub(super) async fn listen(database: Arc<Database>, news: News, watchers: Watchers) {
    loop {
        let server = database.pool.server();
        let pooled = if server.is_pooled() {
            Ok(true)
        } else {
            listen_once(server, &database, &news, &watchers).await
        };
        database.node.unlocked();
        match pooled {
            Ok(true) => {
                tracing::warn!(
                    "a pooler in transaction mode is between this worker and PostgreSQL: it looks for work once a second, and when it is \
                     killed, its deliveries wait until their leases end; give workers the address of the server itself"
                );
                return;
            }
            Ok(false) => {}
            Err(why) => tracing::debug!(%why, "the listener lost its connection to PostgreSQL"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Ends when the connection does, or at once when a pooler gives each transaction another session. Whether it does.
async fn listen_once(
    server: &Server,
    database: &Database,
    news: &News,
    watchers: &Watchers,
) -> Result<bool> {
    let (client, mut connection) = answered(server.patience(), server.connect()).await?;
    let passed_on = async {
        loop {
            match poll_fn(|context| connection.poll_message(context)).await {
                Some(Ok(AsyncMessage::Notification(it))) if it.channel() == SETTLED => {
                    watchers.tell(named(it.payload()));
                }
                Some(Ok(AsyncMessage::Notification(_))) => news.tell(),
                Some(Ok(_)) => {}
                Some(Err(why)) => return Err(failed(why)),
                None => return Ok(false),
            }
        }
    };
    let asked = async {
        if is_pooled(server, &client).await? {
            return Ok(true);
        }
        let listen = format!("{GIVE_UP}; LISTEN {CHANNEL}; LISTEN {SETTLED}");
        answered(SILENCE, client.batch_execute(&listen)).await?;
        if let Err(why) = database.node.lock(&client).await {
            tracing::warn!(%why, "when this worker is killed, its deliveries wait until their leases end");
        }
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

/// Whether the sessions of two connections are not each one's own: while another one has a transaction, this one comes to a
/// session that was or is not its own.
async fn is_pooled(server: &Server, client: &Client) -> Result<bool> {
    let (other, connection) = answered(server.patience(), server.connect()).await?;
    let other_asked = async {
        let mut pooled = false;
        for _ in 0..ASKED {
            let before = process(client, "").await?;
            let others = process(&other, "BEGIN; ").await?;
            pooled |= before == others || before != process(client, "").await?;
            answered(SILENCE, other.batch_execute("COMMIT")).await?;
        }
        Ok(pooled)
    };
    tokio::select! {
        asked = other_asked => asked,
        ended = connection => ended.map(|()| false).map_err(failed),
    }
}

/// The server's process that does what a connection asks.
async fn process(client: &Client, before: &str) -> Result<Option<String>> {
    let sql = format!("{before}SELECT pg_backend_pid()");
    let messages = answered(SILENCE, client.simple_query(&sql)).await?;
    Ok(messages.iter().find_map(|it| match it {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    }))
}
