use hikyaku_model::Extra;
use serde::{Deserialize, Serialize};

use crate::{
    Answer, Client, Error,
    route::{Auth, Route},
};

pub(super) static ROUTE: Route =
    Route::get("getLoginKeys", "/oauth2/v2.1/certs").auth(Auth::Caller);

/// The public keys with which LINE signs the ID tokens of apps (a JSON Web Key Set).
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
    /// The key id, to which ID tokens refer.
    pub kid: String,
    /// The key type: `EC`.
    pub kty: String,
    /// The curve: `P-256`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crv: Option<String>,
    /// The x coordinate of the point, base64url.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x: Option<String>,
    /// The y coordinate of the point, base64url.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// Returns the public keys with which LINE signs the ID tokens of apps. Cache them, and fetch them again when a
    /// token refers to another key: LINE rotates them from time to time.
    ///
    /// # Source
    /// <https://developers.line.biz/en/docs/line-login/verify-id-token/>
    pub async fn login_keys(&self) -> Result<Answer<LoginKeys>, Error> {
        self.request(&ROUTE, &[])?.read().await
    }
}
