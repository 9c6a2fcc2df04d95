//! Pictures, videos and recordings that people have sent, as far as a browser can show them.

use bytes::Bytes;
use hikyaku_model::event::ContentType;
use hikyaku_page::html::Url;

use super::PREFIX;
use crate::state::{World, content::Readiness};

/// Where it is on the page's own server, if it can be shown: `content/{channel id}/{message id}`.
pub(super) fn url(world: &World, channel: usize, message_id: u64) -> Option<Url> {
    let id = &world.channels[channel].id;
    read(world, channel, message_id)?;
    Url::path(&format!("{PREFIX}content/{id}/{message_id}"))
}

/// What is at such a path, and its type.
pub(super) fn find(world: &World, path: &str) -> Option<(&'static str, Bytes)> {
    let (channel, message) = path.strip_prefix("content/")?.split_once('/')?;
    read(world, world.channel_of_id(channel)?, message.parse().ok()?)
}

fn read(world: &World, channel: usize, message_id: u64) -> Option<(&'static str, Bytes)> {
    let content = world.contents.get(channel, message_id)?;
    if content.bytes.is_empty() || content.readiness(world.clock.now()) == Readiness::Gone {
        return None;
    }
    // Only types that run nothing.
    let known: &[&str] = match content.kind {
        ContentType::Image => &["image/png", "image/jpeg", "image/gif", "image/webp"],
        ContentType::Video => &["video/mp4", "video/webm", "video/quicktime"],
        ContentType::Audio => &[
            "audio/x-m4a",
            "audio/mp4",
            "audio/mpeg",
            "audio/aac",
            "audio/wav",
            "audio/ogg",
            "audio/webm",
        ],
        _ => return None,
    };
    let media_type = known.iter().find(|known| **known == content.media_type)?;
    Some((media_type, content.bytes.clone()))
}
