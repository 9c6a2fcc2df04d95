use hikyaku_model::{Extra, UserId};
use serde::{Deserialize, Serialize};

use crate::{Answer, Client, Error, route::Route};

pub(crate) static ROUTE: Route = Route::get("getBotInfo", "/v2/bot/info");

/// What LINE knows of the bot itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct BotInfo {
    /// The bot's own user id, the `destination` of its webhooks.
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
    /// Whether people answer in the account's chats, or only the bot.
    pub chat_mode: ChatMode,
    /// Who marks messages as read.
    pub mark_as_read_mode: MarkAsReadMode,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Whether people answer in the account's chats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ChatMode {
    /// Chat is on.
    Chat,
    /// Chat is off.
    Bot,
    /// A word that this version does not know.
    #[serde(untagged)]
    Other(String),
}

/// Who marks messages as read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum MarkAsReadMode {
    /// LINE does, at once.
    Auto,
    /// The bot does, by [`Client::mark_as_read_by_token`].
    Manual,
    /// A word that this version does not know.
    #[serde(untagged)]
    Other(String),
}

impl Client {
    /// What LINE knows of the bot itself.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-bot-info>
    pub async fn bot_info(&self) -> Result<Answer<BotInfo>, Error> {
        self.request(&ROUTE, &[])?.read().await
    }
}
