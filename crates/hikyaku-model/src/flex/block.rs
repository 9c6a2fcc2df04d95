use serde::{Deserialize, Serialize};

use super::{
    AlignItems, Background, BorderWidth, Component, Components, Dimension, JustifyContent, Layout,
    Position, Space, check_action, check_offsets,
    measure::{Units, check_dimension, check_measure},
};
use crate::{
    Action, Check, Checker, Extra,
    limits::{Problem, Segment},
    setters::setters,
    union::{extra, tagged},
};

/// A box: a component that lays out its children.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#box>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "box", rename_all = "camelCase")]
#[non_exhaustive]
pub struct Box {
    /// The layout of its children.
    pub layout: Layout,
    /// The children; an empty list is allowed.
    pub contents: Vec<Component>,
    /// The share of the parent's space; 0 is as much as the content needs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flex: Option<u32>,
    /// The minimum space between its children: a keyword or pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spacing: Option<Space>,
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
    /// The background colour, `#RRGGBB` or `#RRGGBBAA`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background_color: Option<String>,
    /// The border colour, `#RRGGBB` or `#RRGGBBAA`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub border_color: Option<String>,
    /// The border width: a keyword or pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub border_width: Option<BorderWidth>,
    /// The corner radius: a keyword or pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corner_radius: Option<Space>,
    /// The width: pixels or a percentage of the parent's width.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<Dimension>,
    /// The maximum width: pixels or a percentage of the parent's width.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_width: Option<Dimension>,
    /// The height: pixels or a percentage of the parent's height.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<Dimension>,
    /// The maximum height: pixels or a percentage of the parent's height.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_height: Option<Dimension>,
    /// The padding on all sides: a keyword, pixels or a percentage of the box's width. A side's own padding overrides
    /// it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub padding_all: Option<Space>,
    /// The padding at the top.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub padding_top: Option<Space>,
    /// The padding at the bottom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub padding_bottom: Option<Space>,
    /// The padding at the edge where lines begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub padding_start: Option<Space>,
    /// The padding at the edge where lines end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub padding_end: Option<Space>,
    /// The action on a tap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// The distribution of its children along its layout.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub justify_content: Option<JustifyContent>,
    /// The alignment of its children across its layout.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub align_items: Option<AlignItems>,
    /// A background that overrides `background_color`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background: Option<Background>,
    /// Fields that this version does not know.
    #[serde(flatten, deserialize_with = "extra::<_, Box>")]
    pub extra: Extra,
}

tagged!(Box = "box");

impl Box {
    /// Creates a box with a layout and children.
    pub fn new(layout: impl Into<Layout>, contents: impl Components) -> Self {
        Self::with(layout.into(), contents.into_vec())
    }

    fn with(layout: Layout, contents: Vec<Component>) -> Self {
        Self {
            layout,
            contents,
            flex: None,
            spacing: None,
            margin: None,
            position: None,
            offset_top: None,
            offset_bottom: None,
            offset_start: None,
            offset_end: None,
            background_color: None,
            border_color: None,
            border_width: None,
            corner_radius: None,
            width: None,
            max_width: None,
            height: None,
            max_height: None,
            padding_all: None,
            padding_top: None,
            padding_bottom: None,
            padding_start: None,
            padding_end: None,
            action: None,
            justify_content: None,
            align_items: None,
            background: None,
            extra: Extra::default(),
        }
    }

    /// Creates a box that places its children side by side.
    pub fn horizontal(contents: impl Components) -> Self {
        Self::new(Layout::Horizontal, contents)
    }

    /// Creates a box that places its children below each other.
    pub fn vertical(contents: impl Components) -> Self {
        Self::new(Layout::Vertical, contents)
    }

    /// Creates a box that places texts and icons side by side on one baseline.
    pub fn baseline(contents: impl Components) -> Self {
        Self::new(Layout::Baseline, contents)
    }

    /// Adds a child.
    pub fn child(mut self, child: impl Into<Component>) -> Self {
        self.contents.push(child.into());
        self
    }
}

setters!(Box {
    into {
        spacing: Space,
        margin: Space,
        position: Position,
        offset_top: Space,
        offset_bottom: Space,
        offset_start: Space,
        offset_end: Space,
        background_color: String,
        border_color: String,
        border_width: BorderWidth,
        corner_radius: Space,
        width: Dimension,
        max_width: Dimension,
        height: Dimension,
        max_height: Dimension,
        padding_all: Space,
        padding_top: Space,
        padding_bottom: Space,
        padding_start: Space,
        padding_end: Space,
        action: Action,
        justify_content: JustifyContent,
        align_items: AlignItems,
        background: Background,
    }
    plain { flex: u32 }
});

impl Layout {
    /// Returns why a child is not allowed in a box of this layout.
    fn refuses(&self, child: &Component) -> Option<&'static str> {
        match (self, child) {
            (_, Component::Video(_)) => Some("a video stands directly in the hero of a bubble"),
            (_, Component::Span(_)) => Some("a span stands in the contents of a text"),
            (Self::Baseline, Component::Icon(_) | Component::Text(_) | Component::Filler(_)) => {
                None
            }
            (Self::Baseline, child) if !matches!(child, Component::Unknown(_)) => {
                Some("a baseline box takes icons, texts and fillers only")
            }
            (Self::Horizontal | Self::Vertical, Component::Icon(_)) => {
                Some("an icon stands in a baseline box")
            }
            _ => None,
        }
    }
}

impl Check for Box {
    fn check(&self, checker: &mut Checker) {
        checker.word("layout", Some(&self.layout));
        checker.at(Segment::Field("contents"), |checker| {
            for (index, child) in self.contents.iter().enumerate() {
                checker.at(Segment::Index(index), |checker| {
                    if let Some(why) = self.layout.refuses(child) {
                        checker.report_field("type", Problem::Forbidden(why));
                    }
                    child.check(checker);
                });
            }
        });
        check_measure(checker, "spacing", self.spacing.as_ref(), Units::Px);
        check_measure(checker, "margin", self.margin.as_ref(), Units::Px);
        check_offsets(
            checker,
            self.position.as_ref(),
            [&self.offset_top, &self.offset_bottom, &self.offset_start, &self.offset_end],
        );
        checker.color_with_alpha("backgroundColor", self.background_color.as_deref());
        checker.color_with_alpha("borderColor", self.border_color.as_deref());
        check_measure(checker, "borderWidth", self.border_width.as_ref(), Units::Px);
        check_measure(checker, "cornerRadius", self.corner_radius.as_ref(), Units::Px);
        for (field, side) in [
            ("width", &self.width),
            ("maxWidth", &self.max_width),
            ("height", &self.height),
            ("maxHeight", &self.max_height),
        ] {
            check_dimension(checker, field, side.as_ref(), Units::PxOrPercent);
        }
        for (field, padding) in [
            ("paddingAll", &self.padding_all),
            ("paddingTop", &self.padding_top),
            ("paddingBottom", &self.padding_bottom),
            ("paddingStart", &self.padding_start),
            ("paddingEnd", &self.padding_end),
        ] {
            check_measure(checker, field, padding.as_ref(), Units::PxOrPercent);
        }
        check_action(self.action.as_ref(), checker);
        checker.word("justifyContent", self.justify_content.as_ref());
        checker.word("alignItems", self.align_items.as_ref());
        checker.optional("background", self.background.as_ref());
    }
}
