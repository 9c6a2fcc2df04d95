use hikyaku_model::{Extra, rich_menu::RichMenu};
use serde::{Deserialize, Serialize};

use crate::{
    Answer, Client, Error,
    client::check,
    route::{Gives, Route},
};

pub(super) static CREATE: Route =
    Route::post("createRichMenu", "/v2/bot/richmenu").gives(Gives::Object);
pub(super) static VALIDATE: Route =
    Route::post("validateRichMenuObject", "/v2/bot/richmenu/validate").idempotent();
pub(super) static GET: Route = Route::get("getRichMenu", "/v2/bot/richmenu/{richMenuId}");
pub(super) static LIST: Route = Route::get("getRichMenuList", "/v2/bot/richmenu/list");
pub(super) static DELETE: Route = Route::delete("deleteRichMenu", "/v2/bot/richmenu/{richMenuId}");

/// The id of a rich menu.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RichMenuId {
    /// The rich menu id.
    pub rich_menu_id: String,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A rich menu as LINE reports it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RichMenuDetail {
    /// The rich menu id.
    pub rich_menu_id: String,
    /// The menu, including the fields that this version does not know.
    #[serde(flatten)]
    pub menu: RichMenu,
}

/// All rich menus created through the API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RichMenus {
    /// The menus, at most 1,000.
    pub richmenus: Vec<RichMenuDetail>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// Creates a rich menu. It can be shown once it has an image:
    /// [`upload_rich_menu_image`](Self::upload_rich_menu_image).
    ///
    /// # Limits
    /// 1,000 menus an account; 100 calls an hour.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#create-rich-menu>
    pub async fn create_rich_menu(&self, menu: &RichMenu) -> Result<Answer<RichMenuId>, Error> {
        check(|checker| hikyaku_model::Check::check(menu, checker))?;
        self.request(&CREATE, &[])?.json(menu)?.read().await
    }

    /// Asks LINE to validate a rich menu without creating it.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#validate-rich-menu-object>
    pub async fn validate_rich_menu(&self, menu: &RichMenu) -> Result<Answer<()>, Error> {
        self.request(&VALIDATE, &[])?.json(menu)?.send().await?.empty()
    }

    /// Returns a rich menu.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-rich-menu>
    pub async fn rich_menu(&self, rich_menu_id: &str) -> Result<Answer<RichMenuDetail>, Error> {
        self.request(&GET, &[rich_menu_id])?.read().await
    }

    /// Returns all rich menus created through the API, without those from LINE Official Account Manager.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-rich-menu-list>
    pub async fn rich_menus(&self) -> Result<Answer<RichMenus>, Error> {
        self.request(&LIST, &[])?.read().await
    }

    /// Deletes a rich menu, which disappears for every user who sees it.
    ///
    /// # Limits
    /// 100 calls an hour.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#delete-rich-menu>
    pub async fn delete_rich_menu(&self, rich_menu_id: &str) -> Result<Answer<()>, Error> {
        self.request(&DELETE, &[rich_menu_id])?.send().await?.empty()
    }
}
