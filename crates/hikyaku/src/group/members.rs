use hikyaku_model::{Extra, GroupId, RoomId, UserId};
use serde::{Deserialize, Serialize};

use crate::{
    Answer, Client, Error,
    client::id,
    page::{Page, Paged},
    route::Route,
};

pub(super) static GROUP_IDS: Route =
    Route::get("getGroupMembersIds", "/v2/bot/group/{groupId}/members/ids").query(&["start"]);
pub(super) static ROOM_IDS: Route =
    Route::get("getRoomMembersIds", "/v2/bot/room/{roomId}/members/ids").query(&["start"]);
pub(super) static GROUP_COUNT: Route =
    Route::get("getGroupMemberCount", "/v2/bot/group/{groupId}/members/count");
pub(super) static ROOM_COUNT: Route =
    Route::get("getRoomMemberCount", "/v2/bot/room/{roomId}/members/count");

/// A page of a group's or room's members.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct MemberIds {
    /// The members, at most 100.
    pub member_ids: Vec<UserId>,
    /// The token for the start of the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Page for MemberIds {
    type Item = UserId;

    fn next_start(&self) -> Option<String> {
        self.next.clone()
    }

    fn into_items(self) -> Vec<UserId> {
        self.member_ids
    }
}

/// The number of members of a group or room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MemberCount {
    /// The number of members, without the bot.
    pub count: u32,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// Lists the members of a group. Only verified and premium accounts have access.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-group-member-user-ids>
    pub fn group_members(&self, group: &(impl AsRef<str> + ?Sized)) -> Paged<'_, MemberIds> {
        Paged::new(self, &GROUP_IDS, &[group.as_ref()]).id("groupId", GroupId::check)
    }

    /// Lists the members of a room. Only verified and premium accounts have access.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-room-member-user-ids>
    pub fn room_members(&self, room: &(impl AsRef<str> + ?Sized)) -> Paged<'_, MemberIds> {
        Paged::new(self, &ROOM_IDS, &[room.as_ref()]).id("roomId", RoomId::check)
    }

    /// Returns the number of members of a group, without the bot.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-members-group-count>
    pub async fn group_member_count(
        &self,
        group: &(impl AsRef<str> + ?Sized),
    ) -> Result<Answer<MemberCount>, Error> {
        self.request(&GROUP_COUNT, &[id("groupId", group, GroupId::check)?])?.read().await
    }

    /// Returns the number of members of a room, without the bot.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-members-room-count>
    pub async fn room_member_count(
        &self,
        room: &(impl AsRef<str> + ?Sized),
    ) -> Result<Answer<MemberCount>, Error> {
        self.request(&ROOM_COUNT, &[id("roomId", room, RoomId::check)?])?.read().await
    }
}
