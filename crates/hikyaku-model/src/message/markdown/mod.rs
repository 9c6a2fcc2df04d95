//! Markdown as plain text, and as Flex Messages.

mod block;
mod flex;
mod inline;
mod plain;

pub use flex::from_markdown;
pub use plain::plain_text;
