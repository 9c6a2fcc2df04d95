//! What durability costs: enqueueing alone and together, sending through the outbox beside sending without a store, how
//! soon a new row is on its way, what fairness and a paused campaign cost, and what an idle worker takes.
//!
//! `cargo bench -p hikyaku-sender` prints figures and ratios from rounds that take turns, which hold when the machine's
//! speed drifts; `-- pushes` does that part only, `-- pushes SQLite` on one store only. The simulator runs in a process of
//! its own. PostgreSQL takes part where its programs are found; the cluster is the benchmark's own.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement tells what it found")]

#[expect(dead_code, reason = "tests use more of it")]
#[path = "../../tests/it/cluster.rs"]
mod cluster;
mod cpu;
mod enqueue;
mod fair;
mod idle;
mod line;
mod pickup;
mod send;

use std::time::Duration;

use hikyaku_sender::Outbox;

use cluster::Cluster;

/// How often each thing is measured.
const ROUNDS: usize = 7;

fn main() {
    if std::env::var_os(line::SERVES).is_some() {
        return line::serve();
    }
    if let Ok(url) = std::env::var(pickup::ENQUEUES) {
        return pickup::enqueue_when_told(&url);
    }
    let mut only = std::env::args().skip(1).filter(|arg| !arg.starts_with('-'));
    let (part, store) = (only.next(), only.next());
    let wanted = |name: &str| part.as_ref().is_none_or(|part| name == part);
    runtime().block_on(async {
        let mut stores = Place::all();
        stores.retain(|it| store.as_ref().is_none_or(|store| it.name() == store));
        if wanted("enqueue") {
            enqueue::measure(&stores).await;
        }
        if wanted("pushes") {
            send::measure(&stores, "pushes", 20_000, 1).await;
        }
        if wanted("multicasts") {
            send::measure(&stores, "multicasts", 1_000, 500).await;
        }
        if wanted("fair") {
            fair::measure(&stores).await;
        }
        if wanted("pickup") {
            pickup::measure(&stores).await;
        }
        if wanted("idle") {
            idle::measure(&stores).await;
        }
    });
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// Where new stores are made.
enum Place {
    Sqlite,
    Postgres(&'static Cluster),
}

/// A new store, for as long as this lives.
struct Store {
    url: String,
    _folder: Option<tempfile::TempDir>,
}

impl Place {
    fn all() -> Vec<Self> {
        // Its checkpoints as often as by default, rather than as often as tests can stand.
        let postgres = Cluster::with("-c max_wal_size=1GB");
        let postgres = postgres.map(|cluster| Self::Postgres(Box::leak(Box::new(cluster))));
        [Self::Sqlite].into_iter().chain(postgres).collect()
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }

    /// What the server took so far, where there is one.
    fn server_took(&self) -> Duration {
        match self {
            Self::Sqlite => Duration::ZERO,
            Self::Postgres(cluster) => cpu::of_children(cluster.pid()),
        }
    }

    fn store(&self) -> Store {
        match self {
            Self::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                let url = format!("sqlite:{}", folder.path().join("hikyaku.db").display());
                Store { url, _folder: Some(folder) }
            }
            Self::Postgres(cluster) => Store { url: cluster.database(), _folder: None },
        }
    }
}

impl Store {
    async fn open(&self) -> Outbox {
        Outbox::open(&self.url).await.unwrap()
    }
}

/// A user's id.
fn user(n: usize) -> String {
    format!("U{n:032x}")
}

#[expect(clippy::cast_precision_loss, reason = "a rate is an estimate")]
fn per_second(count: usize, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// The median of what each round's two figures make together.
fn median_ratio(of: &[f64], to: &[f64]) -> f64 {
    median(of.iter().zip(to).map(|(of, to)| of / to).collect())
}

/// What the cluster says when there is none.
fn tell(what: &str) {
    println!("{what}");
}
