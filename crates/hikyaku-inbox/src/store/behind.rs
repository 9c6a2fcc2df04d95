//! Events that are behind another of their chat: no claim looks at them, however many they are, until what comes of the one
//! before sets the next one free.
//!
//! An event is put behind by a claim that saw another before it. Anyone who sets it free at that moment, in a transaction that
//! the claim does not see, counts `freed` up, and the claim then leaves the event alone.

use hikyaku_sender::{Datum, Error, Transaction};

const NEXT: &str = "UPDATE hikyaku_inbox_event SET behind = 0, freed = freed + 1 WHERE state = 0 AND id = \
    (SELECT o.id FROM hikyaku_inbox_event o WHERE o.chat = $1 AND o.state = 0 ORDER BY o.at, o.id LIMIT 1)";

/// Nothing needs it, unless somebody has written into the tables.
const LEFT: &str = "UPDATE hikyaku_inbox_event SET behind = 0, freed = freed + 1 WHERE state = 0 AND behind = 1 \
    AND NOT EXISTS (SELECT 1 FROM hikyaku_inbox_event o WHERE o.chat = hikyaku_inbox_event.chat AND o.state = 1) \
    AND NOT EXISTS (SELECT 1 FROM hikyaku_inbox_event o WHERE o.chat = hikyaku_inbox_event.chat AND o.state = 0 \
    AND (o.at, o.id) < (hikyaku_inbox_event.at, hikyaku_inbox_event.id))";

/// Lets the next event of a chat be looked at, after one of it was handled, buried or dropped.
pub(super) async fn set_next_free(tx: &mut Transaction<'_>, chat: Datum) -> Result<(), Error> {
    tx.query(NEXT, &[chat]).await.map(drop)
}

/// Puts events behind others, each by its number and how often it was set free when it was seen.
pub(super) async fn set_behind(
    tx: &mut Transaction<'_>,
    events: &[(i64, i64)],
) -> Result<(), Error> {
    if events.is_empty() {
        return Ok(());
    }
    let events: Vec<String> = events.iter().map(|(id, freed)| format!("[{id},{freed}]")).collect();
    let these = if tx.is_postgres() {
        "(value ->> 0)::bigint, (value ->> 1)::bigint FROM jsonb_array_elements($1::text::jsonb)"
    } else {
        "json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each($1)"
    };
    let sql = format!(
        "UPDATE hikyaku_inbox_event SET behind = 1 WHERE state = 0 AND (id, freed) IN (SELECT {these})"
    );
    tx.query(&sql, &[format!("[{}]", events.join(",")).into()]).await.map(drop)
}

/// Lets be looked at what nothing is before.
pub(super) async fn set_left_free(tx: &mut Transaction<'_>) -> Result<(), Error> {
    tx.query(LEFT, &[]).await.map(drop)
}
