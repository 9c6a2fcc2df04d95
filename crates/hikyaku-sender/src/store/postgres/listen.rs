use std::{future::poll_fn, sync::Arc, time::Duration};

use tokio_postgres::{AsyncMessage, Config, NoTls};

use crate::store::News;

/// How long a listener that lost its connection waits; workers look by themselves in the meantime.
const PAUSE: Duration = Duration::from_secs(1);

/// The channel that every enqueue notifies.
pub(super) const CHANNEL: &str = "hikyaku";

/// Passes on the news of other programs, until it is aborted.
pub(super) async fn listen(config: Arc<Config>, news: News) {
    loop {
        if let Err(why) = listen_once(&config, &news).await {
            tracing::debug!(%why, "the listener lost its connection to PostgreSQL");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn listen_once(config: &Config, news: &News) -> Result<(), tokio_postgres::Error> {
    let (client, mut connection) = config.connect(NoTls).await?;
    let passed_on = async {
        loop {
            match poll_fn(|context| connection.poll_message(context)).await {
                Some(Ok(AsyncMessage::Notification(_))) => news.tell(),
                Some(Ok(_)) => {}
                Some(Err(why)) => return Err(why),
                None => return Ok(()),
            }
        }
    };
    let asked = async {
        client.batch_execute(&format!("LISTEN {CHANNEL}")).await?;
        // What came before it listened is not told again.
        news.tell();
        // The connection lives as long as its client.
        std::future::pending::<Result<(), tokio_postgres::Error>>().await
    };
    tokio::select! {
        ended = passed_on => ended,
        ended = asked => ended,
    }
}
