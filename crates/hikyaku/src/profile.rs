use hikyaku_model::{Extra, UserId};
use serde::{Deserialize, Serialize};

use crate::{Answer, Client, Error, client::id, request::says_something, route::Route};

pub(crate) static ROUTE: Route = Route::get("getProfile", "/v2/bot/profile/{userId}");

/// The profile of a user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Profile {
    /// The user id.
    pub user_id: UserId,
    /// The display name.
    pub display_name: String,
    /// The URL of the profile image, if there is one. Append `/large` or `/small` for another size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture_url: Option<String>,
    /// The status message, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_message: Option<String>,
    /// The language of the user's LINE app (BCP 47), if the user consented to share it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// Returns the profile of a friend, or of a user who wrote to the bot and did not block it. Other profiles are not
    /// accessible.
    ///
    /// # Errors
    /// [`Rejected`](crate::ErrorKind::Rejected): the user id is malformed.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-profile>
    pub async fn profile(
        &self,
        user: &(impl AsRef<str> + ?Sized),
    ) -> Result<Answer<Option<Profile>>, Error> {
        let user = id("userId", user, UserId::check)?;
        self.request(&ROUTE, &[user])?.read_or_none(says_something).await
    }
}
