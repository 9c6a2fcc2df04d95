use std::time::Duration;

use hikyaku::Client;

use crate::{Place, cpu};

const LONG: Duration = Duration::from_secs(60);

/// What a worker takes that has nothing to do.
pub(crate) async fn measure(stores: &[Place]) {
    let client = Client::builder("no-token").api_base_url("http://127.0.0.1:9").build().unwrap();
    for store in stores {
        let place = store.store();
        let worker = place.open().await.worker().channel("default", client.clone());
        let before = cpu::of_this_program();
        worker.quota_every(None).run(tokio::time::sleep(LONG)).await.unwrap();
        let share = cpu::of_this_program().saturating_sub(before).as_secs_f64()
            / LONG.as_secs_f64()
            * 100.0;
        println!("{}, idle worker: {share:.3} % of a processor", store.name());
    }
}
