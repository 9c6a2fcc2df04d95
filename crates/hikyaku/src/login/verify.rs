use hikyaku_model::{Extra, UserAccessToken};
use serde::{Deserialize, Serialize};

use crate::{
    Answer, Client, Error,
    route::{Auth, Route},
};

pub(super) static ROUTE: Route = Route::get("verifyLoginToken", "/oauth2/v2.1/verify")
    .query(&["access_token"])
    .auth(Auth::Caller);

/// What LINE knows of a user's access token that is valid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VerifiedLogin {
    /// The channel that it was issued for. Compare it with your own: a token of another channel is valid too.
    pub client_id: String,
    /// Seconds that it is still good for.
    pub expires_in: u64,
    /// What the user agreed to, words with blanks between them.
    pub scope: String,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// Whether a user's access token is valid, for which channel, and for how long.
    ///
    /// # Errors
    /// [`Rejected`](crate::ErrorKind::Rejected): it is not.
    /// # Source
    /// <https://developers.line.biz/en/reference/line-login/#verify-access-token>
    pub async fn verify_login(
        &self,
        token: &UserAccessToken,
    ) -> Result<Answer<VerifiedLogin>, Error> {
        self.request(&ROUTE, &[])?.query("access_token", token.expose()).read().await
    }
}
