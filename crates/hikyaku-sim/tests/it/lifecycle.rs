use std::time::Duration;

use hikyaku_sim::{FaultRule, Sim};
use tokio::{io::AsyncReadExt, net::TcpStream};

use crate::{
    http::{bearer, get, post, request},
    push::{PUSH, hello},
};

#[tokio::test]
async fn many_run_at_once_and_know_nothing_of_each_other() {
    let (one, two) = (Sim::start().await.unwrap(), Sim::start().await.unwrap());
    let friend = one.add_friend();
    assert_ne!(one.api_url(), two.api_url());
    assert_ne!(one.api_url(), one.data_url());
    assert_eq!(post(&one, PUSH, &hello(&friend)).await.status, 200);
    assert_eq!(post(&two, PUSH, &hello(&friend)).await.status, 400);
    assert_eq!((one.delivered(), two.delivered()), (1, 0));
}

#[tokio::test]
async fn credentials_are_fake_and_the_same_in_every_run() {
    let sim = Sim::start().await.unwrap();
    assert_eq!(sim.channel_id(), "sim-channel-1");
    assert_eq!(sim.channel_token().expose(), "sim-token-1");
    assert_eq!(sim.channel_secret().expose(), "sim-secret-1");
    let second = sim.add_channel();
    assert_eq!(second.channel_token().expose(), "sim-token-2");
    assert_ne!(sim.bot_user_id(), second.bot_user_id());
    assert_eq!(get(&second, "/v2/bot/info").await.status, 200);
}

#[tokio::test]
async fn dropping_the_last_handle_closes_the_sockets() {
    let sim = Sim::start().await.unwrap();
    let address = sim.api_url().strip_prefix("http://").unwrap().to_owned();
    let mut idle = TcpStream::connect(&address).await.unwrap();
    let other = sim.add_channel();
    drop(sim);
    assert_eq!(get(&other, "/v2/bot/info").await.status, 200);
    drop(other);
    // Reads of a closed connection end, in one way or the other.
    let _ = idle.read(&mut [0]).await;
    assert!(TcpStream::connect(&address).await.is_err());
}

#[tokio::test]
async fn stopping_lets_a_request_that_has_begun_end() {
    let sim = Sim::start().await.unwrap();
    let body = hello(sim.add_friend());
    sim.fault(FaultRule::delay(Duration::from_millis(50))).unwrap();
    let headers = [("authorization", &*bearer(&sim)), ("content-type", "application/json")];
    let bytes = request("POST", PUSH, &headers, body.as_bytes());
    let url = sim.api_url();
    let (hit, mut stream) = (sim.clone(), {
        use tokio::io::AsyncWriteExt;
        let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).await.unwrap();
        stream.write_all(&bytes).await.unwrap();
        stream
    });
    // The fault is hit once the request is whole; only then is the simulator told to stop.
    while hit.fault_hits("fault-1") == 0 {
        tokio::task::yield_now().await;
    }
    drop(hit);
    sim.stop().await;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"), "{:?}", String::from_utf8_lossy(&answer));
}

#[tokio::test]
async fn a_reset_leaves_credentials_and_nothing_else() {
    let sim = Sim::builder().quota(5).start().await.unwrap();
    let second = sim.add_channel();
    let friend = sim.add_friend();
    post(&sim, PUSH, &hello(&friend)).await;
    sim.fault(FaultRule::answer(500)).unwrap();
    sim.advance(Duration::from_secs(60 * 60));
    sim.reset();
    assert_eq!((sim.delivered(), sim.quota_used(), sim.requests().len()), (0, 0, 0));
    assert_eq!(post(&sim, PUSH, &hello(&friend)).await.status, 400);
    assert_eq!(get(&second, "/v2/bot/info").await.status, 200);
}

#[tokio::test]
async fn waiting_ends_with_the_delivery_it_waits_for() {
    let sim = Sim::start().await.unwrap();
    let body = hello(sim.add_friend());
    let (waited, _) = tokio::join!(sim.wait_for(1), post(&sim, PUSH, &body));
    assert_eq!(waited.unwrap()[0].text(), Some("hello"));
    let (waited, _) = tokio::join!(sim.wait_for_requests(2), post(&sim, PUSH, "no json"));
    assert_eq!(waited.unwrap()[1].status, Some(400));
}

#[tokio::test(start_paused = true)]
async fn waiting_in_vain_says_what_was_seen_instead() {
    let sim = Sim::start().await.unwrap();
    post(&sim, "/v2/bot/messages/push", "{}").await;
    let error = sim.wait_for(1).await.unwrap_err().to_string();
    assert!(
        error.starts_with("waited 10 s for 1 deliveries and saw 0; the last requests: "),
        "{error}"
    );
    assert!(error.contains("POST /v2/bot/messages/push 404"), "{error}");
    assert!(error.contains("did you mean /v2/bot/message/push?"), "{error}");
}

#[tokio::test]
async fn the_log_keeps_the_newest_requests_without_credentials() {
    let sim = Sim::builder().keep_requests(2).start().await.unwrap();
    for _ in 0..3 {
        get(&sim, "/v2/bot/profile/x?y=z").await;
    }
    let log = sim.requests();
    assert_eq!(log.iter().map(|request| request.seq).collect::<Vec<_>>(), [2, 3]);
    assert_eq!((log[0].path.as_str(), log[0].query.as_str()), ("/v2/bot/profile/x", "y=z"));
    assert_eq!((log[0].method.as_str(), log[0].status), ("GET", Some(400)));
    assert_eq!(log[0].channel_id.as_deref(), Some("sim-channel-1"));
    assert_eq!(log[0].header("host"), Some("localhost"));
    assert!(!format!("{log:?}").contains("sim-token"));
    assert_eq!(log[0].header("authorization"), None);
}
