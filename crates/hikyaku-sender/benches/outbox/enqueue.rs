use std::{
    io::{Seek, SeekFrom, Write},
    time::Instant,
};

use futures_util::{StreamExt, stream};
use hikyaku_sender::NewDelivery;

use crate::{Place, ROUNDS, median, median_ratio, per_second, user};

/// Callers that each wait for their own commit, alone and together.
pub(crate) async fn measure(stores: &[Place]) {
    for store in stores {
        let name = store.name();
        let (mut flushes, mut alone, mut together) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            flushes.push(flush(300));
            alone.push(enqueue(store, 1, 300).await);
            together.push(enqueue(store, 64, 300).await);
        }
        let times = median_ratio(&together, &alone);
        println!("{name}, enqueue, 1 caller:   {:>9.0} a second", median(alone));
        println!(
            "{name}, enqueue, 64 callers: {:>9.0} a second, {times:.1} times as many",
            median(together)
        );
        println!(
            "the disk meanwhile:          {:>9.0} flushes a second of 4 kB each",
            median(flushes)
        );
    }
}

async fn enqueue(store: &Place, callers: usize, each: usize) -> f64 {
    let store = store.store();
    let outbox = store.open().await;
    let began = Instant::now();
    let all = stream::iter(0..callers).for_each_concurrent(callers, |caller| {
        let outbox = &outbox;
        async move {
            for n in 0..each {
                outbox.enqueue(NewDelivery::push(user(caller * each + n), "hello")).await.unwrap();
            }
        }
    });
    all.await;
    per_second(callers * each, began.elapsed())
}

/// The floor: what the disk takes without a database.
fn flush(times: usize) -> f64 {
    let mut file = tempfile::tempfile().unwrap();
    let page = [1; 4096];
    let began = Instant::now();
    for n in 0..times {
        file.seek(SeekFrom::Start(n as u64 % 256 * 4096)).unwrap();
        file.write_all(&page).unwrap();
        file.sync_data().unwrap();
    }
    per_second(times, began.elapsed())
}
