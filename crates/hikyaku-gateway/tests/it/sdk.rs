//! The client of LINE Notify's API in this workspace.

use hikyaku::notify::{NotifyClient, NotifyToken};

use crate::home::Home;

#[tokio::test]
async fn our_client_sends_asks_and_revokes() {
    let home = Home::new().await;
    let url = format!("http://{}", home.address);
    let client = NotifyClient::builder().api_base_url(&url).bot_base_url(&url).build().unwrap();
    let token = NotifyToken::new(home.t1.expose()).unwrap();
    client.notify(&token, "hello").sticker(446, 1988).await.unwrap();
    assert_eq!(home.pushed()["messages"][0]["text"], "[cron] hello");
    client.status(&token).await.unwrap();
    client.revoke(&token).await.unwrap();
    assert!(client.notify(&token, "again").await.is_err());
    assert_eq!(home.pushes(), 1);
    home.stop().await;
}
