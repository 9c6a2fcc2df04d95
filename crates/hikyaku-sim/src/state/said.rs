use std::time::Duration;

use bytes::Bytes;
use hikyaku_model::{
    ChatId, UserId,
    event::{
        ContentType, SharedStr,
        message::{
            AudioMessageContent, ContentKind, ContentProvider, FileMessageContent,
            ImageMessageContent, LocationMessageContent, StickerMessageContent,
            StickerResourceType, TextMessageContent, VideoMessageContent,
        },
    },
};
use serde::Serialize;

/// A message from a user to an account.
///
/// ```
/// use hikyaku_sim::UserMessage;
///
/// let text = UserMessage::text("hello");
/// let picture = UserMessage::image(&b"\x89PNG\r\n\x1a\n"[..]);
/// # let _ = (text, picture);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct UserMessage {
    pub(crate) kind: ContentKind,
    /// What the account can download.
    pub(crate) content: Option<Bytes>,
    pub(crate) media_type: Option<String>,
    pub(crate) quoted_message_id: Option<String>,
    pub(crate) preparation: Preparation,
}

/// How a video or recording is made ready to be downloaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Preparation {
    #[default]
    None,
    Takes(Duration),
    Fails,
}

impl UserMessage {
    /// Creates a text.
    pub fn text(text: impl Into<SharedStr>) -> Self {
        TextMessageContent::new(text).into()
    }

    /// Creates a sticker that does not move.
    pub fn sticker(package_id: impl Into<SharedStr>, sticker_id: impl Into<SharedStr>) -> Self {
        ContentKind::Sticker(StickerMessageContent {
            package_id: package_id.into(),
            sticker_id: sticker_id.into(),
            sticker_resource_type: Some(StickerResourceType::Static),
            keywords: None,
            text: None,
            quote_token: None,
            quoted_message_id: None,
        })
        .into()
    }

    /// Creates a location, in degrees.
    pub fn location(latitude: f64, longitude: f64) -> Self {
        let place = LocationMessageContent { title: None, address: None, latitude, longitude };
        ContentKind::Location(place).into()
    }

    /// Creates an image, which the account can download.
    pub fn image(bytes: impl Into<Bytes>) -> Self {
        let content_provider = ContentProvider::line();
        let image = ImageMessageContent { content_provider, image_set: None, quote_token: None };
        Self::from(ContentKind::Image(image)).with_content(bytes)
    }

    /// Creates a video of this duration in milliseconds, which the account can download.
    pub fn video(bytes: impl Into<Bytes>, duration: u64) -> Self {
        let content_provider = ContentProvider::line();
        let duration = Some(duration);
        let video = VideoMessageContent { content_provider, duration, quote_token: None };
        Self::from(ContentKind::Video(video)).with_content(bytes)
    }

    /// Creates an audio message of this duration in milliseconds, which the account can download.
    pub fn audio(bytes: impl Into<Bytes>, duration: u64) -> Self {
        let audio = AudioMessageContent {
            content_provider: ContentProvider::line(),
            duration: Some(duration),
        };
        Self::from(ContentKind::Audio(audio)).with_content(bytes)
    }

    /// Creates a file, which the account can download.
    pub fn file(name: impl Into<SharedStr>, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let file = FileMessageContent { file_name: name.into(), file_size: bytes.len() as u64 };
        Self::from(ContentKind::File(file)).with_content(bytes)
    }

    /// Sets the bytes that the account can download. An image, video, audio message or file has none by default.
    pub fn with_content(mut self, bytes: impl Into<Bytes>) -> Self {
        self.content = Some(bytes.into());
        self
    }

    /// Sets the content type of the download. By default it is detected from the bytes.
    pub fn media_type(mut self, media_type: impl Into<String>) -> Self {
        self.media_type = Some(media_type.into());
        self
    }

    /// Sets how long LINE prepares a video or audio message, by the simulator's clock: until then its download is
    /// answered with 202.
    pub fn prepared_in(mut self, time: Duration) -> Self {
        self.preparation = Preparation::Takes(time);
        self
    }

    /// Makes the preparation of a video or audio message fail.
    pub fn never_prepared(mut self) -> Self {
        self.preparation = Preparation::Fails;
        self
    }

    /// Makes a text or sticker quote an earlier message.
    pub fn quoting(mut self, message_id: impl Into<String>) -> Self {
        self.quoted_message_id = Some(message_id.into());
        self
    }

    /// The message as its event has it.
    pub(crate) fn into_kind(self, quote_token: Option<&str>, bot: &UserId) -> ContentKind {
        let mut kind = self.kind;
        let quoted = self.quoted_message_id.map(SharedStr::from);
        let token = quote_token.map(SharedStr::from);
        match &mut kind {
            ContentKind::Text(text) => {
                (text.quote_token, text.quoted_message_id) = (token, quoted);
                tell_self(text, bot);
            }
            ContentKind::Sticker(sticker) => {
                (sticker.quote_token, sticker.quoted_message_id) = (token, quoted);
            }
            ContentKind::Image(image) => image.quote_token = token,
            ContentKind::Video(video) => video.quote_token = token,
            _ => {}
        }
        kind
    }

    /// Its kind.
    pub(crate) fn content_type(&self) -> ContentType {
        self.kind.content_type()
    }

    /// Whether a message of this kind can be quoted.
    ///
    /// Source: <https://developers.line.biz/en/docs/messaging-api/get-quote-tokens/>
    pub(crate) fn is_quotable(&self) -> bool {
        matches!(
            self.kind,
            ContentKind::Text(_)
                | ContentKind::Sticker(_)
                | ContentKind::Image(_)
                | ContentKind::Video(_)
        )
    }
}

/// Says of each person that is mentioned whether it is this account.
fn tell_self(text: &mut TextMessageContent, bot: &UserId) {
    for mentionee in text.mention.iter_mut().flat_map(|mention| &mut mention.mentionees) {
        match &mentionee.user_id {
            None if mentionee.is_self == Some(true) => mentionee.user_id = Some(bot.clone()),
            Some(user) if mentionee.is_self.is_none() => mentionee.is_self = Some(user == bot),
            _ => {}
        }
    }
}

impl From<ContentKind> for UserMessage {
    fn from(kind: ContentKind) -> Self {
        Self {
            kind,
            content: None,
            media_type: None,
            quoted_message_id: None,
            preparation: Preparation::None,
        }
    }
}

impl From<&str> for UserMessage {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for UserMessage {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

impl From<TextMessageContent> for UserMessage {
    fn from(text: TextMessageContent) -> Self {
        ContentKind::Text(text).into()
    }
}

/// A message that a user sent, with the tokens in its webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Said {
    /// The reply token: for one reply, within a minute.
    pub reply_token: String,
    /// The token that marks the chat as read up to this message.
    pub mark_as_read_token: String,
    /// The token that quotes the message, if it can be quoted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote_token: Option<String>,
    /// The message id.
    pub message_id: String,
    /// The user who sent it.
    pub user_id: UserId,
    /// The chat.
    pub chat_id: ChatId,
    /// The id of the webhook event; `None` if no webhooks are sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_event_id: Option<String>,
}

/// A token to quote a message by.
pub(crate) fn quote_token(message_id: u64) -> String {
    format!("sim-quote-{message_id:x}")
}
