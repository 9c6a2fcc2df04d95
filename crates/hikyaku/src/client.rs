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
    authorization: Authorization,
    hosts: Hosts,
    connection: Arc<Connection>,
}

/// What a client says of who it is.
enum Authorization {
    None,
    Fixed(HeaderValue),
    Kept(Keeper),
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
        ClientBuilder::new(Credentials::Token(token.as_ref().to_owned()))
    }

    /// Starts a client that gets its tokens by itself.
    pub fn builder_with(tokens: TokenProvider) -> ClientBuilder {
        ClientBuilder::new(Credentials::Provider(tokens))
    }

    /// Starts a client for the calls that carry no channel access token: those that issue one, and LINE Login's. Other
    /// calls fail before anything is sent.
    pub fn without_token() -> ClientBuilder {
        ClientBuilder::new(Credentials::None)
    }

    /// A client from the environment: `LINE_CHANNEL_ACCESS_TOKEN`, and `HIKYAKU_API_URL`, `HIKYAKU_DATA_URL` and
    /// `HIKYAKU_MANAGER_URL` where LINE is not at its usual addresses. Where the first is on this machine, name all that
    /// are called: no other has a usual address then, as with [`api_base_url`](ClientBuilder::api_base_url).
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid): the token is missing or malformed, a URL is invalid, or one host is on this
    /// machine and another is LINE's own.
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

    /// The longest that one attempt may take, as [`ClientBuilder::timeout`] has set it.
    pub fn timeout(&self) -> std::time::Duration {
        self.0.connection.timeout()
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.0.connection
    }

    /// The header of a channel access token that is alive.
    pub(crate) async fn authorization(&self) -> Result<HeaderValue, Error> {
        match &self.0.authorization {
            Authorization::Fixed(authorization) => Ok(authorization.clone()),
            // Boxed, since most clients have a fixed token and would carry the room for it in every future.
            Authorization::Kept(keeper) => Box::pin(keeper.authorization()).await,
            Authorization::None => Err(Error::invalid(
                "token",
                "this client has none; make it by `Client::builder` or `Client::builder_with`",
            )),
        }
    }

    /// The header of a newer token after LINE refused this one, where one can be had.
    pub(crate) async fn replacement(&self, refused: &HeaderValue) -> Option<HeaderValue> {
        match &self.0.authorization {
            Authorization::Kept(keeper) => keeper.replacement(refused).await,
            Authorization::Fixed(_) | Authorization::None => None,
        }
    }

    /// The way to where tokens are issued.
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

    /// One address for all of LINE's hosts: a simulator that serves them on one listener, a gateway. What
    /// [`api_base_url`](Self::api_base_url) and its neighbours set afterwards wins.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        let url = Some(url.into());
        self.urls = HostUrls { api: url.clone(), data: url.clone(), manager: url };
        self
    }

    /// Where the API is; `https://api.line.me` unless set. A simulator's address, for one.
    ///
    /// Where it is on this machine (`localhost`, `127.0.0.1`, `[::1]`), the other hosts have no usual address: a call to
    /// one that is not set fails before anything is sent, so that nothing that is meant for a simulator reaches LINE.
    pub fn api_base_url(mut self, url: impl Into<String>) -> Self {
        self.urls.api = Some(url.into());
        self
    }

    /// Where contents, rich-menu images and files of audiences are; `https://api-data.line.me` unless set.
    pub fn data_base_url(mut self, url: impl Into<String>) -> Self {
        self.urls.data = Some(url.into());
        self
    }

    /// Where module channels are attached; `https://manager.line.biz` unless set.
    pub fn manager_base_url(mut self, url: impl Into<String>) -> Self {
        self.urls.manager = Some(url.into());
        self
    }

    connection_setters! {
        /// When to repeat a call that failed.
    }

    /// The client.
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

/// Runs checks and turns what they found into an error.
pub(crate) fn check(checks: impl FnOnce(&mut Checker)) -> Result<(), Error> {
    let mut checker = Checker::default();
    checks(&mut checker);
    Ok(checker.finish()?)
}

/// The id, unless it is malformed.
pub(crate) fn id<'a>(
    name: &str,
    id: &'a (impl AsRef<str> + ?Sized),
    check: fn(&str) -> Result<(), InvalidId>,
) -> Result<&'a str, Error> {
    let id = id.as_ref();
    check(id).map_err(|why| Error::invalid(name, why.to_string()))?;
    Ok(id)
}
