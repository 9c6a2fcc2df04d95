//! A worker's metrics over HTTP.

use std::net::SocketAddr;

use anyhow::Context;
use axum::{
    Router, extract::State, http::header::CONTENT_TYPE, response::IntoResponse, routing::get,
};
use hikyaku_sender::{Filter, Outbox};
use http::StatusCode;
use serde::Serialize;
use tokio::net::TcpListener;

use crate::{listener, output::Output};

#[derive(Serialize)]
struct Serving {
    metrics_url: String,
}

/// Serves `/metrics` for Prometheus, and `/healthz`, which reports whether the store answers, until the program ends.
pub(crate) async fn serve(
    address: SocketAddr,
    outbox: Outbox,
    output: Output,
) -> anyhow::Result<()> {
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen at {address}: choose another --metrics"))?;
    let metrics_url = format!("http://{}/metrics", listener.local_addr()?);
    let text = format!("metrics are at {metrics_url}");
    output.aside(&Serving { metrics_url }, &text)?;
    let app = Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(health))
        .with_state(outbox);
    tokio::spawn(listener::serve(listener, app, std::future::pending()));
    Ok(())
}

async fn metrics(State(outbox): State<Outbox>) -> impl IntoResponse {
    const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

    match outbox.metrics().await {
        Ok(text) => (StatusCode::OK, [(CONTENT_TYPE, FORMAT)], text),
        Err(why) => {
            (StatusCode::SERVICE_UNAVAILABLE, [(CONTENT_TYPE, "text/plain")], format!("{why}\n"))
        }
    }
}

async fn health(State(outbox): State<Outbox>) -> (StatusCode, String) {
    // The clock may be this machine's own; reading a row tests the store.
    match outbox.list(Filter::default().limit(1)).await {
        Ok(_) => (StatusCode::OK, "ok\n".to_owned()),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")),
    }
}
