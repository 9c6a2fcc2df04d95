use std::time::Duration;

use hikyaku_sender::{Datum, Error as StoreError, Transaction, Work};

use super::{
    State,
    row::{Row, rows},
};
use crate::{
    Error,
    window::{CALLS, Left, UPLOADS},
};

/// A window is fixed: it begins with a token's first call. Two captured answers of LINE Notify fit that.
const LENGTH: Duration = Duration::from_secs(3600);

impl State {
    /// Counts a call of a token.
    pub(crate) async fn count_call(&self, token: i64) -> Result<Left, Error> {
        Ok(self.outbox.transact(CountCall(token)).await?)
    }

    /// Counts an upload of a call that was counted; whether it is within the limit.
    pub(crate) async fn count_upload(&self, token: i64) -> Result<bool, Error> {
        let sql = "UPDATE hikyaku_gateway_window SET uploads = uploads + 1 WHERE token = $1 AND uploads < $2 RETURNING uploads";
        let counted = self.ask(sql, [token.into(), i64::from(UPLOADS).into()], Row::number).await?;
        Ok(!counted.is_empty())
    }

    /// How many uploads a token has left.
    pub(crate) async fn uploads_left(&self, token: i64) -> Result<u32, Error> {
        let sql = "SELECT uploads FROM hikyaku_gateway_window WHERE token = $1";
        let uploads = self.ask(sql, [token.into()], Row::number).await?.pop().unwrap_or_default();
        Ok(UPLOADS.saturating_sub(u32::try_from(uploads).unwrap_or(UPLOADS)))
    }
}

struct CountCall(i64);

impl Work for CountCall {
    type Out = Left;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<Left, StoreError> {
        if tx.is_postgres() {
            // A count that a power cut takes back does no harm, so nobody waits for a disk.
            tx.query("SELECT set_config('synchronous_commit', 'off', true)", &[]).await?;
        }
        let now = tx.now().await?;
        let sql = "INSERT INTO hikyaku_gateway_window AS w (token, ends_at, calls, uploads) VALUES ($1, $2, 1, 0) \
                   ON CONFLICT (token) DO UPDATE SET \
                   calls = CASE WHEN w.ends_at <= $3 THEN 1 WHEN w.calls > $4 THEN w.calls ELSE w.calls + 1 END, \
                   uploads = CASE WHEN w.ends_at <= $3 THEN 0 ELSE w.uploads END, \
                   ends_at = CASE WHEN w.ends_at <= $3 THEN $2 ELSE w.ends_at END RETURNING ends_at, calls, uploads";
        let params: [Datum; 4] = [
            self.0.into(),
            (now + LENGTH).as_millis().into(),
            now.as_millis().into(),
            i64::from(CALLS).into(),
        ];
        let read = |row: &mut Row| (row.number(), row.number(), row.number());
        let (ends, calls, uploads) = rows(tx, sql, &params, read).await?.pop().unwrap_or_default();
        let left = |most: u32, used| most.saturating_sub(u32::try_from(used).unwrap_or(most));
        Ok(Left {
            granted: calls <= i64::from(CALLS),
            calls: left(CALLS, calls),
            uploads: left(UPLOADS, uploads),
            reset: ends.div_euclid(1000),
        })
    }
}
