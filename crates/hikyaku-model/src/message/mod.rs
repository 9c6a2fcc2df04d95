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
pub use markdown::{from_markdown, plain_text};
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

/// The alternative text of an imagemap, a template or a Flex Message, shown where the message itself cannot be.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#flex-message>
pub const ALT_TEXT: Length = Length::utf16(1500);

/// A message to send.
///
/// The functions of this type create the usual messages. The type of each kind has setters for every field, and
/// converts into a message. LINE's JSON can be read and written; content that this version does not know is kept.
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
    /// The kind of message, with its fields.
    #[serde(flatten)]
    pub kind: MessageKind,
    /// Buttons below the chat. LINE shows those of the last message only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quick_reply: Option<QuickReply>,
    /// The name and icon under which the message appears.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<Sender>,
}

impl Message {
    /// Creates a text message.
    pub fn text(text: impl Into<String>) -> Self {
        TextMessage::new(text).into()
    }

    /// Creates a sticker message. Bots may send only the stickers on LINE's list.
    pub fn sticker(package_id: impl Into<String>, sticker_id: impl Into<String>) -> Self {
        StickerMessage::new(package_id, sticker_id).into()
    }

    /// Creates an image message that uses the image as its own preview; [`ImageMessage::preview`] sets another.
    pub fn image(url: impl Into<String>) -> Self {
        ImageMessage::new(url).into()
    }

    /// Creates a video message. The preview image is shown until the video plays.
    pub fn video(url: impl Into<String>, preview_url: impl Into<String>) -> Self {
        VideoMessage::new(url, preview_url).into()
    }

    /// Creates an audio message of this duration.
    pub fn audio(url: impl Into<String>, duration: Duration) -> Self {
        AudioMessage::new(url, duration).into()
    }

    /// Creates a location message.
    pub fn location(
        title: impl Into<String>,
        address: impl Into<String>,
        latitude: f64,
        longitude: f64,
    ) -> Self {
        LocationMessage::new(title, address, latitude, longitude).into()
    }

    /// Creates a message with an existing coupon.
    pub fn coupon(coupon_id: impl Into<String>) -> Self {
        CouponMessage::new(coupon_id).into()
    }

    /// Creates a template message whose `altText` is the template's text; [`TemplateMessage::alt_text`] sets another.
    pub fn template(template: impl Into<Template>) -> Self {
        TemplateMessage::new(template).into()
    }

    /// Creates a Flex Message with its alternative text.
    pub fn flex(alt_text: impl Into<String>, contents: impl Into<Container>) -> Self {
        FlexMessage::new(alt_text, contents).into()
    }

    /// Creates an imagemap of an image that is `height` high at a width of 1040, with its tappable areas.
    /// [`ImagemapMessage`] describes the URLs at which LINE fetches the image.
    pub fn imagemap(
        base_url: impl Into<String>,
        alt_text: impl Into<String>,
        height: u32,
        actions: impl IntoIterator<Item = ImagemapAction>,
    ) -> Self {
        ImagemapMessage::new(base_url, alt_text, height).actions(actions).into()
    }

    /// Quotes a message, by the quote token from its event or from the response to its send. LINE accepts the token in
    /// texts and stickers, in replies and pushes; in any other kind it becomes an unknown field.
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

    /// Sets another name and icon for the sender.
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

/// Reads the fields that all kinds share.
#[inline]
fn common(object: &Object) -> Result<(Option<QuickReply>, Option<Sender>), Misfit> {
    Ok((shape::read_key(object, "quickReply")?, shape::read_key(object, "sender")?))
}

/// Reports why a message with a quick reply or sender that does not fit was kept as unknown.
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
