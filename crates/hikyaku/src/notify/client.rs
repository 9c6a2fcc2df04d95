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

/// A way to LINE Notify, or to a gateway that speaks its API.
///
/// One client serves any number of tokens: each call names its own. Clones are cheap and share one pool of connections.
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
    /// Starts a client. Sending, asking and revoking need no more than a token each; connecting users needs a client
    /// id, a client secret and a redirect URI.
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

    /// Boxed, for the reason that [`Request::send`](crate::request::Request::send) has.
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
    /// Where users connect and tokens are issued; `https://notify-bot.line.me` unless set. That host closed on
    /// 2025-03-31: set a gateway's public address.
    pub fn bot_base_url(mut self, url: impl Into<String>) -> Self {
        self.bot_base_url = url.into();
        self
    }

    /// Where messages are sent and tokens asked about and revoked; `https://notify-api.line.me` unless set. That host
    /// closed on 2025-03-31: set a gateway's address.
    pub fn api_base_url(mut self, url: impl Into<String>) -> Self {
        self.api_base_url = url.into();
        self
    }

    /// The client id of the service that users connect to.
    pub fn client_id(mut self, id: impl Into<String>) -> Self {
        self.client_id = Some(id.into());
        self
    }

    /// The client secret of that service.
    pub fn client_secret(mut self, secret: impl Into<String>) -> Self {
        self.client_secret = Some(secret.into());
        self
    }

    /// Where users come back to with a code; one of those that the service has registered.
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uri = Some(uri.into());
        self
    }

    connection_setters! {
        /// When to repeat a call that failed. Asking and revoking repeat freely, sending only while no byte of the message
        /// can have left: the API has no key that would tell a repeat from a second message.
    }

    /// The client.
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
