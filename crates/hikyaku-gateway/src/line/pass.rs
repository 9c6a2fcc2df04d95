//! What is not a send: passed on to LINE as it came, both ways and as it arrives.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use hikyaku::{
    operation::Host,
    transport::{HyperTransport, RequestBody, ResponseBody, Transport},
};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, Uri, header, request::Parts};
use http_body_util::{BodyExt as _, Either, Limited};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::{
    sync::oneshot,
    time::{sleep, timeout},
};

use super::answers::{OrAnswer, own, plain};
use crate::{
    answer::{Answer, Reply, whole_answer},
    stream::Patient,
};

/// How long LINE may take to begin its answer, once it has the whole request.
const HEAD_TIME: Duration = Duration::from_secs(30);

/// The largest body: a file of one and a half million ids has some 50 MB.
const LARGEST: usize = 64 << 20;

/// The largest answer that is read whole.
const LARGEST_ASKED: usize = 256 << 10;

/// A channel as requests are passed on to it.
pub(super) struct Upstream {
    pub(super) token: HeaderValue,
    pub(super) api: String,
    pub(super) data: Option<String>,
    pub(super) manager: Option<String>,
}

impl std::fmt::Debug for Upstream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upstream").field("api", &self.api).finish_non_exhaustive()
    }
}

impl Upstream {
    fn at(&self, host: Host) -> Option<&str> {
        match host {
            Host::Data => self.data.as_deref(),
            Host::Manager => self.manager.as_deref(),
            _ => Some(&self.api),
        }
    }

    /// Asks LINE what needs no bearer, and reads the whole of a small answer.
    pub(super) async fn ask(
        &self,
        transport: &HyperTransport,
        parts: &Parts,
        body: Bytes,
    ) -> OrAnswer<Response<Bytes>> {
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let uri = format!("{}{path}", self.api).parse::<Uri>();
        let mut request = http::Request::new(RequestBody::from(body));
        *request.method_mut() = parts.method.clone();
        *request.uri_mut() = uri
            .map_err(|_| Box::new(plain(StatusCode::BAD_REQUEST, "The request path is invalid")))?;
        *request.headers_mut() = upstream_headers(&parts.headers);
        answered(transport, request).await
    }

    /// Asks LINE something of the gateway's own, at a path of its API.
    pub(super) async fn ask_self(
        &self,
        transport: &HyperTransport,
        request: http::Request<String>,
    ) -> OrAnswer<Response<Bytes>> {
        let (mut parts, body) = request.into_parts();
        parts.uri = format!("{}{}", self.api, parts.uri).parse().map_err(|_| {
            Box::new(unreachable(StatusCode::BAD_GATEWAY, "the address of LINE is invalid"))
        })?;
        answered(transport, http::Request::from_parts(parts, Bytes::from(body).into())).await
    }

    /// Passes a request on, and its answer back.
    pub(super) async fn pass(
        &self,
        transport: &HyperTransport,
        host: Host,
        parts: &Parts,
        body: Outgoing,
    ) -> Reply {
        let Some(base) = self.at(host) else {
            let why = "the configuration of this channel does not say where this host of LINE's is";
            return whole_answer(unreachable(StatusCode::BAD_GATEWAY, why));
        };
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let Ok(uri) = format!("{base}{path}").parse::<Uri>() else {
            return whole_answer(plain(StatusCode::BAD_REQUEST, "The request path is invalid"));
        };
        let Outgoing { body, sent } = body;
        if body.size_hint().lower() > LARGEST as u64 {
            let message = "The request body is larger than 64 MB";
            return whole_answer(plain(StatusCode::PAYLOAD_TOO_LARGE, message));
        }
        let mut request = http::Request::new(body);
        *request.method_mut() = parts.method.clone();
        *request.uri_mut() = uri;
        *request.headers_mut() = upstream_headers(&parts.headers);
        request.headers_mut().insert(header::AUTHORIZATION, self.token.clone());
        let late = async {
            // An error: the body was dropped, because all of it has left.
            let _ = sent.await;
            sleep(HEAD_TIME).await;
        };
        let answered = tokio::select! {
            answered = transport.send(request) => answered,
            () = late => {
                let why = "LINE did not begin its answer within 30 seconds";
                return whole_answer(unreachable(StatusCode::GATEWAY_TIMEOUT, why));
            }
        };
        match answered {
            Ok(answer) if answer.status() == StatusCode::UNAUTHORIZED => {
                tracing::warn!("LINE refuses the token of a channel");
                whole_answer(own(
                    StatusCode::BAD_GATEWAY,
                    "LINE refuses the channel access token of the gateway",
                    Some("channel-unauthorized"),
                    None,
                ))
            }
            Ok(answer) => back(answer),
            Err(error) => {
                tracing::warn!(%error, "a request could not be passed on");
                whole_answer(unreachable(StatusCode::BAD_GATEWAY, "LINE cannot be reached"))
            }
        }
    }
}

/// LINE's answer as a whole; it is a small one.
async fn answered(
    transport: &HyperTransport,
    request: http::Request<RequestBody>,
) -> OrAnswer<Response<Bytes>> {
    let cut = |status, why| Box::new(unreachable(status, why));
    let asked = async {
        let answer = transport.send(request).await.map_err(|error| {
            tracing::warn!(%error, "a request could not be passed on");
            cut(StatusCode::BAD_GATEWAY, "LINE cannot be reached")
        })?;
        let (mut head, body) = answer.into_parts();
        let body = Limited::new(body, LARGEST_ASKED).collect().await;
        let body = body.map_err(|_| {
            cut(StatusCode::BAD_GATEWAY, "The answer of LINE did not come to its end")
        })?;
        head.headers = without_hops(&head.headers);
        // The body's own length is what counts.
        head.headers.remove(header::CONTENT_LENGTH);
        let voice = HeaderValue::from_static("line");
        head.headers.insert(HeaderName::from_static("x-hikyaku-answer"), voice);
        Ok(Response::from_parts(head, body.to_bytes()))
    };
    let late = || cut(StatusCode::GATEWAY_TIMEOUT, "LINE did not answer within 30 seconds");
    timeout(HEAD_TIME, asked).await.unwrap_or_else(|_| Err(late()))
}

pub(super) fn unreachable(status: StatusCode, why: &str) -> Answer {
    own(status, why, Some("line-unreachable"), None)
}

/// A request's body on its way to LINE, and what ends when all of it has left.
#[derive(Debug)]
pub(super) struct Outgoing {
    body: RequestBody,
    sent: oneshot::Receiver<()>,
}

impl Outgoing {
    /// One that is there.
    pub(super) fn whole(body: Bytes) -> Self {
        Self { body: body.into(), sent: oneshot::channel().1 }
    }
}

impl From<Incoming> for Outgoing {
    fn from(body: Incoming) -> Self {
        if body.is_end_stream() {
            return Self::whole(Bytes::new());
        }
        let (left, sent) = oneshot::channel();
        let body = Watched { body: Limited::new(Patient::new(body), LARGEST), _left: left };
        Self { body: RequestBody::new(body), sent }
    }
}

/// LINE's answer on its way to the caller.
fn back(answer: Response<ResponseBody>) -> Reply {
    let (mut parts, body) = answer.into_parts();
    parts.headers = without_hops(&parts.headers);
    let voice = HeaderValue::from_static("line");
    parts.headers.insert(HeaderName::from_static("x-hikyaku-answer"), voice);
    let mut answer = Response::new(Either::Right(Patient::new(body)));
    *answer.status_mut() = parts.status;
    *answer.headers_mut() = parts.headers;
    answer
}

/// Headers that are about one connection.
const HOPS: [&str; 8] = [
    "connection",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "proxy-connection",
    "http2-settings",
];

/// Headers that are the gateway's to give, or that tell LINE of its callers.
const OWN: [&str; 8] = [
    "authorization",
    "host",
    // The body's own length is what counts.
    "content-length",
    "expect",
    "cookie",
    "forwarded",
    "prefer",
    "idempotency-key",
];

fn upstream_headers(headers: &HeaderMap) -> HeaderMap {
    let mut kept = without_hops(headers);
    let own = |name: &HeaderName| {
        let name = name.as_str();
        OWN.contains(&name) || name.starts_with("x-forwarded-") || name.starts_with("x-hikyaku-")
    };
    let names: Vec<HeaderName> = kept.keys().filter(|name| own(name)).cloned().collect();
    for name in names {
        kept.remove(name);
    }
    for name in ["x-line-retry-key", "x-line-delivery-tag"] {
        if kept.get(name).is_some_and(HeaderValue::is_empty) {
            kept.remove(name);
        }
    }
    kept
}

fn without_hops(headers: &HeaderMap) -> HeaderMap {
    let mut kept = headers.clone();
    let values = headers.get_all(header::CONNECTION).iter();
    let values = values.filter_map(|value| value.to_str().ok());
    for name in values.flat_map(|value| value.split(',')) {
        kept.remove(name.trim());
    }
    let proxy = |name: &HeaderName| name.as_str().starts_with("proxy-");
    let of_proxies: Vec<HeaderName> = kept.keys().filter(|name| proxy(name)).cloned().collect();
    for name in of_proxies {
        kept.remove(name);
    }
    for name in HOPS {
        kept.remove(name);
    }
    kept
}

/// A body whose end is noticed.
struct Watched<B> {
    body: B,
    /// Its receiver ends with the body.
    _left: oneshot::Sender<()>,
}

impl<B: Body<Data = Bytes> + Unpin> Body for Watched<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
