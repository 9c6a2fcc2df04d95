//! The content of messages that users send: images, videos, audio, files.

mod download;
mod message_content;
mod transcoding;
mod wait;
mod whole;

pub use download::Content;
pub use message_content::MessageContent;
pub use transcoding::{Transcoding, TranscodingStatus};
pub use wait::WaitForMessageContent;
pub use whole::{LoadedContent, SavedContent};

use crate::route::Route;

pub(crate) static ROUTES: &[&Route] =
    &[&message_content::CONTENT, &message_content::PREVIEW, &transcoding::ROUTE];
