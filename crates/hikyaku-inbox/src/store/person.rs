use hikyaku_sender::{Datum, Error, Transaction, Work};

use super::row::{COLUMNS, KeptEvent, KeptState, read};

/// Events, the newest first.
pub(crate) struct List {
    pub(crate) id: Option<i64>,
    pub(crate) state: Option<KeptState>,
    pub(crate) before: Option<i64>,
    pub(crate) limit: u32,
}

impl Work for List {
    type Out = Vec<KeptEvent>;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<Self::Out, Error> {
        if let Some(id) = self.id {
            let sql = format!("SELECT {COLUMNS} FROM hikyaku_inbox_event WHERE id = $1");
            return read(tx, &sql, &[id.into()]).await;
        }
        let state = self.state.map_or(String::new(), |it| format!("state = {} AND", it.code()));
        let sql = format!(
            "SELECT {COLUMNS} FROM hikyaku_inbox_event WHERE {state} id < $1 ORDER BY id DESC LIMIT $2"
        );
        let before = self.before.unwrap_or(i64::MAX);
        read(tx, &sql, &[before.into(), i64::from(self.limit).into()]).await
    }
}

/// What a person does to an event.
pub(crate) struct Change {
    pub(crate) id: i64,
    /// Whether it is to be handled, or given up.
    pub(crate) retry: bool,
}

impl Work for Change {
    /// The event as it is now, or as it was where it stays as it is; and whether it was changed.
    type Out = Option<(KeptEvent, bool)>;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<Self::Out, Error> {
        let now = tx.now().await?.as_millis();
        let (sql, params): (_, Vec<Datum>) = if self.retry {
            let set = "state = 0, attempts = 0, due = $1, done_at = NULL WHERE id = $2 AND (state = 3 OR state = 0)";
            (set, vec![now.into(), self.id.into()])
        } else {
            let set = "state = 4, done_at = $1 WHERE id = $2 AND (state = 3 OR state = 0)";
            (set, vec![now.into(), self.id.into()])
        };
        let sql = format!("UPDATE hikyaku_inbox_event SET {sql} RETURNING {COLUMNS}");
        if let Some(changed) = read(tx, &sql, &params).await?.pop() {
            return Ok(Some((changed, true)));
        }
        let sql = format!("SELECT {COLUMNS} FROM hikyaku_inbox_event WHERE id = $1");
        Ok(read(tx, &sql, &[self.id.into()]).await?.pop().map(|it| (it, false)))
    }
}
