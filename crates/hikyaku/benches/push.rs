//! What a push costs, beside the least that the same pool can do: CPU time of this process for each request, with the
//! server in a process of its own.
//!
//! `cargo bench -p hikyaku --bench push` prints criterion's figures, then the ratios from interleaved rounds, which
//! hold when the machine's speed drifts.

mod server;

use std::time::Duration;

use bytes::Bytes;
use criterion::{
    Criterion, Throughput,
    measurement::{Measurement, ValueFormatter, WallTime},
};
use futures_util::{StreamExt, stream};
use hikyaku::{Client, model::Message};
use http_body_util::{BodyExt, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client as Pool, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use server::Server;
use tokio::runtime::Runtime;

const IN_FLIGHT: usize = 64;
const BATCH: u32 = 4_000;
const ROUNDS: usize = 15;

const TO: &str = "U0123456789abcdef0123456789abcdef";
const BODY: &str = r#"{"to":"U0123456789abcdef0123456789abcdef","messages":[{"type":"text","text":"Your parcel has left the depot."}]}"#;

fn main() {
    if server::is_child() {
        return server::run();
    }
    let mut criterion = Criterion::default().with_measurement(CpuTime).configure_from_args();
    let mut ratios = Vec::new();
    for (name, tls) in [("http1", false), ("http2-tls", true)] {
        let server = Server::start(tls);
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let floor = Floor::new(&server);
        let client = client(&server);
        let mut group = criterion.benchmark_group(format!("push/{name}"));
        group.throughput(Throughput::Elements(BATCH.into()));
        group.sample_size(10);
        group.bench_function("pool with prebuilt bytes", |bencher| {
            bencher.iter(|| floor.batch(&runtime));
        });
        group.bench_function("hikyaku", |bencher| {
            bencher.iter(|| push_batch(&client, &runtime));
        });
        group.finish();
        ratios.push((name, ratio(|| push_batch(&client, &runtime), || floor.batch(&runtime))));
    }
    criterion.final_summary();
    for (name, Ratio { ours, floor, median }) in ratios {
        #[expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
        {
            println!(
                "push/{name}: hikyaku {ours:.2} µs of CPU, pool {floor:.2} µs, ratio {median:.3} (medians of {ROUNDS} pairs)"
            );
        }
    }
}

fn push_batch(client: &Client, runtime: &Runtime) {
    let message = Message::text("Your parcel has left the depot.");
    runtime.block_on(async {
        stream::iter(0..BATCH)
            .map(|_| async {
                let accepted = client.push(TO, &message).await.expect("the push is accepted");
                assert_eq!(accepted.sent_messages.len(), 1);
            })
            .buffer_unordered(IN_FLIGHT)
            .for_each(|()| async {})
            .await;
    });
}

fn client(server: &Server) -> Client {
    let mut builder =
        Client::builder("bench-token").api_base_url(server.url()).data_base_url(server.url());
    if let Some(pem) = server.certificate() {
        builder = builder.root_certificates(pem);
    }
    builder.build().expect("a client")
}

/// The same pool, sending requests that were made before and reading the answer's bytes. Each has a retry key of its
/// own, as it must have for LINE: HTTP/2 compresses headers that come again to nearly nothing.
struct Floor {
    pool: Pool<HttpsConnector<HttpConnector>, Full<Bytes>>,
    requests: Vec<http::Request<()>>,
}

impl Floor {
    fn new(server: &Server) -> Self {
        let mut roots = rustls::RootCertStore::empty();
        if let Some(pem) = server.certificate() {
            for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                roots.add(certificate.expect("a certificate")).expect("a root");
            }
        }
        let config =
            rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(config)
            .https_or_http()
            .enable_all_versions()
            .wrap_connector(tcp);
        let pool =
            Pool::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connector);
        let url = format!("{}/v2/bot/message/push", server.url());
        let requests = (0..BATCH).map(|number| {
            let key = format!("123e4567-e89b-42d3-a456-{number:012x}");
            let mut key = http::HeaderValue::from_str(&key).expect("hexadecimal digits");
            // Keeps a header that never comes again out of HTTP/2's table, which costs less.
            key.set_sensitive(true);
            http::Request::post(&url)
                .header("authorization", "Bearer bench-token")
                .header("user-agent", "floor")
                .header("content-type", "application/json")
                .header("x-line-retry-key", key)
                .body(())
                .expect("a request")
        });
        Self { pool, requests: requests.collect() }
    }

    fn batch(&self, runtime: &Runtime) {
        runtime.block_on(async {
            stream::iter(&self.requests)
                .map(|request| async {
                    let body = Full::new(Bytes::from_static(BODY.as_bytes()));
                    let request = request.clone().map(|()| body);
                    let response = self.pool.request(request).await.expect("an answer");
                    response.into_body().collect().await.expect("a body").to_bytes()
                })
                .buffer_unordered(IN_FLIGHT)
                .for_each(|_| async {})
                .await;
        });
    }
}

struct Ratio {
    ours: f64,
    floor: f64,
    median: f64,
}

fn ratio(ours: impl Fn(), floor: impl Fn()) -> Ratio {
    let mut rounds: Vec<(f64, f64)> = (0..ROUNDS).map(|_| (cpu(&ours), cpu(&floor))).collect();
    let mut median = |value: fn(&(f64, f64)) -> f64| {
        rounds.sort_by(|a, b| value(a).total_cmp(&value(b)));
        value(&rounds[ROUNDS / 2])
    };
    Ratio { ours: median(|r| r.0), floor: median(|r| r.1), median: median(|r| r.0 / r.1) }
}

/// Microseconds of CPU for each request of a batch.
fn cpu(batch: impl Fn()) -> f64 {
    let before = process_cpu();
    batch();
    process_cpu().saturating_sub(before).as_secs_f64() * 1e6 / f64::from(BATCH)
}

fn process_cpu() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::try_from(time).expect("CPU time is not negative")
}

/// CPU time of this process, all threads together.
struct CpuTime;

impl Measurement for CpuTime {
    type Intermediate = Duration;
    type Value = Duration;

    fn start(&self) -> Duration {
        process_cpu()
    }

    fn end(&self, start: Duration) -> Duration {
        process_cpu().saturating_sub(start)
    }

    fn add(&self, a: &Duration, b: &Duration) -> Duration {
        *a + *b
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    #[expect(clippy::cast_precision_loss, reason = "a measurement is far below 2^53 nanoseconds")]
    fn to_f64(&self, value: &Duration) -> f64 {
        value.as_nanos() as f64
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        (&WallTime as &'static WallTime).formatter()
    }
}
