use std::time::Duration;

use hikyaku_sender::{Error, Transaction, Work};

use super::{behind, budget};

/// How many rows one commit removes.
const ROWS: usize = 1000;

/// Forgets events that were handled or dropped long ago, and their answers.
pub(crate) struct Sweep {
    pub(crate) keep: Duration,
}

impl Work for Sweep {
    /// Whether there may be more.
    type Out = bool;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<bool, Error> {
        let now = tx.now().await?;
        let before = (now - self.keep).as_millis();
        behind::set_left_free(tx).await?;
        let sql = format!(
            "DELETE FROM hikyaku_inbox_answer WHERE (destination, event_id, part) IN (SELECT destination, event_id, part \
             FROM hikyaku_inbox_answer WHERE at < $1 ORDER BY at LIMIT {ROWS}) RETURNING part"
        );
        let answers = tx.query(&sql, &[before.into()]).await?.len();
        let sql = format!(
            "DELETE FROM hikyaku_inbox_event WHERE id IN (SELECT id FROM hikyaku_inbox_event \
             WHERE (state = 2 OR state = 4) AND unanswered = 0 AND done_at < $1 ORDER BY done_at LIMIT {ROWS}) RETURNING id"
        );
        let events = tx.query(&sql, &[before.into()]).await?.len();
        let days = budget::forget(tx, now).await?;
        Ok(answers.max(events).max(days) == ROWS)
    }
}
