use serde::Serialize;

use super::{
    AudioMessage, CouponMessage, FlexMessage, ImageMessage, ImagemapMessage, LocationMessage,
    StickerMessage, TemplateMessage, TextMessage, TextV2Message, VideoMessage,
};
use crate::{Check, Checker, Object, Unknown, union::union};

/// The kinds of message.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum MessageKind {
    /// A text.
    Text(TextMessage),
    /// A text with mentions and LINE emoji.
    TextV2(TextV2Message),
    /// A sticker.
    Sticker(StickerMessage),
    /// An image.
    Image(ImageMessage),
    /// A video.
    Video(VideoMessage),
    /// Audio.
    Audio(AudioMessage),
    /// A location on the map.
    Location(LocationMessage),
    /// A coupon.
    Coupon(CouponMessage),
    /// An image with tappable areas.
    Imagemap(ImagemapMessage),
    /// A template: a predefined layout with buttons.
    Template(TemplateMessage),
    /// A Flex Message: a free layout.
    Flex(FlexMessage),
    /// A kind that this version does not know, or a known kind whose JSON does not fit; [`Check`] tells them apart.
    Unknown(Unknown),
}

union!(MessageKind {
    Text(TextMessage),
    TextV2(TextV2Message),
    Sticker(StickerMessage),
    Image(ImageMessage),
    Video(VideoMessage),
    Audio(AudioMessage),
    Location(LocationMessage),
    Coupon(CouponMessage),
    Imagemap(ImagemapMessage),
    Template(TemplateMessage),
    Flex(FlexMessage),
});

impl MessageKind {
    /// Sets `quoteToken`. For kinds that cannot quote, it becomes an unknown field.
    pub(super) fn quote(&mut self, token: String) {
        let extra = match self {
            Self::Text(message) => return message.quote_token = Some(token),
            Self::TextV2(message) => return message.quote_token = Some(token),
            Self::Sticker(message) => return message.quote_token = Some(token),
            Self::Unknown(object) => {
                object.insert("quoteToken".to_owned(), token.into());
                return;
            }
            Self::Image(message) => &mut message.extra,
            Self::Video(message) => &mut message.extra,
            Self::Audio(message) => &mut message.extra,
            Self::Location(message) => &mut message.extra,
            Self::Coupon(message) => &mut message.extra,
            Self::Imagemap(message) => &mut message.extra,
            Self::Template(message) => &mut message.extra,
            Self::Flex(message) => &mut message.extra,
        };
        extra.insert("quoteToken", token);
    }
}

impl MessageKind {
    /// Checks the common fields of a message that was kept as unknown although its kind may fit.
    #[inline]
    pub(super) fn check_kind(object: &Object, checker: &mut Checker) {
        match Self::read(object) {
            Ok(Some(known)) => known.check(checker),
            _ => Self::explain(object, checker),
        }
    }
}

impl Check for MessageKind {
    fn check(&self, checker: &mut Checker) {
        match self {
            Self::Text(message) => message.check(checker),
            Self::TextV2(message) => message.check(checker),
            Self::Sticker(message) => message.check(checker),
            Self::Image(message) => message.check(checker),
            Self::Video(message) => message.check(checker),
            Self::Audio(message) => message.check(checker),
            Self::Location(message) => message.check(checker),
            Self::Coupon(message) => message.check(checker),
            Self::Imagemap(message) => message.check(checker),
            Self::Template(message) => message.check(checker),
            Self::Flex(message) => message.check(checker),
            Self::Unknown(unknown) => unknown.check(checker),
        }
    }
}
