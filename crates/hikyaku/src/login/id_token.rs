use std::{fmt, future::IntoFuture};

use futures_core::future::BoxFuture;
use hikyaku_model::{Extra, IdToken, UserId};
use serde::{Deserialize, Serialize};

use crate::{
    Answer, Client, Error,
    form::Form,
    route::{Auth, BodyKind, Route},
};

pub(super) static ROUTE: Route = Route::post("verifyIdToken", "/oauth2/v2.1/verify")
    .body(BodyKind::Form)
    .auth(Auth::Caller)
    .idempotent();

/// What an ID token says of a login.
///
/// Source: <https://developers.line.biz/en/docs/line-login/verify-id-token/#payload>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct IdTokenClaims {
    /// Who says it: `https://access.line.me`.
    pub iss: String,
    /// The user.
    pub sub: UserId,
    /// The channel that it is said to.
    pub aud: String,
    /// Until when it holds, in seconds since 1970.
    pub exp: i64,
    /// When it was said, in seconds since 1970.
    pub iat: i64,
    /// When the user logged in, in seconds since 1970, where `max_age` was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// What the login was asked for with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// How the user logged in: `pwd`, `lineautologin`, `lineqr`, `linesso`, `mfa`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amr: Option<Vec<String>>,
    /// The name that the user shows, where `profile` was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The user's picture, where there is one and `profile` was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// The user's e-mail address, where `email` was asked for and the user agreed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Lets LINE check an ID token. Made by [`Client::verify_id_token`]; await it to make the call.
///
/// # Errors
/// [`Rejected`](crate::ErrorKind::Rejected): it is not valid, or not what was expected.
/// # Source
/// <https://developers.line.biz/en/reference/line-login/#verify-id-token>
#[must_use = "a request does nothing until it is awaited"]
pub struct VerifyIdToken<'a> {
    client: &'a Client,
    form: Form,
}

impl Client {
    /// Starts a [`VerifyIdToken`] of a channel's login. [`IdTokenVerifier`](super::IdTokenVerifier) needs no call.
    pub fn verify_id_token(&self, id_token: &IdToken, channel_id: &str) -> VerifyIdToken<'_> {
        let form =
            Form::default().field("id_token", id_token.expose()).field("client_id", channel_id);
        VerifyIdToken { client: self, form }
    }
}

impl VerifyIdToken<'_> {
    /// What the login was asked for with.
    pub fn nonce(mut self, nonce: &str) -> Self {
        self.form = self.form.field("nonce", nonce);
        self
    }

    /// The user that it must be of.
    pub fn user_id(mut self, user: &(impl AsRef<str> + ?Sized)) -> Self {
        self.form = self.form.field("user_id", user.as_ref());
        self
    }

    async fn send(self) -> Result<Answer<IdTokenClaims>, Error> {
        self.client.request(&ROUTE, &[])?.form(self.form).read().await
    }
}

impl<'a> IntoFuture for VerifyIdToken<'a> {
    type Output = Result<Answer<IdTokenClaims>, Error>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl fmt::Debug for VerifyIdToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyIdToken").finish_non_exhaustive()
    }
}
