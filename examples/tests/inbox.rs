//! The bot with the inbox against the simulator.

#[expect(dead_code, reason = "its `main` serves; the test does")]
#[path = "../inbox.rs"]
mod inbox;

use hikyaku::Client;
use hikyaku_model::SendKind;
use hikyaku_sender::Outbox;
use hikyaku_sim::Sim;
use hikyaku_webhook::Verifier;
use tokio::net::TcpListener;

#[tokio::test]
async fn the_bot_answers_from_its_outbox() {
    let sim = Sim::start().await.unwrap();
    let client = Client::builder(sim.channel_token().expose());
    let client = client.api_base_url(sim.api_url()).data_base_url(sim.data_url()).build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let outbox =
        Outbox::open(format!("sqlite:{}", folder.path().join("bot.db").display())).await.unwrap();
    let (server, work) = inbox::bot(&outbox, Verifier::new(&sim.channel_secret())).await.unwrap();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    sim.set_webhook(format!("http://{}/callback", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(work);
    tokio::spawn(outbox.worker().channel("default", client).run(std::future::pending()));
    tokio::spawn(async move { axum::serve(listener, server).await });

    let user = sim.add_friend();
    let answer = sim.ask(&user, "hello, こんにちは").await.unwrap();
    assert_eq!((answer.kind, &answer.to), (SendKind::Reply, &user));
    assert_eq!(answer.text(), Some("hello, こんにちは"));
}
