//! The bot that reminds, by the simulator's clock and through a restart.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[expect(dead_code, reason = "its `main` serves; the test does")]
#[path = "../reminder.rs"]
mod reminder;

use std::time::Duration;

use hikyaku::Client;
use hikyaku_model::SendKind;
use hikyaku_sender::{Clock, Outbox};
use hikyaku_sim::Sim;
use hikyaku_webhook::{Receiver, Verifier};
use tokio::{net::TcpListener, task::JoinHandle};

async fn start(sim: &Sim, store: &str) -> [JoinHandle<()>; 3] {
    let outbox = Outbox::builder(store).clock(Clock::from_fn(sim.clock())).open().await.unwrap();
    let receiver = Receiver::new(Verifier::new(&sim.channel_secret())).clock(sim.clock());
    let (server, work) = reminder::bot(&outbox, receiver).await.unwrap();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    sim.set_webhook(format!("http://{}/callback", listener.local_addr().unwrap())).unwrap();
    let client = Client::builder(sim.channel_token().expose()).base_url(sim.api_url());
    let worker = outbox.worker().channel("default", client.build().unwrap());
    [
        tokio::spawn(work),
        tokio::spawn(async { axum::serve(listener, server).await.unwrap() }),
        tokio::spawn(async { drop(worker.run(std::future::pending()).await) }),
    ]
}

#[tokio::test]
async fn a_promise_outlives_a_restart_and_is_kept_in_time() {
    let sim = Sim::start().await.unwrap();
    let user = sim.add_friend();
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("reminder.db").display());
    let running = start(&sim, &store).await;
    let promised = sim.ask(&user, "in 20 minutes: tea").await.unwrap();
    assert_eq!((promised.kind, promised.text()), (SendKind::Reply, Some("I will.")));
    for task in running {
        task.abort();
        let _ = task.await;
    }
    let _running = start(&sim, &store).await;
    let helped = sim.ask(&user, "in a while: tea").await.unwrap();
    assert!(helped.text().unwrap().starts_with("Write"), "{helped:?}");
    assert_eq!(sim.delivered(), 2);
    sim.advance(Duration::from_secs(20 * 60));
    let all = sim.wait_for(3).await.unwrap();
    assert_eq!(
        (all[2].kind, all[2].text()),
        (SendKind::Push, Some("You wanted to be reminded: tea"))
    );
}
