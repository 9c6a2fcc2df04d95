use serde::{Deserialize, Serialize};

use super::{
    AdjustMode, ButtonHeight, ButtonStyle, Gravity, Position, Space, check_offsets,
    measure::{Units, check_measure},
};
use crate::{
    Action, Check, Checker, Extra,
    action::ActionPlace,
    limits::Segment,
    setters::setters,
    union::{extra, tagged},
};

/// A button.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#button>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "button", rename_all = "camelCase")]
#[non_exhaustive]
pub struct Button {
    /// The action on a tap; the action's label is the button's.
    pub action: Action,
    /// The share of the parent's space; 0 is as much as the content needs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flex: Option<u32>,
    /// The label's colour for the style `link`; the background colour for other styles.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    /// The style; `link` by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub style: Option<ButtonStyle>,
    /// The vertical alignment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gravity: Option<Gravity>,
    /// The space before it: a keyword or pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub margin: Option<Space>,
    /// Whether the offsets are relative to its usual place or to the parent's edges.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// The offset from the top edge: a keyword, pixels or a percentage of the parent's height.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset_top: Option<Space>,
    /// The offset from the bottom edge: a keyword, pixels or a percentage of the parent's height.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset_bottom: Option<Space>,
    /// The offset from the edge where lines begin: a keyword, pixels or a percentage of the parent's width.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset_start: Option<Space>,
    /// The offset from the edge where lines end: a keyword, pixels or a percentage of the parent's width.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset_end: Option<Space>,
    /// The height; `md` by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<ButtonHeight>,
    /// Whether the text shrinks to fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adjust_mode: Option<AdjustMode>,
    /// Whether it scales with the text size that the user has set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scaling: Option<bool>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, Button>")]
    pub extra: Extra,
}

tagged!(Button = "button");

impl Button {
    /// Creates a button of the default style.
    pub fn new(action: impl Into<Action>) -> Self {
        Self {
            action: action.into(),
            flex: None,
            color: None,
            style: None,
            gravity: None,
            margin: None,
            position: None,
            offset_top: None,
            offset_bottom: None,
            offset_start: None,
            offset_end: None,
            height: None,
            adjust_mode: None,
            scaling: None,
            extra: Extra::default(),
        }
    }
}

setters!(Button {
    into {
        color: String,
        style: ButtonStyle,
        gravity: Gravity,
        margin: Space,
        position: Position,
        offset_top: Space,
        offset_bottom: Space,
        offset_start: Space,
        offset_end: Space,
        height: ButtonHeight,
        adjust_mode: AdjustMode,
    }
    plain { flex: u32, scaling: bool }
});

impl Check for Button {
    fn check(&self, checker: &mut Checker) {
        checker.at(Segment::Field("action"), |checker| {
            self.action.check_in(ActionPlace::FlexButton, checker);
        });
        checker.color_with_alpha("color", self.color.as_deref());
        checker.word("style", self.style.as_ref());
        checker.word("gravity", self.gravity.as_ref());
        check_measure(checker, "margin", self.margin.as_ref(), Units::Px);
        check_offsets(
            checker,
            self.position.as_ref(),
            [&self.offset_top, &self.offset_bottom, &self.offset_start, &self.offset_end],
        );
        checker.word("height", self.height.as_ref());
        checker.word("adjustMode", self.adjust_mode.as_ref());
    }
}
