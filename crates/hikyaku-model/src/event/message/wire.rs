use std::sync::Arc;

use serde::{
    Serialize,
    de::{Error as _, MapAccess},
};

use super::{
    AudioMessageContent, ContentKind, ContentProvider, Emoji, FileMessageContent,
    ImageMessageContent, ImageSet, LocationMessageContent, Mention, MessageContent,
    StickerMessageContent, StickerResourceType, TextMessageContent, VideoMessageContent,
};
use crate::{
    Extra,
    event::{
        fields::Fields,
        object::{self, FromFields, readable},
    },
    text::{Str, Text},
};

/// The fields of all kinds of message in one struct. LINE does not promise that `type` comes first; a reader that waits
/// for it has to copy everything before it.
struct Wire<'a, S> {
    r#type: Option<Str<'a>>,
    id: Option<S>,
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
    extra: Extra,
}

readable!(MessageContent<S>);

/// The fields that belong to some kinds of message only.
const OF_KINDS: [&str; 18] = [
    "quoteToken",
    "quotedMessageId",
    "text",
    "emojis",
    "mention",
    "contentProvider",
    "imageSet",
    "duration",
    "fileName",
    "fileSize",
    "title",
    "address",
    "latitude",
    "longitude",
    "packageId",
    "stickerId",
    "stickerResourceType",
    "keywords",
];

/// Returns those fields that belong to this kind, as [`Wire::take_kind`] takes them.
fn own_fields(r#type: &str) -> &'static [&'static str] {
    match r#type {
        "text" => &["text", "emojis", "mention", "quoteToken", "quotedMessageId"],
        "image" => &["contentProvider", "imageSet", "quoteToken"],
        "video" => &["contentProvider", "duration", "quoteToken"],
        "audio" => &["contentProvider", "duration"],
        "file" => &["fileName", "fileSize"],
        "location" => &["title", "address", "latitude", "longitude"],
        "sticker" => &[
            "packageId",
            "stickerId",
            "stickerResourceType",
            "keywords",
            "text",
            "quoteToken",
            "quotedMessageId",
        ],
        _ => &[],
    }
}

impl<'a, S: Text<'a>> MessageContent<S> {
    /// Reads a message again that did not fit, with its kind known from the start: the fields of other kinds may have any
    /// form, since LINE may add a field of that name to this one.
    pub(in crate::event) fn knowing_its_kind(
        json: &'a str,
        body: Option<&Arc<str>>,
    ) -> Option<Self> {
        let mut fields = Fields::distinct(json)?;
        let own = own_fields(&fields.value::<String>("type")?);
        let foreign = fields.take_foreign(OF_KINDS, own);
        let mut message = Self::from_fields(fields.into_access(), body).ok()?;
        for (name, value) in foreign.iter() {
            message.extra.insert(name, value.clone());
        }
        Some(message)
    }
}

impl<'de, S: Text<'de>> FromFields<'de> for MessageContent<S> {
    const EXPECTED: &'static str = "a message, which is an object";

    fn from_fields<A: MapAccess<'de>>(
        fields: A,
        body: Option<&Arc<str>>,
    ) -> Result<Self, A::Error> {
        let mut wire = Wire::default();
        wire.extra = object::each(fields, |name, fields| match name {
            "type" => object::once(&mut wire.r#type, "type", fields, body),
            "id" => object::once(&mut wire.id, "id", fields, body),
            "markAsReadToken" => {
                object::once(&mut wire.mark_as_read_token, "markAsReadToken", fields, body)
            }
            "quoteToken" => object::once(&mut wire.quote_token, "quoteToken", fields, body),
            "quotedMessageId" => {
                object::once(&mut wire.quoted_message_id, "quotedMessageId", fields, body)
            }
            "text" => object::once(&mut wire.text, "text", fields, body),
            "emojis" => object::once(&mut wire.emojis, "emojis", fields, body),
            "mention" => object::once(&mut wire.mention, "mention", fields, body),
            "contentProvider" => {
                object::once(&mut wire.content_provider, "contentProvider", fields, body)
            }
            "imageSet" => object::once(&mut wire.image_set, "imageSet", fields, body),
            "duration" => object::once(&mut wire.duration, "duration", fields, body),
            "fileName" => object::once(&mut wire.file_name, "fileName", fields, body),
            "fileSize" => object::once(&mut wire.file_size, "fileSize", fields, body),
            "title" => object::once(&mut wire.title, "title", fields, body),
            "address" => object::once(&mut wire.address, "address", fields, body),
            "latitude" => object::once(&mut wire.latitude, "latitude", fields, body),
            "longitude" => object::once(&mut wire.longitude, "longitude", fields, body),
            "packageId" => object::once(&mut wire.package_id, "packageId", fields, body),
            "stickerId" => object::once(&mut wire.sticker_id, "stickerId", fields, body),
            "stickerResourceType" => {
                object::once(&mut wire.sticker_resource_type, "stickerResourceType", fields, body)
            }
            "keywords" => object::once(&mut wire.keywords, "keywords", fields, body),
            _ => Ok(false),
        })?;
        wire.into_content(body).map_err(A::Error::missing_field)
    }
}

impl<S> Default for Wire<'_, S> {
    fn default() -> Self {
        Self {
            r#type: None,
            id: None,
            mark_as_read_token: None,
            quote_token: None,
            quoted_message_id: None,
            text: None,
            emojis: None,
            mention: None,
            content_provider: None,
            image_set: None,
            duration: None,
            file_name: None,
            file_size: None,
            title: None,
            address: None,
            latitude: None,
            longitude: None,
            package_id: None,
            sticker_id: None,
            sticker_resource_type: None,
            keywords: None,
            extra: Extra::default(),
        }
    }
}

impl<'a, S: Text<'a>> Wire<'a, S> {
    /// Builds the message. Fails with the name of the missing field.
    fn into_content(mut self, body: Option<&Arc<str>>) -> Result<MessageContent<S>, &'static str> {
        let r#type = self.r#type.take().ok_or("type")?;
        let id = self.id.take().ok_or("id")?;
        let kind = match self.take_kind(r#type.as_str())? {
            Some(kind) => kind,
            None => ContentKind::Unknown { r#type: S::keep(r#type, body) },
        };
        self.keep_the_rest();
        Ok(MessageContent {
            kind,
            id,
            mark_as_read_token: self.mark_as_read_token,
            extra: self.extra,
        })
    }

    /// Takes the fields that belong to the kind. Fails with the name of the missing field. An unknown kind takes none.
    fn take_kind(&mut self, r#type: &str) -> Result<Option<ContentKind<S>>, &'static str> {
        Ok(Some(match r#type {
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

    /// Keeps the fields that the kind did not take: LINE may add a field of one kind to another.
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
