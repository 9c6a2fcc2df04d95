use hikyaku_sender::Datum;

use super::{
    State,
    row::{Row, whole},
};
use crate::{
    Error,
    api_key::{ApiKey, ApiKeyRow, IssuedApiKey, NewApiKey, Rights},
    token::SecretKind,
};

const COLUMNS: &str = "id, name, channel, send, target, call, fairness_key, budget, unmetered, priority, backlog, \
    CASE WHEN revoked_at IS NULL THEN 0 ELSE 1 END";

impl State {
    /// Issues a key for LINE's API.
    ///
    /// # Errors
    /// Its name or its fairness key is empty or too long, an active key has this name, or the store failed to commit
    /// it.
    pub async fn issue_key(&self, new: NewApiKey) -> Result<IssuedApiKey, Error> {
        new.check()?;
        let key = ApiKey::new()?;
        let NewApiKey { name, channel, rights, fairness_key, priority, .. } = new;
        let NewApiKey { budget, unmetered, backlog, .. } = new;
        let [send, target, call] = rights.to_words();
        let sql = "INSERT INTO hikyaku_gateway_key (hash, name, works_as, channel, send, target, call, fairness_key, budget, \
                   unmetered, priority, created_at, backlog) VALUES ($1, $2, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING RETURNING id";
        let params: [Datum; 12] = [
            self.hasher.hash(SecretKind::ApiKey, key.expose()).into(),
            name.clone().into(),
            channel.into(),
            send.into(),
            target.into(),
            call.into(),
            fairness_key.unwrap_or_else(|| name.clone()).into(),
            budget.map(whole).into(),
            i64::from(unmetered).into(),
            priority.name().into(),
            self.now().await?.into(),
            backlog.map(whole).into(),
        ];
        match self.ask(sql, params, Row::number).await?.pop() {
            Some(id) => Ok(IssuedApiKey { id, key }),
            None => Err(Error::conflict(format!(
                "there is a key called {name} already; revoke it first, or choose another name"
            ))),
        }
    }

    /// Returns all keys, the oldest first, including revoked ones.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn keys(&self) -> Result<Vec<ApiKeyRow>, Error> {
        self.ask(format!("SELECT {COLUMNS} FROM hikyaku_gateway_key ORDER BY id"), [], read).await
    }

    /// Revokes a key. Returns whether it was active before. Running gateways refuse it within five seconds. Sends that
    /// were made with it stay in the outbox.
    ///
    /// # Errors
    /// The store failed.
    pub async fn revoke_key(&self, id: i64) -> Result<bool, Error> {
        let sql = "UPDATE hikyaku_gateway_key SET revoked_at = $1, works_as = NULL \
                   WHERE id = $2 AND revoked_at IS NULL RETURNING id";
        let revoked = self.ask(sql, [self.now().await?.into(), id.into()], Row::number).await?;
        Ok(!revoked.is_empty())
    }

    /// The key that works, by itself.
    pub(crate) async fn find_key(&self, key: &str) -> Result<Option<ApiKeyRow>, Error> {
        let hash = self.hasher.hash(SecretKind::ApiKey, key);
        self.find_key_where("hash = $1 AND revoked_at IS NULL", hash).await
    }

    /// The key that works, by its name.
    pub(crate) async fn find_key_named(&self, name: &str) -> Result<Option<ApiKeyRow>, Error> {
        self.find_key_where("works_as = $1", name.to_owned()).await
    }

    async fn find_key_where(
        &self,
        condition: &str,
        value: impl Into<Datum>,
    ) -> Result<Option<ApiKeyRow>, Error> {
        let sql = format!("SELECT {COLUMNS} FROM hikyaku_gateway_key WHERE {condition}");
        Ok(self.ask(sql, [value.into()], read).await?.pop())
    }
}

fn read(row: &mut Row) -> ApiKeyRow {
    let (id, name, channel) = (row.number(), row.text(), row.text());
    let (send, to, call) = (row.text(), row.text(), row.text());
    // A word of a newer version is a right that this one cannot give, so such a key has none.
    let none = || Rights { send: Vec::new(), to: Vec::new(), call: Vec::new() };
    let rights = Rights::read(Some(&send), Some(&to), Some(&call)).unwrap_or_else(|_| none());
    let (fairness_key, budget, unmetered) = (row.text(), row.count_if_any(), row.flag());
    ApiKeyRow {
        id,
        name,
        channel,
        rights,
        fairness_key,
        priority: row.text().parse().unwrap_or_default(),
        budget,
        unmetered,
        backlog: row.count_if_any(),
        declared: false,
        revoked: row.flag(),
    }
}
