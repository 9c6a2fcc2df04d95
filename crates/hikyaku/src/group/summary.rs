use hikyaku_model::{Extra, GroupId};
use serde::{Deserialize, Serialize};

use crate::{Answer, Client, Error, client::id, route::Route};

pub(super) static ROUTE: Route = Route::get("getGroupSummary", "/v2/bot/group/{groupId}/summary");

/// The name and image of a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GroupSummary {
    /// The group id.
    pub group_id: GroupId,
    /// The name.
    pub group_name: String,
    /// The URL of the image, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture_url: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// Returns the name and image of a group. Rooms have neither.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound): the group does not exist, or the bot is not in it.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-group-summary>
    pub async fn group_summary(
        &self,
        group: &(impl AsRef<str> + ?Sized),
    ) -> Result<Answer<GroupSummary>, Error> {
        self.request(&ROUTE, &[id("groupId", group, GroupId::check)?])?.read().await
    }
}
