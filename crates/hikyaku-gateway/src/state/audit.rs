use hikyaku_sender::Datum;

use super::{State, row::Row};
use crate::Error;

/// Something that an operator does.
#[derive(Debug)]
pub(crate) struct NewAudit<'a> {
    pub(crate) who: &'a str,
    /// The word for it.
    pub(crate) act: &'a str,
    /// To what: a filter, a number, a name.
    pub(crate) what: &'a str,
    /// How many it is to change.
    pub(crate) count: Option<u64>,
    pub(crate) reason: &'a str,
}

/// Something that an operator did.
#[derive(Debug)]
pub(crate) struct AuditRow {
    pub(crate) at: i64,
    pub(crate) who: String,
    pub(crate) act: String,
    pub(crate) what: String,
    pub(crate) count: Option<i64>,
    /// How many it has changed; nothing while it goes on, or where it was broken off.
    pub(crate) done: Option<i64>,
    pub(crate) reason: String,
}

impl State {
    /// Writes down what is about to be done, and gives the number of the record.
    pub(crate) async fn audit(&self, new: NewAudit<'_>) -> Result<i64, Error> {
        let sql = "INSERT INTO hikyaku_gateway_audit (at, who, act, what, count, reason) \
                   VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";
        let count = new.count.map(|count| i64::try_from(count).unwrap_or(i64::MAX));
        let params: [Datum; 6] = [
            self.now().await?.into(),
            new.who.into(),
            new.act.into(),
            new.what.into(),
            count.into(),
            new.reason.into(),
        ];
        let id = self.ask(sql, params, Row::number).await?.pop();
        id.ok_or_else(|| Error::fault("the store did not tell the record's number"))
    }

    /// Writes down what came of it.
    pub(crate) async fn audited(&self, id: i64, done: u64) -> Result<(), Error> {
        let sql = "UPDATE hikyaku_gateway_audit SET done = $1 WHERE id = $2";
        let done = i64::try_from(done).unwrap_or(i64::MAX);
        self.ask(sql, [done.into(), id.into()], |_| ()).await?;
        Ok(())
    }

    /// What was done, the newest first.
    pub(crate) async fn audits(&self, limit: i64) -> Result<Vec<AuditRow>, Error> {
        let sql = "SELECT at, who, act, what, count, done, reason FROM hikyaku_gateway_audit ORDER BY id DESC LIMIT $1";
        let read = |row: &mut Row| AuditRow {
            at: row.number(),
            who: row.text(),
            act: row.text(),
            what: row.text(),
            count: row.number_if_any(),
            done: row.number_if_any(),
            reason: row.text(),
        };
        self.ask(sql, [limit.into()], read).await
    }
}
