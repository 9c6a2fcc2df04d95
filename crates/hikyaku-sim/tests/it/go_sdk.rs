//! The bytes that LINE's SDK for Go sends: it writes optional headers and parameters empty where its caller gave none.

use hikyaku_sim::{Person, Sim};

use crate::http::{Answer, raw};

const HASH: &str = "d41e0ad70dddfeb68f149ad6fc61574b9c5780ab7bcb2fba5517771ffbb2409c";

async fn send(sim: &Sim, head: &str, body: &str) -> (u16, String) {
    let request = format!(
        "{head} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: LINE-BotSDK-Go/8.0.0\r\nContent-Length: {}\r\n\
         Authorization: Bearer sim-token-1\r\nContent-Type: application/json; charset=UTF-8\r\n\
         X-Line-Delivery-Tag: \r\nX-Line-Retry-Key: \r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let answer = Answer::read(&raw(&sim.api_url(), request.as_bytes()).await.unwrap());
    (answer.status, answer.text().to_owned())
}

#[tokio::test]
async fn an_empty_header_counts_as_none() {
    let sim = Sim::start().await.unwrap();
    let friend =
        sim.add_friend_as(Person { phone: Some("+818000001234".into()), ..Person::default() });
    let messages = r#""messages":[{"type":"text","text":"hi"}]"#;
    for _ in 0..2 {
        let body = format!(r#"{{"to":"{friend}",{messages}}}"#);
        let (status, answer) = send(&sim, "POST /v2/bot/message/push", &body).await;
        assert_eq!(status, 200, "{answer}");
    }
    let body = format!(r#"{{"to":["{friend}"],{messages}}}"#);
    let multicast = send(&sim, "POST /v2/bot/message/multicast", &body).await;
    assert_eq!(multicast, (200, "{}".to_owned()));
    let body = format!("{{{messages}}}");
    let broadcast = send(&sim, "POST /v2/bot/message/broadcast", &body).await;
    assert_eq!(broadcast, (200, "{}".to_owned()));
    let body = format!(r#"{{"to":"{HASH}",{messages}}}"#);
    assert_eq!(send(&sim, "POST /bot/pnp/push", &body).await, (200, "{}".to_owned()));
    assert_eq!(sim.delivery_count(&friend), 5);
}

#[tokio::test]
async fn an_empty_parameter_counts_as_none() {
    let sim = Sim::start().await.unwrap();
    let friend = sim.add_friend();
    let group = sim.add_group(std::slice::from_ref(&friend));
    for (path, answer) in [
        ("/v2/bot/followers/ids?limit=&start=", format!(r#"{{"userIds":["{friend}"]}}"#)),
        (
            &*format!("/v2/bot/group/{group}/members/ids?start="),
            format!(r#"{{"memberIds":["{friend}"]}}"#),
        ),
        (
            "/v2/bot/message/aggregation/list?limit=&start=",
            r#"{"customAggregationUnits":[]}"#.into(),
        ),
        ("/v2/bot/coupon?status=&start=&limit=", r#"{"items":[]}"#.into()),
        (
            "/v2/bot/message/delivery/push?date=",
            r#"{"message":"The value for the 'date' parameter is invalid"}"#.into(),
        ),
    ] {
        assert_eq!(send(&sim, &format!("GET {path}"), "").await.1, answer, "{path}");
    }
}
