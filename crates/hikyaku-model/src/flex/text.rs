use serde::{Deserialize, Serialize};

use super::{
    AdjustMode, Align, Decoration, Dimension, Gravity, Position, Size, Space, Span, TextStyle,
    Weight, check_action, check_offsets,
    measure::{Units, check_dimension, check_font_size, check_measure},
};
use crate::{
    Action, Check, Checker, Extra,
    limits::Segment,
    setters::setters,
    union::{extra, optional_list, tagged},
};

/// A text of one style, or of several spans.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#f-text>
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "text", rename_all = "camelCase")]
#[non_exhaustive]
pub struct Text {
    /// The share of the parent's space; 0 is as much as the content needs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flex: Option<u32>,
    /// The text, if there are no spans.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The font size: a keyword or pixels; `md` by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// The horizontal alignment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub align: Option<Align>,
    /// The vertical alignment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gravity: Option<Gravity>,
    /// The text colour, `#RRGGBB` or `#RRGGBBAA`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    /// The font weight.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<Weight>,
    /// The font style: normal or italic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub style: Option<TextStyle>,
    /// The line below or through the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decoration: Option<Decoration>,
    /// Whether the text wraps; without wrapping, it is truncated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wrap: Option<bool>,
    /// The space between lines, in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_spacing: Option<Dimension>,
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
    /// The action on a tap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// The maximum number of lines; 0 means no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_lines: Option<u32>,
    /// The spans of different styles; they override `text`.
    #[serde(default, deserialize_with = "optional_list", skip_serializing_if = "Option::is_none")]
    pub contents: Option<Vec<Span>>,
    /// Whether the text shrinks to fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adjust_mode: Option<AdjustMode>,
    /// Whether it scales with the text size that the user has set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scaling: Option<bool>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, Text>")]
    pub extra: Extra,
}

tagged!(Text = "text");

impl Text {
    /// Creates a text of one style.
    pub fn new(text: impl Into<String>) -> Self {
        Self::default().text(text)
    }

    /// Creates a text of several spans.
    pub fn spans(spans: impl IntoIterator<Item = Span>) -> Self {
        Self { contents: Some(spans.into_iter().collect()), ..Self::default() }
    }
}

setters!(Text {
    into {
        text: String,
        size: Size,
        align: Align,
        gravity: Gravity,
        color: String,
        weight: Weight,
        style: TextStyle,
        decoration: Decoration,
        line_spacing: Dimension,
        margin: Space,
        position: Position,
        offset_top: Space,
        offset_bottom: Space,
        offset_start: Space,
        offset_end: Space,
        action: Action,
        adjust_mode: AdjustMode,
    }
    plain { flex: u32, wrap: bool, max_lines: u32, scaling: bool }
});

impl Check for Text {
    fn check(&self, checker: &mut Checker) {
        match self.contents.as_deref() {
            None | Some([]) => checker.required("text", self.text.as_deref().unwrap_or_default()),
            Some(spans) => checker.at(Segment::Field("contents"), |checker| {
                for (index, span) in spans.iter().enumerate() {
                    checker.at(Segment::Index(index), |checker| span.check(checker));
                }
            }),
        }
        check_font_size(checker, self.size.as_ref());
        checker.word("align", self.align.as_ref());
        checker.word("gravity", self.gravity.as_ref());
        checker.color_with_alpha("color", self.color.as_deref());
        checker.word("weight", self.weight.as_ref());
        checker.word("style", self.style.as_ref());
        checker.word("decoration", self.decoration.as_ref());
        check_dimension(checker, "lineSpacing", self.line_spacing.as_ref(), Units::Px);
        check_measure(checker, "margin", self.margin.as_ref(), Units::Px);
        check_offsets(
            checker,
            self.position.as_ref(),
            [&self.offset_top, &self.offset_bottom, &self.offset_start, &self.offset_end],
        );
        check_action(self.action.as_ref(), checker);
        checker.word("adjustMode", self.adjust_mode.as_ref());
    }
}
