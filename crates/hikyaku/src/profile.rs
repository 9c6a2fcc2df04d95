use hikyaku_model::{Extra, UserId};
use serde::{Deserialize, Serialize};

use crate::{Answer, Client, Error, client::id, request::says_something, route::Route};

pub(crate) static ROUTE: Route = Route::get("getProfile", "/v2/bot/profile/{userId}");

/// A user, as the user wants to be seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Profile {
    /// The user's id.
    pub user_id: UserId,
    /// The name that the user shows.
    pub display_name: String,
    /// The user's picture, where there is one; with `/large` or `/small` behind it, in another size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture_url: Option<String>,
    /// The user's status message, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_message: Option<String>,
    /// The language of the user's LINE (BCP 47), where the user agreed to tell it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// A user's profile: of a friend, or of someone who wrote to the bot and did not block it. There is none to see of
    /// anyone else.
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
