//! The notification through a gateway, to the simulator.

#[expect(dead_code, reason = "its `main` notifies; the test does")]
#[path = "../notify.rs"]
mod notify;

use hikyaku::{ErrorKind, notify::NotifyToken};
use hikyaku_gateway::{Config, Gateway, NewToken};
use hikyaku_sim::Sim;

#[tokio::test]
async fn a_notification_arrives_in_the_chat_of_its_token() {
    let sim = Sim::start().await.unwrap();
    let alice = sim.add_friend();
    let folder = tempfile::tempdir().unwrap();
    let config = Config::parse(&format!(
        "store = \"sqlite:{}\"\n[listen.all]\naddress = \"127.0.0.1:0\"\nserve = [\"notify\"]\n\
         [channel.default]\ntoken = \"{}\"\nsecret = \"{}\"\napi_url = \"{}\"\ndata_url = \"{}\"\n",
        folder.path().join("gateway.db").display(),
        sim.channel_token().expose(),
        sim.channel_secret().expose(),
        sim.api_url(),
        sim.data_url(),
    ));
    let gateway = Gateway::open(config.unwrap()).await.unwrap();
    let new = NewToken {
        name: "backup".to_owned(),
        target: alice.as_str().to_owned(),
        target_name: None,
        channel: "default".to_owned(),
    };
    let token = gateway.state().issue(new, None).await.unwrap().token;
    let url = format!("http://{}", gateway.addresses()["all"]);
    tokio::spawn(gateway.run(std::future::pending()));
    let token = NotifyToken::new(token.expose()).unwrap();
    notify::notify(&url, &token, "the backup is done").await.unwrap();
    let arrived = sim.wait_for(1).await.unwrap();
    assert_eq!(arrived[0].to, alice);
    assert_eq!(arrived[0].text(), Some("[backup] the backup is done"));
    let unknown = NotifyToken::new("nobody").unwrap();
    let wrong = notify::notify(&url, &unknown, "hello").await.unwrap_err();
    assert!(matches!(wrong.kind(), ErrorKind::Unauthorized), "{wrong:?}");
}
