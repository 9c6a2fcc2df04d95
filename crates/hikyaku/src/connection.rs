use std::{fmt, time::Duration};

use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Method, Request, StatusCode,
    header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HOST, USER_AGENT},
};
use http_body::Body;
use tokio::time::timeout_at;
use tracing::{Instrument, Span};
use uuid::Uuid;

use crate::{
    Error, RetryPolicy,
    exchange::Exchange,
    form::Form,
    judge::{Asked, ERROR_BODY_LIMIT},
    retry::{Attempts, Retries},
    route::{Repeat, Route},
    target::{BaseUrl, Target},
    transport::{
        Carrier, HyperTransport, Proxy, RequestBody, ResponseBody, Transport, TransportError,
    },
};

const USER_AGENT_VALUE: &str = concat!("hikyaku/", env!("CARGO_PKG_VERSION"));

const RETRY_KEY: HeaderName = HeaderName::from_static("x-line-retry-key");

/// How much of a JSON answer is read; LINE's largest are lists of some hundred kilobytes.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// How a client reaches its server: the transport, and how long and how often to try. It knows no operation and no
/// token.
pub(crate) struct Connection {
    user_agent: HeaderValue,
    timeout: Duration,
    retries: Retries,
    transport: Carrier,
}

/// One call, whatever the attempts it takes.
pub(crate) struct Call<'a> {
    pub(crate) method: &'static Method,
    /// The path without its values, for the log.
    pub(crate) path: &'static str,
    pub(crate) repeat: Repeat,
    pub(crate) asked: Asked,
    pub(crate) base_url: &'a BaseUrl,
    pub(crate) target: Target,
    pub(crate) headers: Headers,
    pub(crate) body: Payload,
    /// For a call that is known to take longer than the usual timeout.
    pub(crate) timeout: Option<Duration>,
}

/// The headers of a call. Each attempt makes a map of them: that costs no more than to copy one.
#[derive(Debug, Default)]
pub(crate) struct Headers {
    pub(crate) authorization: Option<HeaderValue>,
    pub(crate) content_type: Option<HeaderValue>,
    pub(crate) retry_key: Option<Uuid>,
    /// One that few operations have for themselves, such as a delivery tag.
    pub(crate) own: Option<Box<(HeaderName, HeaderValue)>>,
}

/// What a call sends, for each of its attempts anew.
pub(crate) enum Payload {
    Whole(Bytes),
    Streamed(Box<dyn Fn() -> RequestBody + Send + Sync>),
}

impl Connection {
    /// Makes the call, and repeats it where that is safe and may help.
    pub(crate) async fn exchange(&self, call: &Call<'_>) -> Result<Exchange, Error> {
        self.exchange_judged(call, |exchange| exchange.judged(&call.asked)).await
    }

    /// The same for a server whose answers have forms of their own.
    pub(crate) async fn exchange_judged(
        &self,
        call: &Call<'_>,
        judge: impl Fn(Exchange) -> Result<Exchange, Error>,
    ) -> Result<Exchange, Error> {
        let span = call.span();
        let mut attempts = Attempts::new(&self.retries, call.repeat);
        loop {
            let result =
                self.attempt(call, &attempts).instrument(span.clone()).await.and_then(&judge);
            record(&span, &result);
            match result {
                Ok(exchange) => {
                    attempts.succeeded();
                    return Ok(exchange);
                }
                // Boxed, since it seldom happens and would make every call's future larger.
                Err(error) => Box::pin(attempts.wait_after(error)).await?,
            }
        }
    }

    /// The same for a call whose answer is read as it comes; one whose head does not tell that it is a success of LINE's
    /// is read whole.
    pub(crate) async fn open(&self, call: &Call<'_>) -> Result<Exchange<ResponseBody>, Error> {
        let span = call.span();
        let mut attempts = Attempts::new(&self.retries, call.repeat);
        loop {
            let result = self.begin(call, &attempts).instrument(span.clone()).await;
            record(&span, &result);
            match result {
                Ok(exchange) => {
                    attempts.succeeded();
                    return Ok(exchange);
                }
                Err(error) => Box::pin(attempts.wait_after(error)).await?,
            }
        }
    }

    pub(crate) fn retries(&self) -> &Retries {
        &self.retries
    }

    /// How long one attempt may take, or one piece of an answer that is read as it comes.
    pub(crate) fn timeout(&self) -> Duration {
        self.timeout
    }

    async fn attempt(&self, call: &Call<'_>, attempts: &Attempts<'_>) -> Result<Exchange, Error> {
        let deadline = attempts.deadline(call.timeout(self.timeout));
        let answer = timeout_at(deadline, self.read(call)).await;
        answer.unwrap_or_else(|_| Err(Error::network(self.late(call))))
    }

    async fn begin(
        &self,
        call: &Call<'_>,
        attempts: &Attempts<'_>,
    ) -> Result<Exchange<ResponseBody>, Error> {
        let deadline = attempts.deadline(call.timeout(self.timeout));
        let begun = timeout_at(deadline, async {
            let Exchange { status, headers, mut body } =
                self.send(call).await.map_err(Error::network)?;
            if call.asked.is_success_by_head(status, &headers) {
                return Ok(Exchange { status, headers, body });
            }
            let body = match whole(status, &mut body).await {
                Ok(body) => body,
                Err(broken) => return Err(Error::network(broken).of_answer(status, headers)),
            };
            let Exchange { status, headers, body } =
                Exchange { status, headers, body }.judged(&call.asked)?;
            Ok(Exchange { status, headers, body: body.into() })
        });
        begun.await.unwrap_or_else(|_| Err(Error::network(self.late(call))))
    }

    async fn read(&self, call: &Call<'_>) -> Result<Exchange, Error> {
        let Exchange { status, headers, mut body } =
            self.send(call).await.map_err(Error::network)?;
        match whole(status, &mut body).await {
            Ok(body) => Ok(Exchange { status, headers, body }),
            Err(broken) => Err(Error::network(broken).of_answer(status, headers)),
        }
    }

    fn late(&self, call: &Call<'_>) -> TransportError {
        let timeout = call.timeout(self.timeout);
        TransportError::interrupted(format!("no whole answer within {timeout:?}"))
    }

    async fn send(&self, call: &Call<'_>) -> Result<Exchange<ResponseBody>, TransportError> {
        let request = call.request(&self.user_agent);
        let answer = match &self.transport {
            Carrier::Pool(pool) => pool.exchange(request).await,
            Carrier::Own(transport) => transport.send(request).await,
        };
        let (parts, body) = answer?.into_parts();
        Ok(Exchange { status: parts.status, headers: parts.headers, body })
    }
}

/// Reads a body to its end. Of an error's, which may be missing, the status has told what matters.
async fn whole(status: StatusCode, body: &mut ResponseBody) -> Result<Bytes, TransportError> {
    if !status.is_success() {
        let body = body.collect(ERROR_BODY_LIMIT).await;
        return Ok(body.map(|body| body.bytes).unwrap_or_default());
    }
    let body = body.collect(BODY_LIMIT).await?;
    if body.truncated {
        return Err(TransportError::interrupted(format!(
            "the answer is larger than {BODY_LIMIT} bytes, which no answer of LINE's is"
        )));
    }
    Ok(body.bytes)
}

/// Tells the span how an attempt ended.
fn record<B>(span: &Span, result: &Result<Exchange<B>, Error>) {
    if span.is_disabled() {
        return;
    }
    let (status, headers) = match result {
        Ok(exchange) => (Some(exchange.status), &exchange.headers),
        Err(error) => (error.status(), error.headers()),
    };
    span.record("status", status.map(|status| status.as_u16()));
    span.record("request_id", crate::answer::request_id(headers));
}

impl<'a> Call<'a> {
    pub(crate) fn new(route: &'static Route, base_url: &'a BaseUrl, target: Target) -> Self {
        Self {
            method: route.method,
            path: route.path,
            repeat: route.repeat,
            asked: Asked {
                named: route.named,
                keyed: false,
                expects: route.gives.into(),
                none: None,
            },
            base_url,
            target,
            headers: Headers::default(),
            body: Payload::Whole(Bytes::new()),
            timeout: None,
        }
    }

    /// Sends this body.
    pub(crate) fn bytes(&mut self, content_type: HeaderValue, bytes: Bytes) {
        self.headers.content_type = Some(content_type);
        self.body = Payload::Whole(bytes);
    }

    pub(crate) fn form(&mut self, form: Form) {
        self.bytes(HeaderValue::from_static(Form::CONTENT_TYPE), form.into_bytes());
    }

    fn request(&self, user_agent: &HeaderValue) -> Request<RequestBody> {
        let mut request = Request::new(match &self.body {
            Payload::Whole(bytes) => bytes.clone().into(),
            Payload::Streamed(open) => open(),
        });
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.base_url.target(&self.target);
        let headers = request.headers_mut();
        // Room for these and the one or two that hyper adds, in a piece that allocators keep at hand.
        headers.reserve(6);
        if let Some(host) = self.base_url.host_header() {
            headers.insert(HOST, host.clone());
        }
        headers.insert(USER_AGENT, user_agent.clone());
        let Headers { authorization, content_type, retry_key, own } = &self.headers;
        if let Some(authorization) = authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        if let Some(content_type) = content_type {
            headers.insert(CONTENT_TYPE, content_type.clone());
        }
        if let Some(key) = *retry_key {
            headers.insert(RETRY_KEY, key_value(key));
        }
        if let Some((name, value)) = own.as_deref() {
            headers.insert(name, value.clone());
        }
        // hyper leaves the length of an empty body out, and some servers refuse a POST without one.
        let has_content = *self.method != Method::GET && *self.method != Method::DELETE;
        if has_content && request.body().is_end_stream() {
            request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        request
    }

    fn timeout(&self, usual: Duration) -> Duration {
        self.timeout.map_or(usual, |timeout| timeout.max(usual))
    }

    fn span(&self) -> Span {
        tracing::debug_span!(
            "line",
            method = %self.method,
            path = self.path,
            status = tracing::field::Empty,
            request_id = tracing::field::Empty,
        )
    }
}

/// The header that carries a token, a secret of one of the model's types.
pub(crate) fn bearer(token: &str) -> HeaderValue {
    let mut authorization = HeaderValue::from_str(&format!("Bearer {token}"))
        .expect("a secret's characters are checked when it is made");
    authorization.set_sensitive(true);
    authorization
}

fn key_value(key: Uuid) -> HeaderValue {
    let mut buffer = [0; uuid::fmt::Hyphenated::LENGTH];
    let key = key.hyphenated().encode_lower(&mut buffer);
    let mut value = HeaderValue::from_str(key).expect("a UUID is hexadecimal digits and hyphens");
    // No secret, but this keeps HTTP/2 from putting each key into its table of headers to come again.
    value.set_sensitive(true);
    value
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("timeout", &self.timeout)
            .field("retries", &self.retries)
            .finish_non_exhaustive()
    }
}

/// What a builder collects about a [`Connection`].
pub(crate) struct ConnectionSettings {
    pub(crate) timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) retry: RetryPolicy,
    pub(crate) user_agent: Option<String>,
    pub(crate) root_certificates: Option<Vec<u8>>,
    pub(crate) proxy: Proxy,
    pub(crate) transport: Option<Box<dyn Transport>>,
}

/// The setters that every client's builder has for its field `connection`, in an `impl` of the builder.
macro_rules! connection_setters {
    ($(#[$retry:meta])*) => {
        /// The longest that one attempt may take, from connecting to the answer's last byte; 10 seconds unless set.
        pub fn timeout(mut self, timeout: std::time::Duration) -> Self {
            self.connection.timeout = timeout;
            self
        }

        /// The longest that connecting may take, from the name to TLS; 5 seconds unless set. What was to be sent over the
        /// connection has then surely not been sent, and is repeated whatever it is.
        pub fn connect_timeout(mut self, timeout: std::time::Duration) -> Self {
            self.connection.connect_timeout = timeout;
            self
        }

        $(#[$retry])*
        pub fn retry(mut self, policy: $crate::RetryPolicy) -> Self {
            self.connection.retry = policy;
            self
        }

        /// The `User-Agent`; `hikyaku/` and the version unless set.
        pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
            self.connection.user_agent = Some(user_agent.into());
            self
        }

        /// Trusts these certificates (PEM) besides Mozilla's roots: of a company's proxy, or of a server that has its own.
        pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
            self.connection.root_certificates = Some(pem.into());
            self
        }

        /// Travels through this proxy; unless set, through the one that the environment names in `HTTPS_PROXY`.
        pub fn proxy(mut self, proxy: $crate::transport::Proxy) -> Self {
            self.connection.proxy = proxy;
            self
        }

        /// Sends through something else than the built-in pool; the connect timeout, the certificates and the proxy are
        /// then its own.
        pub fn transport(mut self, transport: impl $crate::transport::Transport) -> Self {
            self.connection.transport = Some(Box::new(transport));
            self
        }
    };
}
pub(crate) use connection_setters;

impl Default for ConnectionSettings {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(5),
            retry: RetryPolicy::default(),
            user_agent: None,
            root_certificates: None,
            proxy: Proxy::from_env(),
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
        let transport = if let Some(transport) = self.transport {
            Carrier::Own(transport)
        } else {
            let pem = self.root_certificates.as_deref();
            let pool = HyperTransport::through(self.proxy, self.connect_timeout, pem);
            let pool = pool.map_err(|why| Error::invalid("root_certificates", why.to_string()))?;
            Carrier::Pool(pool.into())
        };
        let retries = Retries::new(self.retry);
        Ok(Connection { user_agent, timeout: self.timeout, retries, transport })
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
