use rusqlite::params;

use super::{
    read::{stored, stored_columns},
    tx::SqliteTx,
};
use crate::{
    State,
    list::Filter,
    store::{Look, Result, Stored, read},
};

impl Look for SqliteTx<'_> {
    async fn list(&mut self, filter: &Filter) -> Result<Vec<Stored>> {
        let Filter { state, channel, campaign, before, limit } = filter;
        let sql = format!(
            "SELECT {} FROM delivery JOIN payload ON delivery = id WHERE id < ?1 {} {} {} ORDER BY id DESC LIMIT ?2",
            stored_columns(),
            state.map(|state| format!("AND state = {}", state.code())).unwrap_or_default(),
            if campaign.is_some() { "AND campaign = ?4" } else { "AND ?4 IS NULL" },
            if channel.is_some() { "AND channel = ?3" } else { "AND ?3 IS NULL" },
        );
        let before = before.map_or(i64::MAX, |id| id.0);
        self.rows(&sql, params![before, limit, channel, campaign.map(|id| id.0)], stored)
    }

    async fn show(&mut self, id: i64) -> Result<Option<Stored>> {
        let columns = stored_columns();
        let sql =
            format!("SELECT {columns} FROM delivery JOIN payload ON delivery = id WHERE id = ?1");
        self.row(&sql, [id], stored)
    }

    async fn after(&mut self, id: i64, limit: u32) -> Result<Vec<Stored>> {
        let sql = format!(
            "SELECT {} FROM delivery JOIN payload ON delivery = id WHERE id > ?1 ORDER BY id LIMIT ?2",
            stored_columns()
        );
        self.rows(&sql, params![id, limit], stored)
    }

    async fn tally(&mut self) -> Result<Vec<(State, u64)>> {
        let sql = "SELECT state, count(*) FROM delivery GROUP BY state ORDER BY state";
        Ok(self.rows(sql, [], read::tally)?.into_iter().flatten().collect())
    }
}
