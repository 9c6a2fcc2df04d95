use std::{fmt, future::IntoFuture};

use futures_core::future::BoxFuture;
use hikyaku_model::{ChannelSecret, Extra, UserId};
use serde::{Deserialize, Serialize};

use crate::{
    Answer, Client, Error,
    form::Form,
    route::{Auth, BodyKind, Host, Route},
};

pub(super) static ROUTE: Route = Route::post("attachModule", "/module/auth/v1/token")
    .on(Host::Manager)
    .body(BodyKind::Form)
    .auth(Auth::Caller);

/// The account to which a module channel was attached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AttachedModule {
    /// The bot's user id.
    pub bot_id: UserId,
    /// The permissions (scopes) that the account's administrator granted.
    #[serde(alias = "scope")]
    pub scopes: Vec<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Attaches a module channel to an account, with the code from LINE's consent screen. Made by
/// [`Client::attach_module`]; await it to make the call.
///
/// # Source
/// <https://developers.line.biz/en/reference/partner-docs/#link-attach-by-operation-module-channel-provider>
#[must_use = "a request does nothing until it is awaited"]
pub struct AttachModule<'a> {
    client: &'a Client,
    channel_id: &'a str,
    channel_secret: &'a ChannelSecret,
    form: Form,
}

impl Client {
    /// Starts an [`AttachModule`] from the module channel's id and secret, the code, and the redirect URI of the
    /// request for the code. The client's token is not used.
    pub fn attach_module<'a>(
        &'a self,
        channel_id: &'a str,
        channel_secret: &'a ChannelSecret,
        code: &str,
        redirect_uri: &str,
    ) -> AttachModule<'a> {
        let form = Form::default()
            .field("grant_type", "authorization_code")
            .field("code", code)
            .field("redirect_uri", redirect_uri);
        AttachModule { client: self, channel_id, channel_secret, form }
    }
}

impl AttachModule<'_> {
    /// Sets the PKCE verifier for the code challenge in the request for the code.
    pub fn code_verifier(self, verifier: &str) -> Self {
        self.field("code_verifier", verifier)
    }

    /// Sets the region, as in the URL of the consent screen.
    pub fn region(self, region: &str) -> Self {
        self.field("region", region)
    }

    /// Sets the basic search id, as in the URL of the consent screen.
    pub fn basic_search_id(self, id: &str) -> Self {
        self.field("basic_search_id", id)
    }

    /// Sets the scope, as in the URL of the consent screen.
    pub fn scope(self, scope: &str) -> Self {
        self.field("scope", scope)
    }

    /// Sets the brand type, as in the URL of the consent screen.
    pub fn brand_type(self, brand_type: &str) -> Self {
        self.field("brand_type", brand_type)
    }

    fn field(mut self, name: &str, value: &str) -> Self {
        self.form = self.form.field(name, value);
        self
    }

    async fn send(self) -> Result<Answer<AttachedModule>, Error> {
        self.client
            .request(&ROUTE, &[])?
            .basic(self.channel_id, self.channel_secret.expose())?
            .form(self.form)
            .read()
            .await
    }
}

impl<'a> IntoFuture for AttachModule<'a> {
    type Output = Result<Answer<AttachedModule>, Error>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl fmt::Debug for AttachModule<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AttachModule").field("channel_id", &self.channel_id).finish_non_exhaustive()
    }
}
