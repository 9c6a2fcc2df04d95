//! The description of the control API: all calls and nothing else. What tests send and are answered is held against it in
//! `http::control`.

use hikyaku_sim::Sim;
use serde_json::Value;

use crate::{
    http::{control, send},
    schema,
};

#[tokio::test]
async fn it_is_served_and_every_call_of_it_is_there() {
    let sim = Sim::start().await.unwrap();
    let served = control(&sim, "GET", "/openapi.json", "").await.json();
    assert_eq!(served, schema::document());
    let mut calls = 0;
    for (path, methods) in served["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            // It has no end; `page.rs` reads it.
            if path == "/events" {
                continue;
            }
            let path = path.replace(['{', '}'], "");
            let path = format!("/_sim/v1{path}");
            let method = method.to_uppercase();
            let answer = send(&sim.api_url(), &method, &path, &[], b"{}").await.unwrap();
            let code = match serde_json::from_slice::<Value>(&answer.body) {
                Ok(json) => json["code"].as_str().unwrap_or_default().to_owned(),
                Err(_) => String::new(),
            };
            assert_ne!(code, "unknown_path", "{method} {path}");
            calls += 1;
        }
    }
    assert!(calls > 70, "{calls}");
}

#[tokio::test]
async fn what_is_not_described_is_not_there() {
    let sim = Sim::start().await.unwrap();
    for (method, path) in [
        ("GET", "/nothing"),
        ("PATCH", "/users"),
        ("GET", "/channels/sim-channel-1"),
        ("GET", "/log/1/replay"),
    ] {
        let answer = control(&sim, method, path, "").await;
        assert_eq!((answer.status, &answer.json()["code"]), (404, &"unknown_path".into()));
    }
}
