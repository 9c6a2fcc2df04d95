use std::collections::HashSet;

use super::tx::{Params, PgTx};
use crate::{
    Time,
    store::{
        CampaignCounts, CampaignRow, Campaigns, NewCampaign, Result, read,
        states::CANCELLED_CAMPAIGN,
    },
};

impl Campaigns for PgTx<'_> {
    async fn insert_campaign(&mut self, it: &NewCampaign) -> Result<Option<i64>> {
        let sql = "INSERT INTO hikyaku_campaign (channel, idempotency_key, digest, seed, body, personal, dedupe, priority, on_unknown, \
            due, expires_at, state, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
            ON CONFLICT (channel, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING RETURNING id";
        self.row(
            sql,
            &[
                &it.channel,
                &it.idempotency_key,
                &it.digest,
                &it.seed,
                &it.body,
                &it.personal,
                &it.dedupe,
                &it.priority.code(),
                &it.on_unknown.code(),
                &it.due.as_millis(),
                &it.expires_at.map(Time::as_millis),
                &it.state.code(),
                &it.created_at.as_millis(),
            ],
            |it| it.number(),
        )
        .await
    }

    async fn lock_campaign(&mut self, id: i64) -> Result<Option<CampaignRow>> {
        let sql = format!(
            "SELECT {} FROM hikyaku_campaign WHERE id = $1 FOR NO KEY UPDATE",
            read::CAMPAIGN
        );
        self.row(&sql, &[&id], read::campaign).await
    }

    async fn save_campaign(&mut self, campaign: &CampaignRow) -> Result<()> {
        let sql = "UPDATE hikyaku_campaign SET state = $2, cursor_bytes = $3, cursor_lines = $4, cursor_chunks = $5, \
            cursor_digest = $6, cursor_done = $7 WHERE id = $1";
        let (state, cursor) = (campaign.spec.state.code(), &campaign.cursor);
        let params: Params<'_> = &[
            &campaign.id,
            &state,
            &cursor.bytes,
            &cursor.lines,
            &cursor.chunks,
            &cursor.digest,
            &cursor.done,
        ];
        self.execute(sql, params).await.map(drop)
    }

    async fn remove_campaign(&mut self, id: i64) -> Result<()> {
        self.execute("DELETE FROM hikyaku_campaign WHERE id = $1", &[&id]).await.map(drop)
    }

    async fn add_counts(&mut self, campaign: i64, counts: CampaignCounts) -> Result<bool> {
        let sql = format!(
            "UPDATE hikyaku_campaign SET total = total + $2, accepted = accepted + $3, rejected = rejected + $4, \
            unknown = unknown + $5, cancelled = cancelled + $6, repeated = repeated + $7, bad_lines = bad_lines + $8 WHERE id = $1 \
            RETURNING (cursor_done OR {CANCELLED_CAMPAIGN}) AND accepted + rejected + unknown + cancelled >= total"
        );
        let params: Params<'_> = &[
            &campaign,
            &counts.total,
            &counts.accepted,
            &counts.rejected,
            &counts.unknown,
            &counts.cancelled,
            &counts.repeated,
            &counts.bad_lines,
        ];
        Ok(self.row(&sql, params, |it| it.flag()).await?.unwrap_or(false))
    }

    async fn remember(&mut self, campaign: i64, ids: &[String]) -> Result<Vec<bool>> {
        let bytes: Vec<&[u8]> = ids.iter().map(String::as_bytes).collect();
        let sql = "INSERT INTO hikyaku_seen (campaign, id) SELECT DISTINCT $1::bigint, unnest($2::bytea[]) ON CONFLICT DO NOTHING \
            RETURNING id";
        let new = self.rows(sql, &[&campaign, &bytes], |it| it.bytes()).await?;
        let mut new: HashSet<Vec<u8>> = new.into_iter().collect();
        Ok(bytes.into_iter().map(|id| new.remove(id)).collect())
    }

    async fn forget(&mut self, campaign: i64) -> Result<()> {
        self.execute("DELETE FROM hikyaku_seen WHERE campaign = $1", &[&campaign]).await.map(drop)
    }
}
