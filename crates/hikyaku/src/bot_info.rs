use hikyaku_model::{Extra, UserId, open_words};
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

open_words! {
    /// Whether people can answer in the account's chats.
    ChatMode {
        /// Chat is on.
        Chat = "chat",
        /// Chat is off.
        Bot = "bot",
    }

    /// Whether LINE or the bot marks messages as read.
    MarkAsReadMode {
        /// LINE marks them at once.
        Auto = "auto",
        /// The bot marks them with [`Client::mark_as_read_by_token`].
        Manual = "manual",
    }
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
