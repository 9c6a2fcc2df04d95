//! The loading animation that goes on.

use std::time::Duration;

use hikyaku::Client;

use crate::script::{Outcome, Script};

fn client(answers: usize) -> (Client, Script) {
    let script = Script::new(vec![Outcome::Answer(202, "{}"); answers]);
    (Client::builder("token").transport(script.clone()).build().unwrap(), script)
}

#[tokio::test(start_paused = true)]
async fn it_is_renewed_until_it_is_dropped() {
    let (client, script) = client(3);
    let began = tokio::time::Instant::now();
    let busy = client.keep_loading("U4af4980629");
    tokio::time::sleep(Duration::from_secs(60)).await;
    drop(busy);
    // A call more would be beyond the script.
    tokio::time::sleep(Duration::from_secs(600)).await;
    let sent = script.sent();
    let at: Vec<_> = sent.iter().map(|it| (it.at - began).as_secs()).collect();
    assert_eq!(at, [0, 25, 50]);
    for it in sent {
        assert!(it.uri.ends_with("/v2/bot/chat/loading/start"), "{}", it.uri);
        assert_eq!(it.body, r#"{"chatId":"U4af4980629","loadingSeconds":30}"#);
    }
}

#[tokio::test(start_paused = true)]
async fn in_a_group_or_room_there_is_none() {
    let (client, script) = client(0);
    for chat in ["C4af4980629", "R4af4980629", ""] {
        let _busy = client.keep_loading(chat);
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
    assert!(script.sent().is_empty());
}
