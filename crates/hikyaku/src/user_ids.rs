use hikyaku_model::{Extra, UserId};
use serde::{Deserialize, Serialize};

use crate::{
    Client,
    page::{Page, Paged},
    route::Route,
};

pub(crate) static FOLLOWERS: Route =
    Route::get("getFollowers", "/v2/bot/followers/ids").query(&["start", "limit"]);

/// A page of user ids.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UserIds {
    /// The users. A page may be short or empty although another follows.
    pub user_ids: Vec<UserId>,
    /// The token for the start of the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Page for UserIds {
    type Item = UserId;

    fn next_start(&self) -> Option<String> {
        self.next.clone()
    }

    fn into_items(self) -> Vec<UserId> {
        self.user_ids
    }
}

impl Paged<'_, UserIds> {
    /// Sets the page size: 1 to 1,000 ids; LINE's default is 300.
    pub fn limit(self, limit: u32) -> Self {
        self.query("limit", &limit.to_string())
    }
}

impl Client {
    /// Lists the users who have added the account as a friend and have not blocked it.
    ///
    /// # Errors
    /// [`Forbidden`](crate::ErrorKind::Forbidden): the account is neither verified nor premium.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-follower-ids>
    pub fn followers(&self) -> Paged<'_, UserIds> {
        Paged::new(self, &FOLLOWERS, &[])
    }
}
