use std::time::Duration;

use hikyaku_sender::{Error, Transaction, Work};

/// How many rows one commit removes.
const ROWS: usize = 1000;

/// Forgets events that were handled or dropped long ago.
pub(crate) struct Sweep {
    pub(crate) keep: Duration,
}

impl Work for Sweep {
    /// Whether there may be more.
    type Out = bool;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<bool, Error> {
        let before = (tx.now().await? - self.keep).as_millis();
        let sql = format!(
            "DELETE FROM hikyaku_inbox_event WHERE id IN (SELECT id FROM hikyaku_inbox_event \
             WHERE (state = 2 OR state = 4) AND done_at < $1 ORDER BY done_at LIMIT {ROWS}) RETURNING id"
        );
        Ok(tx.query(&sql, &[before.into()]).await?.len() == ROWS)
    }
}
