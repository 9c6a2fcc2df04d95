use hikyaku_model::{Extra, GroupId};
use serde::{Deserialize, Serialize};

use crate::{Answer, Client, Error, client::id, route::Route};

pub(super) static ROUTE: Route = Route::get("getGroupSummary", "/v2/bot/group/{groupId}/summary");

/// A group's name and picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GroupSummary {
    /// The group's id.
    pub group_id: GroupId,
    /// The group's name.
    pub group_name: String,
    /// The group's picture, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture_url: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// A group's name and picture. Rooms have neither.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound): there is no such group, or the bot is not in it.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-group-summary>
    pub async fn group_summary(
        &self,
        group: &(impl AsRef<str> + ?Sized),
    ) -> Result<Answer<GroupSummary>, Error> {
        self.request(&ROUTE, &[id("groupId", group, GroupId::check)?])?.read().await
    }
}
