use serde::{Deserialize, Serialize};

use crate::{
    Check, Checker, Extra,
    limits::{Count, Length, Problem, Segment},
    setters::setters,
    union::{extra, tagged},
};

/// The text of a text message.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#text-message>
pub const TEXT: Length = Length::utf16(5000);

/// The number of LINE emoji in one text message.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#text-message>
pub const EMOJIS: Count = Count { min: 0, max: 20 };

/// A text message.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#text-message>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "text", rename_all = "camelCase")]
#[non_exhaustive]
pub struct TextMessage {
    /// The text, at most 5,000 UTF-16 code units.
    pub text: String,
    /// The LINE emoji, at most 20, each for one `$` in the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emojis: Option<Vec<Emoji>>,
    /// The quote token of the message to quote. Replies and pushes only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote_token: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, TextMessage>")]
    pub extra: Extra,
}

/// A LINE emoji that replaces one `$` in a text.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/emoji-list/>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Emoji {
    /// The position of the `$`, in UTF-16 code units from 0.
    pub index: u32,
    /// The emoji's set.
    pub product_id: String,
    /// The emoji in the set.
    pub emoji_id: String,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

tagged!(TextMessage = "text");

impl TextMessage {
    /// Creates a text message that does not quote another.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), emojis: None, quote_token: None, extra: Extra::default() }
    }

    /// Replaces `$` characters with LINE emoji.
    pub fn emojis(mut self, emojis: impl IntoIterator<Item = Emoji>) -> Self {
        self.emojis = Some(emojis.into_iter().collect());
        self
    }
}

setters!(TextMessage { into { quote_token: String } });

impl Emoji {
    /// Creates the emoji for the `$` at an index, in UTF-16 code units from 0.
    pub fn new(index: u32, product_id: impl Into<String>, emoji_id: impl Into<String>) -> Self {
        Self {
            index,
            product_id: product_id.into(),
            emoji_id: emoji_id.into(),
            extra: Extra::default(),
        }
    }
}

impl Check for TextMessage {
    fn check(&self, checker: &mut Checker) {
        checker.length("text", &self.text, TEXT);
        let Some(emojis) = &self.emojis else { return };
        checker.at(Segment::Field("emojis"), |checker| {
            checker.count(emojis.len(), EMOJIS);
            for (position, emoji) in emojis.iter().enumerate() {
                checker.at(Segment::Index(position), |checker| emoji.check(&self.text, checker));
            }
        });
    }
}

impl Emoji {
    fn check(&self, text: &str, checker: &mut Checker) {
        checker.required("productId", &self.product_id);
        checker.required("emojiId", &self.emoji_id);
        let at = usize::try_from(self.index).unwrap_or(usize::MAX);
        if text.encode_utf16().nth(at) != Some(u16::from(b'$')) {
            checker.report_field("index", Problem::Rule("must be the place of a $ in the text"));
        }
    }
}
