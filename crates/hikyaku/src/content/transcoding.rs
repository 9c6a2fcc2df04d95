use hikyaku_model::Extra;
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

/// How far LINE is with preparing a video or audio.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Transcoding {
    /// How far.
    pub status: TranscodingStatus,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How far LINE is with preparing a video or audio.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum TranscodingStatus {
    /// It still prepares it.
    Processing,
    /// The bytes can be had.
    Succeeded,
    /// The bytes will never come.
    Failed,
    /// A word that this version does not know.
    #[serde(untagged)]
    Other(String),
}

impl Client {
    /// How far LINE is with preparing a video or audio that a user sent.
    ///
    /// # Errors
    /// [`Rejected`](crate::ErrorKind::Rejected): messages of this kind need no preparing.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#verify-video-or-audio-preparation-status>
    pub async fn message_content_transcoding(
        &self,
        message_id: &(impl AsRef<str> + ?Sized),
    ) -> Result<Answer<Transcoding>, Error> {
        self.request(&ROUTE, &[message_id.as_ref()])?.read().await
    }
}
