use std::collections::BTreeSet;

use hikyaku_sender::{Datum, Error, Transaction, Work};

use super::{
    behind,
    filter::EventFilter,
    row::{COLUMNS, KeptEvent, read},
};

/// The number of events that one transaction changes.
const ROWS: i64 = 500;

/// The number of examples in a preview.
const EXAMPLES: i64 = 10;

/// An operator's command for events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventAct {
    /// Retries: a dead letter from its first attempt, a waiting event at once.
    Retry,
    /// Drops: the event is remembered, so that LINE's redelivery does not bring it back. Applies to unanswered events
    /// as well.
    Drop,
}

impl EventAct {
    /// The condition for rows that it may change.
    const fn open(self) -> &'static str {
        match self {
            Self::Retry => "(state = 0 OR state = 3)",
            Self::Drop => "(state = 0 OR state = 3 OR unanswered = 1)",
        }
    }

    /// What is set where `$1` is now.
    const fn set(self) -> &'static str {
        match self {
            Self::Retry => {
                "state = 0, behind = 0, freed = freed + 1, attempts = 0, due = $1, done_at = NULL"
            }
            Self::Drop => "state = 4, unanswered = 0, done_at = $1",
        }
    }
}

/// Events, the newest first.
pub(crate) struct List(pub(crate) EventFilter);

impl Work for List {
    type Out = Vec<KeptEvent>;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<Self::Out, Error> {
        let mut fits = Fits::new(&self.0);
        let limit = fits.push(i64::from(self.0.limit));
        let sql = format!(
            "SELECT {COLUMNS} FROM hikyaku_inbox_event WHERE {} ORDER BY id DESC LIMIT {limit}",
            fits.sql
        );
        read(tx, &sql, &fits.params).await
    }
}

/// One event.
pub(crate) struct Show(pub(crate) i64);

impl Work for Show {
    type Out = Option<KeptEvent>;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<Self::Out, Error> {
        show(tx, self.0).await
    }
}

async fn show(tx: &mut Transaction<'_>, id: i64) -> Result<Option<KeptEvent>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM hikyaku_inbox_event WHERE id = $1");
    Ok(read(tx, &sql, &[id.into()]).await?.pop())
}

/// Counts the events that match and those that a command would change, with examples.
pub(crate) struct Look {
    pub(crate) filter: EventFilter,
    pub(crate) act: EventAct,
}

impl Work for Look {
    type Out = (u64, u64, Vec<KeptEvent>);

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<Self::Out, Error> {
        let (mut fits, open) = (Fits::new(&self.filter), self.act.open());
        let count = format!(
            "SELECT count(*), count(CASE WHEN {open} THEN 1 END) FROM hikyaku_inbox_event WHERE {}",
            fits.sql
        );
        let count = tx.query(&count, &fits.params).await?;
        let mut counts = count.into_iter().flatten().map(|it| it.as_integer().unwrap_or_default());
        let (all, possible) =
            (counts.next().unwrap_or_default(), counts.next().unwrap_or_default());
        let limit = fits.push(EXAMPLES);
        let sql = format!(
            "SELECT {COLUMNS} FROM hikyaku_inbox_event WHERE {open} AND {} ORDER BY id DESC LIMIT {limit}",
            fits.sql
        );
        let examples = read(tx, &sql, &fits.params).await?;
        Ok((all.unsigned_abs(), possible.unsigned_abs(), examples))
    }
}

/// Acts on one event.
pub(crate) struct ActOnOne {
    pub(crate) id: i64,
    pub(crate) act: EventAct,
}

impl Work for ActOnOne {
    /// The event after the command, or unchanged if it was refused; and whether it was changed.
    type Out = Option<(KeptEvent, bool)>;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<Self::Out, Error> {
        let now = tx.now().await?.as_millis();
        let (set, open) = (self.act.set(), self.act.open());
        let sql = format!(
            "UPDATE hikyaku_inbox_event SET {set} WHERE id = $2 AND {open} RETURNING {COLUMNS}"
        );
        if let Some(changed) = read(tx, &sql, &[now.into(), self.id.into()]).await?.pop() {
            if self.act == EventAct::Drop {
                behind::set_next_free(tx, std::slice::from_ref(&changed.chat)).await?;
            }
            return Ok(Some((changed, true)));
        }
        Ok(show(tx, self.id).await?.map(|it| (it, false)))
    }
}

/// Acts on some of the events that fit, from the newest to the oldest.
pub(crate) struct ActOnSome {
    pub(crate) filter: EventFilter,
    pub(crate) act: EventAct,
}

impl Work for ActOnSome {
    /// Their number, and the oldest of them; `None` if there were none.
    type Out = Option<(u64, i64)>;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<Self::Out, Error> {
        let now = tx.now().await?.as_millis();
        let (mut fits, open) = (Fits::new(&self.filter), self.act.open());
        let limit = fits.push(ROWS);
        let sql = format!(
            "SELECT id FROM hikyaku_inbox_event WHERE {open} AND {} ORDER BY id DESC LIMIT {limit}",
            fits.sql
        );
        let rows = tx.query(&sql, &fits.params).await?;
        let ids: Vec<i64> = rows.into_iter().flatten().filter_map(|it| it.as_integer()).collect();
        let set = self.act.set();
        let sql =
            format!("UPDATE hikyaku_inbox_event SET {set} WHERE id = $2 AND {open} RETURNING chat");
        let (mut done, mut chats) = (0, BTreeSet::new());
        for id in &ids {
            for chat in tx.query(&sql, &[now.into(), (*id).into()]).await?.into_iter().flatten() {
                done += 1;
                chats.extend(chat.as_text().map(str::to_owned));
            }
        }
        behind::set_next_free(tx, &Vec::from_iter(chats)).await?;
        Ok(ids.last().map(|oldest| (done, *oldest)))
    }
}

/// The condition of a filter, and its parameters.
struct Fits {
    sql: String,
    params: Vec<Datum>,
}

impl Fits {
    fn new(filter: &EventFilter) -> Self {
        let EventFilter {
            states,
            chat,
            event_id,
            error,
            received_since,
            received_before,
            before,
            limit: _,
        } = filter;
        let mut fits = Self { sql: String::new(), params: Vec::new() };
        let newest = fits.push(before.unwrap_or(i64::MAX));
        fits.sql = format!("id < {newest}");
        if !states.is_empty() {
            let any: Vec<_> = states.iter().map(|it| it.condition()).collect();
            fits.and(&format!("({})", any.join(" OR ")));
        }
        if let Some(chat) = chat {
            // The bot's id stands before the chat's.
            let chat = fits.push(chat.as_str());
            fits.and(&format!("chat = destination || ' ' || {chat}"));
        }
        if let Some(event_id) = event_id {
            let event_id = fits.push(event_id.as_str());
            fits.and(&format!("event_id = {event_id}"));
        }
        if let Some(error) = error {
            let error = fits.push(error.as_str());
            fits.and(&format!("replace(error, {error}, '') <> error"));
        }
        for (time, sign) in [(received_since, ">="), (received_before, "<")] {
            if let Some(time) = time {
                let time = fits.push(time.as_millis());
                fits.and(&format!("received_at {sign} {time}"));
            }
        }
        fits
    }

    fn and(&mut self, condition: &str) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
    }

    /// Adds a parameter, and returns its name.
    fn push(&mut self, value: impl Into<Datum>) -> String {
        self.params.push(value.into());
        format!("${}", self.params.len())
    }
}
