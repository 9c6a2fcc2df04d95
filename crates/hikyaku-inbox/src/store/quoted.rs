use hikyaku_sender::{Error, Transaction, Work};

/// Events of a chat that may hold a message, the newest first.
pub(crate) struct FindMessage {
    pub(crate) chat: String,
    /// The message's id, of letters and digits only.
    pub(crate) id: String,
}

impl Work for FindMessage {
    /// Their JSON.
    type Out = Vec<String>;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<Self::Out, Error> {
        let sql = "SELECT body FROM hikyaku_inbox_event WHERE chat = $1 AND state = 2 AND body LIKE $2 \
            ORDER BY at DESC LIMIT 20";
        let params = [self.chat.as_str().into(), format!("%{}%", self.id).into()];
        let rows = tx.query(sql, &params).await?;
        let bodies = rows.into_iter().flatten();
        Ok(bodies.filter_map(|it| it.as_text().map(str::to_owned)).collect())
    }
}
