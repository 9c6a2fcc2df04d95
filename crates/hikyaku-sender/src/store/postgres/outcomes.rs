use uuid::Uuid;

use super::tx::PgTx;
use crate::{
    Time,
    outcome::{NewOutcome, Outcome},
    store::{OutcomeCursorRow, Outcomes, Result, read},
};

/// Anyone who writes outcomes down holds it until the commit, so that they become visible in the order of their ids.
const OUTCOME_LOCK: i64 = 0x4849_4b5b;

impl Outcomes for PgTx<'_> {
    async fn tell(&mut self, outcomes: &[NewOutcome]) -> Result<()> {
        self.execute("SELECT pg_advisory_xact_lock($1)", &[&OUTCOME_LOCK]).await?;
        let column = |of: fn(&NewOutcome) -> i64| outcomes.iter().map(of).collect::<Vec<i64>>();
        let messages: Vec<Uuid> = outcomes.iter().map(|it| it.message).collect();
        let (at, kinds) = (column(|it| it.at.as_millis()), column(|it| i64::from(it.kind.code())));
        let deliveries: Vec<Option<i64>> = outcomes.iter().map(|it| it.delivery).collect();
        let bodies: Vec<&str> = outcomes.iter().map(|it| it.body.as_str()).collect();
        let sql = "INSERT INTO hikyaku_outcome (message, at, kind, delivery, body) \
            SELECT message, at, kind::smallint, delivery, body FROM \
            unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[]) WITH ORDINALITY \
            AS new (message, at, kind, delivery, body, place) ORDER BY place";
        self.execute(sql, &[&messages, &at, &kinds, &deliveries, &bodies]).await.map(drop)
    }

    async fn import_outcomes(&mut self, outcomes: &[Outcome], mark: i64) -> Result<()> {
        let sql = "INSERT INTO hikyaku_outcome (id, message, at, kind, delivery, body) VALUES ($1, $2, $3, $4, $5, $6)";
        for it in outcomes {
            let (message, at, kind) = (it.message(), it.at.as_millis(), it.kind.code());
            self.execute(sql, &[&it.id, &message, &at, &kind, &it.delivery, &it.body]).await?;
        }
        let sql = "SELECT setval('hikyaku_outcome_id_seq', greatest($1::bigint, last_value)) \
            FROM hikyaku_outcome_id_seq WHERE $1::bigint > 0";
        self.execute(sql, &[&mark]).await.map(drop)
    }

    async fn lock_outcome_cursor(&mut self, name: &str) -> Result<OutcomeCursorRow> {
        let sql = "INSERT INTO hikyaku_outcome_cursor (name, after) VALUES ($1, 0) ON CONFLICT DO NOTHING";
        self.execute(sql, &[&name]).await?;
        let sql = format!(
            "SELECT {} FROM hikyaku_outcome_cursor WHERE name = $1 FOR UPDATE",
            read::OUTCOME_CURSOR
        );
        read::known(self.row(&sql, &[&name], read::outcome_cursor).await?)
    }

    async fn save_outcome_cursor(&mut self, cursor: &OutcomeCursorRow) -> Result<()> {
        let OutcomeCursorRow { name, after, reader, until } = cursor;
        let sql = "INSERT INTO hikyaku_outcome_cursor (name, after, reader, until) VALUES ($1, $2, $3, $4) \
            ON CONFLICT (name) DO UPDATE SET after = $2, reader = $3, until = $4";
        let until = until.map(Time::as_millis);
        self.execute(sql, &[name, after, reader, &until]).await.map(drop)
    }

    async fn remove_outcome_cursor(&mut self, name: &str) -> Result<()> {
        let sql = "DELETE FROM hikyaku_outcome_cursor WHERE name = $1";
        self.execute(sql, &[&name]).await.map(drop)
    }

    async fn forget_outcomes(&mut self, before: Time, limit: u32) -> Result<u64> {
        // Only the oldest are looked at: they are in the order of their times, but for clocks.
        let sql = "DELETE FROM hikyaku_outcome WHERE id IN \
            (SELECT id FROM (SELECT id, at FROM hikyaku_outcome ORDER BY id LIMIT $2) AS oldest WHERE at < $1)";
        self.execute(sql, &[&before.as_millis(), &i64::from(limit)]).await
    }
}
