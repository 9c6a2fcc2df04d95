use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use hikyaku_sender::{NewDelivery, Outbox};
use hikyaku_sim::Sim;

use crate::{Place, user};

/// The environment variable that makes this program enqueue, and where.
pub(crate) const ENQUEUES: &str = "HIKYAKU_BENCH_ENQUEUE";

const TIMES: usize = 300;

/// From when a commit was acknowledged until LINE has the request, while the worker has nothing else to do.
pub(crate) async fn measure(stores: &[Place]) {
    for store in stores {
        let sim = Sim::builder().any_user_is_friend().start().await.unwrap();
        let client = hikyaku::Client::builder(sim.channel_token().expose());
        let client = client.api_base_url(sim.api_url()).build().unwrap();
        let place = store.store();
        let outbox = place.open().await;
        let worker = outbox.worker().channel("default", client).quota_every(None);
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let stopped = async { stopped.await.unwrap_or_default() };
        let working = tokio::spawn(worker.run(stopped));

        let mut here = Vec::new();
        for n in 0..TIMES {
            outbox.enqueue(NewDelivery::push(user(n), "hello")).await.unwrap();
            let committed = SystemTime::now();
            here.push(arrival(&sim, n, committed).await);
        }
        print(store, "this program", here);

        let mut there = Vec::new();
        let mut other = Command::new(std::env::current_exe().unwrap())
            .env(ENQUEUES, &place.url)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut tell = other.stdin.take().unwrap();
        let mut heard = BufReader::new(other.stdout.take().unwrap()).lines();
        for n in TIMES..2 * TIMES {
            writeln!(tell, "{n}").unwrap();
            let committed = heard.next().unwrap().unwrap().parse().unwrap();
            let committed = UNIX_EPOCH + Duration::from_nanos(committed);
            there.push(arrival(&sim, n, committed).await);
        }
        drop(tell);
        other.wait().unwrap();
        print(store, "another program", there);
        stop.send(()).unwrap();
        working.await.unwrap().unwrap();
    }
}

/// The other program: a line on its input is a push to enqueue, a line on its output when it was committed.
pub(crate) fn enqueue_when_told(url: &str) {
    crate::runtime().block_on(async {
        let outbox = Outbox::open(url).await.unwrap();
        for line in std::io::stdin().lines() {
            let to = user(line.unwrap().parse().unwrap());
            outbox.enqueue(NewDelivery::push(to, "hello")).await.unwrap();
            println!("{}", SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos());
        }
    });
}

async fn arrival(sim: &Sim, n: usize, committed: SystemTime) -> Duration {
    sim.wait_for(n as u64 + 1).await.unwrap();
    let took = committed.elapsed().unwrap_or_default();
    // It is settled, and the worker waits again, before the next one comes.
    tokio::time::sleep(Duration::from_millis(20)).await;
    took
}

fn print(store: &Place, from: &str, mut took: Vec<Duration>) {
    took.sort_unstable();
    let (median, late) = (took[took.len() / 2], took[took.len() * 99 / 100]);
    println!("{}, pickup from {from}: median {median:.1?}, 99th of 100 {late:.1?}", store.name());
}
