use hikyaku_sender::{Error, Transaction, Work};

const INSERT: &str = "INSERT INTO hikyaku_inbox_event (destination, event_id, chat, at, received_at, body, due) \
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (destination, event_id)";

/// An event that came.
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

/// Keeps events. One that was there before stays as it is.
pub(crate) struct Accept(pub(crate) Vec<NewEvent>);

impl Work for Accept {
    type Out = ();

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<(), Error> {
        let due = tx.now().await?.as_millis();
        let first = format!("{INSERT} DO NOTHING");
        // The reply token lives for a minute from the redelivery, too.
        let again = format!(
            "{INSERT} DO UPDATE SET received_at = excluded.received_at WHERE hikyaku_inbox_event.state = 0"
        );
        for it in &self.0 {
            let params = [
                it.destination.as_str().into(),
                it.event_id.as_str().into(),
                it.chat.as_str().into(),
                it.at.into(),
                it.received_at.into(),
                it.body.as_str().into(),
                due.into(),
            ];
            tx.query(if it.redelivered { &again } else { &first }, &params).await?;
        }
        Ok(())
    }
}
