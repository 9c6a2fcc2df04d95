use hikyaku_model::UserId;

use super::RichMenuId;
use crate::{Answer, Client, Error, client::id, request::names_what_is_missing, route::Route};

pub(super) static LINK: Route =
    Route::post("linkRichMenuIdToUser", "/v2/bot/user/{userId}/richmenu/{richMenuId}")
        .without_body()
        .idempotent();
pub(super) static GET: Route = Route::get("getRichMenuIdOfUser", "/v2/bot/user/{userId}/richmenu");
pub(super) static UNLINK: Route =
    Route::delete("unlinkRichMenuIdFromUser", "/v2/bot/user/{userId}/richmenu");

impl Client {
    /// Links a rich menu to a user. LINE reports success also for users who would not see it.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#link-rich-menu-to-user>
    pub async fn link_rich_menu(
        &self,
        user: &(impl AsRef<str> + ?Sized),
        rich_menu_id: &str,
    ) -> Result<Answer<()>, Error> {
        let user = id("userId", user, UserId::check)?;
        self.request(&LINK, &[user, rich_menu_id])?.send().await?.empty()
    }

    /// Returns the rich menu linked to a user, if there is one.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-rich-menu-id-of-user>
    pub async fn rich_menu_of(
        &self,
        user: &(impl AsRef<str> + ?Sized),
    ) -> Result<Answer<Option<RichMenuId>>, Error> {
        let user = id("userId", user, UserId::check)?;
        self.request(&GET, &[user])?.read_or_none(names_what_is_missing).await
    }

    /// Unlinks a user's rich menu, so that the user sees the default one.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#unlink-rich-menu-from-user>
    pub async fn unlink_rich_menu(
        &self,
        user: &(impl AsRef<str> + ?Sized),
    ) -> Result<Answer<()>, Error> {
        let user = id("userId", user, UserId::check)?;
        self.request(&UNLINK, &[user])?.send().await?.empty()
    }
}
