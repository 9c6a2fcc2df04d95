use std::{io::ErrorKind, time::Duration};

use hikyaku_sim::{FaultRule, Sim};
use tokio::{io::AsyncWriteExt, net::TcpStream};

use crate::{
    http::{bearer, post, post_with, raw, request},
    push::{PUSH, hello},
};

/// A sim with one friend, and the bytes of a push to them.
async fn start() -> (Sim, Vec<u8>) {
    let sim = Sim::start().await.unwrap();
    let friend = sim.add_friend();
    let headers = [("authorization", &*bearer(&sim)), ("content-type", "application/json")];
    let push = request("POST", PUSH, &headers, hello(&friend).as_bytes());
    (sim, push)
}

#[tokio::test]
async fn a_lost_answer_and_a_repeat_deliver_once() {
    let sim = Sim::start().await.unwrap();
    let friend = sim.add_friend();
    sim.fault(FaultRule::drop_after_accept().on("POST", PUSH).times(1)).unwrap();
    let key = ("x-line-retry-key", "123e4567-e89b-12d3-a456-426614174000");
    let headers = [("authorization", &*bearer(&sim)), ("content-type", "application/json"), key];
    let push = request("POST", PUSH, &headers, hello(&friend).as_bytes());
    assert_eq!(raw(&sim.api_url(), &push).await.unwrap(), b"");

    let repeat = post_with(&sim, PUSH, &[key], &hello(&friend)).await;
    assert_eq!(repeat.status, 409);
    assert_eq!(sim.delivery_count(&friend), 1);
    let delivery = &sim.outbox()[0];
    assert_eq!(repeat.headers["x-line-accepted-request-id"], delivery.request_id);
    assert_ne!(repeat.request_id(), delivery.request_id);
    assert_eq!(repeat.json()["message"], "The retry key is already accepted");
    assert_eq!(repeat.json()["sentMessages"][0]["id"], delivery.message_ids[0]);
    let log = sim.requests();
    assert_eq!((log[0].status, log[0].accepted_status), (None, Some(200)));
    assert_eq!(log[0].fault.as_deref(), Some("fault-1"));
    assert_eq!((log[1].status, log[1].retry_key()), (Some(409), Some(key.1)));
}

#[tokio::test]
async fn a_connection_that_is_dropped_before_leaves_no_trace() {
    let (sim, push) = start().await;
    let id = sim.fault(FaultRule::drop_before()).unwrap();
    assert_eq!(raw(&sim.api_url(), &push).await.unwrap(), b"");
    assert_eq!((sim.delivered(), sim.fault_hits(&id)), (0, 1));
    sim.clear_faults();
    assert!(raw(&sim.api_url(), &push).await.unwrap().starts_with(b"HTTP/1.1 200 OK\r\n"));
}

#[tokio::test]
async fn a_reset_is_a_reset_on_the_wire() {
    let (sim, push) = start().await;
    sim.fault(FaultRule::reset().times(1)).unwrap();
    assert_eq!(raw(&sim.api_url(), &push).await.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(sim.delivered(), 0);
    sim.fault(FaultRule::reset().after_accept().times(1)).unwrap();
    assert_eq!(raw(&sim.api_url(), &push).await.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(sim.delivered(), 1);
}

#[tokio::test]
async fn a_truncated_answer_ends_before_its_length() {
    let (sim, push) = start().await;
    sim.fault(FaultRule::truncate()).unwrap();
    let answer = raw(&sim.api_url(), &push).await.unwrap();
    let text = String::from_utf8(answer).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let length = head.split("content-length: ").nth(1).unwrap().split("\r\n").next().unwrap();
    assert_eq!(body.len(), length.parse::<usize>().unwrap() / 2);
    assert_eq!(sim.delivered(), 1);
}

#[tokio::test]
async fn an_answer_can_be_another_before_and_after_acceptance() {
    let sim = Sim::start().await.unwrap();
    let body = hello(sim.add_friend());
    sim.fault(FaultRule::answer(500).times(1)).unwrap();
    post(&sim, PUSH, &body).await.is(500, r#"{"message":"Internal Server Error"}"#);
    assert_eq!(sim.delivered(), 0);
    sim.fault(FaultRule::answer(503).body("<html>down</html>").after_accept().times(1)).unwrap();
    let answer = post(&sim, PUSH, &body).await;
    answer.is(503, "<html>down</html>");
    assert_eq!(answer.headers["content-type"], "text/html");
    assert_eq!(sim.delivered(), 1);
    sim.fault(FaultRule::answer(429).header("retry-after", "7").nth(1)).unwrap();
    let answer = post(&sim, PUSH, &body).await;
    answer.is(429, r#"{"message":"The API rate limit has been exceeded. Try again later."}"#);
    assert_eq!(answer.headers["retry-after"], "7");
    assert_eq!(post(&sim, PUSH, &body).await.status, 200);
}

#[tokio::test]
async fn a_rule_with_a_name_waits_to_be_asked_for() {
    let sim = Sim::start().await.unwrap();
    let body = hello(sim.add_friend());
    sim.fault(FaultRule::answer(502).named("bad-gateway")).unwrap();
    assert_eq!(post(&sim, PUSH, &body).await.status, 200);
    let asking = post_with(&sim, PUSH, &[("x-sim-fault", "bad-gateway")], &body).await;
    assert_eq!(asking.status, 502);
}

#[tokio::test(start_paused = true)]
async fn a_delay_takes_as_long_as_it_says_and_no_real_time() {
    let (sim, push) = start().await;
    sim.fault(FaultRule::delay(Duration::from_secs(3))).unwrap();
    let begun = tokio::time::Instant::now();
    assert!(raw(&sim.api_url(), &push).await.unwrap().starts_with(b"HTTP/1.1 200"));
    assert!(begun.elapsed() >= Duration::from_secs(3));
}

#[tokio::test]
async fn a_request_that_is_late_is_executed_for_a_client_that_went_away() {
    for rule in [
        FaultRule::delay(Duration::from_millis(50)),
        FaultRule::delay(Duration::from_millis(50)).after_accept(),
    ] {
        let (sim, push) = start().await;
        sim.fault(rule).unwrap();
        let mut client =
            TcpStream::connect(sim.api_url().trim_start_matches("http://")).await.unwrap();
        client.write_all(&push).await.unwrap();
        drop(client);
        sim.wait_for_requests(1).await.unwrap();
        assert_eq!(sim.delivered(), 1);
    }
}

#[tokio::test]
async fn a_late_answer_is_to_what_was_accepted_at_once() {
    let (sim, push) = start().await;
    sim.fault(FaultRule::delay(Duration::from_secs(3600)).after_accept()).unwrap();
    let mut client = TcpStream::connect(sim.api_url().trim_start_matches("http://")).await.unwrap();
    client.write_all(&push).await.unwrap();
    sim.wait_for(1).await.unwrap();
    assert!(sim.requests().is_empty());
}

#[tokio::test]
async fn a_fault_says_no_length_but_that_of_its_body() {
    let sim = Sim::start().await.unwrap();
    for name in ["Content-Length", "transfer-encoding", "connection"] {
        let headers = serde_json::json!({ name: "5" });
        let rule = serde_json::json!({ "do": { "status": 500, "headers": headers } }).to_string();
        let refused = crate::http::control(&sim, "POST", "/faults", &rule).await;
        assert_eq!(refused.status, 400, "{}", refused.text());
        assert!(refused.text().contains("/do/headers"), "{}", refused.text());
    }
    let error = sim.fault(FaultRule::answer(500).header("content-length", "5")).unwrap_err();
    assert!(error.to_string().ends_with("(at /do/headers)"), "{error}");
}
