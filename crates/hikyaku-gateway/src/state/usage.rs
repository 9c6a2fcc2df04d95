use hikyaku_sender::{Datum, Error as StoreError, Transaction, Work};

use super::State;
use crate::Error;

/// What a token did that was not written down yet.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Used {
    pub(crate) calls: i64,
    pub(crate) sends: i64,
    /// When it was last called, in milliseconds since 1970.
    pub(crate) last_at: i64,
}

impl State {
    /// Adds to what tokens did: each with its number and its month.
    pub(crate) async fn add_use(&self, used: Vec<((i64, i64), Used)>) -> Result<(), Error> {
        Ok(self.outbox.transact(AddUse(used)).await?)
    }
}

struct AddUse(Vec<((i64, i64), Used)>);

impl Work for AddUse {
    type Out = ();

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<(), StoreError> {
        let sql = "INSERT INTO hikyaku_gateway_use (token, month, calls, sends, last_at) VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT (token, month) DO UPDATE SET calls = hikyaku_gateway_use.calls + excluded.calls, \
                   sends = hikyaku_gateway_use.sends + excluded.sends, last_at = excluded.last_at";
        for ((token, month), used) in &self.0 {
            let params: [Datum; 5] = [
                (*token).into(),
                (*month).into(),
                used.calls.into(),
                used.sends.into(),
                used.last_at.into(),
            ];
            tx.query(sql, &params).await?;
        }
        Ok(())
    }
}
