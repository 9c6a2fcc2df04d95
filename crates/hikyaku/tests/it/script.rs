//! A transport that does what a script says, in no time and without a socket.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use hikyaku::transport::{RequestBody, ResponseBody, Transport, TransportError};
use tokio::time::Instant;

/// What becomes of one request.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// LINE's own answer, named by a request id.
    Answer(u16, &'static str),
    /// The same of something that stands before LINE: without a request id.
    Foreign(u16, &'static str),
    /// LINE's with one header more.
    AnswerWith(u16, (&'static str, &'static str), &'static str),
    /// No byte of it left.
    NotSent,
    /// Bytes left, and nothing came back.
    Interrupted,
    /// Bytes left, and nothing ever comes back.
    Silence,
}

#[derive(Clone, Default)]
pub(crate) struct Script {
    outcomes: Arc<Mutex<VecDeque<Outcome>>>,
    sent: Arc<Mutex<Vec<Sent>>>,
}

/// One attempt.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) at: Instant,
    pub(crate) uri: String,
    pub(crate) retry_key: Option<String>,
    pub(crate) authorization: Option<String>,
    pub(crate) body: Bytes,
    pub(crate) outcome: Outcome,
}

impl Script {
    /// The outcomes of the requests in their order. One request more fails the test.
    pub(crate) fn new(outcomes: impl IntoIterator<Item = Outcome>) -> Self {
        let outcomes = Arc::new(Mutex::new(outcomes.into_iter().collect()));
        Self { outcomes, sent: Arc::default() }
    }

    pub(crate) fn sent(&self) -> Vec<Sent> {
        self.sent.lock().unwrap().clone()
    }
}

impl Transport for Script {
    fn send(
        &self,
        request: http::Request<RequestBody>,
    ) -> futures_core::future::BoxFuture<'_, Result<http::Response<ResponseBody>, TransportError>>
    {
        let outcome = self.outcomes.lock().unwrap().pop_front().expect("the script is over");
        let (parts, body) = request.into_parts();
        let header = |name: &str| Some(parts.headers.get(name)?.to_str().unwrap().to_owned());
        self.sent.lock().unwrap().push(Sent {
            at: Instant::now(),
            uri: parts.uri.to_string(),
            retry_key: header("x-line-retry-key"),
            authorization: header("authorization"),
            body: body.as_bytes().cloned().unwrap(),
            outcome: outcome.clone(),
        });
        Box::pin(async move {
            let named = Some(("x-line-request-id", "REQUEST-ID"));
            let (status, headers, body) = match outcome {
                Outcome::Answer(status, body) => (status, [named, None], body),
                Outcome::Foreign(status, body) => (status, [None, None], body),
                Outcome::AnswerWith(status, header, body) => (status, [named, Some(header)], body),
                Outcome::NotSent => return Err(TransportError::not_sent("refused")),
                Outcome::Interrupted => return Err(TransportError::interrupted("reset")),
                Outcome::Silence => std::future::pending().await,
            };
            let mut response = http::Response::builder().status(status);
            for (name, value) in headers.into_iter().flatten() {
                response = response.header(name, value);
            }
            Ok(response.body(Bytes::from_static(body.as_bytes()).into()).unwrap())
        })
    }
}
