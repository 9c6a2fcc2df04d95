use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::TEXT;
use crate::{
    Check, Checker, Extra, Unknown, UserId,
    limits::{Count, Problem, SUBSTITUTION_KEY, Segment},
    setters::setters,
    union::{extra, tagged, union},
};

/// The number of substitutions in one text.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#text-message-v2>
pub const SUBSTITUTIONS: Count = Count { min: 0, max: 100 };

/// The number of mentions among the substitutions of one text.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#text-message-v2-mention-object>
pub const MENTIONS: Count = Count { min: 0, max: 20 };

/// The number of LINE emoji among the substitutions of one text.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#text-message-v2-emoji-object>
pub const SUBSTITUTION_EMOJIS: Count = Count { min: 0, max: 20 };

/// A text with placeholders for mentions and LINE emoji.
///
/// `{name}` in the text is replaced by the substitution of that name; write a literal brace twice.
///
/// ```
/// use hikyaku_model::{Check, Message, message::{Substitution, TextV2Message}};
///
/// let text = TextV2Message::new("Welcome, {user}! {{literally}}")
///     .substitute("user", Substitution::mention("U0123456789abcdef0123456789abcdef"));
/// assert!(Message::from(text).validate().is_ok());
/// ```
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#text-message-v2>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "textV2", rename_all = "camelCase")]
#[non_exhaustive]
pub struct TextV2Message {
    /// The text, at most 5,000 UTF-16 code units.
    pub text: String,
    /// The substitution for each placeholder, at most 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub substitution: Option<BTreeMap<String, Substitution>>,
    /// The quote token of the message to quote. Replies and pushes only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote_token: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, TextV2Message>")]
    pub extra: Extra,
}

/// The replacement for a placeholder.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Substitution {
    /// A mention of one user or of everyone.
    Mention(MentionSubstitution),
    /// A LINE emoji.
    Emoji(EmojiSubstitution),
    /// A kind that this version does not know, or a known kind whose JSON does not fit; `Check` tells them apart.
    Unknown(Unknown),
}

/// A mention of one user or of everyone. Replies and pushes to groups and rooms only.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#text-message-v2-mention-object>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "mention", rename_all = "camelCase")]
#[non_exhaustive]
pub struct MentionSubstitution {
    /// The user or users mentioned.
    pub mentionee: Mentionee,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, MentionSubstitution>")]
    pub extra: Extra,
}

/// A LINE emoji.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#text-message-v2-emoji-object>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "emoji", rename_all = "camelCase")]
#[non_exhaustive]
pub struct EmojiSubstitution {
    /// The emoji's set.
    pub product_id: String,
    /// The emoji in the set.
    pub emoji_id: String,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, EmojiSubstitution>")]
    pub extra: Extra,
}

/// The user or users mentioned.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Mentionee {
    /// One user, who must be a member of the group or room.
    User(UserMentionee),
    /// Everyone in the group or room.
    All(AllMentionee),
    /// A kind that this version does not know, or a known kind whose JSON does not fit; `Check` tells them apart.
    Unknown(Unknown),
}

/// One user.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#text-message-v2-mentionee-user>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "user", rename_all = "camelCase")]
#[non_exhaustive]
pub struct UserMentionee {
    /// The user.
    pub user_id: UserId,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, UserMentionee>")]
    pub extra: Extra,
}

/// All members of a group or room.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#text-message-v2-mentionee-all>
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "all", rename_all = "camelCase")]
#[non_exhaustive]
pub struct AllMentionee {
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, AllMentionee>")]
    pub extra: Extra,
}

tagged!(
    TextV2Message = "textV2",
    MentionSubstitution = "mention",
    EmojiSubstitution = "emoji",
    UserMentionee = "user",
    AllMentionee = "all",
);
union!(Substitution { Mention(MentionSubstitution), Emoji(EmojiSubstitution) });
union!(Mentionee { User(UserMentionee), All(AllMentionee) });

impl TextV2Message {
    /// Creates a text message that does not quote another.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), substitution: None, quote_token: None, extra: Extra::default() }
    }

    /// Sets the substitution for `{key}`.
    pub fn substitute(mut self, key: impl Into<String>, by: impl Into<Substitution>) -> Self {
        self.substitution.get_or_insert_default().insert(key.into(), by.into());
        self
    }

    /// Returns whether the text mentions anyone.
    pub fn mentions(&self) -> bool {
        self.substitution
            .iter()
            .flat_map(BTreeMap::values)
            .any(|by| matches!(by, Substitution::Mention(_)))
    }
}

setters!(TextV2Message { into { quote_token: String } });

impl Substitution {
    /// Creates a mention of a user.
    pub fn mention(user: impl Into<UserId>) -> Self {
        let mentionee = UserMentionee { user_id: user.into(), extra: Extra::default() }.into();
        MentionSubstitution { mentionee, extra: Extra::default() }.into()
    }

    /// Creates a mention of all members of the group or room.
    pub fn mention_all() -> Self {
        let mentionee = AllMentionee::default().into();
        MentionSubstitution { mentionee, extra: Extra::default() }.into()
    }

    /// Creates a LINE emoji.
    pub fn emoji(product_id: impl Into<String>, emoji_id: impl Into<String>) -> Self {
        EmojiSubstitution {
            product_id: product_id.into(),
            emoji_id: emoji_id.into(),
            extra: Extra::default(),
        }
        .into()
    }
}

impl Check for TextV2Message {
    fn check(&self, checker: &mut Checker) {
        checker.length("text", &self.text, TEXT);
        let defined =
            |key: &str| self.substitution.as_ref().is_some_and(|all| all.contains_key(key));
        check_placeholders(&self.text, defined, checker);
        let Some(substitution) = &self.substitution else { return };
        checker.at(Segment::Field("substitution"), |checker| {
            checker.count(substitution.len(), SUBSTITUTIONS);
            let count =
                |is: fn(&Substitution) -> bool| substitution.values().filter(|by| is(by)).count();
            checker.count(count(|by| matches!(by, Substitution::Mention(_))), MENTIONS);
            checker.count(count(|by| matches!(by, Substitution::Emoji(_))), SUBSTITUTION_EMOJIS);
            for (key, by) in substitution {
                checker.key(key, |checker| {
                    if !is_key(key) {
                        checker.report(Problem::Pattern(SUBSTITUTION_KEY));
                    }
                    by.check(checker);
                });
            }
        });
    }
}

impl Check for Substitution {
    fn check(&self, checker: &mut Checker) {
        match self {
            Self::Mention(mention) => checker.field("mentionee", &mention.mentionee),
            Self::Emoji(emoji) => {
                checker.required("productId", &emoji.product_id);
                checker.required("emojiId", &emoji.emoji_id);
            }
            Self::Unknown(unknown) => unknown.check(checker),
        }
    }
}

impl Check for Mentionee {
    fn check(&self, checker: &mut Checker) {
        match self {
            Self::User(user) => {
                if let Err(why) = UserId::check(user.user_id.as_str()) {
                    checker.report_field("userId", Problem::Id(why));
                }
            }
            Self::All(_) => {}
            Self::Unknown(unknown) => unknown.check(checker),
        }
    }
}

fn check_placeholders(text: &str, defined: impl Fn(&str) -> bool, checker: &mut Checker) {
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (brace, after) = rest.split_at(at).1.split_at(1);
        if let Some(after) = after.strip_prefix(brace) {
            rest = after;
            continue;
        }
        let key = (brace == "{").then(|| after.split_once('}')).flatten();
        let Some((key, after)) = key.filter(|(key, _)| !key.contains('{')) else {
            return checker.report_field("text", Problem::Brace);
        };
        if !is_key(key) {
            checker.report_field("text", Problem::PlaceholderName(key.to_owned()));
        } else if !defined(key) {
            checker.report_field("text", Problem::PlaceholderUndefined(key.to_owned()));
        }
        rest = after;
    }
}

fn is_key(key: &str) -> bool {
    (1..=20).contains(&key.len())
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
