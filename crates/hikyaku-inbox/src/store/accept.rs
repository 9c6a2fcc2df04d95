use std::collections::BTreeMap;

use hikyaku_sender::{Error, Time, Transaction, Work};

use super::many::{Column, insert};

const COLUMNS: [Column; 7] = [
    ("destination", false),
    ("event_id", false),
    ("chat", false),
    ("at", true),
    ("received_at", true),
    ("body", false),
    ("due", true),
];

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
        let new = new.into_iter().map(|it| it.row(now)).collect();
        let stays = "(destination, event_id) DO NOTHING";
        insert(tx, "hikyaku_inbox_event", &COLUMNS, new, stays).await?;
        // One statement does not change a row twice: of those that are the same, the last one counts.
        let again: BTreeMap<_, _> =
            again.into_iter().map(|it| ((&it.destination, &it.event_id), it)).collect();
        let again = again.into_values().map(|it| it.row(now)).collect();
        // The reply token is valid for a minute from the redelivery as well.
        let is_new = "(destination, event_id) DO UPDATE SET received_at = excluded.received_at \
            WHERE hikyaku_inbox_event.state = 0";
        insert(tx, "hikyaku_inbox_event", &COLUMNS, again, is_new).await.map(drop)
    }
}
