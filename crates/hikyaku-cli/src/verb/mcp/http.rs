//! One message per request, at `/mcp`: the transport "Streamable HTTP" without streams and sessions, which a server need
//! not have. Each response is a JSON document.
//!
//! Source: <https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http>, and
//! <https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#streamable-http> for older clients.

use std::{net::SocketAddr, sync::Arc};

use anyhow::Context as _;
use axum::{
    Router,
    body::to_bytes,
    extract::{Request as HttpRequest, State},
    response::{IntoResponse, Response},
    routing::post,
};
use http::{
    HeaderMap, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, ORIGIN, WWW_AUTHENTICATE},
};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;

use super::{
    protocol::{self, HEADER_MISMATCH, Incoming, LONGEST, Request, STATELESS, UNKNOWN_METHOD},
    world::World,
};
use crate::{failure::usage, listener, output::Output, stop::StopSignals};

const PATH: &str = "/mcp";
const JSON: &str = "application/json";

/// Where it listens.
#[derive(Serialize)]
struct Listening {
    url: String,
}

#[derive(Clone)]
struct Server {
    world: Arc<World>,
    /// The hash of the bearer token, if one is required: hashes are compared, so that the time says nothing about the token.
    token: Option<[u8; 32]>,
}

/// Serves until SIGTERM or Ctrl-C.
pub(super) async fn serve(
    world: World,
    address: SocketAddr,
    token: Option<String>,
    output: Output,
) -> anyhow::Result<()> {
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen at {address}: choose another --listen"))?;
    let stop = StopSignals::listen()?;
    let listening = Listening { url: format!("http://{}{PATH}", listener.local_addr()?) };
    output.print(&listening, format_args!("the MCP server is at {}", listening.url))?;
    let token = token.map(|it| Sha256::digest(it).into());
    let server = Server { world: Arc::new(world), token };
    let app = Router::new().route(PATH, post(answer)).with_state(server);
    listener::serve(listener, app, stop.wait()).await;
    Ok(())
}

/// Refuses an address that other machines reach, if anyone there could send.
pub(super) fn check(address: SocketAddr, token: Option<&str>) -> anyhow::Result<()> {
    match token {
        Some("") => Err(usage("the token of --listen-token is empty")),
        None if !address.ip().is_loopback() => Err(usage(format!(
            "{address} is reached from other machines, and anyone there could send; add --listen-token, or listen at 127.0.0.1"
        ))),
        _ => Ok(()),
    }
}

async fn answer(State(server): State<Server>, request: HttpRequest) -> Response {
    let (head, body) = request.into_parts();
    if let Some(refusal) = server.refuses(&head.headers) {
        return refusal;
    }
    let Ok(body) = to_bytes(body, LONGEST).await else {
        return refused(StatusCode::PAYLOAD_TOO_LARGE, "a message has at most 4 MiB");
    };
    let request = match protocol::read(&body) {
        Ok(Incoming::Request(request)) => request,
        Ok(Incoming::Other) => return StatusCode::ACCEPTED.into_response(),
        Err(error) => return told(StatusCode::BAD_REQUEST, &error),
    };
    if let Err(error) = fits(&head.headers, &request) {
        return told(StatusCode::BAD_REQUEST, &error);
    }
    let answer = request.answer(&server.world).await;
    let is_unknown = request.is_stateless() && answer["error"]["code"] == UNKNOWN_METHOD;
    told(if is_unknown { StatusCode::NOT_FOUND } else { StatusCode::OK }, &answer)
}

impl Server {
    /// Returns the response to a request that is not even read. A page in a browser may reach this server, even one of a
    /// stranger, by a name that leads to this machine: only browsers send an origin, and none is allowed.
    fn refuses(&self, headers: &HeaderMap) -> Option<Response> {
        if headers.contains_key(ORIGIN) {
            let why = "pages in a browser may not call this server";
            return Some(refused(StatusCode::FORBIDDEN, why));
        }
        if let Some(token) = &self.token {
            let given = text(headers, AUTHORIZATION.as_str());
            let given = given.and_then(|it| it.strip_prefix("Bearer ")).map(Sha256::digest);
            if given.is_none_or(|it| it[..] != token[..]) {
                let why = "the bearer token is missing or wrong";
                let headers = [(WWW_AUTHENTICATE, "Bearer")];
                return Some((StatusCode::UNAUTHORIZED, headers, why).into_response());
            }
        }
        let is_json = text(headers, CONTENT_TYPE.as_str())
            .and_then(|it| it.split(';').next())
            .is_some_and(|it| it.trim().eq_ignore_ascii_case(JSON));
        let why = "the content type must be application/json";
        (!is_json).then(|| refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, why))
    }
}

/// Compares a request's headers with its body, as far as its revision of the protocol requires; fails with the error to
/// answer.
fn fits(headers: &HeaderMap, request: &Request) -> Result<(), Value> {
    let revision = text(headers, "mcp-protocol-version");
    if let Some(unknown) = revision.filter(|it| !protocol::is_supported(it)) {
        return Err(request.refuse_revision(unknown));
    }
    if let Some(unknown) = request.revision().filter(|it| !protocol::is_supported(it)) {
        return Err(request.refuse_revision(unknown));
    }
    if revision != Some(STATELESS) && request.revision() != Some(STATELESS) {
        return Ok(());
    }
    let tool = request.tool().filter(|_| request.method == "tools/call");
    for (name, body) in [
        ("mcp-protocol-version", request.revision()),
        ("mcp-method", Some(request.method.as_str())),
        ("mcp-name", tool),
    ] {
        // Tools have no names that a client would have to encode.
        if body.is_some() && text(headers, name) != body {
            let why = format!("the header {name} is missing, or differs from the body");
            return Err(request.error(HEADER_MISMATCH, &why));
        }
    }
    match request.revision() {
        Some(_) => Ok(()),
        None => Err(request.error(HEADER_MISMATCH, "the body does not name its protocol version")),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn told(status: StatusCode, answer: &Value) -> Response {
    (status, [(CONTENT_TYPE, JSON)], answer.to_string()).into_response()
}

fn refused(status: StatusCode, why: &'static str) -> Response {
    (status, why).into_response()
}
