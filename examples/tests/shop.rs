//! The shop against the simulator: an order and its message are there together, or neither.

#[expect(dead_code, reason = "its `main` sells; the test does")]
#[path = "../shop.rs"]
mod shop;

use hikyaku::Client;
use hikyaku_sim::Sim;
use shop::PlaceOrder;

#[tokio::test]
async fn an_order_and_its_message_commit_together() {
    let sim = Sim::start().await.unwrap();
    let user = sim.add_friend();
    let folder = tempfile::tempdir().unwrap();
    let outbox =
        shop::open(&format!("sqlite:{}", folder.path().join("shop.db").display())).await.unwrap();
    let order = |customer: &str, item: &str| PlaceOrder {
        customer: customer.to_owned(),
        item: item.to_owned(),
    };
    let first = outbox.transact(order(user.as_str(), "green tea")).await.unwrap();
    // Its message is too long for LINE, so there is no order either: the next one has its number.
    outbox.transact(order(user.as_str(), &"tea".repeat(2_000))).await.unwrap_err();
    let second = outbox.transact(order(user.as_str(), "oolong")).await.unwrap();
    assert_eq!((first, second), (Some(1), Some(2)));
    let client = Client::builder(sim.channel_token().expose()).base_url(sim.api_url());
    let worker = outbox.worker().channel("default", client.build().unwrap());
    let report = worker.until_idle().run(std::future::pending()).await.unwrap();
    assert_eq!(report.accepted, 2);
    let arrived = sim.wait_for(2).await.unwrap();
    let texts: Vec<_> = arrived.iter().map(|it| it.text().unwrap().to_owned()).collect();
    assert_eq!(
        texts,
        [
            "Thank you! Order 1, green tea, is on its way.",
            "Thank you! Order 2, oolong, is on its way."
        ]
    );
}
