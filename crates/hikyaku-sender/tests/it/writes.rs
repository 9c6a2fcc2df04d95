//! What a delivered push makes PostgreSQL write, which does not depend on how busy the machine is.
//!
//! `HIKYAKU_PUSHES` sets how many; `--no-capture` shows the figures.

use std::time::Duration;

use hikyaku_sender::{Limits, NewDelivery, Outbox, Worker};
use tokio_postgres::Client;

use crate::{cluster::Cluster, stores::user, worker::line};

fn pushes() -> usize {
    std::env::var("HIKYAKU_PUSHES").map_or(60, |pushes| pushes.parse().unwrap())
}

/// Of the table of deliveries: rows that were put in, changed, and changed without touching an index.
#[derive(Debug, PartialEq)]
struct Written {
    wal: i64,
    inserted: i64,
    updated: i64,
    hot: i64,
}

/// Every other session tells what it did when it ends, at the latest.
async fn until_alone(look: &Client) {
    let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    while look.query_one(others, &[]).await.unwrap().get::<_, i64>(0) > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn written(look: &Client) -> Written {
    until_alone(look).await;
    let sql = "SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint, n_tup_ins, n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables \
        WHERE relname = 'hikyaku_delivery'";
    let row = look.query_one(sql, &[]).await.unwrap();
    Written { wal: row.get(0), inserted: row.get(1), updated: row.get(2), hot: row.get(3) }
}

impl Written {
    fn since(&self, before: &Self) -> Self {
        Self {
            wal: self.wal - before.wal,
            inserted: self.inserted - before.inserted,
            updated: self.updated - before.updated,
            hot: self.hot - before.hot,
        }
    }
}

fn push(n: usize) -> NewDelivery {
    NewDelivery::push(
        user(n),
        "your order is on its way, and will be with you tomorrow before noon",
    )
}

fn worker(outbox: &Outbox, client: hikyaku::Client) -> Worker {
    outbox.worker().channel("default", client).limits(Limits::none()).quota_every(None)
}

#[tokio::test]
async fn what_is_sent_at_once_is_changed_once() {
    let Some(cluster) = Cluster::own() else { return };
    let url = cluster.database();
    let open = async || Outbox::open(&url).await.unwrap();
    let ((_sim, client), pushes) = (line().await, pushes());
    // What the first one of a store writes is not counted.
    for n in 0..2 {
        let outbox = open().await;
        outbox.enqueue(push(n)).await.unwrap();
        worker(&outbox, client.clone()).until_idle().run(std::future::pending()).await.unwrap();
    }
    let look = crate::postgres::client(&url).await;
    let begun = written(&look).await;
    let outbox = open().await;
    for n in 0..pushes {
        outbox.enqueue(push(n)).await.unwrap();
    }
    worker(&outbox, client.clone()).until_idle().run(std::future::pending()).await.unwrap();
    drop(outbox);
    let between = written(&look).await;
    let claimed = between.since(&begun);

    let outbox = open().await;
    let each = async {
        for n in 0..pushes {
            let id = outbox.enqueue(push(n)).await.unwrap().id;
            outbox.wait(id, Duration::from_secs(60)).await.unwrap();
        }
    };
    Box::pin(worker(&outbox, client).run(each)).await.unwrap();
    drop(outbox);
    let at_once = written(&look).await.since(&between);
    let of_each = i64::try_from(pushes).unwrap();
    for (how, it) in [("claimed", &claimed), ("at once", &at_once)] {
        crate::tell(&format!("{how}: {} bytes of WAL a push, {it:?}", it.wal / of_each));
    }
    // A claim and an outcome, or the outcome alone. On a busy machine, not each is taken at once.
    assert_eq!((claimed.inserted, claimed.updated), (of_each, 2 * of_each), "{claimed:?}");
    assert!(at_once.inserted == of_each && at_once.updated < 2 * of_each, "{at_once:?}");
}

/// A plan that PostgreSQL keeps may find rows by what is in flight, and read the dead ones of every batch before.
#[tokio::test]
async fn outcomes_are_written_without_a_look_at_all_that_is_in_flight() {
    let Some(cluster) = Cluster::own() else { return };
    let url = cluster.database();
    let (_sim, client) = line().await;
    let outbox = Outbox::open(&url).await.unwrap();
    outbox.enqueue_all((0..2_000).map(push).collect()).await.unwrap();
    worker(&outbox, client).until_idle().run(std::future::pending()).await.unwrap();
    drop(outbox);
    let look = crate::postgres::client(&url).await;
    until_alone(&look).await;
    let sql = "SELECT idx_tup_read FROM pg_stat_user_indexes WHERE indexrelname = 'hikyaku_delivery_leased'";
    let read: i64 = look.query_one(sql, &[]).await.unwrap().get(0);
    crate::tell(&format!("{read} entries of rows in flight were read"));
    assert!(read < 2 * 2_000, "{read} entries of rows in flight were read");
}
