use hikyaku_model::Extra;
use serde::{Deserialize, Serialize};

use crate::{
    Answer, Client, Error,
    route::{Auth, Route},
};

pub(super) static ROUTE: Route =
    Route::get("getLoginKeys", "/oauth2/v2.1/certs").auth(Auth::Caller);

/// The public keys that LINE signs ID tokens of apps with (a JSON Web Key Set).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LoginKeys {
    /// The keys.
    pub keys: Vec<LoginKey>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A public key (a JSON Web Key).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LoginKey {
    /// What an ID token names it by.
    pub kid: String,
    /// What kind of key it is: `EC`.
    pub kty: String,
    /// Its curve: `P-256`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crv: Option<String>,
    /// The first half of its point, base64url.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x: Option<String>,
    /// The second half of its point, base64url.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// The public keys that LINE signs ID tokens of apps with. Keep them, and ask again when a token names another:
    /// LINE changes them now and then.
    ///
    /// # Source
    /// <https://developers.line.biz/en/docs/line-login/verify-id-token/>
    pub async fn login_keys(&self) -> Result<Answer<LoginKeys>, Error> {
        self.request(&ROUTE, &[])?.read().await
    }
}
