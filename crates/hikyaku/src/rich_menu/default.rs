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
    /// Shows a rich menu to every user who has none of their own.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#set-default-rich-menu>
    pub async fn set_default_rich_menu(&self, rich_menu_id: &str) -> Result<Answer<()>, Error> {
        self.request(&SET, &[rich_menu_id])?.send().await?.empty()
    }

    /// The rich menu that every user sees who has none of their own, if one is set by the API.
    ///
    /// # Errors
    /// [`Forbidden`](crate::ErrorKind::Forbidden): another channel of the account set it.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-default-rich-menu-id>
    pub async fn default_rich_menu(&self) -> Result<Answer<Option<RichMenuId>>, Error> {
        self.request(&GET, &[])?.read_or_none(names_what_is_missing).await
    }

    /// Shows no rich menu to users who have none of their own.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#cancel-default-rich-menu>
    pub async fn cancel_default_rich_menu(&self) -> Result<Answer<()>, Error> {
        self.request(&CANCEL, &[])?.send().await?.empty()
    }
}
