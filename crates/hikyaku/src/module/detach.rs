use serde::Serialize;

use crate::{Answer, Client, Error, client::id, route::Route};

pub(super) static ROUTE: Route = Route::post("detachModule", "/v2/bot/channel/detach");

impl Client {
    /// Detaches the module channel from an account, by the user id of its bot.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/partner-docs/#unlink-detach-module-channel-by-operation-mc-admin>
    pub async fn detach_module(
        &self,
        bot: &(impl AsRef<str> + ?Sized),
    ) -> Result<Answer<()>, Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Body<'a> {
            bot_id: &'a str,
        }

        let bot_id = id("botId", bot, hikyaku_model::UserId::check)?;
        self.request(&ROUTE, &[])?.json(&Body { bot_id })?.send().await?.empty()
    }
}
