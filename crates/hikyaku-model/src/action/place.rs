use super::Action;
use crate::{
    Checker,
    limits::{Length, Problem},
};

/// The label of an action in a quick reply.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#action-object-label-spec>
pub const QUICK_REPLY_LABEL: Length = Length::graphemes(20);

/// The label of an action in a buttons, confirm or carousel template.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#action-object-label-spec>
pub const TEMPLATE_LABEL: Length = Length::graphemes(20);

/// The label of an action in an image carousel; optional.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#action-object-label-spec>
pub const IMAGE_CAROUSEL_LABEL: Length = Length::graphemes(12).or_empty();

/// The label of an action in a Flex Message. Only a button requires and shows it.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#action-object-label-spec>
pub const FLEX_LABEL: Length = Length::graphemes(40);

/// The label of an action in a rich menu; optional.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#action-object-label-spec>
pub const RICH_MENU_LABEL: Length = Length::graphemes(20).or_empty();

/// The part of a message that holds an action. It determines the label's limit and the allowed kinds of action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionPlace {
    /// A button of a quick reply.
    QuickReply,
    /// A button of a buttons, confirm or carousel template.
    Template,
    /// The image, title and text of a buttons template or of a carousel's column.
    TemplateDefault,
    /// A column of an image carousel.
    ImageCarousel,
    /// A button of a Flex Message.
    FlexButton,
    /// Any other part of a Flex Message.
    Flex,
    /// An area of a rich menu.
    RichMenu,
}

impl ActionPlace {
    fn label(self) -> (bool, Length) {
        match self {
            Self::QuickReply => (true, QUICK_REPLY_LABEL),
            Self::Template => (true, TEMPLATE_LABEL),
            Self::TemplateDefault => (false, TEMPLATE_LABEL.or_empty()),
            Self::ImageCarousel => (false, IMAGE_CAROUSEL_LABEL),
            Self::FlexButton => (true, FLEX_LABEL),
            Self::Flex => (false, FLEX_LABEL.or_empty()),
            Self::RichMenu => (false, RICH_MENU_LABEL),
        }
    }

    fn refuses(self, action: &Action) -> Option<&'static str> {
        match action {
            Action::Camera(_) | Action::CameraRoll(_) | Action::Location(_)
                if self != Self::QuickReply =>
            {
                Some("this action works in quick replies only")
            }
            Action::RichMenuSwitch(_) if self != Self::RichMenu => {
                Some("this action works in rich menus only")
            }
            _ => None,
        }
    }
}

impl Action {
    /// Reports every broken rule of an action in a given place.
    pub fn check_in(&self, place: ActionPlace, checker: &mut Checker) {
        if let Some(why) = place.refuses(self) {
            checker.report_field("type", Problem::Forbidden(why));
        }
        let (required, length) = place.label();
        match self.label() {
            Some(label) => checker.length("label", label, length),
            None if required && !matches!(self, Self::Unknown(_)) => {
                checker.report_field("label", Problem::Required);
            }
            None => {}
        }
        match self {
            Self::Postback(action) => action.check(place, checker),
            Self::Message(action) => action.check(checker),
            Self::Uri(action) => action.check(place, checker),
            Self::DatetimePicker(action) => action.check(checker),
            Self::RichMenuSwitch(action) => action.check(checker),
            Self::Clipboard(action) => action.check(checker),
            Self::Camera(_) | Self::CameraRoll(_) | Self::Location(_) => {}
            Self::Unknown(unknown) => unknown.check(checker),
        }
    }
}
