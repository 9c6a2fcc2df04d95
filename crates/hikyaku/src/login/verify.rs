use hikyaku_model::{Extra, UserAccessToken};
use serde::{Deserialize, Serialize};

use crate::{
    Answer, Client, Error,
    route::{Auth, Route},
};

pub(super) static ROUTE: Route = Route::get("verifyLoginToken", "/oauth2/v2.1/verify")
    .query(&["access_token"])
    .auth(Auth::Caller);

/// The properties of a user's valid access token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VerifiedLogin {
    /// The channel for which it was issued. Compare it with your own: a token of another channel is valid as well.
    pub client_id: String,
    /// The remaining validity, in seconds.
    pub expires_in: u64,
    /// The granted scopes, separated by blanks.
    pub scope: String,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// Returns whether a user's access token is valid, for which channel, and for how long.
    ///
    /// # Errors
    /// [`Rejected`](crate::ErrorKind::Rejected): the token is not valid.
    /// # Source
    /// <https://developers.line.biz/en/reference/line-login/#verify-access-token>
    pub async fn verify_login(
        &self,
        token: &UserAccessToken,
    ) -> Result<Answer<VerifiedLogin>, Error> {
        self.request(&ROUTE, &[])?.query("access_token", token.expose()).read().await
    }
}
