//! A shop that tells its customers: an order and the message about it commit together, so neither is there without the other,
//! whatever is killed. `cargo run --example shop -- USER_ID 'green tea'`; the token is in `LINE_CHANNEL_ACCESS_TOKEN`.
use std::{env, error::Error as StdError, future::pending};

use hikyaku::Client;
use hikyaku_sender::{Datum, Error, NewDelivery, Outbox, Transaction, Work};

/// The shop's own table, in the file of the outbox.
struct CreateTable;

impl Work for CreateTable {
    type Out = ();

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<(), Error> {
        let sql = "CREATE TABLE IF NOT EXISTS orders \
                   (id INTEGER PRIMARY KEY, customer TEXT NOT NULL, item TEXT NOT NULL)";
        tx.query(sql, &[]).await.map(drop)
    }
}

pub(crate) struct PlaceOrder {
    pub(crate) customer: String,
    pub(crate) item: String,
}

impl Work for PlaceOrder {
    type Out = Option<i64>;

    async fn run(&self, tx: &mut Transaction<'_>) -> Result<Option<i64>, Error> {
        let row = [self.customer.as_str().into(), self.item.as_str().into()];
        let sql = "INSERT INTO orders (customer, item) VALUES ($1, $2) RETURNING id";
        let rows = tx.query(sql, &row).await?;
        let Some(id) = rows.first().and_then(|it| it.first()).and_then(Datum::as_integer) else {
            return Ok(None);
        };
        let text = format!("Thank you! Order {id}, {}, is on its way.", self.item);
        // All about one order arrives in order, and in one lane with the other messages to the same customer.
        let push = NewDelivery::push(&*self.customer, text);
        tx.enqueue(push.idempotency_key(format!("order-{id}")).in_order(&*self.customer)).await?;
        Ok(Some(id))
    }
}

/// The outbox and the shop's table, in one file.
pub(crate) async fn open(store: &str) -> Result<Outbox, Error> {
    let outbox = Outbox::open(store).await?;
    outbox.transact(CreateTable).await?;
    Ok(outbox)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn StdError>> {
    let mut words = env::args().skip(1);
    let (Some(customer), Some(item)) = (words.next(), words.next()) else {
        return Err("cargo run --example shop -- USER_ID ITEM".into());
    };
    let outbox = open("sqlite:shop.db").await?;
    outbox.transact(PlaceOrder { customer, item }).await?;
    // Often another program. Until it has run, the message waits in the file.
    let worker = outbox.worker().channel("default", Client::from_env()?).until_idle();
    worker.run(pending()).await?;
    Ok(())
}
