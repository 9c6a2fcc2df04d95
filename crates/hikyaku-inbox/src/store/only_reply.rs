//! Replies that nothing is pushed in place of: what became of them, for people to see.

use std::time::Duration;

use hikyaku_sender::{Datum, Error, Time, Transaction, Work};

use super::row::Row;

/// How long after the end of its token a reply is looked after: a worker has ended it by then.
const AFTER: Duration = Duration::from_secs(2);

/// After what time one is looked after again that is still open.
const AGAIN: Duration = Duration::from_secs(5);

/// How many are looked after at once.
const ROWS: i64 = 100;

/// Where the reply to an event is in the outbox, and when its token ends.
#[derive(Clone, Debug)]
pub(crate) struct OnlyReply {
    pub(crate) channel: String,
    pub(crate) key: String,
    pub(crate) ends_at: Time,
}

impl OnlyReply {
    /// Notes it with its event.
    pub(super) async fn note(&self, tx: &mut Transaction<'_>, event: i64) -> Result<(), Error> {
        let sql = "UPDATE hikyaku_inbox_event SET reply_channel = $1, reply_key = $2, check_at = $3 WHERE id = $4";
        let check_at = (self.ends_at + AFTER).as_millis();
        let params =
            [self.channel.as_str().into(), self.key.as_str().into(), check_at.into(), event.into()];
        tx.query(sql, &params).await.map(drop)
    }
}

/// Events that were handled, and whose replies are to be looked after.
pub(crate) struct DueReplies;

impl Work for DueReplies {
    /// The event, and the channel and key of its reply.
    type Out = Vec<(i64, String, String)>;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<Self::Out, Error> {
        let now = tx.now().await?.as_millis();
        let sql = format!(
            "SELECT id, reply_channel, reply_key FROM hikyaku_inbox_event WHERE check_at <= $1 AND state = 2 \
             ORDER BY check_at LIMIT {ROWS}"
        );
        let rows = tx.query(&sql, &[now.into()]).await?;
        let read = |row: Vec<Datum>| {
            let mut row = Row(row.into_iter());
            (row.number(), row.text(), row.text())
        };
        Ok(rows.into_iter().map(read).collect())
    }
}

/// What became of a reply.
#[derive(Clone, Debug)]
pub(crate) enum Became {
    /// It may still be sent.
    Open,
    /// LINE took it, or people see in the outbox what became of it.
    Settled,
    /// Nobody was answered, and why.
    Lost(String),
}

/// Writes down what became of the reply to an event.
pub(crate) struct Looked {
    pub(crate) event: i64,
    pub(crate) became: Became,
}

impl Work for Looked {
    /// Whether nobody had done so before.
    type Out = bool;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<bool, Error> {
        let (check_at, unanswered, why): (Option<i64>, i64, Option<&str>) = match &self.became {
            Became::Open => (Some((tx.now().await? + AGAIN).as_millis()), 0, None),
            Became::Settled => (None, 0, None),
            Became::Lost(why) => (None, 1, Some(why)),
        };
        let sql = "UPDATE hikyaku_inbox_event SET check_at = $1, unanswered = $2, error = $3 \
            WHERE id = $4 AND state = 2 AND check_at IS NOT NULL RETURNING id";
        let params = [check_at.into(), unanswered.into(), why.into(), self.event.into()];
        Ok(!tx.query(sql, &params).await?.is_empty())
    }
}
