use std::{fmt, future::IntoFuture};

use futures_core::future::BoxFuture;
use hikyaku_model::{Extra, IdToken, RefreshToken, UserAccessToken};
use serde::Deserialize;

use super::LoginChannel;
use crate::{
    Answer, Client, Error,
    form::Form,
    json::{optional_secret, secret},
    route::{Auth, BodyKind, Repeat, Route},
};

pub(super) static ROUTE: Route = Route::post("issueLoginToken", "/oauth2/v2.1/token")
    .body(BodyKind::Form)
    .auth(Auth::Caller)
    .repeat(Repeat::IfNotSent);

/// The tokens from a login.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Login {
    /// The access token for calls on the user's behalf, valid for 30 days.
    #[serde(deserialize_with = "secret")]
    pub access_token: UserAccessToken,
    /// The seconds for which the access token is valid.
    pub expires_in: u64,
    /// The ID token, if `openid` was requested.
    #[serde(default, deserialize_with = "optional_secret")]
    pub id_token: Option<IdToken>,
    /// The refresh token for a new access token, valid for 90 days.
    #[serde(default, deserialize_with = "optional_secret")]
    pub refresh_token: Option<RefreshToken>,
    /// The granted scopes, separated by blanks; `email` is never among them.
    pub scope: Option<String>,
    /// The token type; always `Bearer`.
    pub token_type: String,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Exchanges the code from a login. Made by [`Client::issue_login`]; await it to make the call.
///
/// A code is valid for 10 minutes and one use, even if the exchange fails, so the call is retried only while no byte of
/// it can have left.
///
/// # Source
/// <https://developers.line.biz/en/reference/line-login/#issue-access-token>
#[must_use = "a request does nothing until it is awaited"]
pub struct IssueLogin<'a> {
    client: &'a Client,
    form: Form,
}

impl Client {
    /// Starts an [`IssueLogin`] from the channel, the code, and the exact redirect URI of the login.
    pub fn issue_login(
        &self,
        channel: &LoginChannel,
        code: &str,
        redirect_uri: &str,
    ) -> IssueLogin<'_> {
        let form = Form::default()
            .field("grant_type", "authorization_code")
            .field("code", code)
            .field("redirect_uri", redirect_uri)
            .channel(&channel.id, &channel.secret);
        IssueLogin { client: self, form }
    }

    /// Issues a new access token for the same user. The refresh token stays the same, and so does its expiry.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/line-login/#refresh-access-token>
    pub async fn refresh_login(
        &self,
        channel: &LoginChannel,
        refresh_token: &RefreshToken,
    ) -> Result<Answer<Login>, Error> {
        let form = Form::default()
            .field("grant_type", "refresh_token")
            .field("refresh_token", refresh_token.expose())
            .channel(&channel.id, &channel.secret);
        // Unlike a code, the refresh token may be used again.
        let request = self.request(&ROUTE, &[])?.repeat(Repeat::IfNotActedOn);
        request.form(form).read().await
    }
}

impl IssueLogin<'_> {
    /// Sets the PKCE verifier whose challenge was part of the login URL.
    pub fn code_verifier(mut self, verifier: &str) -> Self {
        self.form = self.form.field("code_verifier", verifier);
        self
    }

    async fn send(self) -> Result<Answer<Login>, Error> {
        self.client.request(&ROUTE, &[])?.form(self.form).read().await
    }
}

impl<'a> IntoFuture for IssueLogin<'a> {
    type Output = Result<Answer<Login>, Error>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl fmt::Debug for IssueLogin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssueLogin").finish_non_exhaustive()
    }
}
