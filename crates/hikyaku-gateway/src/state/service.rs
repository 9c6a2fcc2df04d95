use hikyaku_sender::{Datum, Error as StoreError, Transaction, Work};
use serde::Serialize;

use super::{State, row::Row, token::check_name};
use crate::{
    Error, callback,
    token::{SecretKind, letters},
};

/// The lengths that LINE Notify's had.
const CLIENT_ID: usize = 22;
const CLIENT_SECRET: usize = 43;

pub(super) const COLUMNS: &str =
    "id, client_id, name, callbacks, CASE WHEN removed_at IS NULL THEN 0 ELSE 1 END";

/// A service to register: a program that asks users for tokens.
#[derive(Clone, Debug)]
pub struct NewService {
    /// The name that users see and that precedes its messages.
    pub name: String,
    /// The allowed redirect URIs: complete URLs, compared letter by letter.
    pub callbacks: Vec<String>,
}

impl NewService {
    pub(crate) fn check(&self) -> Result<(), Error> {
        check_name(&self.name)?;
        if self.callbacks.is_empty() {
            return Err(Error::new("a service has one callback URL at least"));
        }
        for url in &self.callbacks {
            callback::check(url).map_err(|why| Error::new(format!("the callback {url}: {why}")))?;
        }
        Ok(())
    }
}

/// A registered service.
#[derive(Clone)]
pub struct RegisteredService {
    /// The number.
    pub id: i64,
    /// The client id.
    pub client_id: String,
    /// The client secret; it cannot be read again.
    pub client_secret: String,
}

impl std::fmt::Debug for RegisteredService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RegisteredService").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The stored data of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ServiceRow {
    /// The number.
    pub id: i64,
    /// The client id.
    pub client_id: String,
    /// The name that users see.
    pub name: String,
    /// The allowed redirect URIs.
    pub callbacks: Vec<String>,
    /// Whether it was removed.
    pub removed: bool,
}

impl State {
    /// Registers a service.
    ///
    /// # Errors
    /// The name is empty or too long, a callback is missing or invalid, or the store failed to commit it.
    pub async fn add_service(&self, new: NewService) -> Result<RegisteredService, Error> {
        new.check()?;
        let (client_id, client_secret) = (letters(CLIENT_ID)?, letters(CLIENT_SECRET)?);
        let sql = "INSERT INTO hikyaku_gateway_service (client_id, secret_hash, name, callbacks, created_at) \
                   VALUES ($1, $2, $3, $4, $5) RETURNING id";
        let params: [Datum; 5] = [
            client_id.as_str().into(),
            self.hasher.hash(SecretKind::ClientSecret, &client_secret).into(),
            new.name.into(),
            // A URL has no line break.
            new.callbacks.join("\n").into(),
            self.now().await?.into(),
        ];
        match self.ask(sql, params, Row::number).await?.pop() {
            Some(id) => Ok(RegisteredService { id, client_id, client_secret }),
            None => Err(Error::fault("the store did not tell the service's number")),
        }
    }

    /// Returns all services, the oldest first, including removed ones.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn services(&self) -> Result<Vec<ServiceRow>, Error> {
        let sql = format!("SELECT {COLUMNS} FROM hikyaku_gateway_service ORDER BY id");
        self.ask(sql, [], read).await
    }

    /// Removes a service and revokes every token that was issued to it. Returns whether it existed.
    ///
    /// # Errors
    /// The store failed.
    pub async fn remove_service(&self, id: i64) -> Result<bool, Error> {
        Ok(self.outbox.transact(Remove { id }).await?)
    }

    /// The service that calls itself so.
    pub(crate) async fn service(&self, client_id: &str) -> Result<Option<ServiceRow>, Error> {
        let sql = format!(
            "SELECT {COLUMNS} FROM hikyaku_gateway_service WHERE client_id = $1 AND removed_at IS NULL"
        );
        Ok(self.ask(sql, [client_id.into()], read).await?.pop())
    }

    /// The service of this number.
    pub(crate) async fn service_by_id(&self, id: i64) -> Result<Option<ServiceRow>, Error> {
        let sql = format!(
            "SELECT {COLUMNS} FROM hikyaku_gateway_service WHERE id = $1 AND removed_at IS NULL"
        );
        Ok(self.ask(sql, [id.into()], read).await?.pop())
    }

    /// The service that proves itself by this secret.
    pub(crate) async fn proven_service(
        &self,
        client_id: &str,
        secret: &str,
    ) -> Result<Option<ServiceRow>, Error> {
        let sql = format!(
            "SELECT {COLUMNS}, secret_hash FROM hikyaku_gateway_service WHERE client_id = $1 AND removed_at IS NULL"
        );
        let found = self.ask(sql, [client_id.into()], |row| (read(row), row.bytes())).await?.pop();
        Ok(found
            .filter(|(_, hash)| self.hasher.is_of(SecretKind::ClientSecret, secret, hash))
            .map(|(service, _)| service))
    }
}

pub(super) fn read(row: &mut Row) -> ServiceRow {
    ServiceRow {
        id: row.number(),
        client_id: row.text(),
        name: row.text(),
        callbacks: row.text().lines().map(str::to_owned).collect(),
        removed: row.flag(),
    }
}

struct Remove {
    id: i64,
}

impl Work for Remove {
    type Out = bool;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<bool, StoreError> {
        let (now, id) = (tx.now().await?.as_millis(), self.id);
        let sql = "UPDATE hikyaku_gateway_service SET removed_at = $1 WHERE id = $2 AND removed_at IS NULL RETURNING id";
        if tx.query(sql, &[now.into(), id.into()]).await?.is_empty() {
            return Ok(false);
        }
        let sql = "UPDATE hikyaku_gateway_token SET revoked_at = $1 WHERE service = $2 AND revoked_at IS NULL";
        tx.query(sql, &[now.into(), id.into()]).await?;
        tx.query("DELETE FROM hikyaku_gateway_flow WHERE service = $1", &[id.into()]).await?;
        tx.query("DELETE FROM hikyaku_gateway_code WHERE service = $1", &[id.into()]).await?;
        Ok(true)
    }
}
