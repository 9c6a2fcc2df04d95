//! A program's own rows and sends, committed together.

use std::fmt;

use futures_core::future::BoxFuture;
use serde_json::Value;

use crate::{
    Act, Datum, DeliveryId, Enqueued, Error, ErrorKind, NewDelivery, Outbox, OutcomeKind, Time,
    outbox::answer,
    store::{
        Effects, ReadStep, Reads, Result, Tables, Tx, WriteStep,
        step::{ActOnOne, Enqueue, apply},
    },
};

/// The work in one durable transaction of [`Outbox::transact`].
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

/// An open transaction in the store of an [`Outbox`].
pub struct Transaction<'a> {
    tx: &'a mut dyn Open,
    failed: bool,
    enqueued: bool,
    /// What is written at the end, because others may wait for it.
    effects: Box<Effects>,
}

impl fmt::Debug for Transaction<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction").finish_non_exhaustive()
    }
}

impl<'a> Transaction<'a> {
    fn new(tx: &'a mut dyn Open) -> Self {
        Self { tx, failed: false, enqueued: false, effects: Box::default() }
    }

    /// Runs one SQL statement and returns its rows. Parameters are `$1`, `$2` and so on, in the order in which they
    /// first appear.
    ///
    /// # Errors
    /// The statement failed, or the store has no tables (`memory:`). The transaction is then rolled back.
    pub async fn query(
        &mut self,
        sql: &str,
        params: &[Datum],
    ) -> std::result::Result<Vec<Vec<Datum>>, Error> {
        let rows = self.tx.query(sql, params).await;
        self.failed |= rows.is_err();
        rows
    }

    /// Enqueues a send, if the transaction commits.
    ///
    /// # Errors
    /// It breaks a rule, its idempotency key belongs to another send, or the store failed to commit it. The transaction
    /// is then rolled back.
    pub async fn enqueue(&mut self, delivery: NewDelivery) -> std::result::Result<Enqueued, Error> {
        let enqueued = self.enqueue_all(vec![delivery]).await?.pop();
        enqueued.ok_or_else(|| Error::store("the store gave no answer"))
    }

    /// Enqueues many sends with one statement, if the transaction commits, and returns their results in their order.
    ///
    /// # Errors
    /// Those of [`enqueue`](Self::enqueue), of any of them. The transaction is then rolled back.
    pub async fn enqueue_all(
        &mut self,
        deliveries: Vec<NewDelivery>,
    ) -> std::result::Result<Vec<Enqueued>, Error> {
        let enqueued = self.tx.enqueue_all(deliveries).await;
        self.failed |= enqueued.is_err();
        self.enqueued |= enqueued.as_ref().is_ok_and(|all| all.iter().any(|it| !it.existing));
        enqueued
    }

    /// Withdraws a delivery that surely was not sent, if the transaction commits: together with [`enqueue`](Self::enqueue),
    /// it replaces one by another. Returns whether it did. A delivery that may have been sent, is finished or does not
    /// exist stays as it is.
    ///
    /// # Errors
    /// The store failed to do it. The transaction is then rolled back.
    pub async fn cancel(&mut self, id: DeliveryId) -> std::result::Result<bool, Error> {
        let cancelled = self.tx.cancel(id, &mut self.effects).await;
        self.failed |= cancelled.is_err();
        // Others of its order key may go on.
        self.enqueued |= matches!(cancelled, Ok(true));
        cancelled
    }

    /// Reports an outcome, if the transaction commits: readers of [outcomes](Outbox::outcomes) receive it with this `data`.
    pub fn tell(&mut self, kind: OutcomeKind, data: Value) {
        self.effects.outcomes.push((kind, None, data));
    }

    /// Returns whether its SQL dialect is `PostgreSQL`'s rather than `SQLite`'s.
    pub fn is_postgres(&self) -> bool {
        self.tx.is_postgres()
    }

    /// Returns the time on the store's clock.
    ///
    /// # Errors
    /// The store failed to return it.
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
    fn enqueue_all(&mut self, deliveries: Vec<NewDelivery>)
    -> BoxFuture<'_, Result<Vec<Enqueued>>>;
    fn cancel<'a>(
        &'a mut self,
        id: DeliveryId,
        effects: &'a mut Effects,
    ) -> BoxFuture<'a, Result<bool>>;
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

    fn enqueue_all(
        &mut self,
        deliveries: Vec<NewDelivery>,
    ) -> BoxFuture<'_, Result<Vec<Enqueued>>> {
        Box::pin(async move {
            let now = self.now().await?;
            let rows = deliveries.into_iter().map(|it| it.into_fresh(now));
            let enqueue = Enqueue { rows: rows.collect::<Result<_>>()?, hands: None };
            enqueue.run(self).await?.enqueued.into_iter().map(answer).collect()
        })
    }

    fn cancel<'a>(
        &'a mut self,
        id: DeliveryId,
        effects: &'a mut Effects,
    ) -> BoxFuture<'a, Result<bool>> {
        Box::pin(async move {
            match (ActOnOne { id: id.0, act: Act::Cancel }).act(self, effects).await {
                Ok(()) => Ok(true),
                Err(why) => match why.kind() {
                    ErrorKind::Refused(..) | ErrorKind::NoDelivery(_) => Ok(false),
                    _ => Err(why),
                },
            }
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

    fn enqueue_all(&mut self, _: Vec<NewDelivery>) -> BoxFuture<'_, Result<Vec<Enqueued>>> {
        let what = "work that only looks enqueues nothing; use `Outbox::transact`";
        Box::pin(async { Err(Error::new(ErrorKind::Unsuitable(what.to_owned()))) })
    }

    fn cancel<'a>(&'a mut self, _: DeliveryId, _: &'a mut Effects) -> BoxFuture<'a, Result<bool>> {
        let what = "work that only looks withdraws nothing; use `Outbox::transact`";
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
        self.0.run(&mut Transaction::new(&mut tx)).await
    }
}

struct Transact<W>(W);

impl<W: Work> WriteStep for Transact<W> {
    type Out = (W::Out, bool);
    const GOES_FIRST: bool = W::GOES_FIRST;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Self::Out> {
        let mut transaction = Transaction::new(tx);
        let out = self.0.run(&mut transaction).await?;
        let Transaction { failed, enqueued, effects, .. } = transaction;
        if failed {
            // PostgreSQL would roll back without a word.
            return Err(Error::store("a statement of the transaction failed; nothing was changed"));
        }
        apply(tx, *effects).await?;
        Ok((out, enqueued))
    }
}

impl Outbox {
    /// Changes the program's own tables in the outbox's database and enqueues sends, in one durable transaction. It
    /// blocks the store's own transactions, so it must be short. Table names that begin with `hikyaku_` are reserved
    /// for this project, and on `SQLite` so are all tables listed in `docs/sender.md`.
    ///
    /// # Errors
    /// The error of `work`, or a failure of the store. Everything is then rolled back. Only if the connection to
    /// PostgreSQL was lost before it answered, the transaction may have committed.
    pub async fn transact<W: Work>(&self, work: W) -> std::result::Result<W::Out, Error> {
        let shared = self.shared();
        let (out, enqueued) = shared.store.run(Transact(work)).await?;
        if enqueued {
            shared.store.news().tell();
        }
        Ok(out)
    }
    /// Reads tables of your own in the outbox's database, in one consistent snapshot that neither blocks changes nor
    /// waits for them. It also works in a store that was moved away.
    ///
    /// # Errors
    /// The error of `work`, or the store failed. A statement that changes something fails, or changes nothing.
    pub async fn look<W: Work>(&self, work: W) -> std::result::Result<W::Out, Error> {
        self.shared().store.read(Look(work)).await
    }
}
