use std::time::Duration;

use hikyaku_model::limits::REPLY_TOKEN_LIFE;
use hikyaku_sender::{Datum, Error as StoreError, Time, Transaction};

use super::row::{Row, rows};

/// How much of a token's minute must be left, so that a reply by it has a chance to arrive in time.
const LEFT: Duration = Duration::from_secs(10);

/// A token by which the account may answer in a chat, once and for nothing.
#[derive(Debug)]
pub(super) struct ReplyToken {
    pub(super) token: String,
    /// When LINE takes it no more.
    pub(super) until: Time,
}

impl ReplyToken {
    /// Keeps a token that a webhook brought.
    pub(super) async fn keep(
        tx: &mut Transaction<'_>,
        channel: &str,
        chat: &str,
        token: &str,
    ) -> Result<(), StoreError> {
        let now = tx.now().await?;
        let sql = "DELETE FROM hikyaku_gateway_reply_token WHERE until < $1";
        // An event may come again, and its token was used: LINE repeats within minutes, as far as is known.
        let long_ago = now - REPLY_TOKEN_LIFE * 60;
        tx.query(sql, &[long_ago.as_millis().into()]).await?;
        let sql = "INSERT INTO hikyaku_gateway_reply_token (token, channel, chat, until, used) \
                   VALUES ($1, $2, $3, $4, 0) ON CONFLICT DO NOTHING";
        let until = (now + REPLY_TOKEN_LIFE).as_millis();
        let params: [Datum; 4] = [token.into(), channel.into(), chat.into(), until.into()];
        tx.query(sql, &params).await.map(drop)
    }

    /// The newest token of a chat, which nobody takes until the transaction ends.
    pub(super) async fn find(
        tx: &mut Transaction<'_>,
        channel: &str,
        chat: &str,
    ) -> Result<Option<Self>, StoreError> {
        let lock = if tx.is_postgres() { " FOR UPDATE" } else { "" };
        let sql = format!(
            "SELECT token, until FROM hikyaku_gateway_reply_token \
             WHERE channel = $1 AND chat = $2 AND used = 0 AND until > $3 ORDER BY until DESC LIMIT 1{lock}"
        );
        let soon = (tx.now().await? + LEFT).as_millis();
        let params: [Datum; 3] = [channel.into(), chat.into(), soon.into()];
        let read = |row: &mut Row| (row.text(), Time::from_millis(row.number()));
        let found = rows(tx, &sql, &params, read).await?.pop();
        Ok(found.map(|(token, until)| Self { token, until }))
    }

    /// Takes the newest token of a chat, for a send of the same transaction.
    pub(super) async fn take(
        tx: &mut Transaction<'_>,
        channel: &str,
        chat: &str,
    ) -> Result<Option<Self>, StoreError> {
        let Some(found) = Self::find(tx, channel, chat).await? else { return Ok(None) };
        let sql = "UPDATE hikyaku_gateway_reply_token SET used = 1 WHERE token = $1";
        tx.query(sql, &[found.token.as_str().into()]).await?;
        Ok(Some(found))
    }
}
