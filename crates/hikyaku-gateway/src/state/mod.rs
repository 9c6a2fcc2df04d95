//! The gateway's tables, in the database of the outbox.

mod alert;
mod audit;
mod chat;
mod code;
mod flow;
mod hear;
mod instead;
mod issued;
mod key;
mod owned;
mod parcel;
mod parked;
mod picture;
mod post;
mod reply_token;
mod row;
mod schema;
mod service;
mod session;
mod spend;
mod token;
mod usage;
mod waiting;
mod window;

use hikyaku_sender::{Datum, Outbox};

use crate::{
    Error,
    token::{Hasher, SecretKind, new_key},
};
use row::{One, Row};
use schema::{Found, Migrate};

pub(crate) use audit::NewAudit;
pub use chat::ChatRow;
pub(crate) use code::{Agreed, Exchanged};
pub(crate) use flow::{Flow, NewFlow};
pub(crate) use hear::{Heard, What};
pub(crate) use owned::{Chosen, OwnedToken};
pub(crate) use parcel::Parcel;
pub(crate) use picture::{Gone, PictureOwner};
pub(crate) use post::Posting;
pub use service::{NewService, RegisteredService, ServiceRow};
pub(crate) use session::Begun;
pub use spend::SpendRow;
pub(crate) use spend::{Charge, Charged, Spent};
pub use token::{IssuedToken, NewToken, TokenChange, TokenRow, UnlinkedToken};
pub(crate) use usage::Used;
pub(crate) use waiting::{Join, Joined};

/// The gateway's own tables. A clone refers to the same tables.
#[derive(Clone, Debug)]
pub struct State {
    outbox: Outbox,
    hasher: Hasher,
}

impl State {
    /// Opens the tables in the outbox's database, and creates them if necessary.
    ///
    /// # Errors
    /// The outbox is in memory, its database cannot be written, or its tables are of a newer version.
    pub async fn open(outbox: &Outbox) -> Result<Self, Error> {
        match outbox.transact(Migrate { new_key: new_key()? }).await? {
            Some(Found::Key(key)) => Ok(Self { outbox: outbox.clone(), hasher: Hasher::new(&key) }),
            Some(Found::Newer(version)) => Err(Error::fault(format!(
                "the gateway's tables have version {version}, and this program is older; use a newer one"
            ))),
            None => Err(Error::fault("the gateway's tables lost their key; restore the store")),
        }
    }

    /// What is kept of a secret.
    pub(crate) fn hash(&self, kind: SecretKind, secret: &str) -> Vec<u8> {
        self.hasher.hash(kind, secret)
    }

    /// Runs one statement, in a transaction of its own.
    async fn ask<T: Send + 'static>(
        &self,
        sql: impl Into<String>,
        params: impl Into<Vec<Datum>>,
        read: fn(&mut Row) -> T,
    ) -> Result<Vec<T>, Error> {
        let one = One { sql: sql.into(), params: params.into(), read };
        Ok(self.outbox.transact(one).await?)
    }

    /// Writes something small, and commits it: an error where the store cannot.
    pub(crate) async fn takes_commits(&self) -> Result<(), Error> {
        self.ask("UPDATE hikyaku_gateway_meta SET version = version", [], |_| ()).await.map(drop)
    }

    /// The store's clock, in milliseconds since 1970.
    async fn now(&self) -> Result<i64, Error> {
        Ok(self.outbox.now().await?.as_millis())
    }
}
