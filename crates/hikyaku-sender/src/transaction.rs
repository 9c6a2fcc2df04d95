//! Rows of a program's own and sends, committed together.

use std::fmt;

use futures_core::future::BoxFuture;

use crate::{
    Datum, Enqueued, Error, ErrorKind, NewDelivery, Outbox, Time,
    outbox::answer,
    store::{ReadStep, Reads, Result, Tables, Tx, WriteStep, step::Enqueue},
};

/// What is done in one durable transaction by [`Outbox::transact`].
pub trait Work: Send + Sync + 'static {
    /// What it tells.
    type Out: Send + 'static;

    /// Whether it goes before other work, where several programs or tasks wait for the store: for work whose caller answers
    /// somebody who does not wait long. It must be short. Some of the other work goes with each of its commits, so that it
    /// never stands still.
    const GOES_FIRST: bool = false;

    /// Does it. It may run again from the start, when the transaction around it failed, and it must wait for nothing but the
    /// transaction.
    fn run(
        &self,
        transaction: &mut Transaction<'_>,
    ) -> impl Future<Output = std::result::Result<Self::Out, Error>> + Send;
}

/// A transaction that is open in the store of an [`Outbox`].
pub struct Transaction<'a> {
    tx: &'a mut dyn Open,
    failed: bool,
    enqueued: bool,
}

impl fmt::Debug for Transaction<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction").finish_non_exhaustive()
    }
}

impl Transaction<'_> {
    /// Runs one SQL statement and gives the rows that it returns. Parameters are `$1`, `$2` and so on, in the order in which
    /// they first appear.
    ///
    /// # Errors
    /// The store did not do it, or it keeps no tables (`memory:`). Then nothing of the transaction comes about.
    pub async fn query(
        &mut self,
        sql: &str,
        params: &[Datum],
    ) -> std::result::Result<Vec<Vec<Datum>>, Error> {
        let rows = self.tx.query(sql, params).await;
        self.failed |= rows.is_err();
        rows
    }

    /// Puts a send into the outbox, if the transaction comes about.
    ///
    /// # Errors
    /// It cannot be sent, its idempotency key stands for another send, or the store did not take it. Then nothing of the
    /// transaction comes about.
    pub async fn enqueue(&mut self, delivery: NewDelivery) -> std::result::Result<Enqueued, Error> {
        let enqueued = self.tx.enqueue(delivery).await;
        self.failed |= enqueued.is_err();
        self.enqueued |= enqueued.as_ref().is_ok_and(|it| !it.existing);
        enqueued
    }

    /// Whether its SQL is `PostgreSQL`'s, and not `SQLite`'s.
    pub fn is_postgres(&self) -> bool {
        self.tx.is_postgres()
    }

    /// The store's clock.
    ///
    /// # Errors
    /// The store did not tell it.
    pub async fn now(&mut self) -> std::result::Result<Time, Error> {
        self.tx.time().await
    }
}

/// [`Tx`] for one that is not known by its type.
trait Open: Send {
    fn is_postgres(&self) -> bool;
    fn query<'a>(
        &'a mut self,
        sql: &'a str,
        params: &'a [Datum],
    ) -> BoxFuture<'a, Result<Vec<Vec<Datum>>>>;
    fn enqueue(&mut self, delivery: NewDelivery) -> BoxFuture<'_, Result<Enqueued>>;
    fn time(&mut self) -> BoxFuture<'_, Result<Time>>;
}

impl<T: Tx> Open for T {
    fn is_postgres(&self) -> bool {
        T::IS_POSTGRES
    }

    fn query<'a>(
        &'a mut self,
        sql: &'a str,
        params: &'a [Datum],
    ) -> BoxFuture<'a, Result<Vec<Vec<Datum>>>> {
        Box::pin(Tables::query(self, sql, params))
    }

    fn enqueue(&mut self, delivery: NewDelivery) -> BoxFuture<'_, Result<Enqueued>> {
        Box::pin(async move {
            let now = self.now().await?;
            let enqueue = Enqueue { rows: vec![delivery.into_fresh(now)?], hands: None };
            let one = enqueue.run(self).await?.enqueued.into_iter().next();
            answer(one.ok_or_else(|| Error::store("the store gave no answer"))?)
        })
    }

    fn time(&mut self) -> BoxFuture<'_, Result<Time>> {
        Box::pin(self.now())
    }
}

/// One that may only be looked at.
struct Looking<'a, T>(&'a mut T);

impl<T: Reads> Open for Looking<'_, T> {
    fn is_postgres(&self) -> bool {
        T::IS_POSTGRES
    }

    fn query<'a>(
        &'a mut self,
        sql: &'a str,
        params: &'a [Datum],
    ) -> BoxFuture<'a, Result<Vec<Vec<Datum>>>> {
        Box::pin(self.0.query(sql, params))
    }

    fn enqueue(&mut self, _: NewDelivery) -> BoxFuture<'_, Result<Enqueued>> {
        let what = "work that only looks enqueues nothing; use `Outbox::transact`";
        Box::pin(async { Err(Error::new(ErrorKind::Unsuitable(what.to_owned()))) })
    }

    fn time(&mut self) -> BoxFuture<'_, Result<Time>> {
        Box::pin(self.0.now())
    }
}

struct Look<W>(W);

impl<W: Work> ReadStep for Look<W> {
    type Out = W::Out;

    async fn run<T: Reads>(&self, tx: &mut T) -> Result<W::Out> {
        let mut tx = Looking(tx);
        self.0.run(&mut Transaction { tx: &mut tx, failed: false, enqueued: false }).await
    }
}

struct Transact<W>(W);

impl<W: Work> WriteStep for Transact<W> {
    type Out = (W::Out, bool);
    const GOES_FIRST: bool = W::GOES_FIRST;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Out> {
        let mut transaction = Transaction { tx, failed: false, enqueued: false };
        let out = self.0.run(&mut transaction).await?;
        if transaction.failed {
            // PostgreSQL would roll back without a word.
            return Err(Error::store("a statement of the transaction failed; nothing was changed"));
        }
        Ok((out, transaction.enqueued))
    }
}

impl Outbox {
    /// Changes tables of the program's own, in the outbox's database, and enqueues sends: all in one durable transaction. It
    /// stands among the store's own, so it must be short. Names of tables that begin with `hikyaku_` are this project's,
    /// and on `SQLite` all tables of `docs/sender.md`, too.
    ///
    /// # Errors
    /// What `work` fails with, or why the store did not do it. Nothing of it is left then; only where PostgreSQL was cut off
    /// before it answered, all of it may be there.
    pub async fn transact<W: Work>(&self, work: W) -> std::result::Result<W::Out, Error> {
        let shared = self.shared();
        let (out, enqueued) = shared.store.run(Transact(work)).await?;
        if enqueued {
            shared.store.news().tell();
        }
        Ok(out)
    }
    /// Looks at tables of the program's own, in the outbox's database: all of it sees the same, and nothing waits for it, nor it
    /// for changes. It works in a store that was moved away, too.
    ///
    /// # Errors
    /// What `work` fails with, or why the store did not do it. A statement that changes something fails, or changes nothing.
    pub async fn look<W: Work>(&self, work: W) -> std::result::Result<W::Out, Error> {
        self.shared().store.read(Look(work)).await
    }
}
