use std::collections::BTreeMap;

use hikyaku_sender::{Error, Time, Transaction, Work};

use super::many::{Column, insert, insert_where, table, unlocked};

const COLUMNS: [Column; 7] = [
    ("destination", false),
    ("event_id", false),
    ("chat", false),
    ("at", true),
    ("received_at", true),
    ("body", false),
    ("due", true),
];

/// `PostgreSQL` waits for the transaction that changes a row in the way, also where nothing is done about that row then.
const IS_NEW: &str = "NOT EXISTS (SELECT 1 FROM hikyaku_inbox_event o \
    WHERE o.destination = new.destination AND o.event_id = new.event_id)";

/// What is known anew of an event that comes again.
const AGAIN: [Column; 3] = [("of_destination", false), ("of_event", false), ("came_at", true)];

/// A received event.
#[derive(Clone, Debug)]
pub(crate) struct NewEvent {
    pub(crate) destination: String,
    pub(crate) event_id: String,
    /// Events of one chat are handled one after the other.
    pub(crate) chat: String,
    pub(crate) at: i64,
    pub(crate) received_at: i64,
    pub(crate) body: String,
    pub(crate) redelivered: bool,
}

impl NewEvent {
    fn row(&self, due: Time) -> String {
        let Self { destination, event_id, chat, at, received_at, body, .. } = self;
        let row = (destination, event_id, chat, at, received_at, body, due.as_millis());
        serde_json::to_string(&row).expect("texts and numbers always become JSON")
    }
}

/// Stores events. Known ones stay unchanged.
pub(crate) struct Accept(pub(crate) Vec<NewEvent>);

impl Work for Accept {
    type Out = ();
    /// LINE waits for two seconds.
    const GOES_FIRST: bool = true;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<(), Error> {
        let now = tx.now().await?;
        let (again, new): (Vec<_>, Vec<_>) = self.0.iter().partition(|it| it.redelivered);
        let rows = |all: Vec<&NewEvent>| all.into_iter().map(|it| it.row(now)).collect();
        let stays = "(destination, event_id) DO NOTHING";
        insert(tx, "hikyaku_inbox_event", &COLUMNS, rows(new), stays).await?;
        insert_where(tx, "hikyaku_inbox_event", &COLUMNS, rows(again), IS_NEW, stays).await?;
        self.renew(tx).await
    }
}

impl Accept {
    /// The reply token is valid for a minute from the redelivery as well. Events that are being settled are left alone: LINE is
    /// not to wait for what a handler's statements wait for.
    async fn renew(&self, tx: &mut Transaction<'_>) -> Result<(), Error> {
        // One statement does not change a row twice: of those that are the same, the last one counts.
        let again: BTreeMap<_, _> = self
            .0
            .iter()
            .filter(|it| it.redelivered)
            .map(|it| ((&it.destination, &it.event_id), it.received_at))
            .collect();
        if again.is_empty() {
            return Ok(());
        }
        let rows: Vec<_> = again.iter().map(|((of, event), at)| (of, event, at)).collect();
        let rows = serde_json::to_string(&rows).expect("texts and numbers always become JSON");
        let table = table(tx, &AGAIN);
        let sql = format!(
            "UPDATE hikyaku_inbox_event SET received_at = came_at FROM ({table}) AS again \
             WHERE destination = of_destination AND event_id = of_event AND state = 0 AND received_at < came_at AND id IN \
             (SELECT id FROM hikyaku_inbox_event WHERE state = 0 AND (destination, event_id) IN \
             (SELECT of_destination, of_event FROM ({table}) AS these){})",
            unlocked(tx)
        );
        tx.query(&sql, &[rows.into()]).await.map(drop)
    }
}
