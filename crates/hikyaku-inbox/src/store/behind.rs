//! Events that are behind another of their chat: no claim looks at them, however many they are, until what comes of the one
//! before sets the next one free.
//!
//! An event is put behind by a claim that saw another before it. Anyone who sets it free at that moment, in a transaction that
//! the claim does not see, counts `freed` up, and the claim then leaves the event alone.

use hikyaku_sender::{Error, Transaction};

use super::many::unlocked;

/// `CHATS` are the chats.
const NEXT: &str = "SELECT (SELECT o.id FROM hikyaku_inbox_event o WHERE o.chat = value AND o.state = 0 ORDER BY o.at, o.id LIMIT 1) \
    FROM CHATS";

/// Nothing needs it, unless somebody has written into the tables.
const LEFT: &str = "UPDATE hikyaku_inbox_event SET behind = 0, freed = freed + 1 WHERE state = 0 AND behind = 1 \
    AND NOT EXISTS (SELECT 1 FROM hikyaku_inbox_event o WHERE o.chat = hikyaku_inbox_event.chat AND o.state = 1) \
    AND NOT EXISTS (SELECT 1 FROM hikyaku_inbox_event o WHERE o.chat = hikyaku_inbox_event.chat AND o.state = 0 \
    AND (o.at, o.id) < (hikyaku_inbox_event.at, hikyaku_inbox_event.id))";

/// Lets the next event of each of these chats be looked at, after one of it was handled, buried or dropped.
pub(super) async fn set_next_free(tx: &mut Transaction<'_>, chats: &[String]) -> Result<(), Error> {
    if chats.is_empty() {
        return Ok(());
    }
    let set =
        "UPDATE hikyaku_inbox_event SET behind = 0, freed = freed + 1 WHERE state = 0 AND id IN";
    let sql = if tx.is_postgres() {
        let next = NEXT.replace("CHATS", "jsonb_array_elements_text($1::text::jsonb) AS value");
        // Those that come again are changed in this order, too, so that no two wait for each other.
        let in_order = "ORDER BY destination COLLATE \"C\", event_id COLLATE \"C\" FOR UPDATE";
        format!(
            "{set} (SELECT id FROM hikyaku_inbox_event WHERE state = 0 AND id IN ({next}) {in_order})"
        )
    } else {
        format!("{set} ({})", NEXT.replace("CHATS", "json_each($1)"))
    };
    let chats = serde_json::to_string(chats).expect("texts always become JSON");
    tx.query(&sql, &[chats.into()]).await.map(drop)
}

/// Puts events behind others, each by its number and how often it was set free when it was seen. One that somebody sets
/// free at this moment is left alone.
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
        "UPDATE hikyaku_inbox_event SET behind = 1 WHERE id IN (SELECT id FROM hikyaku_inbox_event WHERE state = 0 \
         AND (id, freed) IN (SELECT {these}){})",
        unlocked(tx)
    );
    tx.query(&sql, &[format!("[{}]", events.join(",")).into()]).await.map(drop)
}

/// Lets be looked at what nothing is before.
pub(super) async fn set_left_free(tx: &mut Transaction<'_>) -> Result<(), Error> {
    tx.query(LEFT, &[]).await.map(drop)
}
