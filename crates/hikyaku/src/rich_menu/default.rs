use super::RichMenuId;
use crate::{Answer, Client, Error, request::names_what_is_missing, route::Route};

pub(super) static SET: Route =
    Route::post("setDefaultRichMenu", "/v2/bot/user/all/richmenu/{richMenuId}")
        .without_body()
        .idempotent();
pub(super) static GET: Route = Route::get("getDefaultRichMenuId", "/v2/bot/user/all/richmenu");
pub(super) static CANCEL: Route =
    Route::delete("cancelDefaultRichMenu", "/v2/bot/user/all/richmenu");

impl Client {
    /// Sets the default rich menu, for every user without an individual one.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#set-default-rich-menu>
    pub async fn set_default_rich_menu(&self, rich_menu_id: &str) -> Result<Answer<()>, Error> {
        self.request(&SET, &[rich_menu_id])?.send().await?.empty()
    }

    /// Returns the default rich menu, if one is set through the API.
    ///
    /// # Errors
    /// [`Forbidden`](crate::ErrorKind::Forbidden): another channel of the account set it.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-default-rich-menu-id>
    pub async fn default_rich_menu(&self) -> Result<Answer<Option<RichMenuId>>, Error> {
        self.request(&GET, &[])?.read_or_none(names_what_is_missing).await
    }

    /// Removes the default rich menu.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#cancel-default-rich-menu>
    pub async fn cancel_default_rich_menu(&self) -> Result<Answer<()>, Error> {
        self.request(&CANCEL, &[])?.send().await?.empty()
    }
}
