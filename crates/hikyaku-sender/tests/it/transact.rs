//! Rows of a program's own and sends: both or neither.

use hikyaku_sender::{Datum, DeliveryId, Error, Filter, NewDelivery, State, Transaction, Work};

use crate::stores::{Bench, on_every_store, user};

on_every_store![one_is_replaced_by_another];

/// Notes an order and tells the customer.
struct Order {
    id: i64,
    fails: bool,
}

impl Work for Order {
    type Out = Vec<Vec<Datum>>;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<Self::Out, Error> {
        let row = [self.id.into(), "paid".into(), Datum::Null];
        let insert =
            "INSERT INTO orders (id, note, raw) VALUES ($1, $2, $3) RETURNING id, note, raw";
        let rows = tx.query(insert, &row).await?;
        tx.enqueue(NewDelivery::push(user(1), "paid").idempotency_key(self.id.to_string())).await?;
        if self.fails {
            // A failure that is not passed on takes the rest with it all the same.
            let _ = tx.query(insert, &row).await;
        }
        Ok(rows)
    }
}

/// Reads what is there.
struct Count;

impl Work for Count {
    type Out = Vec<Vec<Datum>>;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<Self::Out, Error> {
        tx.query("SELECT count(*) FROM orders", &[]).await
    }
}

/// Makes a table and nothing else.
struct Make;

impl Work for Make {
    type Out = ();

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<(), Error> {
        tx.query("CREATE TABLE orders (id bigint PRIMARY KEY, note text, raw bigint)", &[])
            .await
            .map(drop)
    }
}

async fn both_or_neither(bench: Bench) {
    bench.outbox.transact(Make).await.unwrap();
    assert_eq!(bench.outbox.transact(Count).await.unwrap(), [[Datum::Integer(0)]]);
    let rows = bench.outbox.transact(Order { id: 1, fails: false }).await.unwrap();
    assert_eq!(rows, [[Datum::Integer(1), Datum::from("paid"), Datum::Null]]);
    bench.outbox.transact(Order { id: 2, fails: true }).await.unwrap_err();
    assert_eq!(bench.outbox.transact(Count).await.unwrap(), [[Datum::Integer(1)]]);
    assert_eq!(bench.outbox.list(Filter::default()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_row_and_a_send_are_committed_together_in_a_file() {
    both_or_neither(Bench::sqlite().await).await;
}

#[tokio::test]
async fn a_row_and_a_send_are_committed_together_on_postgresql() {
    if let Some(bench) = Bench::postgres().await {
        both_or_neither(bench).await;
    }
}

async fn only_looks(bench: Bench) {
    bench.outbox.transact(Make).await.unwrap();
    bench.outbox.transact(Order { id: 1, fails: false }).await.unwrap();
    bench.outbox.look(Order { id: 2, fails: false }).await.unwrap_err();
    assert_eq!(bench.outbox.look(Count).await.unwrap(), [[Datum::Integer(1)]]);
    // What is written after a move is refused, and what is there can be seen.
    let target = Bench::sqlite().await;
    let along = async {
        bench.outbox.transact(Order { id: 3, fails: false }).await.unwrap_err();
        bench.outbox.look(Count).await.map(drop)
    };
    let moved = bench.outbox.move_along(&target.outbox, |_| {}, along).await.unwrap();
    assert_eq!(moved.deliveries, 1);
    assert_eq!(bench.outbox.look(Count).await.unwrap(), [[Datum::Integer(1)]]);
}

#[tokio::test]
async fn what_only_looks_changes_nothing_in_a_file() {
    only_looks(Bench::sqlite().await).await;
}

#[tokio::test]
async fn what_only_looks_changes_nothing_on_postgresql() {
    if let Some(bench) = Bench::postgres().await {
        only_looks(bench).await;
    }
}

/// A move that something along with it breaks off is done again.
#[tokio::test]
async fn a_move_fails_with_what_goes_along() {
    let (source, target) = (Bench::sqlite().await, Bench::sqlite().await);
    let along = async { source.outbox.look(Count).await.map(drop) };
    source.outbox.move_along(&target.outbox, |_| {}, along).await.unwrap_err();
    source.outbox.move_to(&Bench::sqlite().await.outbox, |_| {}).await.unwrap();
}

#[tokio::test]
async fn a_store_in_memory_says_that_it_keeps_no_tables() {
    let told = Bench::memory().await.outbox.transact(Count).await.unwrap_err();
    assert!(!told.is_retryable(), "{told}");
}

/// Work with a fault.
struct Panics;

impl Work for Panics {
    type Out = ();

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<(), Error> {
        tx.query("INSERT INTO orders (id, note) VALUES ($1, $2)", &[7.into(), "gone".into()])
            .await?;
        panic!("a fault of the program's own")
    }
}

#[tokio::test]
async fn a_panic_takes_the_store_from_nobody() {
    let bench = Bench::sqlite().await;
    bench.outbox.transact(Make).await.unwrap();
    let told = bench.outbox.transact(Panics).await.unwrap_err();
    assert!(told.to_string().contains("a fault of the program's own"), "{told}");
    bench.outbox.transact(Order { id: 1, fails: false }).await.unwrap();
    assert_eq!(bench.outbox.transact(Count).await.unwrap(), [[Datum::Integer(1)]]);
}

struct All(&'static str);

impl Work for All {
    type Out = usize;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<usize, Error> {
        Ok(tx.query(self.0, &[]).await?.first().map_or(0, Vec::len))
    }
}

#[tokio::test]
async fn a_table_may_change_while_programs_use_it() {
    let Some(bench) = Bench::postgres().await else { return };
    bench.outbox.transact(Make).await.unwrap();
    bench.outbox.transact(Order { id: 1, fails: false }).await.unwrap();
    let all = "SELECT * FROM orders";
    let before = bench.outbox.transact(All(all)).await.unwrap();
    bench.outbox.transact(All("ALTER TABLE orders ADD more text")).await.unwrap();
    assert_eq!(bench.outbox.transact(All(all)).await.unwrap(), before + 1);
}

/// Replaces a send by another one.
struct Replace(DeliveryId, bool);

impl Work for Replace {
    type Out = bool;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<bool, Error> {
        let is_withdrawn = tx.cancel(self.0).await?;
        if is_withdrawn {
            tx.enqueue(NewDelivery::push(user(2), "instead")).await?;
        }
        if self.1 {
            // Takes all of it back.
            tx.query("SELECT nothing FROM nowhere", &[]).await?;
        }
        Ok(is_withdrawn)
    }
}

async fn one_is_replaced_by_another(bench: Bench) {
    let id = bench.outbox.enqueue(NewDelivery::push(user(1), "first")).await.unwrap().id;
    bench.outbox.transact(Replace(id, true)).await.unwrap_err();
    let state = async || bench.outbox.show(id).await.unwrap().unwrap().state;
    assert_eq!(state().await, State::Ready);
    assert!(bench.outbox.transact(Replace(id, false)).await.unwrap());
    assert_eq!(state().await, State::Cancelled);
    // It is finished, and the next one does not exist.
    assert!(!bench.outbox.transact(Replace(id, false)).await.unwrap());
    assert!(!bench.outbox.transact(Replace(DeliveryId::from(4711), false)).await.unwrap());
    let ready = bench.outbox.list(Filter::default().state(State::Ready)).await.unwrap();
    assert_eq!(ready.len(), 1);
    assert_eq!(ready[0].to, [user(2)]);
    bench.outbox.look(Replace(ready[0].id, false)).await.unwrap_err();
}
