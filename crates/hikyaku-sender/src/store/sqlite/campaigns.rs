use rusqlite::params;

use super::tx::SqliteTx;
use crate::{
    Time,
    recipients::Recipients,
    store::{
        CampaignCounts, CampaignRow, Campaigns, NewCampaign, Reads as _, Result,
        states::CANCELLED_CAMPAIGN,
    },
};

const INSERT: &str = "INSERT INTO campaign (channel, idempotency_key, digest, seed, body, personal, dedupe, priority, on_unknown, due, \
    expires_at, state, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) \
    ON CONFLICT (channel, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING RETURNING id";

impl Campaigns for SqliteTx<'_> {
    async fn insert_campaign(&mut self, it: &NewCampaign) -> Result<Option<i64>> {
        let params = params![
            it.channel,
            it.idempotency_key,
            it.digest,
            it.seed.as_bytes(),
            it.body,
            it.personal,
            it.dedupe,
            it.priority.code(),
            it.on_unknown.code(),
            it.due.as_millis(),
            it.expires_at.map(Time::as_millis),
            it.state.code(),
            it.created_at.as_millis(),
        ];
        self.row(INSERT, params, |it| it.number())
    }

    async fn lock_campaign(&mut self, id: i64) -> Result<Option<CampaignRow>> {
        self.campaign(id).await
    }

    async fn save_campaign(&mut self, campaign: &CampaignRow) -> Result<()> {
        let cursor = &campaign.cursor;
        let sql = "UPDATE campaign SET state = ?2, cursor_bytes = ?3, cursor_lines = ?4, cursor_chunks = ?5, cursor_digest = ?6, \
            cursor_done = ?7 WHERE id = ?1";
        let params = params![
            campaign.id,
            campaign.spec.state.code(),
            cursor.bytes,
            cursor.lines,
            cursor.chunks,
            cursor.digest,
            cursor.done,
        ];
        self.execute(sql, params).map(drop)
    }

    async fn remove_campaign(&mut self, id: i64) -> Result<()> {
        self.execute("DELETE FROM campaign WHERE id = ?1", [id]).map(drop)
    }

    async fn add_counts(&mut self, campaign: i64, counts: CampaignCounts) -> Result<bool> {
        let sql = format!(
            "UPDATE campaign SET total = total + ?2, accepted = accepted + ?3, rejected = rejected + ?4, unknown = unknown + ?5, \
            cancelled = cancelled + ?6, repeated = repeated + ?7, bad_lines = bad_lines + ?8 WHERE id = ?1 \
            RETURNING (cursor_done OR {CANCELLED_CAMPAIGN}) AND accepted + rejected + unknown + cancelled >= total"
        );
        let params = params![
            campaign,
            counts.total,
            counts.accepted,
            counts.rejected,
            counts.unknown,
            counts.cancelled,
            counts.repeated,
            counts.bad_lines,
        ];
        Ok(self.row(&sql, params, |it| it.flag())?.unwrap_or(false))
    }

    async fn remember(&mut self, campaign: i64, ids: &[String]) -> Result<Vec<bool>> {
        let sql = "INSERT INTO seen (campaign, id) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        let new = |id| self.execute(sql, params![campaign, Recipients::pack(&[id]).as_bytes()]);
        ids.iter().map(|id| Ok(new(id)? > 0)).collect()
    }

    async fn forget(&mut self, campaign: i64) -> Result<()> {
        self.execute("DELETE FROM seen WHERE campaign = ?1", [campaign]).map(drop)
    }
}
