use std::time::Duration;

use hikyaku::Client;

use crate::Place;

const LONG: Duration = Duration::from_secs(60);

/// What a worker takes that has nothing to do.
pub(crate) async fn measure(stores: &[Place]) {
    let client = Client::builder("no-token").api_base_url("http://127.0.0.1:9").build().unwrap();
    for store in stores {
        let place = store.store();
        let worker = place.open().await.worker().channel("default", client.clone());
        let before = cpu();
        worker.quota_every(None).run(tokio::time::sleep(LONG)).await.unwrap();
        let share = cpu().saturating_sub(before).as_secs_f64() / LONG.as_secs_f64() * 100.0;
        println!("{}, idle worker: {share:.3} % of a processor", store.name());
    }
}

/// What all threads of this program took so far.
fn cpu() -> Duration {
    let threads = std::fs::read_dir("/proc/self/task").unwrap().flatten();
    let nanos = threads.filter_map(|thread| {
        let stat = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        stat.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanos.sum())
}
