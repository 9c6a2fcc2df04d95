use std::{fmt, sync::Arc};

use hikyaku_model::{ChannelToken, Checker, InvalidId};
use http::HeaderValue;

use crate::{
    Error,
    connection::{Connection, ConnectionSettings, bearer, connection_setters},
    hosts::{HostUrls, Hosts},
    route::Host,
    supply::{Keeper, Supply, TokenEndpoint, TokenProvider},
    target::BaseUrl,
};

/// A client for one channel of the LINE Messaging API.
///
/// It is cheap to clone and has no global state, so a program can hold one client for each of its channels. All clones
/// share one connection pool.
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
    authorization: Authorization,
    hosts: Hosts,
    connection: Arc<Connection>,
}

/// The source of a client's `Authorization` header.
enum Authorization {
    None,
    Fixed(HeaderValue),
    Kept(Keeper),
}

impl Client {
    /// Creates a client with the default settings.
    ///
    /// # Errors
    /// The token is empty, or has a character that is not allowed in an HTTP header.
    pub fn new(token: impl AsRef<str>) -> Result<Self, Error> {
        Self::builder(token).build()
    }

    /// Starts a client with other settings.
    pub fn builder(token: impl AsRef<str>) -> ClientBuilder {
        ClientBuilder::new(Credentials::Token(token.as_ref().to_owned()))
    }

    /// Starts a client that obtains and renews its tokens.
    pub fn builder_with(tokens: TokenProvider) -> ClientBuilder {
        ClientBuilder::new(Credentials::Provider(tokens))
    }

    /// Starts a client for the calls that carry no channel access token: those that issue one, and those of LINE Login.
    /// Other calls fail before anything is sent.
    pub fn without_token() -> ClientBuilder {
        ClientBuilder::new(Credentials::None)
    }

    /// Creates a client from the environment: `LINE_CHANNEL_ACCESS_TOKEN`, and optionally `HIKYAKU_API_URL`,
    /// `HIKYAKU_DATA_URL` and `HIKYAKU_MANAGER_URL` for hosts other than LINE's. If `HIKYAKU_API_URL` is on this
    /// machine, set the URL of every host that the program calls: no other host has a default then, as with
    /// [`api_base_url`](ClientBuilder::api_base_url). A variable that is set but empty counts as not set.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid): the token is missing or malformed, a URL is invalid, or one host is on this
    /// machine and another is LINE's own.
    pub fn from_env() -> Result<Self, Error> {
        let set = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
        let token = set("LINE_CHANNEL_ACCESS_TOKEN").ok_or_else(|| {
            Error::invalid(
                "LINE_CHANNEL_ACCESS_TOKEN",
                "is not set; put the channel access token into it",
            )
        })?;
        let mut builder = Self::builder(token);
        for (name, with) in [
            ("HIKYAKU_API_URL", ClientBuilder::api_base_url as fn(_, String) -> _),
            ("HIKYAKU_DATA_URL", ClientBuilder::data_base_url),
            ("HIKYAKU_MANAGER_URL", ClientBuilder::manager_base_url),
        ] {
            if let Some(url) = set(name) {
                builder = with(builder, url);
            }
        }
        builder.build()
    }

    /// Returns the timeout of one attempt, as set by [`ClientBuilder::timeout`].
    pub fn timeout(&self) -> std::time::Duration {
        self.0.connection.timeout()
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.0.connection
    }

    /// Returns the header with a valid channel access token.
    pub(crate) async fn authorization(&self) -> Result<HeaderValue, Error> {
        match &self.0.authorization {
            Authorization::Fixed(authorization) => Ok(authorization.clone()),
            // Boxed: most clients have a fixed token, and every future would carry the space for this one.
            Authorization::Kept(keeper) => Box::pin(keeper.authorization()).await,
            Authorization::None => Err(Error::invalid(
                "token",
                "this client has none; make it by `Client::builder` or `Client::builder_with`",
            )),
        }
    }

    /// Returns the header with a newer token after LINE refused this one, if a newer one is available.
    pub(crate) async fn replacement(&self, refused: &HeaderValue) -> Option<HeaderValue> {
        match &self.0.authorization {
            Authorization::Kept(keeper) => keeper.replacement(refused).await,
            Authorization::Fixed(_) | Authorization::None => None,
        }
    }

    /// Returns the endpoint that issues tokens.
    pub(crate) fn token_endpoint(&self) -> TokenEndpoint<'_> {
        TokenEndpoint { connection: self.connection(), api: &self.0.hosts.api }
    }

    pub(crate) fn base_url(&self, host: Host) -> Result<&BaseUrl, Error> {
        self.0.hosts.base_url(host)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("api_base_url", &self.0.hosts.api)
            .field("connection", &self.0.connection)
            .finish_non_exhaustive()
    }
}

/// Settings of a [`Client`]. Made by [`Client::builder`].
#[must_use = "settings do nothing until `build` is called"]
pub struct ClientBuilder {
    credentials: Credentials,
    urls: HostUrls,
    connection: ConnectionSettings,
}

enum Credentials {
    None,
    Token(String),
    Provider(TokenProvider),
}

impl ClientBuilder {
    fn new(credentials: Credentials) -> Self {
        Self { credentials, urls: HostUrls::default(), connection: ConnectionSettings::default() }
    }

    /// Sets one address for all of LINE's hosts, such as a gateway, or a simulator that serves them on one listener. A
    /// later [`api_base_url`](Self::api_base_url), or another such setter, overrides it.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        let url = Some(url.into());
        self.urls = HostUrls { api: url.clone(), data: url.clone(), manager: url };
        self
    }

    /// Sets the API's base URL, for example that of a simulator. The default is `https://api.line.me`.
    ///
    /// If it is on this machine (`localhost`, `127.0.0.1`, `[::1]`), the other hosts have no default: a call to one
    /// that is not set fails before anything is sent, so that no request meant for a simulator reaches LINE.
    pub fn api_base_url(mut self, url: impl Into<String>) -> Self {
        self.urls.api = Some(url.into());
        self
    }

    /// Sets the base URL for contents, rich menu images and audience files. The default is `https://api-data.line.me`.
    pub fn data_base_url(mut self, url: impl Into<String>) -> Self {
        self.urls.data = Some(url.into());
        self
    }

    /// Sets the base URL for attaching module channels. The default is `https://manager.line.biz`.
    pub fn manager_base_url(mut self, url: impl Into<String>) -> Self {
        self.urls.manager = Some(url.into());
        self
    }

    connection_setters! {
        /// Sets when failed calls are retried.
    }

    /// Builds the client.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid): the token, a URL, the user agent or a certificate is invalid; or one host is
    /// on this machine and another is LINE's own.
    pub fn build(self) -> Result<Client, Error> {
        let hosts = Hosts::new(&self.urls)?;
        let supply = match self.credentials {
            Credentials::None => None,
            Credentials::Token(token) => {
                Some(Supply::Fixed(ChannelToken::new(token).map_err(|why| {
                    Error::invalid("token", format!("the channel access token {why}"))
                })?))
            }
            Credentials::Provider(provider) => Some(provider.into_supply()?),
        };
        let connection = Arc::new(self.connection.connect()?);
        let authorization = match supply {
            None => Authorization::None,
            Some(Supply::Fixed(token)) => Authorization::Fixed(bearer(token.expose())),
            Some(Supply::Issued(source)) => {
                let api = hosts.api.clone();
                Authorization::Kept(Keeper::new(source, connection.clone(), api))
            }
        };
        Ok(Client(Arc::new(Inner { authorization, hosts, connection })))
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("urls", &self.urls)
            .field("connection", &self.connection)
            .finish_non_exhaustive()
    }
}

/// Runs checks and turns their violations into an error.
pub(crate) fn check(checks: impl FnOnce(&mut Checker)) -> Result<(), Error> {
    let mut checker = Checker::default();
    checks(&mut checker);
    Ok(checker.finish()?)
}

/// Returns the id, unless it is malformed.
pub(crate) fn id<'a>(
    name: &str,
    id: &'a (impl AsRef<str> + ?Sized),
    check: fn(&str) -> Result<(), InvalidId>,
) -> Result<&'a str, Error> {
    let id = id.as_ref();
    check(id).map_err(|why| Error::invalid(name, why.to_string()))?;
    Ok(id)
}
