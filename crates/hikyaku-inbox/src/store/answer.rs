//! Stored answers: parts that were sent before their event was handled, and parts that users fetch with a button.

use hikyaku_sender::{Error, NewDelivery, Time, Transaction, Work};

use super::watched_reply::WatchedReply;

/// A part of an answer that waits until it is fetched.
#[derive(Clone, Debug)]
pub(crate) struct NewPart {
    pub(crate) destination: String,
    /// The event that it answers.
    pub(crate) event_id: String,
    pub(crate) part: i64,
    /// The chat of the event, the only one from which the part may be fetched.
    pub(crate) chat: String,
    /// The messages as JSON.
    pub(crate) messages: String,
}

impl NewPart {
    /// Stores the part, unless it is stored already.
    pub(super) async fn keep(&self, tx: &mut Transaction<'_>, now: Time) -> Result<(), Error> {
        let sql = "INSERT INTO hikyaku_inbox_answer (destination, event_id, part, chat, messages, at) \
            VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (destination, event_id, part) DO NOTHING";
        let Self { destination, event_id, part, chat, messages } = self;
        let params = [
            destination.as_str().into(),
            event_id.as_str().into(),
            (*part).into(),
            chat.as_str().into(),
            messages.as_str().into(),
            now.as_millis().into(),
        ];
        tx.query(sql, &params).await.map(drop)
    }
}

/// Fetches a part of an answer.
pub(crate) struct Fetch {
    pub(crate) destination: String,
    pub(crate) event_id: String,
    pub(crate) part: i64,
    pub(crate) chat: String,
}

impl Work for Fetch {
    /// The messages as JSON.
    type Out = Option<String>;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<Self::Out, Error> {
        let sql = "SELECT messages FROM hikyaku_inbox_answer \
            WHERE destination = $1 AND event_id = $2 AND part = $3 AND chat = $4";
        let Self { destination, event_id, part, chat } = self;
        let params = [
            destination.as_str().into(),
            event_id.as_str().into(),
            (*part).into(),
            chat.as_str().into(),
        ];
        let rows = tx.query(sql, &params).await?;
        Ok(rows.into_iter().flatten().next().and_then(|it| it.as_text().map(str::to_owned)))
    }
}

/// Sends a part of an answer while its event is still being handled, and stores what was sent.
#[derive(Clone)]
pub(crate) struct Early {
    pub(crate) id: i64,
    pub(crate) lease: String,
    pub(crate) attempt: i64,
    pub(crate) send: NewDelivery,
    pub(crate) given: String,
    pub(crate) reply: Option<WatchedReply>,
}

impl Work for Early {
    /// Whether the event still belongs to this attempt; otherwise nothing was sent.
    type Out = bool;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<bool, Error> {
        let sql = "UPDATE hikyaku_inbox_event SET given = $1 \
            WHERE id = $2 AND lease = $3 AND attempts = $4 AND state = 1 RETURNING id";
        let params = [
            self.given.as_str().into(),
            self.id.into(),
            self.lease.as_str().into(),
            self.attempt.into(),
        ];
        if tx.query(sql, &params).await?.is_empty() {
            return Ok(false);
        }
        if let Some(reply) = &self.reply {
            let now = tx.now().await?;
            reply.note(tx, self.id, now).await?;
        }
        tx.enqueue(self.send.clone()).await?;
        Ok(true)
    }
}
