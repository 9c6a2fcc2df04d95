use serde::Serialize;

use crate::{Extra, UserId, event::object::object, shared_str::SharedStr, word::words};

/// Text that a user sent.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#wh-text>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TextMessageContent<S = SharedStr> {
    /// The text. It contains each LINE emoji as its name, such as `(love)`.
    pub text: S,
    /// The LINE emoji in the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emojis: Option<Vec<Emoji<S>>>,
    /// The mentions in the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mention: Option<Mention>,
    /// The token that quotes this message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote_token: Option<S>,
    /// The id of the quoted message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quoted_message_id: Option<S>,
}

impl<S> TextMessageContent<S> {
    /// Creates a text without emoji, mentions or tokens.
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
    /// Returns whether the text mentions this bot. `@All` does not count.
    ///
    /// Source: <https://developers.line.biz/en/reference/messaging-api/#wh-text>
    pub fn mentions_me(&self) -> bool {
        self.my_mentions().next().is_some()
    }

    /// Returns the text without the mentions of this bot and without the blanks that they leave: the question to the
    /// bot. A mention whose position lies outside the text stays.
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
            // Keep one of the two blanks around it.
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

/// Returns the byte at which a UTF-16 code unit begins. The end of the text counts as a position.
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
    /// The position, in UTF-16 code units from 0.
    pub index: u64,
    /// The length of its name in the text, in UTF-16 code units.
    pub length: u64,
    /// The emoji's set.
    pub product_id: S,
    /// The emoji in the set.
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

/// The mentions in a text.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Mention {
    /// One entry per mention, at most 20.
    pub mentionees: Vec<Mentionee>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Mention {
    /// Creates a list of mentions.
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
    /// The position of the mention, in UTF-16 code units from 0.
    pub index: u64,
    /// The length of the mention, in UTF-16 code units.
    pub length: u64,
    /// The mentioned user, if one user is mentioned and has consented to share the id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// Whether this bot is the one mentioned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_self: Option<bool>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Mentionee {
    /// Creates a mention at this position of the text, in UTF-16 code units.
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
    /// The kind of mention.
    MentioneeType {
        /// One user.
        User = "user",
        /// Everyone in the chat.
        All = "all",
    }
}
