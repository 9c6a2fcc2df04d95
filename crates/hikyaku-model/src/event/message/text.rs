use serde::Serialize;

use crate::{Extra, UserId, event::object::object, shared_str::SharedStr, word::words};

/// The text that a user wrote.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#wh-text>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TextMessageContent<S = SharedStr> {
    /// The text. A LINE emoji is in it by its name, such as `(love)`.
    pub text: S,
    /// The LINE emoji in the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emojis: Option<Vec<Emoji<S>>>,
    /// Who is mentioned in the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mention: Option<Mention>,
    /// What quotes this message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote_token: Option<S>,
    /// The message that this one quotes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quoted_message_id: Option<S>,
}

impl<S> TextMessageContent<S> {
    /// A text alone.
    pub fn new(text: impl Into<S>) -> Self {
        Self {
            text: text.into(),
            emojis: None,
            mention: None,
            quote_token: None,
            quoted_message_id: None,
        }
    }
}

impl<S: AsRef<str>> TextMessageContent<S> {
    /// Whether it mentions this bot. `@All` does not count.
    ///
    /// Source: <https://developers.line.biz/en/reference/messaging-api/#wh-text>
    pub fn mentions_me(&self) -> bool {
        self.my_mentions().next().is_some()
    }

    /// The text without the mentions of this bot, and without the blanks that they leave: what it was asked. A mention whose
    /// place is not in the text stays.
    pub fn without_my_mentions(&self) -> String {
        let text = self.text.as_ref();
        let mut places: Vec<_> = self
            .my_mentions()
            .filter_map(|it| {
                let end = it.index.checked_add(it.length)?;
                Some((byte_of_unit(text, it.index)?, byte_of_unit(text, end)?))
            })
            .collect();
        places.sort_unstable();
        let (mut left, mut at) = (String::with_capacity(text.len()), 0);
        for (begin, end) in places {
            let Some(before) = text.get(at..begin) else { continue };
            // One of the two blanks around it is enough.
            let is_apart =
                left.is_empty() && before.is_empty() || before.ends_with(char::is_whitespace);
            left.push_str(before);
            let behind = text.get(end..).unwrap_or_default();
            at = end
                + if is_apart { behind.len() - behind.trim_start_matches(' ').len() } else { 0 };
        }
        left.push_str(text.get(at..).unwrap_or_default());
        left.trim().to_owned()
    }

    fn my_mentions(&self) -> impl Iterator<Item = &Mentionee> {
        let mentionees = self.mention.iter().flat_map(|it| &it.mentionees);
        mentionees.filter(|it| it.is_self == Some(true))
    }
}

/// Where a UTF-16 code unit begins, in bytes; the end of the text is one, too.
fn byte_of_unit(text: &str, unit: u64) -> Option<usize> {
    let mut units = 0;
    for (byte, c) in text.char_indices() {
        if units == unit {
            return Some(byte);
        }
        units += c.len_utf16() as u64;
    }
    (units == unit).then_some(text.len())
}

/// A LINE emoji in a text.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Emoji<S = SharedStr> {
    /// Where it begins, in UTF-16 code units from 0.
    pub index: u64,
    /// How long its name is in the text, in UTF-16 code units.
    pub length: u64,
    /// The set it is of.
    pub product_id: S,
    /// Which one of the set it is.
    pub emoji_id: S,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

object! {
    Emoji<S> is "an emoji, which is an object" {
        required index = "index",
        required length = "length",
        required product_id = "productId",
        required emoji_id = "emojiId",
    }
}

/// Who is mentioned in a text.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Mention {
    /// One entry a mention, at most 20.
    pub mentionees: Vec<Mentionee>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Mention {
    /// These mentions.
    pub fn new(mentionees: impl Into<Vec<Mentionee>>) -> Self {
        Self { mentionees: mentionees.into(), extra: Extra::default() }
    }
}

object! {
    Mention is "mentions, which are an object" {
        required mentionees = "mentionees",
    }
}

/// One mention.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Mentionee {
    /// Whether one user or everyone is mentioned.
    pub r#type: MentioneeType,
    /// Where the mention begins, in UTF-16 code units from 0.
    pub index: u64,
    /// How long the mention is, in UTF-16 code units.
    pub length: u64,
    /// The user, if one is mentioned who agreed to share it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// Whether it is this bot that is mentioned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_self: Option<bool>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Mentionee {
    /// A mention at this place of the text, in UTF-16 code units.
    pub fn new(r#type: MentioneeType, index: u64, length: u64) -> Self {
        Self { r#type, index, length, user_id: None, is_self: None, extra: Extra::default() }
    }
}

object! {
    Mentionee is "a mentionee, which is an object" {
        required r#type = "type",
        required index = "index",
        required length = "length",
        optional user_id = "userId",
        optional is_self = "isSelf",
    }
}

words! {
    /// Whom a mention means.
    MentioneeType {
        /// One user.
        User = "user",
        /// Everyone in the chat.
        All = "all",
    }
}
