use hikyaku_model::{Extra, GroupId, RoomId, UserId};
use serde::{Deserialize, Serialize};

use crate::{Answer, Client, Error, client::id, route::Route};

pub(super) static GROUP: Route =
    Route::get("getGroupMemberProfile", "/v2/bot/group/{groupId}/member/{userId}");
pub(super) static ROOM: Route =
    Route::get("getRoomMemberProfile", "/v2/bot/room/{roomId}/member/{userId}");

/// The profile of a member of a group or room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct MemberProfile {
    /// The user id.
    pub user_id: UserId,
    /// The display name.
    pub display_name: String,
    /// The URL of the profile image, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture_url: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// Returns the profile of a member of a group, whether a friend or not.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound): the user or the bot is not in the group; LINE does not distinguish the
    /// two.
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

    /// Returns the profile of a member of a room, whether a friend or not.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound): the user or the bot is not in the room; LINE does not distinguish the
    /// two.
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
