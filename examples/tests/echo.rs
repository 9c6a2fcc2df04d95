//! The echo bot against the simulator.

#[expect(dead_code, reason = "its `main` serves; the test does")]
#[path = "../echo.rs"]
mod echo;

use hikyaku::Client;
use hikyaku_model::SendKind;
use hikyaku_sim::{Sim, UserMessage, WebhookState};
use hikyaku_webhook::Verifier;
use tokio::net::TcpListener;

#[tokio::test]
async fn the_bot_answers_a_text_with_itself_and_says_nothing_to_a_sticker() {
    let sim = Sim::start().await.unwrap();
    let client = Client::builder(sim.channel_token().expose());
    let client = client.api_base_url(sim.api_url()).data_base_url(sim.data_url()).build().unwrap();
    let (server, work) = echo::bot(client, Verifier::new(&sim.channel_secret()));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    sim.set_webhook(format!("http://{}/callback", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(work);
    tokio::spawn(async move { axum::serve(listener, server).await });

    let user = sim.add_friend();
    sim.user_sends(&user, UserMessage::sticker("446", "1988"));
    let answer = sim.ask(&user, "hello, こんにちは").await.unwrap();
    let webhooks = sim.webhooks().wait_for(2).await.unwrap();
    assert!(webhooks.iter().all(|webhook| webhook.state == WebhookState::Delivered));
    assert_eq!(sim.delivered(), 1);
    assert_eq!((answer.kind, &answer.to), (SendKind::Reply, &user));
    assert_eq!(answer.text(), Some("hello, こんにちは"));
}

#[test]
fn it_has_forty_lines_at_most() {
    assert!(include_str!("../echo.rs").lines().count() <= 40);
}
