use hikyaku_model::{Check, Extra, open_words, rich_menu::RichMenuBatch};
use serde::{Deserialize, Serialize};

use crate::{Answer, Client, Error, client::check, route::Route};

pub(super) static BATCH: Route = Route::post("richMenuBatch", "/v2/bot/richmenu/batch");
pub(super) static VALIDATE: Route =
    Route::post("validateRichMenuBatchRequest", "/v2/bot/richmenu/validate/batch").idempotent();
pub(super) static PROGRESS: Route =
    Route::get("getRichMenuBatchProgress", "/v2/bot/richmenu/progress/batch").query(&["requestId"]);

/// The progress of a batch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RichMenuBatchProgress {
    /// The phase.
    pub phase: RichMenuBatchPhase,
    /// The time at which LINE accepted it: ISO 8601, UTC.
    pub accepted_time: String,
    /// The time at which it ended, in the same format as `accepted_time`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_time: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

open_words! {
    /// The phase of a batch.
    RichMenuBatchPhase {
        /// LINE is working on it.
        Ongoing = "ongoing",
        /// Every operation has succeeded.
        Succeeded = "succeeded",
        /// The batch failed for some users; a batch with a resume key can be resumed.
        Failed = "failed",
    }
}

impl Client {
    /// Changes the menus of all users with certain menus. Pass the response's [`request_id`](Answer::request_id) to
    /// [`rich_menu_batch_progress`](Self::rich_menu_batch_progress).
    ///
    /// # Limits
    /// 1 to 1,000 operations a batch; 3 batches an hour.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#batch-control-rich-menus-of-users>
    pub async fn rich_menu_batch(&self, batch: &RichMenuBatch) -> Result<Answer<()>, Error> {
        check(|checker| batch.check(checker))?;
        self.request(&BATCH, &[])?.json(batch)?.send().await?.empty()
    }

    /// Asks LINE to validate a batch without running it, for example whether the menus exist and have images.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#validate-batch-control-rich-menus-request>
    pub async fn validate_rich_menu_batch(
        &self,
        batch: &RichMenuBatch,
    ) -> Result<Answer<()>, Error> {
        self.request(&VALIDATE, &[])?.json(batch)?.send().await?.empty()
    }

    /// Returns the progress of a batch, by the request id from its acceptance.
    ///
    /// # Limits
    /// 100 calls an hour.
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound): there is no such batch, or it is more than 14 days old.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-batch-control-rich-menus-progress-status>
    pub async fn rich_menu_batch_progress(
        &self,
        request_id: &str,
    ) -> Result<Answer<RichMenuBatchProgress>, Error> {
        self.request(&PROGRESS, &[])?.query("requestId", request_id).read().await
    }
}
