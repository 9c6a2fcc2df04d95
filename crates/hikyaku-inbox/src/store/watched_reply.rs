//! What became of replies: one that nothing is pushed in place of may have answered nobody, which people must see; and one
//! that is pushed where LINE refuses it costs a chat's budget of pushes.

use std::time::Duration;

use hikyaku_sender::{Datum, Error, Time, Transaction, Work};

use super::{budget::Pushes, row::Row};

/// How long after the end of its token a reply is looked after: a worker has ended it by then. And how long after its commit,
/// if it may be pushed.
const AFTER: Duration = Duration::from_secs(2);

/// After what time one is looked after again that is still open.
const AGAIN: Duration = Duration::from_secs(5);

/// How many are looked after at once.
const ROWS: i64 = 100;

/// Where the reply to an event is in the outbox, and when its token ends.
#[derive(Clone, Debug)]
pub(crate) struct WatchedReply {
    pub(crate) channel: String,
    pub(crate) key: String,
    pub(crate) ends_at: Time,
    /// Whether it is pushed where LINE refuses it. Else nothing is pushed in its place.
    pub(crate) or_push: bool,
}

impl WatchedReply {
    /// Notes it with its event.
    pub(super) async fn note(
        &self,
        tx: &mut Transaction<'_>,
        event: i64,
        now: Time,
    ) -> Result<(), Error> {
        let Self { channel, key, ends_at, or_push } = self;
        if *or_push && *ends_at <= now {
            // A push was counted for it already.
            return Ok(());
        }
        let sql = "UPDATE hikyaku_inbox_event SET reply_channel = $1, reply_key = $2, check_at = $3, reply_or_push = $4 \
            WHERE id = $5";
        let check_at = if *or_push { now + AFTER } else { *ends_at + AFTER };
        let params = [
            channel.as_str().into(),
            key.as_str().into(),
            check_at.as_millis().into(),
            i64::from(*or_push).into(),
            event.into(),
        ];
        tx.query(sql, &params).await.map(drop)
    }
}

/// Events that were handled, and whose replies are to be looked after.
pub(crate) struct DueReplies;

/// One of them.
pub(crate) struct DueReply {
    pub(crate) event: i64,
    /// The chat, prefixed with the bot's id.
    pub(crate) chat: String,
    pub(crate) channel: String,
    pub(crate) key: String,
    pub(crate) or_push: bool,
}

impl Work for DueReplies {
    type Out = Vec<DueReply>;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<Self::Out, Error> {
        let now = tx.now().await?.as_millis();
        let sql = format!(
            "SELECT id, chat, reply_channel, reply_key, reply_or_push FROM hikyaku_inbox_event WHERE check_at <= $1 AND state = 2 \
             ORDER BY check_at LIMIT {ROWS}"
        );
        let rows = tx.query(&sql, &[now.into()]).await?;
        let read = |row: Vec<Datum>| {
            let mut row = Row(row.into_iter());
            DueReply {
                event: row.number(),
                chat: row.text(),
                channel: row.text(),
                key: row.text(),
                or_push: row.number() == 1,
            }
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
    /// It was pushed, which may cost this.
    Pushed(Option<Pushes>),
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
            Became::Settled | Became::Pushed(_) => (None, 0, None),
            Became::Lost(why) => (None, 1, Some(why)),
        };
        let sql = "UPDATE hikyaku_inbox_event SET check_at = $1, unanswered = $2, error = $3 \
            WHERE id = $4 AND state = 2 AND check_at IS NOT NULL RETURNING id";
        let params = [check_at.into(), unanswered.into(), why.into(), self.event.into()];
        let is_first = !tx.query(sql, &params).await?.is_empty();
        if let Became::Pushed(Some(pushes)) = &self.became
            && is_first
        {
            let now = tx.now().await?;
            pushes.count(tx, now).await?;
        }
        Ok(is_first)
    }
}
