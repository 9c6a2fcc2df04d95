use hikyaku_model::{GroupId, RoomId};

use crate::{Answer, Client, Error, client::id, route::Route};

pub(super) static GROUP: Route =
    Route::post("leaveGroup", "/v2/bot/group/{groupId}/leave").without_body();
pub(super) static ROOM: Route =
    Route::post("leaveRoom", "/v2/bot/room/{roomId}/leave").without_body().idempotent();

impl Client {
    /// Leaves a group.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound): the group does not exist, or the bot is not in it.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#leave-group>
    pub async fn leave_group(
        &self,
        group: &(impl AsRef<str> + ?Sized),
    ) -> Result<Answer<()>, Error> {
        self.request(&GROUP, &[id("groupId", group, GroupId::check)?])?.send().await?.empty()
    }

    /// Leaves a room. LINE reports success also if the bot is not in it.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#leave-room>
    pub async fn leave_room(&self, room: &(impl AsRef<str> + ?Sized)) -> Result<Answer<()>, Error> {
        self.request(&ROOM, &[id("roomId", room, RoomId::check)?])?.send().await?.empty()
    }
}
