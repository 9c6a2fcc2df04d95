use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use hikyaku_model::{ChannelToken, Checker};
use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode, Uri,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::{
    Answer, Error, RetryPolicy,
    connection::{Call, Connection, ConnectionSettings, Exchange},
    random,
    route::{BaseUrl, Host, Repeat, Route, Target},
    transport::Transport,
};

const API_BASE_URL: &str = "https://api.line.me";
const DATA_BASE_URL: &str = "https://api-data.line.me";
const MANAGER_BASE_URL: &str = "https://manager.line.biz";
const RETRY_KEY: HeaderName = HeaderName::from_static("x-line-retry-key");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

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
    api_base_url: BaseUrl,
    data_base_url: BaseUrl,
    manager_base_url: BaseUrl,
    connection: Connection,
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
        let headers = self.headers(route, &options, body.is_some());
        let call = Call {
            method: &route.method,
            path: route.path,
            repeat: route.repeat,
            uri,
            headers,
            body: body.unwrap_or_default(),
        };
        let keyed = route.repeat == Repeat::WithRetryKey;
        self.0
            .connection
            .exchange(call, |exchange| {
                let deduplicated = keyed && exchange.status == StatusCode::CONFLICT;
                if exchange.status.is_success() || (deduplicated && exchange.is_json_object()) {
                    Ok(exchange)
                } else {
                    Err(Error::from_answer(exchange.status, exchange.headers, &exchange.body))
                }
            })
            .await
    }

    fn headers(&self, route: &Route, options: &Options, has_body: bool) -> HeaderMap {
        let mut headers = self.0.connection.headers();
        headers.insert(AUTHORIZATION, self.0.authorization.clone());
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
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("api_base_url", &self.0.api_base_url)
            .field("connection", &self.0.connection)
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

/// Settings of a [`Client`]. Made by [`Client::builder`].
#[must_use = "settings do nothing until `build` is called"]
pub struct ClientBuilder {
    token: String,
    api_base_url: String,
    data_base_url: String,
    manager_base_url: String,
    connection: ConnectionSettings,
}

impl ClientBuilder {
    fn new(token: String) -> Self {
        Self {
            token,
            api_base_url: API_BASE_URL.to_owned(),
            data_base_url: DATA_BASE_URL.to_owned(),
            manager_base_url: MANAGER_BASE_URL.to_owned(),
            connection: ConnectionSettings::default(),
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
        self.connection.timeout = timeout;
        self
    }

    /// The longest that connecting may take; 5 seconds unless set.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connection.connect_timeout = timeout;
        self
    }

    /// When to repeat a call that failed.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.connection.retry = policy;
        self
    }

    /// The `User-Agent`; `hikyaku/` and the version unless set.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.connection.user_agent = Some(user_agent.into());
        self
    }

    /// Trusts these certificates (PEM) besides Mozilla's roots: of a company's proxy, or of a server under test.
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.connection.root_certificates = Some(pem.into());
        self
    }

    /// Sends through something else than the built-in pool; the connect timeout and the certificates are then its own.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.connection.transport = Some(Box::new(transport));
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
        Ok(Client(Arc::new(Inner {
            authorization,
            api_base_url: BaseUrl::parse("api_base_url", &self.api_base_url)?,
            data_base_url: BaseUrl::parse("data_base_url", &self.data_base_url)?,
            manager_base_url: BaseUrl::parse("manager_base_url", &self.manager_base_url)?,
            connection: self.connection.connect()?,
        })))
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("api_base_url", &self.api_base_url)
            .field("connection", &self.connection)
            .finish_non_exhaustive()
    }
}

/// Runs checks and turns what they found into an error.
pub(crate) fn check(checks: impl FnOnce(&mut Checker)) -> Result<(), Error> {
    let mut checker = Checker::default();
    checks(&mut checker);
    Ok(checker.finish()?)
}
