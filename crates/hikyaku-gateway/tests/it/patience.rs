//! Who waits for LINE's answer where many do.

use std::time::Duration;

use hikyaku_gateway::AccessToken;
use hikyaku_sender::Filter;
use hikyaku_sim::FaultRule;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::home::{Answer, Home};

/// As many as one chat may have.
const OF_CHAT: usize = 32;

/// LINE is slow. Notifications of a chat leave one after another, so whoever comes behind many hears at once that its own is on
/// disk, and those of other chats wait as ever.
#[tokio::test]
async fn who_comes_behind_many_of_its_chat_hears_at_once_that_it_is_queued() {
    let home = Home::with("wait_seconds = 8", None).await;
    let slow = FaultRule::delay(Duration::from_secs(1)).on("POST", "/v2/bot/message/push");
    home.sim.fault(slow).unwrap();
    let mut waiting = Vec::new();
    for number in 0..OF_CHAT {
        waiting.push(home.calls(&home.t1, &format!("message={number}")).await);
        home.has_enqueued(number + 1).await;
    }
    let next = home.notify(&home.t1, "message=next").await;
    assert_eq!((next.status, next.header("x-gateway-delivery")), (200, Some("queued")));
    let other = home.calls(&home.t2, "message=other").await;
    home.has_enqueued(OF_CHAT + 2).await;
    home.sim.clear_faults();
    home.sim.advance(Duration::from_secs(1));
    for call in waiting.into_iter().chain([other]) {
        assert_eq!(answer(call).await.header("x-gateway-delivery"), Some("sent"));
    }
    let again = home.notify(&home.t1, "message=again").await;
    assert_eq!(again.header("x-gateway-delivery"), Some("sent"), "{again:?}");
    home.stop().await;
}

impl Home {
    /// A call whose answer is not read yet.
    async fn calls(&self, token: &AccessToken, form: &str) -> TcpStream {
        let (token, length) = (token.expose(), form.len());
        let request = format!(
            "POST /api/notify HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{form}"
        );
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        stream
    }

    async fn has_enqueued(&self, count: usize) {
        while self.outbox.list(Filter::default()).await.unwrap().len() < count {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

async fn answer(mut call: TcpStream) -> Answer {
    let mut answer = String::new();
    call.read_to_string(&mut answer).await.unwrap();
    Answer::read(answer)
}
