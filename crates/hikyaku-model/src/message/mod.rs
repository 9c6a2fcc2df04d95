//! The messages that a bot sends.
//!
//! Source: <https://developers.line.biz/en/reference/messaging-api/#message-objects>

mod audio;
mod coupon;
mod flex;
mod image;
mod imagemap;
mod kind;
mod list;
mod location;
mod markdown;
mod quick_reply;
mod sender;
mod split;
mod sticker;
mod template;
mod text;
mod text_v2;
mod video;

use std::{borrow::Cow, time::Duration};

use serde::{Deserialize, Deserializer, Serialize};

pub use audio::AudioMessage;
pub use coupon::{COUPON_DELIVERY_TAG, CouponMessage};
pub use flex::FlexMessage;
pub use image::ImageMessage;
pub use imagemap::{IMAGEMAP_ACTIONS, ImagemapMessage};
pub use kind::MessageKind;
pub use list::from_json;
pub use location::{Degrees, LOCATION_ADDRESS, LOCATION_TITLE, LocationMessage};
pub use markdown::plain_text;
pub use quick_reply::{QUICK_REPLY_ITEMS, QuickReply, QuickReplyItem};
pub use sender::{SENDER_NAME, Sender};
pub use split::split_text;
pub use sticker::StickerMessage;
pub use template::TemplateMessage;
pub use text::{EMOJIS, Emoji, TEXT, TextMessage};
pub use text_v2::{
    AllMentionee, EmojiSubstitution, MENTIONS, MentionSubstitution, Mentionee, SUBSTITUTION_EMOJIS,
    SUBSTITUTIONS, Substitution, TextV2Message, UserMentionee,
};
pub use video::{TRACKING_ID, VideoMessage};

use crate::{
    Check, Checker, Object, Unknown,
    extra::read_object,
    flex::Container,
    imagemap::ImagemapAction,
    limits::Length,
    shape::{self, Misfit},
    template::Template,
};

/// What stands for an imagemap, a template or a Flex Message where it cannot be shown.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#flex-message>
pub const ALT_TEXT: Length = Length::utf16(1500);

/// One message to send.
///
/// The functions of this type make the usual messages; every field of every kind can be set on the kind's own type,
/// which converts. JSON of LINE's form converts both ways, and what this version does not know is kept.
///
/// ```
/// use hikyaku_model::message::{Message, QuickReplyItem, Sender};
///
/// let question = Message::text("Again?")
///     .quick_reply([QuickReplyItem::message("Yes", "yes"), QuickReplyItem::message("No", "no")])
///     .sender(Sender::named("Courier"));
/// let answer = Message::sticker("446", "1988").quoting("token");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Message {
    /// What is sent.
    #[serde(flatten)]
    pub kind: MessageKind,
    /// Buttons below the chat. LINE shows those of the last message only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quick_reply: Option<QuickReply>,
    /// Who the message seems to come from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<Sender>,
}

impl Message {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        TextMessage::new(text).into()
    }

    /// A sticker of the list that bots may send.
    pub fn sticker(package_id: impl Into<String>, sticker_id: impl Into<String>) -> Self {
        StickerMessage::new(package_id, sticker_id).into()
    }

    /// A picture that is its own preview; [`ImageMessage::preview`] sets another.
    pub fn image(url: impl Into<String>) -> Self {
        ImageMessage::new(url).into()
    }

    /// A video, and the picture that is shown until it plays.
    pub fn video(url: impl Into<String>, preview_url: impl Into<String>) -> Self {
        VideoMessage::new(url, preview_url).into()
    }

    /// A sound of this length.
    pub fn audio(url: impl Into<String>, duration: Duration) -> Self {
        AudioMessage::new(url, duration).into()
    }

    /// A place on the map.
    pub fn location(
        title: impl Into<String>,
        address: impl Into<String>,
        latitude: f64,
        longitude: f64,
    ) -> Self {
        LocationMessage::new(title, address, latitude, longitude).into()
    }

    /// A coupon that was made before.
    pub fn coupon(coupon_id: impl Into<String>) -> Self {
        CouponMessage::new(coupon_id).into()
    }

    /// A ready layout with buttons, whose `altText` is its own text; [`TemplateMessage::alt_text`] sets another.
    pub fn template(template: impl Into<Template>) -> Self {
        TemplateMessage::new(template).into()
    }

    /// A layout of one's own, and what stands for it where it cannot be shown.
    pub fn flex(alt_text: impl Into<String>, contents: impl Into<Container>) -> Self {
        FlexMessage::new(alt_text, contents).into()
    }

    /// A picture that is this high at the width of 1040, and its areas that can be tapped; [`ImagemapMessage`] says
    /// where LINE finds it.
    pub fn imagemap(
        base_url: impl Into<String>,
        alt_text: impl Into<String>,
        height: u32,
        actions: impl IntoIterator<Item = ImagemapAction>,
    ) -> Self {
        ImagemapMessage::new(base_url, alt_text, height).actions(actions).into()
    }

    /// Quotes a message, by the token that its event or its send brought. LINE takes it in texts and stickers, in
    /// replies and pushes; in any other kind it is kept as a field that this version does not know.
    ///
    /// Source: <https://developers.line.biz/en/docs/messaging-api/get-quote-tokens/>
    pub fn quoting(mut self, quote_token: impl Into<String>) -> Self {
        self.kind.quote(quote_token.into());
        self
    }

    /// Shows buttons below the chat: [`QuickReplyItem`]s, or actions for buttons without an icon.
    pub fn quick_reply(
        mut self,
        items: impl IntoIterator<Item = impl Into<QuickReplyItem>>,
    ) -> Self {
        self.quick_reply = Some(QuickReply::new(items));
        self
    }

    /// Sends under another name and icon.
    pub fn sender(mut self, sender: Sender) -> Self {
        self.sender = Some(sender);
        self
    }
}

impl<T: Into<MessageKind>> From<T> for Message {
    fn from(kind: T) -> Self {
        Self { kind: kind.into(), quick_reply: None, sender: None }
    }
}

impl From<&str> for Message {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<&String> for Message {
    fn from(text: &String) -> Self {
        Self::text(text)
    }
}

impl From<Cow<'_, str>> for Message {
    fn from(text: Cow<'_, str>) -> Self {
        Self::text(text)
    }
}

impl From<String> for Message {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut object = read_object(deserializer)?;
        Ok(match common(&object) {
            Ok((quick_reply, sender)) => {
                object.remove("quickReply");
                object.remove("sender");
                Self { kind: object.into(), quick_reply, sender }
            }
            Err(_) => Self::from(MessageKind::Unknown(Unknown::new(object, explain))),
        })
    }
}

/// What all kinds have in common.
#[inline]
fn common(object: &Object) -> Result<(Option<QuickReply>, Option<Sender>), Misfit> {
    Ok((shape::read_key(object, "quickReply")?, shape::read_key(object, "sender")?))
}

/// Reports why a message was kept as unknown whose quick reply or sender does not fit.
#[inline]
fn explain(object: &Object, checker: &mut Checker) {
    MessageKind::check_kind(object, checker);
    if let Err(misfit) = common(object) {
        misfit.report(checker);
    }
}

impl Check for Message {
    fn check(&self, checker: &mut Checker) {
        self.kind.check(checker);
        checker.optional("quickReply", self.quick_reply.as_ref());
        checker.optional("sender", self.sender.as_ref());
    }
}
