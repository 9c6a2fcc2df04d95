use serde::Serialize;

use super::description::DESCRIPTION;
use crate::{Answer, Client, Error, client::check, route::Route};

pub(super) static DESCRIBE: Route = Route::put(
    "updateAudienceGroupDescription",
    "/v2/bot/audienceGroup/{audienceGroupId}/updateDescription",
);
pub(super) static DELETE: Route =
    Route::delete("deleteAudienceGroup", "/v2/bot/audienceGroup/{audienceGroupId}");

impl Client {
    /// Renames an audience. A name has at most 120 characters.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#set-description-audience-group>
    pub async fn rename_audience(
        &self,
        audience_group_id: u64,
        description: &str,
    ) -> Result<Answer<()>, Error> {
        #[derive(Serialize)]
        struct Body<'a> {
            description: &'a str,
        }

        check(|checker| checker.length("description", description, DESCRIPTION))?;
        let request = self.request(&DESCRIBE, &[&audience_group_id.to_string()])?;
        request.json(&Body { description })?.send().await?.empty()
    }

    /// Deletes an audience. This cannot be undone.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#delete-audience-group>
    pub async fn delete_audience(&self, audience_group_id: u64) -> Result<Answer<()>, Error> {
        self.request(&DELETE, &[&audience_group_id.to_string()])?.send().await?.empty()
    }
}
