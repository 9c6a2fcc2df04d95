use serde::Serialize;

use crate::{Answer, Client, Error, client::id, route::Route};

pub(crate) static ROUTE: Route = Route::post("missionStickerV3", "/shop/v3/mission");

impl Client {
    /// Gives a user a mission sticker, for channels to which LINE has granted this.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/partner-docs/#send-mission-stickers-v3>
    pub async fn send_mission_sticker(
        &self,
        user: &(impl AsRef<str> + ?Sized),
        product_id: &str,
    ) -> Result<Answer<()>, Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Body<'a> {
            to: &'a str,
            product_id: &'a str,
            product_type: &'a str,
            send_present_message: bool,
        }

        let to = id("to", user, hikyaku_model::UserId::check)?;
        let body = Body { to, product_id, product_type: "STICKER", send_present_message: false };
        self.request(&ROUTE, &[])?.json(&body)?.send().await?.empty()
    }
}
