use hikyaku_model::flex::{Align, Gravity, Layout, Position, Space};

use super::measure;
use crate::{
    css::{Basis, Length, Property, Style, Value},
    html::Element,
};

/// The place in a box that a child stands in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell<'a> {
    pub(super) layout: &'a Layout,
    /// The box's spacing; nothing for the first child, and for what spacing does not apply to.
    pub(super) spacing: Option<&'a Space>,
}

/// What every child says about its own place.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place<'a> {
    pub(super) flex: Option<u32>,
    pub(super) margin: Option<&'a Space>,
    pub(super) position: Option<&'a Position>,
    /// Top, bottom, start, end.
    pub(super) offsets: [Option<&'a Space>; 4],
    /// How long it is at least, where it takes no share.
    pub(super) basis: Option<Length>,
}

impl Cell<'_> {
    pub(super) fn is_vertical(self) -> bool {
        *self.layout == Layout::Vertical
    }

    pub(super) fn is_baseline(self) -> bool {
        *self.layout == Layout::Baseline
    }

    /// Sets a child's place on its element.
    pub(super) fn put<'e>(self, element: Element<'e>, place: &Place<'_>) -> Element<'e> {
        let is_absolute = place.position == Some(&Position::Absolute);
        let element = if is_absolute { element.class("fx-abs") } else { element };
        element.styled(|style| {
            if !is_absolute {
                self.flow(style, place);
            }
            self.offsets(style, place);
        })
    }

    fn flow(self, style: &mut Style, place: &Place<'_>) {
        if let Some(flex) = place.flex {
            let basis = match (flex, place.basis) {
                (0, Some(basis)) => Basis::Length(basis),
                (0, None) => Basis::Auto,
                (_, _) if self.is_vertical() => Basis::Auto,
                (_, _) => Basis::Zero,
            };
            style.set(Property::Flex, Value::Flex(flex, basis));
        }
        let before =
            if self.is_vertical() { Property::MarginTop } else { Property::MarginInlineStart };
        let space = place.margin.and_then(measure::space);
        style.set_some(before, space.or_else(|| self.spacing.and_then(measure::space)));
    }

    fn offsets(self, style: &mut Style, place: &Place<'_>) {
        let sides =
            [Property::Top, Property::Bottom, Property::InsetInlineStart, Property::InsetInlineEnd];
        for (side, offset) in sides.into_iter().zip(place.offsets) {
            // A baseline box keeps its children on the line.
            if !(side == Property::Bottom && self.is_baseline()) {
                style.set_some(side, offset.and_then(measure::offset));
            }
        }
    }
}

/// The class that puts a child's content up or down in its cell.
pub(super) fn gravity(cell: Cell<'_>, gravity: Option<&Gravity>) -> Option<&'static str> {
    match gravity? {
        _ if cell.is_baseline() => None,
        Gravity::Center => Some("fx-middle"),
        Gravity::Bottom => Some("fx-bottom"),
        _ => None,
    }
}

/// The class that puts a child's content to a side of its cell.
pub(super) fn align(align: Option<&Align>) -> Option<&'static str> {
    match align? {
        Align::Start => Some("fx-start"),
        Align::Center => Some("fx-center"),
        Align::End => Some("fx-end"),
        _ => None,
    }
}
