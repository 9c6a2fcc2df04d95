use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use hikyaku_sender::{Datum, Error, NewDelivery, Time, Transaction, Work};

use super::{
    answer::NewPart,
    behind,
    budget::Pushes,
    many::{Column, table},
    watched_reply::WatchedReply,
};

const COLUMNS: [Column; 6] = [
    ("event", true),
    ("attempt", true),
    ("next_state", true),
    ("next_due", true),
    ("why", false),
    ("ended_at", true),
];

/// An attempt that has ended.
#[derive(Debug)]
pub(crate) struct Attempted {
    pub(crate) event: i64,
    pub(crate) attempt: i64,
    pub(crate) ending: Ending,
}

/// The result of an attempt.
#[derive(Debug)]
pub(crate) enum Ending {
    /// It succeeded; the fields commit together with it.
    Handled {
        statements: Vec<(String, Vec<Datum>)>,
        sends: Vec<NewDelivery>,
        parts: Vec<NewPart>,
        reply: Option<WatchedReply>,
        pushes: Option<Pushes>,
    },
    /// It failed, and is retried after a delay.
    Again { error: String, after: Duration },
    /// It failed for the last time.
    Dead { error: String },
}

impl Attempted {
    /// Whether it has statements of its handler. They may change how the rest of a transaction goes.
    pub(crate) fn has_statements(&self) -> bool {
        matches!(&self.ending, Ending::Handled { statements, .. } if !statements.is_empty())
    }

    fn row(&self, now: Time) -> String {
        let (state, due, why, ended_at) = match &self.ending {
            Ending::Handled { .. } => (2, None, None, Some(now)),
            Ending::Again { error, after } => (0, Some(now + *after), Some(error), None),
            Ending::Dead { error } => (3, None, Some(error), Some(now)),
        };
        let (due, ended_at) = (due.map(Time::as_millis), ended_at.map(Time::as_millis));
        let row = (self.event, self.attempt, state, due, why, ended_at);
        serde_json::to_string(&row).expect("texts and numbers always become JSON")
    }

    async fn commit_along(&self, tx: &mut Transaction<'_>, now: Time) -> Result<(), Error> {
        let Ending::Handled { parts, reply, pushes, .. } = &self.ending else {
            return Ok(());
        };
        if let Some(pushes) = pushes {
            pushes.count(tx, now).await?;
        }
        for part in parts {
            part.keep(tx, now).await?;
        }
        match reply {
            Some(reply) => reply.note(tx, self.event, now).await,
            None => Ok(()),
        }
    }
}

/// Records the results of attempts, all or none. What another process has taken over stays as it is.
pub(crate) struct Settle {
    pub(crate) lease: String,
    pub(crate) attempts: Vec<Arc<Attempted>>,
}

impl Work for Settle {
    /// The events that still belonged to this process.
    type Out = BTreeSet<i64>;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<Self::Out, Error> {
        let now = tx.now().await?;
        // In one order, so that no two that change many wait for each other.
        let by_event: BTreeMap<i64, &Arc<Attempted>> =
            self.attempts.iter().map(|it| (it.event, it)).collect();
        let rows: Vec<String> = by_event.values().map(|it| it.row(now)).collect();
        let sql = format!(
            "UPDATE hikyaku_inbox_event SET state = next_state, due = coalesce(next_due, due), error = why, done_at = ended_at, \
             lease = NULL FROM ({}) AS ended WHERE id = event AND attempts = attempt AND lease = $2 AND state = 1 \
             RETURNING id, state, chat",
            table(tx, &COLUMNS)
        );
        let params = [format!("[{}]", rows.join(",")).into(), self.lease.as_str().into()];
        let (mut mine, mut left) = (BTreeSet::new(), Vec::new());
        for row in tx.query(&sql, &params).await? {
            let [id, state, chat] = row.as_slice() else { continue };
            mine.extend(id.as_integer());
            if state.as_integer() != Some(0) {
                left.extend(chat.as_text().map(str::to_owned));
            }
        }
        let mine_only = || by_event.values().filter(|it| mine.contains(&it.event));
        let mut all_sends = Vec::new();
        for it in mine_only() {
            if let Ending::Handled { statements, sends, .. } = &it.ending {
                for (sql, params) in statements {
                    tx.query(sql, params).await?;
                }
                all_sends.extend_from_slice(sends);
            }
        }
        // Not before the handlers' statements, which may wait for anybody: these rows are others'.
        behind::set_next_free(tx, &left).await?;
        tx.enqueue_all(all_sends).await?;
        for it in mine_only() {
            it.commit_along(tx, now).await?;
        }
        Ok(mine)
    }
}
