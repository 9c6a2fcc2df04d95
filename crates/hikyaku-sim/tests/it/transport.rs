use hikyaku_sim::Sim;
use proptest::{collection, prelude::*, test_runner::Config};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    http::{bearer, get, post, raw, request, send},
    push::{PUSH, hello},
};

const NOT_FOUND: &str = r#"{"message":"Not found"}"#;

#[tokio::test]
async fn every_answer_has_the_headers_that_lines_have() {
    let sim = Sim::start().await.unwrap();
    let mut ids = Vec::new();
    for answer in [get(&sim, "/v2/bot/info").await, get(&sim, "/nowhere").await] {
        for (name, value) in [
            ("content-type", "application/json"),
            ("x-content-type-options", "nosniff"),
            ("x-xss-protection", "1; mode=block"),
            ("x-frame-options", "DENY"),
            ("cache-control", "max-age=0, no-cache, no-store"),
            ("pragma", "no-cache"),
            ("server", "hikyaku-sim"),
        ] {
            assert_eq!(answer.headers[name], value);
        }
        assert!(answer.headers["expires"].ends_with(" GMT"));
        assert!(!answer.headers.contains_key("retry-after"));
        ids.push(answer.request_id().parse::<uuid::Uuid>().unwrap());
    }
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test]
async fn only_the_documented_path_method_and_host_lead_somewhere() {
    let sim = Sim::start().await.unwrap();
    let body = hello(sim.add_friend());
    for path in ["/v2/bot/message/push/", "//v2/bot/message/push", "/v2/bot/messages/push", "/"] {
        post(&sim, path, &body).await.is(404, NOT_FOUND);
    }
    get(&sim, PUSH).await.is(405, r#"{"message":"Method Not Allowed"}"#);
    let headers = [("authorization", &*bearer(&sim)), ("content-type", "application/json")];
    let answer = send(&sim.data_url(), "POST", PUSH, &headers, body.as_bytes()).await.unwrap();
    answer.is(404, NOT_FOUND);
    let control = send(&sim.data_url(), "GET", "/_sim/v1/health", &[], b"").await.unwrap();
    assert_eq!(control.status, 404);
    let hints: Vec<_> = sim.requests().into_iter().filter_map(|request| request.hint).collect();
    assert!(hints.contains(&"unknown path; did you mean /v2/bot/message/push?".to_owned()));
    assert!(hints.iter().any(|hint| hint.contains("is served by the API listener")), "{hints:?}");
    assert_eq!(sim.delivered(), 0);
}

#[tokio::test]
async fn without_a_right_token_nothing_is_read() {
    let sim = Sim::start().await.unwrap();
    for headers in
        [&[][..], &[("authorization", "Bearer other")], &[("authorization", "Basic sim-token-1")]]
    {
        send(&sim.api_url(), "POST", PUSH, headers, b"no json").await.unwrap().is(
            401,
            r#"{"message":"Authentication failed due to the following reason: invalid token. Confirm that the access token in the authorization header is valid."}"#,
        );
    }
}

#[tokio::test]
async fn a_body_may_have_two_megabytes() {
    let sim = Sim::start().await.unwrap();
    let most = 2 << 20;
    let text = hello(sim.add_friend());
    let fits = text.clone() + &" ".repeat(most - text.len());
    assert_eq!(post(&sim, PUSH, &fits).await.status, 200);
    let answer = post(&sim, PUSH, &(fits + " ")).await;
    answer.is(413, r#"{"message":"The request body is larger than 2 MB"}"#);
    let large = " ".repeat(10 << 20);
    assert_eq!(post(&sim, PUSH, &large).await.status, 413);
    assert_eq!(sim.delivered(), 1);
}

#[tokio::test]
async fn a_chunked_body_is_read_whole() {
    let sim = Sim::start().await.unwrap();
    let body = hello(sim.add_friend());
    let (first, second) = body.split_at(20);
    let head = format!(
        "POST {PUSH} HTTP/1.1\r\nhost: a\r\nconnection: close\r\nauthorization: {}\r\n\
         content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n",
        bearer(&sim)
    );
    let bytes = format!(
        "{head}{:x}\r\n{first}\r\n{:x}\r\n{second}\r\n0\r\n\r\n",
        first.len(),
        second.len()
    );
    let answer = raw(&sim.api_url(), bytes.as_bytes()).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"), "{}", String::from_utf8_lossy(&answer));
}

#[tokio::test]
async fn one_connection_serves_many_requests() {
    let sim = Sim::start().await.unwrap();
    let body = hello(sim.add_friend());
    let headers = [("authorization", &*bearer(&sim)), ("content-type", "application/json")];
    let bytes = request("POST", PUSH, &headers, body.as_bytes());
    let kept = String::from_utf8(bytes.clone()).unwrap().replace("connection: close\r\n", "");
    let pipelined = [kept.as_bytes(), kept.as_bytes(), &bytes].concat();
    let answer = String::from_utf8(raw(&sim.api_url(), &pipelined).await.unwrap()).unwrap();
    assert_eq!(answer.matches("HTTP/1.1 200 OK\r\n").count(), 3);
    assert_eq!(sim.delivered(), 3);
}

#[tokio::test]
async fn malformed_http_is_refused_and_harms_nobody() {
    let sim = Sim::start().await.unwrap();
    let long = ["GET /", &"a".repeat(100_000), " HTTP/1.1\r\n\r\n"].concat();
    let many = ["GET / HTTP/1.1\r\n", &"a: b\r\n".repeat(1000), "\r\n"].concat();
    for (bytes, status) in [
        (b"nonsense\r\n\r\n".as_slice(), 400),
        (b"GET / HTTP/9.9\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\ncontent-length: x\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n", 400),
        (long.as_bytes(), 414),
        (many.as_bytes(), 431),
    ] {
        // The server closes before it has read all of what is too long, which may take the answer away.
        if let Ok(answer) = raw(&sim.api_url(), bytes).await {
            let line = format!("HTTP/1.1 {status} ");
            assert!(answer.starts_with(line.as_bytes()), "{}", String::from_utf8_lossy(&answer));
        } else {
            assert!(matches!(status, 414 | 431), "{status}");
        }
    }
    assert_eq!(get(&sim, "/v2/bot/info").await.status, 200);
}

#[tokio::test]
async fn a_body_that_ends_early_is_no_request() {
    let sim = Sim::start().await.unwrap();
    let address = sim.api_url().strip_prefix("http://").unwrap().to_owned();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!("POST {PUSH} HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n{{");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    assert_eq!(answer, b"");
    assert_eq!(sim.requests().len(), 0);
}

/// Runs a property against one simulator.
fn check<S: Strategy>(cases: u32, strategy: &S, test: &impl AsyncFn(&Sim, S::Value)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let sim = runtime.block_on(Sim::start()).unwrap();
    sim.set_rate_limits(false);
    let mut runner = proptest::test_runner::TestRunner::new(Config {
        failure_persistence: None,
        ..Config::with_cases(cases)
    });
    runner
        .run(strategy, |value| {
            runtime.block_on(test(&sim, value));
            let alive = runtime.block_on(get(&sim, "/v2/bot/info"));
            prop_assert_eq!(alive.status, 200);
            Ok(())
        })
        .unwrap();
}

#[test]
fn no_bytes_on_the_socket_stop_it() {
    let bytes = collection::vec(any::<u8>(), 0..300);
    check(64, &(any::<bool>(), bytes), &async |sim, (after_a_head, bytes)| {
        let head = format!("POST {PUSH} HTTP/1.1\r\nauthorization: {}\r\n", bearer(sim));
        let bytes = if after_a_head { [head.as_bytes(), &bytes].concat() } else { bytes };
        let address = sim.api_url().strip_prefix("http://").unwrap().to_owned();
        let mut stream = TcpStream::connect(address).await.unwrap();
        let _ = stream.write_all(&bytes).await;
        let _ = stream.shutdown().await;
        let _ = stream.read_to_end(&mut Vec::new()).await;
    });
}

#[test]
fn no_body_stops_it() {
    let json = r#"[\[\]{}",:0-9a-z\\. ]{0,60}"#;
    check(128, &(0..4_usize, json, collection::vec(any::<u8>(), 0..60)), &async |sim,
                                                                                 (
        shape,
        text,
        bytes,
    )| {
        let body = match shape {
            0 => bytes,
            1 => text.into_bytes(),
            2 => format!(r#"{{"to":{text},"messages":[{text}]}}"#).into_bytes(),
            _ => format!(
                r#"{{"to":"x","messages":[{{"type":"flex","altText":"a","contents":{text}}}]}}"#
            )
            .into_bytes(),
        };
        let headers = [("authorization", &*bearer(sim)), ("content-type", "application/json")];
        let answer = send(&sim.api_url(), "POST", PUSH, &headers, &body).await.unwrap();
        assert_eq!(answer.status, 400);
        assert!(answer.json()["message"].is_string());
    });
}

#[tokio::test]
async fn json_that_is_too_deep_is_refused() {
    let sim = Sim::start().await.unwrap();
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let body = format!(r#"{{"to":"x","messages":[{{"type":"text","text":{deep}}}]}}"#);
    assert_eq!(post(&sim, PUSH, &body).await.status, 400);
}
