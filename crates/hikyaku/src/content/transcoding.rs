use hikyaku_model::{Extra, open_words};
use serde::{Deserialize, Serialize};

use crate::{
    Answer, Client, Error,
    route::{Host, Route},
};

pub(super) static ROUTE: Route = Route::get(
    "getMessageContentTranscodingByMessageId",
    "/v2/bot/message/{messageId}/content/transcoding",
)
.on(Host::Data);

/// LINE's progress in preparing a video or audio.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Transcoding {
    /// The status.
    pub status: TranscodingStatus,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

open_words! {
    /// LINE's progress in preparing a video or audio.
    TranscodingStatus {
        /// LINE is still preparing it.
        Processing = "processing",
        /// The bytes are available.
        Succeeded = "succeeded",
        /// The bytes will never be available.
        Failed = "failed",
    }
}

impl Client {
    /// Returns LINE's progress in preparing a video or audio that a user sent.
    ///
    /// # Errors
    /// [`Rejected`](crate::ErrorKind::Rejected): messages of this kind need no preparation.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#verify-video-or-audio-preparation-status>
    pub async fn message_content_transcoding(
        &self,
        message_id: &(impl AsRef<str> + ?Sized),
    ) -> Result<Answer<Transcoding>, Error> {
        self.request(&ROUTE, &[message_id.as_ref()])?.read().await
    }
}
