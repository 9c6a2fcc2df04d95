use hikyaku_model::{Extra, GroupId, RoomId, UserId};
use serde::{Deserialize, Serialize};

use crate::{Answer, Client, Error, client::id, route::Route};

pub(super) static GROUP: Route =
    Route::get("getGroupMemberProfile", "/v2/bot/group/{groupId}/member/{userId}");
pub(super) static ROOM: Route =
    Route::get("getRoomMemberProfile", "/v2/bot/room/{roomId}/member/{userId}");

/// A member of a group or room, as the member wants to be seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct MemberProfile {
    /// The member's id.
    pub user_id: UserId,
    /// The name that the member shows.
    pub display_name: String,
    /// The member's picture, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture_url: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// The profile of a member of a group, friend or not.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound): the user is not in the group, or the bot is not; LINE answers both
    /// alike.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-group-member-profile>
    pub async fn group_member_profile(
        &self,
        group: &(impl AsRef<str> + ?Sized),
        user: &(impl AsRef<str> + ?Sized),
    ) -> Result<Answer<MemberProfile>, Error> {
        let group = id("groupId", group, GroupId::check)?;
        let user = id("userId", user, UserId::check)?;
        self.request(&GROUP, &[group, user])?.read().await
    }

    /// The profile of a member of a room, friend or not.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound): the user is not in the room, or the bot is not; LINE answers both
    /// alike.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-room-member-profile>
    pub async fn room_member_profile(
        &self,
        room: &(impl AsRef<str> + ?Sized),
        user: &(impl AsRef<str> + ?Sized),
    ) -> Result<Answer<MemberProfile>, Error> {
        let room = id("roomId", room, RoomId::check)?;
        let user = id("userId", user, UserId::check)?;
        self.request(&ROOM, &[room, user])?.read().await
    }
}
