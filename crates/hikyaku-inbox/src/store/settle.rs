use std::time::Duration;

use hikyaku_sender::{Datum, Error, NewDelivery, Transaction, Work};

use super::{answer::NewPart, behind, only_reply::OnlyReply};

/// The result of an attempt.
#[derive(Clone, Debug)]
pub(crate) enum Ending {
    /// It succeeded; the fields commit together with it.
    Handled {
        statements: Vec<(String, Vec<Datum>)>,
        sends: Vec<NewDelivery>,
        parts: Vec<NewPart>,
        only_reply: Option<OnlyReply>,
    },
    /// It failed, and is retried after a delay.
    Again { error: String, after: Duration },
    /// It failed for the last time.
    Dead { error: String },
}

/// Records the result of an attempt, unless another process has taken the event over.
#[derive(Clone)]
pub(crate) struct Settle {
    pub(crate) id: i64,
    pub(crate) lease: String,
    pub(crate) attempt: i64,
    pub(crate) ending: Ending,
}

impl Work for Settle {
    /// Whether the event still belonged to this process.
    type Out = bool;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<bool, Error> {
        let now = tx.now().await?;
        let (state, due, error, done_at): (i64, Option<i64>, Option<&str>, Option<i64>) =
            match &self.ending {
                Ending::Handled { .. } => (2, None, None, Some(now.as_millis())),
                Ending::Again { error, after } => {
                    (0, Some((now + *after).as_millis()), Some(error), None)
                }
                Ending::Dead { error } => (3, None, Some(error), Some(now.as_millis())),
            };
        let sql = "UPDATE hikyaku_inbox_event SET state = $1, due = coalesce($2, due), error = $3, done_at = $4, lease = NULL \
            WHERE id = $5 AND lease = $6 AND attempts = $7 AND state = 1 RETURNING chat";
        let params = [
            state.into(),
            due.into(),
            error.into(),
            done_at.into(),
            self.id.into(),
            self.lease.as_str().into(),
            self.attempt.into(),
        ];
        let Some(chat) = tx.query(sql, &params).await?.into_iter().flatten().next() else {
            return Ok(false);
        };
        if state != 0 {
            behind::set_next_free(tx, chat).await?;
        }
        if let Ending::Handled { statements, sends, parts, only_reply } = &self.ending {
            for (sql, params) in statements {
                tx.query(sql, params).await?;
            }
            for send in sends {
                tx.enqueue(send.clone()).await?;
            }
            for part in parts {
                part.keep(tx, now).await?;
            }
            if let Some(reply) = only_reply {
                reply.note(tx, self.id).await?;
            }
        }
        Ok(true)
    }
}
