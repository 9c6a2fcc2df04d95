//! What only PostgreSQL can do.

use std::time::{Duration, Instant};

use hikyaku_sender::{Limits, NewDelivery, Outbox, Overview, State};
use hikyaku_sim::FaultRule;
use tokio::runtime::Handle;
use tokio_postgres::NoTls;

use crate::{
    cluster::{Cluster, LONGEST},
    stores::{Bench, user},
    worker::line,
};

pub(crate) async fn client(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// Waits until this many transactions on its database wait for an advisory lock.
pub(crate) async fn until_waiting(bench: &Bench, transactions: i64) {
    let sql = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted \
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    let (client, began) = (client(&bench.url).await, Instant::now());
    while client.query_one(sql, &[]).await.unwrap().get::<_, i64>(0) < transactions {
        assert!(began.elapsed() < LONGEST, "nothing waits");
    }
}

async fn overview(outbox: &Outbox) -> Overview {
    outbox.overview().await.unwrap()
}

#[tokio::test]
async fn a_send_is_enqueued_with_its_callers_transaction_or_not_at_all() {
    let Some(cluster) = Cluster::shared() else { return };
    let url = cluster.database();
    let outbox = Outbox::open(&url).await.unwrap();
    let mut client = client(&url).await;
    client.batch_execute("CREATE TABLE orders (id int)").await.unwrap();
    for (order, commit) in [(1, false), (2, true)] {
        let transaction = client.transaction().await.unwrap();
        transaction.execute("INSERT INTO orders VALUES ($1)", &[&order]).await.unwrap();
        let send = NewDelivery::push(user(1), "shipped").idempotency_key(format!("order-{order}"));
        let json = send.to_json().unwrap();
        transaction
            .query_one("SELECT * FROM hikyaku_enqueue_v1($1::text::jsonb)", &[&json])
            .await
            .unwrap();
        assert_eq!(overview(&outbox).await.count(State::Ready), 0);
        if commit {
            transaction.commit().await.unwrap();
        } else {
            transaction.rollback().await.unwrap();
        }
    }
    outbox.wake_workers().await.unwrap();
    assert_eq!(overview(&outbox).await.count(State::Ready), 1);
    let again = NewDelivery::push(user(1), "shipped").idempotency_key("order-2");
    assert!(outbox.enqueue(again).await.unwrap().existing);
}

/// A trigger stands for whatever a database may find wrong with one row.
#[tokio::test]
async fn an_outcome_that_the_store_refuses_keeps_no_other_from_being_written() {
    let Some(cluster) = Cluster::shared() else { return };
    let url = cluster.database();
    let (sim, line) = line().await;
    let outbox = Outbox::open(&url).await.unwrap();
    let trigger = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
        IF NEW.last_status = 418 THEN RAISE EXCEPTION 'no teapots' USING ERRCODE = '22021'; END IF; RETURN NEW; END $$; \
        CREATE TRIGGER refuse BEFORE UPDATE ON hikyaku_delivery FOR EACH ROW EXECUTE FUNCTION refuse()";
    client(&url).await.batch_execute(trigger).await.unwrap();
    sim.fault(FaultRule::answer(418).on("POST", "/v2/bot/message/push").times(1)).unwrap();
    let batch = (0..40).map(|n| NewDelivery::push(user(n), "hello")).collect();
    outbox.enqueue_all(batch).await.unwrap();
    let written = async {
        let began = Instant::now();
        while overview(&outbox).await.count(State::Accepted) < 39 {
            assert!(began.elapsed() < Duration::from_secs(30), "{:?}", overview(&outbox).await);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let worker = outbox.worker().channel("default", line).limits(Limits::none());
    let report = Box::pin(worker.run(written)).await.unwrap();
    assert_eq!(report.accepted, 39);
    assert_eq!(overview(&outbox).await.count(State::InFlight), 1);
}

#[tokio::test]
async fn many_workers_share_the_work_and_deliver_once() {
    let Some(cluster) = Cluster::shared() else { return };
    let url = cluster.database();
    let (sim, client) = line().await;
    let outbox = Outbox::open(&url).await.unwrap();
    let batch = (0..600).map(|n| NewDelivery::push(user(n), "hello")).collect();
    outbox.enqueue_all(batch).await.unwrap();
    let mut workers = Vec::new();
    for _ in 0..4 {
        let outbox = Outbox::open(&url).await.unwrap();
        let worker = outbox
            .worker()
            .channel("default", client.clone())
            .limits(Limits::none())
            .concurrency(8)
            .until_idle();
        workers.push(tokio::spawn(worker.run(std::future::pending())));
    }
    let mut accepted = Vec::new();
    for worker in workers {
        accepted.push(worker.await.unwrap().unwrap().accepted);
    }
    assert_eq!(accepted.iter().sum::<u64>(), 600);
    assert!(accepted.iter().filter(|count| **count > 0).count() > 1, "{accepted:?}");
    assert_eq!((sim.people_reached(), sim.duplicates()), (600, vec![]));
}

#[tokio::test]
async fn workers_that_have_several_lanes_never_break_each_others_transactions_off() {
    let Some(cluster) = Cluster::shared() else { return };
    let url = cluster.database();
    let name = url.split(['/', '?']).nth(3).unwrap().to_owned();
    let isolate = "SET default_transaction_isolation = 'serializable'";
    cluster.sql("postgres", &format!("ALTER DATABASE {name} {isolate}"));
    let (sim, client) = line().await;
    // A month that is known is one more row that all lanes share.
    sim.set_quota(100_000, 0);
    let outbox = Outbox::open(&url).await.unwrap();
    let sends = (0..150).flat_map(|n| {
        let many = NewDelivery::multicast([user(n), user(n + 1)], "to many");
        [NewDelivery::push(user(n), "to one"), many]
    });
    outbox.enqueue_all(sends.collect()).await.unwrap();
    let mut workers = Vec::new();
    for _ in 0..4 {
        let outbox = Outbox::open(&url).await.unwrap();
        let worker = outbox.worker().channel("default", client.clone()).concurrency(4);
        let worker = worker.limits(Limits::none()).until_idle();
        workers.push(tokio::spawn(worker.run(std::future::pending())));
    }
    let mut accepted = 0;
    for worker in workers {
        accepted += worker.await.unwrap().unwrap().accepted;
    }
    assert_eq!(accepted, 300);
    drop(outbox);
    // A connection tells what it counted when it ends.
    let open = format!("SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}'");
    tokio::task::spawn_blocking(move || cluster.wait_until(&open, "0")).await.unwrap();
    let columns = "deadlocks, xact_rollback FROM pg_stat_database";
    let broken_off = format!("SELECT {columns} WHERE datname = '{name}'");
    assert_eq!(cluster.sql("postgres", &broken_off), "0|0");
}

#[tokio::test]
async fn a_worker_hears_of_new_work_from_another_program_at_once() {
    let Some(cluster) = Cluster::shared() else { return };
    let url = cluster.database();
    let (sim, client) = line().await;
    let (here, there) = (Outbox::open(&url).await.unwrap(), Outbox::open(&url).await.unwrap());
    let worker = here.worker().channel("default", client).limits(Limits::none());
    let stop = async {
        let mut fastest = Duration::MAX;
        for n in 0..5 {
            let began = Instant::now();
            there.enqueue(NewDelivery::push(user(n), "hello")).await.unwrap();
            sim.wait_for(n as u64 + 1).await.unwrap();
            fastest = fastest.min(began.elapsed());
        }
        // A look once a second would take half of one on average.
        assert!(fastest < Duration::from_millis(250), "{fastest:?}");
    };
    assert_eq!(Box::pin(worker.run(stop)).await.unwrap().accepted, 5);
}

#[tokio::test]
async fn a_store_of_a_newer_version_is_refused() {
    let Some(cluster) = Cluster::shared() else { return };
    let url = cluster.database();
    drop(Outbox::open(&url).await.unwrap());
    client(&url).await.batch_execute("UPDATE hikyaku_meta SET version = 99").await.unwrap();
    let error = Outbox::open(&url).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the store has schema 99 and this program knows up to 5; use the version that wrote it or a newer one"
    );
}

#[tokio::test]
async fn a_database_that_cannot_hold_every_message_is_refused() {
    let Some(cluster) = Cluster::shared() else { return };
    for encoding in ["LATIN1", "SQL_ASCII"] {
        let name = encoding.to_lowercase();
        let like = "TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'";
        cluster.sql("postgres", &format!("CREATE DATABASE {name} ENCODING '{encoding}' {like}"));
        let url = format!("postgres://postgres@/{name}?host={}", cluster.host().display());
        let error = Outbox::open(url).await.unwrap_err();
        assert!(
            error.to_string().starts_with("the encoding of this database is not UTF8"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_server_that_does_not_flush_is_refused_unless_its_storage_is_durable() {
    let Some(cluster) = Cluster::with("-c fsync=off") else { return };
    let url = cluster.database();
    let error = Outbox::open(&url).await.unwrap_err();
    assert!(error.to_string().contains("add storage=durable to the URL"), "{error}");
    Outbox::open(format!("{url}&storage=durable")).await.unwrap();
}

/// A program may open it in one runtime and use it in another, as `#[tokio::test]`s and blocking programs do.
#[test]
fn an_outbox_outlives_the_runtime_that_it_was_opened_in() {
    let Some(cluster) = Cluster::shared() else { return };
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let url = cluster.database();
    let outbox = runtime().block_on(async {
        let outbox = Outbox::open(&url).await.unwrap();
        outbox.enqueue(NewDelivery::push(user(1), "hello")).await.unwrap();
        outbox
    });
    let accepted = runtime().block_on(async {
        let (_sim, client) = line().await;
        outbox.enqueue(NewDelivery::push(user(2), "hello")).await.unwrap();
        let worker = outbox.worker().channel("default", client).limits(Limits::none());
        worker.until_idle().run(std::future::pending()).await.unwrap().accepted
    });
    assert_eq!(accepted, 2);
}

/// The server lets nobody else in, so that it cannot be asked whether it still works on it.
#[tokio::test]
async fn a_slow_statement_is_not_broken_off_because_the_server_has_no_connection_left() {
    let Some(cluster) = Cluster::own() else { return };
    let url = cluster.database();
    cluster.sql("postgres", "CREATE ROLE few LOGIN CONNECTION LIMIT 1");
    let name = url.split(['/', '?']).nth(3).unwrap();
    cluster.sql("postgres", &format!("ALTER DATABASE {name} OWNER TO few"));
    let outbox = Outbox::open(url.replace("postgres@", "few@")).await.unwrap();
    let other = client(&url).await;
    other.batch_execute("BEGIN; LOCK TABLE hikyaku_delivery").await.unwrap();
    let refused = async {
        cluster.until_it_logs("too many connections for role").await;
        other.batch_execute("COMMIT").await.unwrap();
    };
    let send = outbox.enqueue(NewDelivery::push(user(1), "hello"));
    let (enqueued, ()) = tokio::join!(send, refused);
    enqueued.unwrap();
}

#[tokio::test]
async fn a_database_that_is_not_there_is_named() {
    let Some(cluster) = Cluster::shared() else { return };
    let url = cluster.database().replace("@/", "@/nothing");
    let error = Outbox::open(&url).await.unwrap_err();
    assert!(error.is_retryable());
    assert!(error.to_string().starts_with("PostgreSQL refused: database \"nothing"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_is_told_to_stop_ends_even_where_the_store_takes_nothing() {
    let Some(cluster) = Cluster::shared() else { return };
    let url = cluster.database();
    let (sim, line) = line().await;
    let outbox = Outbox::open(&url).await.unwrap();
    outbox.enqueue(NewDelivery::push(user(1), "hello")).await.unwrap();
    let other = client(&url).await;
    let worker = outbox.worker().channel("default", line).drain(Duration::from_secs(1));
    let worker = worker.on_step(move |step| {
        if step == "after send" {
            let lock = other.batch_execute("BEGIN; LOCK TABLE hikyaku_delivery");
            tokio::task::block_in_place(|| Handle::current().block_on(lock)).unwrap();
        }
    });
    let delivered = async {
        sim.wait_for(1).await.unwrap();
    };
    let report = tokio::time::timeout(Duration::from_secs(10), worker.run(delivered)).await;
    assert_eq!(report.expect("it ends").unwrap().accepted, 0);
}

#[tokio::test]
async fn a_delivery_that_cannot_be_read_waits_and_holds_up_nothing() {
    let Some(cluster) = Cluster::shared() else { return };
    let url = cluster.database();
    let (sim, line) = line().await;
    let outbox = Outbox::open(&url).await.unwrap();
    let damaged = outbox.enqueue(NewDelivery::push(user(1), "hello")).await.unwrap().id;
    client(&url).await.batch_execute("UPDATE hikyaku_delivery SET body = NULL").await.unwrap();
    outbox.enqueue(NewDelivery::push(user(2), "hello")).await.unwrap();
    let worker = outbox.worker().channel("default", line).limits(Limits::none()).concurrency(1);
    let delivered = async {
        sim.wait_for(1).await.unwrap();
    };
    worker.run(delivered).await.unwrap();
    let shown = outbox.show(damaged).await.unwrap().unwrap();
    assert_eq!((shown.state, shown.attempts), (State::Ready, 1));
    assert!(shown.last_error.unwrap().contains("a delivery has no contents"));
}

/// A claim that has found the campaign running waits for its lane, and the campaign is paused meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_gives_nothing_of_a_campaign_that_is_paused_while_it_waits() {
    let Some(bench) = Bench::postgres().await else { return };
    let (sim, line_client) = line().await;
    let campaign = bench.outbox.new_campaign("hello").start().await.unwrap();
    campaign.feed_ids((0..3).map(user)).await.unwrap();
    let other = client(&bench.url).await;
    let wait = "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NEW; END';
        CREATE TRIGGER wait BEFORE INSERT ON hikyaku_bucket FOR EACH ROW EXECUTE FUNCTION wait();
        SELECT pg_advisory_lock(1)";
    other.batch_execute(wait).await.unwrap();
    let paused = async {
        until_waiting(&bench, 1).await;
        campaign.pause().await.unwrap();
        other.batch_execute("SELECT pg_advisory_unlock(1)").await.unwrap();
    };
    let worker = || {
        let worker = bench.outbox.worker().channel("default", line_client.clone());
        worker.limits(Limits::none()).quota_every(None).until_idle()
    };
    let (report, ()) = tokio::join!(Box::pin(worker().run(std::future::pending())), paused);
    assert_eq!((report.unwrap().accepted, sim.delivered()), (0, 0));
    campaign.resume().await.unwrap();
    assert_eq!(worker().run(std::future::pending()).await.unwrap().accepted, 1);
    assert_eq!(sim.delivered(), 3);
    bench.assert_at_rest().await;
}
