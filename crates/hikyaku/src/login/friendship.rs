use hikyaku_model::{Extra, UserAccessToken};
use serde::{Deserialize, Serialize};

use crate::{
    Answer, Client, Error,
    route::{Auth, Route},
};

pub(super) static ROUTE: Route =
    Route::get("getFriendshipStatus", "/friendship/v1/status").auth(Auth::Caller);

/// Whether a user is a friend of the account that is linked to the login channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Friendship {
    /// Whether the user has added the account and does not block it. Messages to other users are accepted and lost.
    pub friend_flag: bool,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// Returns whether a logged-in user is a friend of the account that is linked to the login channel.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/line-login/#get-friendship-status>
    pub async fn friendship(&self, token: &UserAccessToken) -> Result<Answer<Friendship>, Error> {
        self.request(&ROUTE, &[])?.bearer(token.expose())?.read().await
    }
}
