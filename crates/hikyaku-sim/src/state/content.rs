use serde::{Deserialize, Serialize};

use std::collections::BTreeMap;

use bytes::Bytes;
use hikyaku_model::{event::ContentType, rich_menu::RichMenuImage};
use jiff::{SignedDuration, Timestamp};

use super::{
    json,
    said::{Preparation, UserMessage},
};
use crate::clock::later;

/// What a person has sent and an account can download.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Content {
    channel: usize,
    #[serde(with = "kind")]
    pub(crate) kind: ContentType,
    #[serde(with = "json::bytes")]
    pub(crate) bytes: Bytes,
    pub(crate) media_type: String,
    ready: Ready,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum Ready {
    At(Timestamp),
    Never,
    /// The person has taken it back.
    Gone,
}

/// Whether a content can be downloaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readiness {
    Processing,
    Succeeded,
    Failed,
    Gone,
}

impl Content {
    /// The content of a message to a channel, if it has any.
    pub(crate) fn of(channel: usize, message: &UserMessage, now: Timestamp) -> Option<Self> {
        let bytes = message.content.clone()?;
        let kind = message.content_type();
        let media_type = message.media_type.clone();
        let media_type = media_type.unwrap_or_else(|| looks_like(kind, &bytes).to_owned());
        let ready = match message.preparation {
            Preparation::None => Ready::At(now),
            Preparation::Takes(time) => {
                Ready::At(later(now, SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX)))
            }
            Preparation::Fails => Ready::Never,
        };
        Some(Self { channel, kind, bytes, media_type, ready })
    }

    pub(crate) fn readiness(&self, now: Timestamp) -> Readiness {
        match self.ready {
            Ready::At(at) if at <= now => Readiness::Succeeded,
            Ready::At(_) => Readiness::Processing,
            Ready::Never => Readiness::Failed,
            Ready::Gone => Readiness::Gone,
        }
    }
}

/// The contents of messages, by the messages' ids. LINE deletes them after a time that it does not tell; here the oldest
/// make room when there are too many.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Contents {
    by_id: BTreeMap<u64, Content>,
    bytes: usize,
}

/// How many bytes of contents are kept. Our choice, to bound memory.
const MOST_BYTES: usize = 256 << 20;

/// How many contents are kept. Our choice, to bound memory.
const MOST: usize = 100_000;

impl Contents {
    pub(crate) fn keep(&mut self, message_id: u64, content: Content) {
        self.bytes = self.bytes.saturating_add(content.bytes.len());
        self.by_id.insert(message_id, content);
        self.make_room();
    }

    /// Counts contents that were read from JSON, and gives them their bounds.
    pub(super) fn bound(&mut self) {
        self.bytes = self.by_id.values().map(|content| content.bytes.len()).sum();
        self.make_room();
    }

    fn make_room(&mut self) {
        while (self.bytes > MOST_BYTES || self.by_id.len() > MOST)
            && let Some((_, oldest)) = self.by_id.pop_first()
        {
            self.bytes = self.bytes.saturating_sub(oldest.bytes.len());
        }
    }

    /// The highest place of a channel that anything was sent to.
    pub(super) fn last_channel(&self) -> usize {
        self.by_id.values().map(|content| content.channel).max().unwrap_or(0)
    }

    /// The content of a message that was sent to a channel.
    pub(crate) fn get(&self, channel: usize, message_id: u64) -> Option<&Content> {
        self.by_id.get(&message_id).filter(|content| content.channel == channel)
    }

    pub(crate) fn take_back(&mut self, channel: usize, message_id: u64) {
        if let Some(content) = self.by_id.get_mut(&message_id).filter(|c| c.channel == channel) {
            self.bytes = self.bytes.saturating_sub(content.bytes.len());
            content.bytes = Bytes::new();
            content.ready = Ready::Gone;
        }
    }
}

/// The type of a content, by LINE's word.
mod kind {
    use hikyaku_model::event::ContentType;
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

    const WORDS: [(ContentType, &str); 4] = [
        (ContentType::Image, "image"),
        (ContentType::Video, "video"),
        (ContentType::Audio, "audio"),
        (ContentType::File, "file"),
    ];

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    pub(super) fn serialize<S: Serializer>(
        kind: &ContentType,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let word = WORDS.iter().find(|(of, _)| of == kind);
        serializer.serialize_str(word.map_or("unknown", |(_, word)| word))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<ContentType, D::Error> {
        let text = String::deserialize(deserializer)?;
        match WORDS.iter().find(|(_, word)| *word == text) {
            Some((kind, _)) => Ok(*kind),
            None if text == "unknown" => Ok(ContentType::Unknown),
            None => Err(D::Error::custom(format!("`{text}` is no type of a content"))),
        }
    }
}

/// The content type of bytes that came without one.
fn looks_like(kind: ContentType, bytes: &[u8]) -> &'static str {
    match kind {
        ContentType::Image => {
            RichMenuImage::sniff(bytes).map_or("image/jpeg", |image| image.format.content_type())
        }
        ContentType::Video => "video/mp4",
        ContentType::Audio => "audio/x-m4a",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_make_room() {
        let mut contents = Contents::default();
        let large = Bytes::from(vec![0; MOST_BYTES / 2]);
        for id in 0..3 {
            let message = UserMessage::file("a", large.clone());
            let content = Content::of(0, &message, Timestamp::UNIX_EPOCH).unwrap();
            contents.keep(id, content);
        }
        assert!(contents.get(0, 0).is_none());
        assert!(contents.get(0, 2).is_some());
        assert!(contents.get(1, 2).is_none());
        contents.take_back(0, 2);
        assert_eq!(contents.bytes, MOST_BYTES / 2);
    }
}
