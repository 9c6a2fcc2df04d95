use hikyaku_model::{Extra, UserAccessToken, UserId};
use serde::{Deserialize, Serialize};

use crate::{
    Answer, Client, Error, Profile,
    route::{Auth, Route},
};

pub(super) static PROFILE: Route = Route::get("getLoginProfile", "/v2/profile").auth(Auth::Caller);
pub(super) static INFO: Route =
    Route::get("getUserInfo", "/oauth2/v2.1/userinfo").auth(Auth::Caller);

/// A user who logged in, in the words of `OpenID`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UserInfo {
    /// The user's id.
    pub sub: UserId,
    /// The name that the user shows, where `profile` was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The user's picture, where there is one and `profile` was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// The profile of a user who logged in, where `profile` was asked for.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/line-login/#get-user-profile>
    pub async fn login_profile(&self, token: &UserAccessToken) -> Result<Answer<Profile>, Error> {
        self.request(&PROFILE, &[])?.bearer(token.expose())?.read().await
    }

    /// A user who logged in, where `openid` was asked for.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/line-login/#userinfo>
    pub async fn user_info(&self, token: &UserAccessToken) -> Result<Answer<UserInfo>, Error> {
        self.request(&INFO, &[])?.bearer(token.expose())?.read().await
    }
}
