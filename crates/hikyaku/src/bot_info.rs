use hikyaku_model::{Extra, UserId};
use serde::{Deserialize, Serialize};

use crate::{Answer, Client, Error, route::Route};

pub(crate) static ROUTE: Route = Route::get("getBotInfo", "/v2/bot/info");

/// Information about the bot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct BotInfo {
    /// The bot's user id, the `destination` of its webhooks.
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
    /// Whether people can answer in the account's chats, or only the bot.
    pub chat_mode: ChatMode,
    /// Whether LINE or the bot marks messages as read.
    pub mark_as_read_mode: MarkAsReadMode,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Whether people can answer in the account's chats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ChatMode {
    /// Chat is on.
    Chat,
    /// Chat is off.
    Bot,
    /// A value that this version does not know.
    #[serde(untagged)]
    Other(String),
}

/// Whether LINE or the bot marks messages as read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum MarkAsReadMode {
    /// LINE marks them at once.
    Auto,
    /// The bot marks them with [`Client::mark_as_read_by_token`].
    Manual,
    /// A value that this version does not know.
    #[serde(untagged)]
    Other(String),
}

impl Client {
    /// Returns information about the bot.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-bot-info>
    pub async fn bot_info(&self) -> Result<Answer<BotInfo>, Error> {
        self.request(&ROUTE, &[])?.read().await
    }
}
