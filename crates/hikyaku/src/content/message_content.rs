use http::StatusCode;

use super::Content;
use crate::{
    Client, Error,
    route::{Gives, Host, Route},
};

pub(super) static CONTENT: Route =
    Route::get("getMessageContent", "/v2/bot/message/{messageId}/content")
        .on(Host::Data)
        .gives(Gives::Bytes);
pub(super) static PREVIEW: Route =
    Route::get("getMessageContentPreview", "/v2/bot/message/{messageId}/content/preview")
        .on(Host::Data)
        .gives(Gives::Bytes);

/// The content of a message, if LINE has it ready.
#[derive(Debug)]
pub enum MessageContent {
    /// The bytes.
    Ready(Content),
    /// LINE is still preparing it, as it does with large videos and audio: see [`Client::wait_for_message_content`].
    Preparing,
}

impl Client {
    /// Returns the image, video, audio or file of a message that a user sent.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound): the message does not exist, or its content is too old.
    /// [`Gone`](crate::ErrorKind::Gone): the user unsent the message.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-content>
    pub async fn message_content(
        &self,
        message_id: &(impl AsRef<str> + ?Sized),
    ) -> Result<MessageContent, Error> {
        let exchange = self.request(&CONTENT, &[message_id.as_ref()])?.open().await?;
        if exchange.status == StatusCode::ACCEPTED {
            return Ok(MessageContent::Preparing);
        }
        Ok(MessageContent::Ready(Content::new(exchange, self.connection().timeout())))
    }

    /// Returns a smaller image of an image or video that a user sent.
    ///
    /// # Errors
    /// [`Rejected`](crate::ErrorKind::Rejected): messages of this kind have no preview.
    /// # Source
    /// <https://developers.line.biz/en/reference/messaging-api/#get-image-or-video-preview>
    pub async fn message_content_preview(
        &self,
        message_id: &(impl AsRef<str> + ?Sized),
    ) -> Result<Content, Error> {
        let exchange = self.request(&PREVIEW, &[message_id.as_ref()])?.open().await?;
        Ok(Content::new(exchange, self.connection().timeout()))
    }
}
