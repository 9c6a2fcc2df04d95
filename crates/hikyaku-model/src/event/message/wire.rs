use serde::{Deserialize, Deserializer, Serialize, de};

use super::{
    AudioMessageContent, ContentKind, ContentProvider, Emoji, FileMessageContent,
    ImageMessageContent, ImageSet, LocationMessageContent, Mention, MessageContent,
    StickerMessageContent, StickerResourceType, TextMessageContent, VideoMessageContent,
};
use crate::Extra;

/// The fields of all kinds of message side by side. LINE does not promise that `type` comes first, and a reader that
/// waits for it has to copy all that comes before.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire<S> {
    r#type: S,
    id: S,
    mark_as_read_token: Option<S>,
    quote_token: Option<S>,
    quoted_message_id: Option<S>,
    text: Option<S>,
    emojis: Option<Vec<Emoji<S>>>,
    mention: Option<Mention>,
    content_provider: Option<ContentProvider<S>>,
    image_set: Option<ImageSet<S>>,
    duration: Option<u64>,
    file_name: Option<S>,
    file_size: Option<u64>,
    title: Option<S>,
    address: Option<S>,
    latitude: Option<f64>,
    longitude: Option<f64>,
    package_id: Option<S>,
    sticker_id: Option<S>,
    sticker_resource_type: Option<StickerResourceType>,
    keywords: Option<Vec<S>>,
    #[serde(flatten)]
    extra: Extra,
}

impl<'de, S: AsRef<str> + Serialize + Deserialize<'de>> Deserialize<'de> for MessageContent<S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut wire = Wire::deserialize(deserializer)?;
        let kind = wire.take_kind().map_err(de::Error::missing_field)?;
        wire.keep_the_rest();
        let kind = kind.unwrap_or(ContentKind::Unknown { r#type: wire.r#type });
        Ok(Self {
            kind,
            id: wire.id,
            mark_as_read_token: wire.mark_as_read_token,
            extra: wire.extra,
        })
    }
}

impl<S: AsRef<str> + Serialize> Wire<S> {
    /// Takes the fields that belong to the kind, or tells which one is missing. An unknown kind takes none.
    fn take_kind(&mut self) -> Result<Option<ContentKind<S>>, &'static str> {
        Ok(Some(match self.r#type.as_ref() {
            "text" => ContentKind::Text(TextMessageContent {
                text: self.text.take().ok_or("text")?,
                emojis: self.emojis.take(),
                mention: self.mention.take(),
                quote_token: self.quote_token.take(),
                quoted_message_id: self.quoted_message_id.take(),
            }),
            "image" => ContentKind::Image(ImageMessageContent {
                content_provider: self.content_provider.take().ok_or("contentProvider")?,
                image_set: self.image_set.take(),
                quote_token: self.quote_token.take(),
            }),
            "video" => ContentKind::Video(VideoMessageContent {
                content_provider: self.content_provider.take().ok_or("contentProvider")?,
                duration: self.duration.take(),
                quote_token: self.quote_token.take(),
            }),
            "audio" => ContentKind::Audio(AudioMessageContent {
                content_provider: self.content_provider.take().ok_or("contentProvider")?,
                duration: self.duration.take(),
            }),
            "file" => ContentKind::File(FileMessageContent {
                file_name: self.file_name.take().ok_or("fileName")?,
                file_size: self.file_size.take().ok_or("fileSize")?,
            }),
            "location" => ContentKind::Location(LocationMessageContent {
                title: self.title.take(),
                address: self.address.take(),
                latitude: self.latitude.take().ok_or("latitude")?,
                longitude: self.longitude.take().ok_or("longitude")?,
            }),
            "sticker" => ContentKind::Sticker(StickerMessageContent {
                package_id: self.package_id.take().ok_or("packageId")?,
                sticker_id: self.sticker_id.take().ok_or("stickerId")?,
                sticker_resource_type: self.sticker_resource_type.take(),
                keywords: self.keywords.take(),
                text: self.text.take(),
                quote_token: self.quote_token.take(),
                quoted_message_id: self.quoted_message_id.take(),
            }),
            _ => return Ok(None),
        }))
    }

    /// Keeps what the kind did not take: LINE may give one kind tomorrow what another has today.
    fn keep_the_rest(&mut self) {
        let extra = &mut self.extra;
        keep(extra, "quoteToken", self.quote_token.take());
        keep(extra, "quotedMessageId", self.quoted_message_id.take());
        keep(extra, "text", self.text.take());
        keep(extra, "emojis", self.emojis.take());
        keep(extra, "mention", self.mention.take());
        keep(extra, "contentProvider", self.content_provider.take());
        keep(extra, "imageSet", self.image_set.take());
        keep(extra, "duration", self.duration.take());
        keep(extra, "fileName", self.file_name.take());
        keep(extra, "fileSize", self.file_size.take());
        keep(extra, "title", self.title.take());
        keep(extra, "address", self.address.take());
        keep(extra, "latitude", self.latitude.take());
        keep(extra, "longitude", self.longitude.take());
        keep(extra, "packageId", self.package_id.take());
        keep(extra, "stickerId", self.sticker_id.take());
        keep(extra, "stickerResourceType", self.sticker_resource_type.take());
        keep(extra, "keywords", self.keywords.take());
    }
}

fn keep<T: Serialize>(extra: &mut Extra, name: &str, value: Option<T>) {
    if let Some(value) = value.and_then(|value| serde_json::to_value(value).ok()) {
        extra.insert(name, value);
    }
}
