//! `PgBouncer` in transaction mode, which gives each transaction the next best session.

use std::{
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use hikyaku_sender::{ErrorKind, Limits, NewDelivery, Outbox};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

use crate::{
    cluster::{self, Cluster, LONGEST},
    postgres::client,
    sql::{here, python, said},
    stores::user,
    worker::line,
};

/// A pooler with two sessions.
struct Pooler {
    child: Child,
    folder: PathBuf,
}

impl Pooler {
    /// Nothing where it is not installed and need not be.
    fn start(cluster: &Cluster) -> Option<Self> {
        let paths = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer"];
        let Some(program) = paths.iter().map(PathBuf::from).find(|path| path.is_file()) else {
            let demanded = std::env::var("HIKYAKU_TEST_PGBOUNCER").as_deref() == Ok("required");
            assert!(!demanded, "HIKYAKU_TEST_PGBOUNCER demands it, but pgbouncer is not installed");
            crate::tell("skipped: pgbouncer is not installed");
            return None;
        };
        let folder = cluster::folder(&cluster::place());
        let settings = format!(
            "[databases]\n* = host={} port={} user=postgres\n[pgbouncer]\nlisten_addr =\nlisten_port = 6432\nauth_type = any\n\
             unix_socket_dir = {}\npool_mode = transaction\ndefault_pool_size = 2\n",
            cluster.host().display(),
            cluster.port(),
            folder.display()
        );
        let path = folder.join("pgbouncer.ini");
        std::fs::write(&path, settings).unwrap();
        let mut child = cluster::as_postgres(&program)
            .arg(&path)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let began = Instant::now();
        while !folder.join(".s.PGSQL.6432").exists() {
            assert!(
                began.elapsed() < LONGEST && child.try_wait().unwrap().is_none(),
                "it does not start"
            );
        }
        Some(Self { child, folder })
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://postgres@/{database}?port=6432&host={}", self.folder.display())
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A new database: its name, and a pooler before it.
fn pooled() -> Option<(&'static Cluster, String, Pooler)> {
    let cluster = Cluster::shared()?;
    let name = cluster.database().split(['/', '?']).nth(3).unwrap().to_owned();
    Some((cluster, name, Pooler::start(cluster)?))
}

fn push(n: usize) -> NewDelivery {
    NewDelivery::push(user(n), "hello").idempotency_key(n.to_string())
}

/// Many at a time, so that no transaction finds the session of the one before.
async fn enqueue_many(outbox: &Outbox) -> Vec<Result<bool, hikyaku_sender::Error>> {
    let each = (0..8).map(async |first| {
        let mut all = Vec::new();
        for n in 0..25 {
            all.push(outbox.enqueue(push(first * 20 + n)).await.map(|it| it.existing));
            outbox.list(hikyaku_sender::Filter::default().limit(3)).await.unwrap_or_default();
        }
        all
    });
    join_all(each).await.into_iter().flatten().collect()
}

#[tokio::test]
async fn programs_enqueue_and_work_through_a_pooler_that_the_url_names() {
    let Some((cluster, name, pooler)) = pooled() else { return };
    let url = format!("{}&pooler=transaction", pooler.url(&name));
    let outbox = Outbox::open(&url).await.unwrap();
    let enqueued = enqueue_many(&outbox).await;
    let new = enqueued.into_iter().filter(|existing| !existing.as_ref().unwrap()).count();
    assert_eq!(new, 165);
    if let Some(python) = python() {
        let mut program = Command::new(python);
        let place =
            format!("user=postgres dbname={name} port=6432 host={}", pooler.folder.display());
        program.arg(here("order.py")).args([&place, "pooled"]);
        assert_eq!(said(program).await["seen"], serde_json::json!([["ready"]]));
        cluster.sql(&name, "DELETE FROM hikyaku_delivery WHERE idempotency_key LIKE 'order%'");
    }
    // Others find their sessions as they would have been.
    let other = client(&pooler.url(&name)).await;
    let settings = "SELECT count(*) FROM pg_settings WHERE source = 'session' AND name ~ '^(enable|jit|idle_in|synchronous|default_tr)'";
    for _ in 0..4 {
        other.batch_execute("BEGIN").await.unwrap();
        let left = other.simple_query(settings).await.unwrap();
        let tokio_postgres::SimpleQueryMessage::Row(row) = &left[left.len() - 2] else { panic!() };
        assert_eq!(row.get(0), Some("0"));
        other.batch_execute("COMMIT").await.unwrap();
    }
    let (sim, line) = line().await;
    let worker = outbox.worker().channel("default", line).limits(Limits::none()).until_idle();
    assert_eq!(worker.run(std::future::pending()).await.unwrap().accepted, 165);
    assert_eq!((sim.people_reached(), sim.duplicates()), (165, vec![]));
}

#[tokio::test]
async fn a_pooler_that_the_url_does_not_name_is_told_of() {
    let Some((_, name, pooler)) = pooled() else { return };
    let outbox = Outbox::open(pooler.url(&name)).await.unwrap();
    let other = client(&pooler.url(&name)).await;
    let (mut n, began) = (0, Instant::now());
    let why = loop {
        assert!(began.elapsed() < LONGEST, "every statement is known in every session");
        n += 1;
        if let Err(why) = outbox.enqueue(push(n)).await {
            break why;
        }
        // While the other has the session that was used last, this one comes to the other one.
        other.batch_execute("BEGIN").await.unwrap();
        n += 1;
        let enqueued = outbox.enqueue(push(n)).await;
        other.batch_execute("COMMIT").await.unwrap();
        if let Err(why) = enqueued {
            break why;
        }
    };
    assert!(matches!(why.kind(), ErrorKind::Unsuitable(_)), "{why}");
    assert!(why.to_string().contains("add pooler=transaction to the URL"), "{why}");
}

#[tokio::test]
async fn a_worker_finds_out_that_it_is_behind_a_pooler() {
    let Some((cluster, name, pooler)) = pooled() else { return };
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    let outbox = Outbox::open(pooler.url(&name)).await.unwrap();
    let (_sim, line) = line().await;
    let told = async {
        let began = Instant::now();
        while !log.says("a pooler in transaction mode is between this worker and PostgreSQL") {
            assert!(began.elapsed() < LONGEST, "it says {:?}", log.0.lock().unwrap());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let worker = outbox.worker().channel("default", line).quota_every(None);
    // A statement that it prepared may be unknown in another session before that; then it ends, and says the same.
    tokio::select! {
        () = told => {}
        ended = worker.run(std::future::pending()) => {
            let why = ended.unwrap_err().to_string();
            assert!(why.starts_with("a pooler in transaction mode"), "{why}");
        }
    }
    assert_eq!(cluster.sql(&name, "SELECT count(*) FROM hikyaku_node"), "0");
}

/// What is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn says(&self, what: &str) -> bool {
        self.0.lock().unwrap().iter().any(|it| it.contains(what))
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        use std::fmt::Write as _;

        struct Words(String);
        impl Visit for Words {
            fn record_debug(&mut self, _: &Field, value: &dyn std::fmt::Debug) {
                let _ = write!(self.0, "{value:?} ");
            }
        }
        let mut words = Words(String::new());
        event.record(&mut words);
        self.0.lock().unwrap().push(words.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
