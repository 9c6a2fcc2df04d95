use rusqlite::params;

use super::tx::SqliteTx;
use crate::{
    Time,
    outcome::{NewOutcome, Outcome},
    store::{OutcomeCursorRow, Outcomes, Reads as _, Result, read},
};

impl Outcomes for SqliteTx<'_> {
    async fn tell(&mut self, outcomes: &[NewOutcome]) -> Result<()> {
        let sql =
            "INSERT INTO outcome (message, at, kind, delivery, body) VALUES (?1, ?2, ?3, ?4, ?5)";
        outcomes.iter().try_for_each(|it| {
            let NewOutcome { message, at, kind, delivery, body } = it;
            let params = params![message.as_bytes(), at.as_millis(), kind.code(), delivery, body];
            self.execute(sql, params).map(drop)
        })
    }

    async fn import_outcomes(&mut self, outcomes: &[Outcome], mark: i64) -> Result<()> {
        let sql = "INSERT INTO outcome (id, message, at, kind, delivery, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        for it in outcomes {
            let message = it.message();
            let message = message.as_bytes();
            let (at, kind) = (it.at.as_millis(), it.kind.code());
            self.execute(sql, params![it.id, message, at, kind, it.delivery, it.body])?;
        }
        let sql = "INSERT INTO sqlite_sequence (name, seq) SELECT 'outcome', 0 \
            WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'outcome')";
        self.execute(sql, [])?;
        let sql = "UPDATE sqlite_sequence SET seq = max(seq, ?1) WHERE name = 'outcome'";
        self.execute(sql, [mark]).map(drop)
    }

    async fn lock_outcome_cursor(&mut self, name: &str) -> Result<OutcomeCursorRow> {
        let sql = "INSERT OR IGNORE INTO outcome_cursor (name, after) VALUES (?1, 0)";
        self.execute(sql, [name])?;
        read::known(self.outcome_cursor(name).await?)
    }

    async fn save_outcome_cursor(&mut self, cursor: &OutcomeCursorRow) -> Result<()> {
        let OutcomeCursorRow { name, after, reader, until } = cursor;
        let sql = "INSERT OR REPLACE INTO outcome_cursor (name, after, reader, until) VALUES (?1, ?2, ?3, ?4)";
        self.execute(sql, params![name, after, reader, until.map(Time::as_millis)]).map(drop)
    }

    async fn remove_outcome_cursor(&mut self, name: &str) -> Result<()> {
        self.execute("DELETE FROM outcome_cursor WHERE name = ?1", [name]).map(drop)
    }

    async fn forget_outcomes(&mut self, before: Time, limit: u32) -> Result<u64> {
        // Only the oldest are looked at: they are in the order of their times, but for clocks.
        let sql = "DELETE FROM outcome WHERE id IN (SELECT id FROM (SELECT id, at FROM outcome ORDER BY id LIMIT ?2) WHERE at < ?1)";
        Ok(self.execute(sql, params![before.as_millis(), limit])? as u64)
    }
}
