use std::{fmt, sync::Arc};

use futures_core::future::BoxFuture;
use hikyaku_model::{NotifyClientSecret, NotifyToken};

use super::{
    endpoint::{Body, Endpoint, Origin},
    judge,
};
use crate::{
    Error,
    connection::{
        Call, Connection, ConnectionSettings, Headers, Payload, bearer, connection_setters,
    },
    exchange::Exchange,
    target::{BaseUrl, Target},
};

const BOT_BASE_URL: &str = "https://notify-bot.line.me";
const API_BASE_URL: &str = "https://notify-api.line.me";

/// A client for LINE Notify, or for a gateway that serves its API.
///
/// One client serves any number of tokens: each call names its token. Clones are cheap and share one connection pool.
#[derive(Clone)]
pub struct NotifyClient(Arc<Inner>);

struct Inner {
    bot_base_url: BaseUrl,
    api_base_url: BaseUrl,
    client_id: Option<String>,
    client_secret: Option<NotifyClientSecret>,
    redirect_uri: Option<String>,
    connection: Connection,
}

impl NotifyClient {
    /// Starts a client. Sending, getting a status and revoking need only a token; connecting users needs a client id, a
    /// client secret and a redirect URI.
    pub fn builder() -> NotifyClientBuilder {
        NotifyClientBuilder {
            bot_base_url: BOT_BASE_URL.to_owned(),
            api_base_url: API_BASE_URL.to_owned(),
            client_id: None,
            client_secret: None,
            redirect_uri: None,
            connection: ConnectionSettings::default(),
        }
    }

    pub(super) fn bot_base_url(&self) -> &BaseUrl {
        &self.0.bot_base_url
    }

    pub(super) fn client_id(&self) -> Result<&str, Error> {
        self.0.client_id.as_deref().ok_or_else(|| not_set("client_id"))
    }

    pub(super) fn client_secret(&self) -> Result<&NotifyClientSecret, Error> {
        self.0.client_secret.as_ref().ok_or_else(|| not_set("client_secret"))
    }

    pub(super) fn redirect_uri(&self) -> Result<&str, Error> {
        self.0.redirect_uri.as_deref().ok_or_else(|| not_set("redirect_uri"))
    }

    /// Boxed for the same reason as [`Request::send`](crate::request::Request::send).
    pub(super) fn call<'a>(
        &'a self,
        endpoint: &'static Endpoint,
        token: Option<&'a NotifyToken>,
        body: Body,
    ) -> BoxFuture<'a, Result<Exchange, Error>> {
        Box::pin(self.exchange(endpoint, token, body))
    }

    async fn exchange(
        &self,
        endpoint: &'static Endpoint,
        token: Option<&NotifyToken>,
        body: Body,
    ) -> Result<Exchange, Error> {
        let base = match endpoint.origin {
            Origin::Bot => &self.0.bot_base_url,
            Origin::Api => &self.0.api_base_url,
        };
        let authorization = token.map(|token| bearer(token.expose()));
        let headers =
            Headers { authorization, content_type: body.content_type, ..Headers::default() };
        let call = Call {
            method: &endpoint.method,
            path: endpoint.path,
            repeat: endpoint.repeat,
            asked: judge::ASKED,
            base_url: base,
            target: Target::fixed(endpoint.path),
            headers,
            body: Payload::Whole(body.bytes),
            timeout: None,
        };
        let closed = matches!(base.host(), "notify-bot.line.me" | "notify-api.line.me");
        self.0
            .connection
            .exchange_judged(&call, |exchange| judge::judge(endpoint.origin, closed, exchange))
            .await
            .map_err(|error| if closed { judge::unreachable(error) } else { error })
    }
}

fn not_set(property: &'static str) -> Error {
    Error::invalid(property, "is not set; give it to `NotifyClient::builder`")
}

impl fmt::Debug for NotifyClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NotifyClient")
            .field("bot_base_url", &self.0.bot_base_url)
            .field("api_base_url", &self.0.api_base_url)
            .field("client_id", &self.0.client_id)
            .field("connection", &self.0.connection)
            .finish_non_exhaustive()
    }
}

/// Settings of a [`NotifyClient`]. Made by [`NotifyClient::builder`].
#[must_use = "settings do nothing until `build` is called"]
pub struct NotifyClientBuilder {
    bot_base_url: String,
    api_base_url: String,
    client_id: Option<String>,
    client_secret: Option<String>,
    redirect_uri: Option<String>,
    connection: ConnectionSettings,
}

impl NotifyClientBuilder {
    /// Sets the host on which users connect and tokens are issued. The default, `https://notify-bot.line.me`, was shut
    /// down on 2025-03-31: set a gateway's public address.
    pub fn bot_base_url(mut self, url: impl Into<String>) -> Self {
        self.bot_base_url = url.into();
        self
    }

    /// Sets the host that sends messages, reports on tokens and revokes them. The default,
    /// `https://notify-api.line.me`, was
    /// shut down on 2025-03-31: set a gateway's address.
    pub fn api_base_url(mut self, url: impl Into<String>) -> Self {
        self.api_base_url = url.into();
        self
    }

    /// Sets the client id of the service to which users connect.
    pub fn client_id(mut self, id: impl Into<String>) -> Self {
        self.client_id = Some(id.into());
        self
    }

    /// Sets the client secret of that service.
    pub fn client_secret(mut self, secret: impl Into<String>) -> Self {
        self.client_secret = Some(secret.into());
        self
    }

    /// Sets the redirect URI to which users return with a code; one that the service has registered.
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uri = Some(uri.into());
        self
    }

    connection_setters! {
        /// Sets when failed calls are retried. Status calls and revocations are always safe to retry. A send is retried
        /// only while no byte of it can have left: the API has no key that distinguishes a retry from a second message.
    }

    /// Builds the client.
    ///
    /// # Errors
    /// A URL, the client secret, the user agent or a certificate is invalid.
    pub fn build(self) -> Result<NotifyClient, Error> {
        let client_secret = self
            .client_secret
            .map(NotifyClientSecret::new)
            .transpose()
            .map_err(|why| Error::invalid("client_secret", why.to_string()))?;
        Ok(NotifyClient(Arc::new(Inner {
            bot_base_url: BaseUrl::parse("bot_base_url", &self.bot_base_url)?,
            api_base_url: BaseUrl::parse("api_base_url", &self.api_base_url)?,
            client_id: self.client_id,
            client_secret,
            redirect_uri: self.redirect_uri,
            connection: self.connection.connect()?,
        })))
    }
}

impl fmt::Debug for NotifyClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NotifyClientBuilder")
            .field("bot_base_url", &self.bot_base_url)
            .field("api_base_url", &self.api_base_url)
            .field("client_id", &self.client_id)
            .field("connection", &self.connection)
            .finish_non_exhaustive()
    }
}
