use std::time::Duration;

use hikyaku_sender::{Datum, Error as StoreError, NewDelivery, Transaction, Work};

use super::State;
use crate::Error;

/// How long the operator is not told the same again.
const QUIET: Duration = Duration::from_secs(24 * 60 * 60);

impl State {
    /// Tells the operator something, once a day however often it is called; whether it is news.
    pub(crate) async fn alert(
        &self,
        about: String,
        message: Option<NewDelivery>,
    ) -> Result<bool, Error> {
        Ok(self.outbox.transact(Alert { about, message }).await?)
    }
}

struct Alert {
    about: String,
    message: Option<NewDelivery>,
}

impl Work for Alert {
    type Out = bool;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<bool, StoreError> {
        alert(tx, &self.about, self.message.clone()).await
    }
}

/// Tells the operator something with the rest of a transaction, once a day; whether it is news.
pub(super) async fn alert(
    tx: &mut Transaction<'_>,
    about: &str,
    message: Option<NewDelivery>,
) -> Result<bool, StoreError> {
    let now = tx.now().await?;
    let sql = "INSERT INTO hikyaku_gateway_alert AS a (about, at) VALUES ($1, $2) \
               ON CONFLICT (about) DO UPDATE SET at = $2 WHERE a.at <= $3 RETURNING at";
    let params: [Datum; 3] =
        [about.into(), now.as_millis().into(), (now - QUIET).as_millis().into()];
    let is_news = !tx.query(sql, &params).await?.is_empty();
    if let Some(message) = message.filter(|_| is_news) {
        tx.enqueue(message).await?;
    }
    Ok(is_news)
}
