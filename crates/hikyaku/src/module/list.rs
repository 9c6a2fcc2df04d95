use hikyaku_model::{Extra, UserId};
use serde::{Deserialize, Serialize};

use crate::{
    Client,
    page::{Page, Paged},
    route::Route,
};

pub(super) static ROUTE: Route =
    Route::get("getModules", "/v2/bot/list").query(&["start", "limit"]);

/// A page of the bots to which a module channel is attached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ModuleBots {
    /// The bots.
    pub bots: Vec<ModuleBot>,
    /// The token for the start of the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A bot to which a module channel is attached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ModuleBot {
    /// The bot's user id.
    pub user_id: UserId,
    /// The account's basic id, which begins with `@`.
    pub basic_id: String,
    /// The account's premium id, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub premium_id: Option<String>,
    /// The account's name.
    pub display_name: String,
    /// The URL of the account's image, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture_url: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Page for ModuleBots {
    type Item = ModuleBot;

    fn next_start(&self) -> Option<String> {
        self.next.clone()
    }

    fn into_items(self) -> Vec<ModuleBot> {
        self.bots
    }
}

impl Paged<'_, ModuleBots> {
    /// Sets the page size: 1 to 100 bots; LINE's default is 100.
    pub fn limit(self, limit: u32) -> Self {
        self.query("limit", &limit.to_string())
    }
}

impl Client {
    /// Lists the bots to which the module channel is attached.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/partner-docs/#get-multiple-bot-info-api>
    pub fn module_bots(&self) -> Paged<'_, ModuleBots> {
        Paged::new(self, &ROUTE, &[])
    }
}
