use hikyaku_model::{Extra, UserId};
use serde::{Deserialize, Serialize};

use crate::{
    Client,
    page::{Page, Paged},
    route::Route,
};

pub(super) static ROUTE: Route =
    Route::get("getModules", "/v2/bot/list").query(&["start", "limit"]);

/// A page of the bots that a module channel is attached to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ModuleBots {
    /// The bots.
    pub bots: Vec<ModuleBot>,
    /// Where the next page begins, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A bot that a module channel is attached to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ModuleBot {
    /// The bot's own user id.
    pub user_id: UserId,
    /// The account's id, beginning with `@`.
    pub basic_id: String,
    /// The account's premium id, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub premium_id: Option<String>,
    /// The account's name.
    pub display_name: String,
    /// The account's picture, where it has one.
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
    /// How many bots a page has at most: 1 to 100, 100 unless set.
    pub fn limit(self, limit: u32) -> Self {
        self.query("limit", &limit.to_string())
    }
}

impl Client {
    /// The bots that the module channel is attached to.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/partner-docs/#get-multiple-bot-info-api>
    pub fn module_bots(&self) -> Paged<'_, ModuleBots> {
        Paged::new(self, &ROUTE, &[])
    }
}
