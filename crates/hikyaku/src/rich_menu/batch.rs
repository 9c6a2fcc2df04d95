use hikyaku_model::{Check, Extra, rich_menu::RichMenuBatch};
use serde::{Deserialize, Serialize};

use crate::{Answer, Client, Error, client::check, route::Route};

pub(super) static BATCH: Route = Route::post("richMenuBatch", "/v2/bot/richmenu/batch");
pub(super) static VALIDATE: Route =
    Route::post("validateRichMenuBatchRequest", "/v2/bot/richmenu/validate/batch").idempotent();
pub(super) static PROGRESS: Route =
    Route::get("getRichMenuBatchProgress", "/v2/bot/richmenu/progress/batch").query(&["requestId"]);

/// How far a batch is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RichMenuBatchProgress {
    /// What LINE is doing.
    pub phase: RichMenuBatchPhase,
    /// When LINE accepted it: ISO 8601, UTC.
    pub accepted_time: String,
    /// When it ended, in the same form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_time: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What LINE is doing about a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum RichMenuBatchPhase {
    /// It is at it.
    Ongoing,
    /// All is done.
    Succeeded,
    /// It failed for some users; with a resume key the batch can be taken up again.
    Failed,
    /// A word that this version does not know.
    #[serde(untagged)]
    Other(String),
}

impl Client {
    /// Changes the menus of all users who have certain menus. The answer's
    /// [`request_id`](Answer::request_id) is what [`rich_menu_batch_progress`](Self::rich_menu_batch_progress) needs.
    ///
    /// # Limits
    /// 1 to 1,000 operations a batch; 3 batches an hour.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#batch-control-rich-menus-of-users>
    pub async fn rich_menu_batch(&self, batch: &RichMenuBatch) -> Result<Answer<()>, Error> {
        check(|checker| batch.check(checker))?;
        self.request(&BATCH, &[])?.json(batch)?.send().await?.empty()
    }

    /// Lets LINE judge a batch without doing it: whether the menus are there and have images, for one.
    ///
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#validate-batch-control-rich-menus-request>
    pub async fn validate_rich_menu_batch(
        &self,
        batch: &RichMenuBatch,
    ) -> Result<Answer<()>, Error> {
        self.request(&VALIDATE, &[])?.json(batch)?.send().await?.empty()
    }

    /// How far a batch is, by the request id that LINE accepted it under.
    ///
    /// # Limits
    /// 100 calls an hour.
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound): no batch, or one of more than 14 days ago.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-batch-control-rich-menus-progress-status>
    pub async fn rich_menu_batch_progress(
        &self,
        request_id: &str,
    ) -> Result<Answer<RichMenuBatchProgress>, Error> {
        self.request(&PROGRESS, &[])?.query("requestId", request_id).read().await
    }
}
