use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use hikyaku_model::{ChannelToken, Checker};
use http::{
    HeaderMap, HeaderName, HeaderValue, Request, StatusCode, Uri,
    header::{AUTHORIZATION, CONTENT_TYPE, USER_AGENT},
};
use serde::{Serialize, de::DeserializeOwned};
use tracing::Instrument;
use uuid::Uuid;

use crate::{
    Answer, Error, RetryPolicy,
    error::ERROR_BODY_LIMIT,
    random,
    retry::Attempts,
    route::{BaseUrl, Host, Repeat, Route, Target},
    transport::{HyperTransport, RequestBody, Transport, TransportError},
};

const API_BASE_URL: &str = "https://api.line.me";
const DATA_BASE_URL: &str = "https://api-data.line.me";
const MANAGER_BASE_URL: &str = "https://manager.line.biz";
const USER_AGENT_VALUE: &str = concat!("hikyaku/", env!("CARGO_PKG_VERSION"));
const RETRY_KEY: HeaderName = HeaderName::from_static("x-line-retry-key");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// How much of a JSON answer is read; LINE's largest are lists of some hundred kilobytes.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// A channel's way to LINE.
///
/// It is a value: cheap to clone, with no globals behind it, so a program may hold one for each of its channels. All
/// clones share one pool of connections.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let client = hikyaku::Client::from_env()?;
/// let accepted = client.push("U4af4980629000000000000000000000a", "hello").await?;
/// println!("LINE accepted it as request {:?}", accepted.request_id);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    authorization: HeaderValue,
    user_agent: HeaderValue,
    api_base_url: BaseUrl,
    data_base_url: BaseUrl,
    manager_base_url: BaseUrl,
    timeout: Duration,
    retry: RetryPolicy,
    transport: Box<dyn Transport>,
}

impl Client {
    /// A client with the usual settings.
    ///
    /// # Errors
    /// The token is empty, or has a character that no header can carry.
    pub fn new(token: impl AsRef<str>) -> Result<Self, Error> {
        Self::builder(token).build()
    }

    /// Starts a client with settings of its own.
    pub fn builder(token: impl AsRef<str>) -> ClientBuilder {
        ClientBuilder::new(token.as_ref().to_owned())
    }

    /// A client from the environment: `LINE_CHANNEL_ACCESS_TOKEN`, and `HIKYAKU_API_URL`, `HIKYAKU_DATA_URL` and
    /// `HIKYAKU_MANAGER_URL` where LINE is not at its usual addresses.
    ///
    /// # Errors
    /// The token is not set or can be none, or the URL is none.
    pub fn from_env() -> Result<Self, Error> {
        let token = std::env::var("LINE_CHANNEL_ACCESS_TOKEN").map_err(|_| {
            Error::invalid(
                "LINE_CHANNEL_ACCESS_TOKEN",
                "is not set; put the channel access token into it",
            )
        })?;
        let mut builder = Self::builder(token);
        for (name, set) in [
            ("HIKYAKU_API_URL", ClientBuilder::api_base_url as fn(_, String) -> _),
            ("HIKYAKU_DATA_URL", ClientBuilder::data_base_url),
            ("HIKYAKU_MANAGER_URL", ClientBuilder::manager_base_url),
        ] {
            if let Ok(url) = std::env::var(name) {
                builder = set(builder, url);
            }
        }
        builder.build()
    }

    /// Calls an operation with a JSON body, and leaves the answer's body as it came.
    pub(crate) async fn send_json<B: Serialize + ?Sized>(
        &self,
        route: &'static Route,
        options: Options,
        body: &B,
    ) -> Result<Exchange, Error> {
        let mut json = Vec::with_capacity(options.size_hint + 256);
        serde_json::to_writer(&mut json, body).map_err(|error| {
            Error::invalid("", format!("the request cannot be written as JSON: {error}"))
        })?;
        let uri = self.base_url(route.host).fixed(route.path);
        self.exchange(route, uri, options, Some(json.into())).await
    }

    /// Reads a JSON answer.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        route: &'static Route,
        target: &Target,
    ) -> Result<Answer<T>, Error> {
        let uri = self.base_url(route.host).target(target);
        self.exchange(route, uri, Options::default(), None).await?.json()
    }

    fn base_url(&self, host: Host) -> &BaseUrl {
        match host {
            Host::Api => &self.0.api_base_url,
            Host::Data => &self.0.data_base_url,
            Host::Manager => &self.0.manager_base_url,
        }
    }

    async fn exchange(
        &self,
        route: &'static Route,
        uri: Uri,
        options: Options,
        body: Option<Bytes>,
    ) -> Result<Exchange, Error> {
        let span = tracing::debug_span!(
            "line",
            method = %route.method,
            path = route.path,
            status = tracing::field::Empty,
            request_id = tracing::field::Empty,
        );
        let headers = self.headers(route, &options, body.is_some());
        let mut attempts = Attempts::new(&self.0.retry, route.repeat);
        let repeated = async {
            loop {
                let request = request(route, uri.clone(), headers.clone(), body.clone());
                match self.attempt(route, request).await {
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

    fn headers(&self, route: &Route, options: &Options, has_body: bool) -> HeaderMap {
        let mut headers = HeaderMap::with_capacity(8);
        headers.insert(AUTHORIZATION, self.0.authorization.clone());
        headers.insert(USER_AGENT, self.0.user_agent.clone());
        if has_body {
            headers.insert(CONTENT_TYPE, JSON);
        }
        if route.repeat == Repeat::WithRetryKey {
            let key = options.retry_key.unwrap_or_else(random::uuid);
            let mut buffer = [0; uuid::fmt::Hyphenated::LENGTH];
            let key = key.hyphenated().encode_lower(&mut buffer);
            headers.insert(
                RETRY_KEY,
                HeaderValue::from_str(key).expect("a UUID is hexadecimal digits and hyphens"),
            );
        }
        if let Some((name, value)) = &options.header {
            headers.insert(name, value.clone());
        }
        headers
    }

    async fn attempt(
        &self,
        route: &Route,
        request: Request<RequestBody>,
    ) -> Result<Exchange, Error> {
        let exchange = async {
            let (parts, body) = self.0.transport.send(request).await?.into_parts();
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
            |_| TransportError::interrupted(format!("no whole answer within {:?}", self.0.timeout));
        let exchange = tokio::time::timeout(self.0.timeout, exchange).await.map_err(late).flatten();
        let exchange = exchange.map_err(Error::network)?;
        let deduplicated =
            route.repeat == Repeat::WithRetryKey && exchange.status == StatusCode::CONFLICT;
        if exchange.status.is_success() || (deduplicated && exchange.is_json_object()) {
            Ok(exchange)
        } else {
            Err(Error::from_answer(exchange.status, exchange.headers, &exchange.body))
        }
    }
}

fn request(
    route: &Route,
    uri: Uri,
    headers: HeaderMap,
    body: Option<Bytes>,
) -> Request<RequestBody> {
    let mut request = Request::new(body.unwrap_or_default().into());
    *request.method_mut() = route.method.clone();
    *request.uri_mut() = uri;
    *request.headers_mut() = headers;
    request
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("api_base_url", &self.0.api_base_url)
            .field("timeout", &self.0.timeout)
            .field("retry", &self.0.retry)
            .finish_non_exhaustive()
    }
}

/// What a call sends besides its body.
#[derive(Debug, Default)]
pub(crate) struct Options {
    pub(crate) retry_key: Option<Uuid>,
    pub(crate) header: Option<(HeaderName, HeaderValue)>,
    /// About how long the body will be.
    pub(crate) size_hint: usize,
}

/// A whole answer that is a success.
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

    fn is_json_object(&self) -> bool {
        self.body.first() == Some(&b'{')
            && serde_json::from_slice::<serde::de::IgnoredAny>(&self.body).is_ok()
    }
}

/// Settings of a [`Client`]. Made by [`Client::builder`].
#[must_use = "settings do nothing until `build` is called"]
pub struct ClientBuilder {
    token: String,
    api_base_url: String,
    data_base_url: String,
    manager_base_url: String,
    timeout: Duration,
    connect_timeout: Duration,
    retry: RetryPolicy,
    user_agent: Option<String>,
    certificates: Option<Vec<u8>>,
    transport: Option<Box<dyn Transport>>,
}

impl ClientBuilder {
    fn new(token: String) -> Self {
        Self {
            token,
            api_base_url: API_BASE_URL.to_owned(),
            data_base_url: DATA_BASE_URL.to_owned(),
            manager_base_url: MANAGER_BASE_URL.to_owned(),
            timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(5),
            retry: RetryPolicy::default(),
            user_agent: None,
            certificates: None,
            transport: None,
        }
    }

    /// Where the API is; `https://api.line.me` unless set. A simulator's address, for one.
    pub fn api_base_url(mut self, url: impl Into<String>) -> Self {
        self.api_base_url = url.into();
        self
    }

    /// Where contents, rich-menu images and files of audiences are; `https://api-data.line.me` unless set.
    pub fn data_base_url(mut self, url: impl Into<String>) -> Self {
        self.data_base_url = url.into();
        self
    }

    /// Where module channels are attached; `https://manager.line.biz` unless set.
    pub fn manager_base_url(mut self, url: impl Into<String>) -> Self {
        self.manager_base_url = url.into();
        self
    }

    /// The longest that one attempt may take, from connecting to the answer's last byte; 10 seconds unless set.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The longest that connecting may take; 5 seconds unless set.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// When to repeat a call that failed.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// The `User-Agent`; `hikyaku/` and the version unless set.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    /// Trusts these certificates (PEM) besides Mozilla's roots: of a company's proxy, or of a server under test.
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.certificates = Some(pem.into());
        self
    }

    /// Sends through something else than the built-in pool; the connect timeout and the certificates are then its own.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Box::new(transport));
        self
    }

    /// The client.
    ///
    /// # Errors
    /// A token, URL, user agent or certificate that can be none.
    pub fn build(self) -> Result<Client, Error> {
        let token = ChannelToken::new(self.token)
            .map_err(|why| Error::invalid("token", format!("the channel access token {why}")))?;
        let mut authorization = HeaderValue::from_str(&format!("Bearer {}", token.expose()))
            .map_err(|why| Error::invalid("token", why.to_string()))?;
        authorization.set_sensitive(true);
        let user_agent = match self.user_agent {
            Some(text) => HeaderValue::from_str(&text)
                .map_err(|why| Error::invalid("user_agent", why.to_string()))?,
            None => HeaderValue::from_static(USER_AGENT_VALUE),
        };
        let transport = match (self.transport, self.certificates) {
            (Some(transport), _) => transport,
            (None, None) => Box::new(HyperTransport::new(self.connect_timeout)),
            (None, Some(pem)) => Box::new(
                HyperTransport::with_certificates(self.connect_timeout, &pem)
                    .map_err(|why| Error::invalid("root_certificates", why.to_string()))?,
            ),
        };
        Ok(Client(Arc::new(Inner {
            authorization,
            user_agent,
            api_base_url: BaseUrl::parse("api_base_url", &self.api_base_url)?,
            data_base_url: BaseUrl::parse("data_base_url", &self.data_base_url)?,
            manager_base_url: BaseUrl::parse("manager_base_url", &self.manager_base_url)?,
            timeout: self.timeout,
            retry: self.retry,
            transport,
        })))
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("api_base_url", &self.api_base_url)
            .field("timeout", &self.timeout)
            .field("connect_timeout", &self.connect_timeout)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

/// Runs checks and turns what they found into an error.
pub(crate) fn check(checks: impl FnOnce(&mut Checker)) -> Result<(), Error> {
    let mut checker = Checker::default();
    checks(&mut checker);
    Ok(checker.finish()?)
}
