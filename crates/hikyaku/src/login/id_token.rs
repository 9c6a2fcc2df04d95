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

/// The claims of an ID token.
///
/// Source: <https://developers.line.biz/en/docs/line-login/verify-id-token/#payload>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct IdTokenClaims {
    /// The issuer: `https://access.line.me`.
    pub iss: String,
    /// The subject: the user.
    pub sub: UserId,
    /// The audience: the channel id.
    pub aud: String,
    /// The expiry, in seconds since 1970.
    pub exp: i64,
    /// The time of issue, in seconds since 1970.
    pub iat: i64,
    /// The time of the login, in seconds since 1970, if `max_age` was requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// The nonce of the login.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// The methods of authentication: `pwd`, `lineautologin`, `lineqr`, `linesso`, `mfa`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amr: Option<Vec<String>>,
    /// The display name, if `profile` was requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The URL of the profile image, if there is one and `profile` was requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// The email address, if `email` was requested and the user agreed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Asks LINE to verify an ID token. Made by [`Client::verify_id_token`]; await it to make the call.
///
/// # Errors
/// [`Rejected`](crate::ErrorKind::Rejected): the token is invalid, or does not match the expected values.
/// # Source
/// <https://developers.line.biz/en/reference/line-login/#verify-id-token>
#[must_use = "a request does nothing until it is awaited"]
pub struct VerifyIdToken<'a> {
    client: &'a Client,
    form: Form,
}

impl Client {
    /// Starts a [`VerifyIdToken`] for a login channel. [`IdTokenVerifier`](super::IdTokenVerifier) verifies without a
    /// call.
    pub fn verify_id_token(&self, id_token: &IdToken, channel_id: &str) -> VerifyIdToken<'_> {
        let form =
            Form::default().field("id_token", id_token.expose()).field("client_id", channel_id);
        VerifyIdToken { client: self, form }
    }
}

impl VerifyIdToken<'_> {
    /// Sets the expected nonce of the login.
    pub fn nonce(mut self, nonce: &str) -> Self {
        self.form = self.form.field("nonce", nonce);
        self
    }

    /// Sets the expected user.
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
