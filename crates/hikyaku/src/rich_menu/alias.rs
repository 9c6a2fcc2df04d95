use hikyaku_model::{Check, Extra, rich_menu::RichMenuAlias};
use serde::{Deserialize, Serialize};

use crate::{Answer, Client, Error, client::check, route::Route};

pub(super) static CREATE: Route = Route::post("createRichMenuAlias", "/v2/bot/richmenu/alias");
pub(super) static GET: Route =
    Route::get("getRichMenuAlias", "/v2/bot/richmenu/alias/{richMenuAliasId}");
pub(super) static LIST: Route = Route::get("getRichMenuAliasList", "/v2/bot/richmenu/alias/list");
pub(super) static UPDATE: Route =
    Route::post("updateRichMenuAlias", "/v2/bot/richmenu/alias/{richMenuAliasId}").idempotent();
pub(super) static DELETE: Route =
    Route::delete("deleteRichMenuAlias", "/v2/bot/richmenu/alias/{richMenuAliasId}");

/// All aliases of the account's rich menus.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RichMenuAliases {
    /// The aliases, at most 1,000.
    pub aliases: Vec<RichMenuAlias>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Client {
    /// Creates an alias for a rich menu that has an image. Switch actions refer to the alias.
    ///
    /// # Limits
    /// 1,000 aliases an account, each of at most 32 of `[a-z0-9_-]`.
    /// # Errors
    /// [`Rejected`](crate::ErrorKind::Rejected): the alias is taken, or the menu does not exist or has no image.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#create-rich-menu-alias>
    pub async fn create_rich_menu_alias(
        &self,
        alias: &str,
        rich_menu_id: &str,
    ) -> Result<Answer<()>, Error> {
        let body = RichMenuAlias::new(alias, rich_menu_id);
        check(|checker| body.check(checker))?;
        self.request(&CREATE, &[])?.json(&body)?.send().await?.empty()
    }

    /// Returns the alias with the rich menu that it points to.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-rich-menu-alias-information>
    pub async fn rich_menu_alias(&self, alias: &str) -> Result<Answer<RichMenuAlias>, Error> {
        self.request(&GET, &[alias])?.read().await
    }

    /// Returns all aliases of the account.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-rich-menu-alias-list>
    pub async fn rich_menu_aliases(&self) -> Result<Answer<RichMenuAliases>, Error> {
        self.request(&LIST, &[])?.read().await
    }

    /// Points an alias to another rich menu.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#update-rich-menu-alias>
    pub async fn update_rich_menu_alias(
        &self,
        alias: &str,
        rich_menu_id: &str,
    ) -> Result<Answer<()>, Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Body<'a> {
            rich_menu_id: &'a str,
        }

        check(|checker| checker.required("richMenuId", rich_menu_id))?;
        self.request(&UPDATE, &[alias])?.json(&Body { rich_menu_id })?.send().await?.empty()
    }

    /// Deletes an alias; the menu stays.
    ///
    /// # Limits
    /// 100 calls an hour.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#delete-rich-menu-alias>
    pub async fn delete_rich_menu_alias(&self, alias: &str) -> Result<Answer<()>, Error> {
        self.request(&DELETE, &[alias])?.send().await?.empty()
    }
}
