use tokio_postgres::GenericClient;

use super::{
    read::{stored, stored_columns},
    tx::PgTx,
};
use crate::{
    State,
    list::Filter,
    store::{Look, Result, Stored, read},
};

impl<C: GenericClient + Sync> Look for PgTx<'_, C> {
    async fn list(&mut self, filter: &Filter) -> Result<Vec<Stored>> {
        let Filter { state, channel, campaign, before, limit } = filter;
        let sql = format!(
            "SELECT {} FROM hikyaku_delivery WHERE id < $1 AND ($3::text IS NULL OR channel = $3) {} {} ORDER BY id DESC LIMIT $2",
            stored_columns(),
            state.map(|state| format!("AND state = {}", state.code())).unwrap_or_default(),
            if campaign.is_some() { "AND campaign = $4" } else { "AND $4::bigint IS NULL" },
        );
        let before = before.map_or(i64::MAX, |id| id.0);
        let campaign = campaign.map(|id| id.0);
        self.rows(&sql, &[&before, &i64::from(*limit), channel, &campaign], stored).await
    }

    async fn show(&mut self, id: i64) -> Result<Option<Stored>> {
        let sql = format!("SELECT {} FROM hikyaku_delivery WHERE id = $1", stored_columns());
        self.row(&sql, &[&id], stored).await
    }

    async fn after(&mut self, id: i64, limit: u32) -> Result<Vec<Stored>> {
        let sql = format!(
            "SELECT {} FROM hikyaku_delivery WHERE id > $1 ORDER BY id LIMIT $2",
            stored_columns()
        );
        self.rows(&sql, &[&id, &i64::from(limit)], stored).await
    }

    async fn tally(&mut self) -> Result<Vec<(State, u64)>> {
        let sql = "SELECT state, count(*) FROM hikyaku_delivery GROUP BY state ORDER BY state";
        Ok(self.rows(sql, &[], read::tally).await?.into_iter().flatten().collect())
    }
}
