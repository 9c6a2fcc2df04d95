use hikyaku_model::flex::{AdjustMode, Decoration, Dimension, Size, Span, Text, TextStyle, Weight};

use super::{
    cell::{Cell, Place, align, gravity},
    measure,
};
use crate::{
    css::{Color, Property, Value},
    html::{Attribute, Element, Html},
    pen::Pen,
};

pub(super) fn draw(pen: &mut Pen<'_>, text: &Text, cell: Cell<'_>, html: &mut Html) {
    let place = Place {
        flex: text.flex,
        margin: text.margin.as_ref(),
        position: text.position.as_ref(),
        offsets: [&text.offset_top, &text.offset_bottom, &text.offset_start, &text.offset_end]
            .map(Option::as_ref),
        basis: None,
    };
    let outer = html.div("fx-text").class_some(gravity(cell, text.gravity.as_ref()));
    let outer = cell.put(outer.class_some(align(text.align.as_ref())), &place);
    pen.tap(pen.place(outer), "action", text.action.as_ref()).body(|html| {
        let look = Letters {
            size: text.size.as_ref(),
            color: text.color.as_deref(),
            weight: text.weight.as_ref(),
            style: text.style.as_ref(),
            decoration: text.decoration.as_ref(),
            scales: text.scaling == Some(true),
        };
        let wraps = text.wrap == Some(true);
        let inner = html.div("fx-t").class(if wraps { "fx-wrap" } else { "fx-line" });
        let inner = lines(look.put(inner), text.max_lines.filter(|_| wraps));
        let inner = spaced(inner, text.line_spacing.as_ref());
        let inner = fitted(inner, text.adjust_mode.as_ref());
        inner.body(|html| match text.contents.as_deref() {
            None | Some([]) => html.text(text.text.as_deref().unwrap_or_default()),
            Some(spans) => pen.field("contents", |pen| {
                for (index, span) in spans.iter().enumerate() {
                    pen.item(index, |pen| draw_span(pen, span, look.scales, html));
                }
            }),
        });
    });
}

fn draw_span(pen: &Pen<'_>, span: &Span, scales: bool, html: &mut Html) {
    let look = Letters {
        size: span.size.as_ref(),
        color: span.color.as_deref(),
        weight: span.weight.as_ref(),
        style: span.style.as_ref(),
        decoration: span.decoration.as_ref(),
        scales,
    };
    pen.place(look.put(html.span("fx-span"))).text(span.text.as_deref().unwrap_or_default());
}

/// Cuts a text after so many lines; 0 is no limit.
fn lines(element: Element<'_>, most: Option<u32>) -> Element<'_> {
    match most {
        None | Some(0) => element,
        Some(most) => element.class("fx-lines").style(Property::Lines, most),
    }
}

fn spaced<'e>(element: Element<'e>, spacing: Option<&Dimension>) -> Element<'e> {
    match spacing.and_then(measure::line_spacing) {
        None => element,
        // With a unit, since it is a part of a sum.
        Some(spacing) => {
            element.class("fx-spaced").style(Property::LineSpacing, Value::Length(spacing))
        }
    }
}

/// Marks a text that a script makes smaller until it fits.
pub(super) fn fitted<'e>(element: Element<'e>, mode: Option<&AdjustMode>) -> Element<'e> {
    match mode {
        Some(AdjustMode::ShrinkToFit) => element.set(Attribute::DataFit, ""),
        _ => element,
    }
}

/// The looks of letters.
#[derive(Clone, Copy, Debug)]
struct Letters<'a> {
    size: Option<&'a Size>,
    color: Option<&'a str>,
    weight: Option<&'a Weight>,
    style: Option<&'a TextStyle>,
    decoration: Option<&'a Decoration>,
    scales: bool,
}

impl Letters<'_> {
    fn put(self, element: Element<'_>) -> Element<'_> {
        let weight = self.weight.and_then(|weight| match weight {
            Weight::Bold => Some("fx-bold"),
            Weight::Regular => Some("fx-regular"),
            _ => None,
        });
        let style = self.style.and_then(|style| match style {
            TextStyle::Italic => Some("fx-italic"),
            TextStyle::Normal => Some("fx-upright"),
            _ => None,
        });
        let decoration = self.decoration.and_then(|decoration| match decoration {
            Decoration::Underline => Some("fx-under"),
            Decoration::LineThrough => Some("fx-through"),
            _ => None,
        });
        // The default size scales, too.
        let size = self.size.or(self.scales.then_some(&Size::Md)).and_then(measure::letters);
        element
            .class_some(weight)
            .class_some(style)
            .class_some(decoration)
            .style_some(Property::FontSize, size.map(|size| scaled(size, self.scales)))
            .style_some(Property::Color, self.color.and_then(Color::parse))
    }
}

/// A length that follows the user's size of letters if it should.
pub(super) fn scaled(length: crate::css::Length, scales: bool) -> Value {
    if scales { Value::Scaled(length) } else { Value::Length(length) }
}
