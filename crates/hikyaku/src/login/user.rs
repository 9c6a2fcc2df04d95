use hikyaku_model::{Extra, UserAccessToken, UserId};
use serde::{Deserialize, Serialize};

use crate::{
    Answer, Client, Error, Profile,
    route::{Auth, Route},
};

pub(super) static PROFILE: Route = Route::get("getLoginProfile", "/v2/profile").auth(Auth::Caller);
pub(super) static INFO: Route =
    Route::get("getUserInfo", "/oauth2/v2.1/userinfo").auth(Auth::Caller);

/// The information about a logged-in user, under `OpenID`'s names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UserInfo {
    /// The user id.
    pub sub: UserId,
    /// The display name, if `profile` was requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The URL of the profile image, if there is one and `profile` was requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// Returns the profile of a logged-in user, if `profile` was requested.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/line-login/#get-user-profile>
    pub async fn login_profile(&self, token: &UserAccessToken) -> Result<Answer<Profile>, Error> {
        self.request(&PROFILE, &[])?.bearer(token.expose())?.read().await
    }

    /// Returns the information about a logged-in user, if `openid` was requested.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/line-login/#userinfo>
    pub async fn user_info(&self, token: &UserAccessToken) -> Result<Answer<UserInfo>, Error> {
        self.request(&INFO, &[])?.bearer(token.expose())?.read().await
    }
}
