use std::{fmt, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, header::USER_AGENT};
use serde::de::DeserializeOwned;
use tracing::Instrument;

use crate::{
    Answer, Error, RetryPolicy,
    error::ERROR_BODY_LIMIT,
    retry::Attempts,
    route::Repeat,
    transport::{HyperTransport, RequestBody, Transport, TransportError},
};

const USER_AGENT_VALUE: &str = concat!("hikyaku/", env!("CARGO_PKG_VERSION"));

/// How much of a JSON answer is read; LINE's largest are lists of some hundred kilobytes.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// How a client reaches its server: the transport, and how long and how often to try. It knows no operation and no
/// token.
pub(crate) struct Connection {
    user_agent: HeaderValue,
    timeout: Duration,
    retry: RetryPolicy,
    transport: Box<dyn Transport>,
}

/// One call, whatever the attempts it takes.
pub(crate) struct Call {
    pub(crate) method: &'static Method,
    /// The path without its values, for the log.
    pub(crate) path: &'static str,
    pub(crate) repeat: Repeat,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Connection {
    /// The headers that every request has.
    pub(crate) fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::with_capacity(8);
        headers.insert(USER_AGENT, self.user_agent.clone());
        headers
    }

    /// Makes the call, and repeats it where that is safe and may help. `judge` says of a whole answer whether it is a
    /// success.
    pub(crate) async fn exchange(
        &self,
        call: Call,
        judge: impl Fn(Exchange) -> Result<Exchange, Error>,
    ) -> Result<Exchange, Error> {
        let span = tracing::debug_span!(
            "line",
            method = %call.method,
            path = call.path,
            status = tracing::field::Empty,
            request_id = tracing::field::Empty,
        );
        let mut attempts = Attempts::new(&self.retry, call.repeat);
        let repeated = async {
            loop {
                match self.attempt(call.request()).await.and_then(&judge) {
                    Ok(exchange) => return Ok(exchange),
                    Err(error) => attempts.wait_after(error).await?,
                }
            }
        };
        let result: Result<Exchange, Error> = repeated.instrument(span.clone()).await;
        if !span.is_disabled() {
            let (status, headers) = match &result {
                Ok(exchange) => (Some(exchange.status), &exchange.headers),
                Err(error) => (error.status(), error.headers()),
            };
            span.record("status", status.map(|status| status.as_u16()));
            span.record("request_id", crate::answer::request_id(headers));
        }
        result
    }

    async fn attempt(&self, request: Request<RequestBody>) -> Result<Exchange, Error> {
        let exchange = async {
            let (parts, body) = self.transport.send(request).await?.into_parts();
            let limit = if parts.status.is_success() { BODY_LIMIT } else { ERROR_BODY_LIMIT };
            match body.collect(limit).await {
                Ok(body) if body.truncated && parts.status.is_success() => {
                    Err(TransportError::interrupted(format!(
                        "the answer is larger than {BODY_LIMIT} bytes, which no answer of LINE's is"
                    )))
                }
                Ok(body) => {
                    Ok(Exchange { status: parts.status, headers: parts.headers, body: body.bytes })
                }
                // The status has told what matters of an error; its body's end may be missing.
                Err(_) if !parts.status.is_success() => Ok(Exchange {
                    status: parts.status,
                    headers: parts.headers,
                    body: Bytes::new(),
                }),
                Err(error) => Err(error),
            }
        };
        let late =
            |_| TransportError::interrupted(format!("no whole answer within {:?}", self.timeout));
        let exchange = tokio::time::timeout(self.timeout, exchange).await.map_err(late).flatten();
        exchange.map_err(Error::network)
    }
}

impl Call {
    fn request(&self) -> Request<RequestBody> {
        let mut request = Request::new(self.body.clone().into());
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();
        request
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("timeout", &self.timeout)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Exchange {
    /// The answer as a value.
    pub(crate) fn json<T: DeserializeOwned>(self) -> Result<Answer<T>, Error> {
        match serde_json::from_slice(&self.body) {
            Ok(value) => Ok(Answer::new(value, self.status, self.headers)),
            Err(error) => Err(Error::decode(self.status, self.headers, error)),
        }
    }

    /// The answer to a call that has nothing to tell: `{}`, or no body at all.
    pub(crate) fn empty(self) -> Result<Answer<()>, Error> {
        if self.body.is_empty() || self.is_json_object() {
            return Ok(Answer::new((), self.status, self.headers));
        }
        let error = serde::de::Error::custom("expected an empty object");
        Err(Error::decode(self.status, self.headers, error))
    }

    pub(crate) fn is_json_object(&self) -> bool {
        self.body.first() == Some(&b'{')
            && serde_json::from_slice::<serde::de::IgnoredAny>(&self.body).is_ok()
    }
}

/// What a builder collects about a [`Connection`].
pub(crate) struct ConnectionSettings {
    pub(crate) timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) retry: RetryPolicy,
    pub(crate) user_agent: Option<String>,
    pub(crate) root_certificates: Option<Vec<u8>>,
    pub(crate) transport: Option<Box<dyn Transport>>,
}

impl Default for ConnectionSettings {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(5),
            retry: RetryPolicy::default(),
            user_agent: None,
            root_certificates: None,
            transport: None,
        }
    }
}

impl ConnectionSettings {
    pub(crate) fn connect(self) -> Result<Connection, Error> {
        let user_agent = match self.user_agent {
            Some(text) => HeaderValue::from_str(&text)
                .map_err(|why| Error::invalid("user_agent", why.to_string()))?,
            None => HeaderValue::from_static(USER_AGENT_VALUE),
        };
        let transport = match (self.transport, self.root_certificates) {
            (Some(transport), _) => transport,
            (None, None) => Box::new(HyperTransport::new(self.connect_timeout)),
            (None, Some(pem)) => Box::new(
                HyperTransport::with_certificates(self.connect_timeout, &pem)
                    .map_err(|why| Error::invalid("root_certificates", why.to_string()))?,
            ),
        };
        Ok(Connection { user_agent, timeout: self.timeout, retry: self.retry, transport })
    }
}

impl fmt::Debug for ConnectionSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionSettings")
            .field("timeout", &self.timeout)
            .field("connect_timeout", &self.connect_timeout)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}
