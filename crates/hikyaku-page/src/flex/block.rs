use hikyaku_model::{
    Object,
    flex::{
        AlignItems, Background, Box, Component, Filler, JustifyContent, Layout, LinearGradient,
        Position, Text,
    },
};

use super::{
    button,
    cell::{Cell, Place},
    icon, image, measure, separator, text, unknown, video,
};
use crate::{
    css::{Angle, Basis, Color, Gradient, Length, Property, Style, Value},
    html::{Element, Html},
    pen::Pen,
};

/// Draws a component in its cell.
pub(super) fn component(pen: &mut Pen<'_>, component: &Component, cell: Cell<'_>, html: &mut Html) {
    match component {
        Component::Box(block) => draw(pen, block, cell, html),
        Component::Text(it) => text::draw(pen, it, cell, html),
        Component::Button(it) => button::draw(pen, it, cell, html),
        Component::Image(it) => image::draw(pen, it, cell, html),
        Component::Icon(it) => icon::draw(pen, it, cell, html),
        Component::Separator(it) => separator::draw(pen, it, cell, html),
        Component::Filler(it) => filler(pen, it, cell, html),
        Component::Video(it) => video::draw(pen, it, html),
        Component::Span(it) => {
            let lone = Text::spans([it.clone()]);
            text::draw(pen, &lone, cell, html);
        }
        Component::Unknown(object) => draw_unknown(pen, object, cell, html),
        _ => {}
    }
}

/// Draws a box in its cell.
pub(super) fn draw(pen: &mut Pen<'_>, block: &Box, cell: Cell<'_>, html: &mut Html) {
    let is_sized = block.width.is_some() || block.height.is_some();
    let place = Place {
        // A size takes the place of a share.
        flex: if is_sized && !cell.is_vertical() { Some(0) } else { block.flex },
        margin: block.margin.as_ref(),
        position: block.position.as_ref(),
        offsets: [&block.offset_top, &block.offset_bottom, &block.offset_start, &block.offset_end]
            .map(Option::as_ref),
        basis: None,
    };
    let element = cell.put(html.div("fx-box").class(layout(&block.layout)), &place);
    let element = pen.tap(pen.place(dressed(element, block)), "action", block.action.as_ref());
    element.body(|html| {
        pen.within(block.action.as_ref(), |pen| draw_children(pen, block, html));
    });
}

fn draw_children(pen: &mut Pen<'_>, block: &Box, html: &mut Html) {
    pen.field("contents", |pen| {
        let mut is_first = true;
        for (index, child) in block.contents.iter().enumerate() {
            let is_apart = matches!(child, Component::Filler(_)) || is_absolute(child);
            let spacing = block.spacing.as_ref().filter(|_| !is_first && !is_apart);
            is_first &= is_absolute(child);
            let cell = Cell { layout: &block.layout, spacing };
            pen.item(index, |pen| component(pen, child, cell, html));
        }
    });
}

fn layout(layout: &Layout) -> &'static str {
    match layout {
        Layout::Horizontal => "fx-h",
        Layout::Baseline => "fx-b",
        _ => "fx-v",
    }
}

/// Sets how a box looks, and how it spreads its children.
fn dressed<'e>(element: Element<'e>, block: &Box) -> Element<'e> {
    let justify = block.justify_content.as_ref().and_then(|word| match word {
        JustifyContent::Center => Some("fx-jc"),
        JustifyContent::FlexStart => Some("fx-js"),
        JustifyContent::FlexEnd => Some("fx-je"),
        JustifyContent::SpaceBetween => Some("fx-jb"),
        JustifyContent::SpaceAround => Some("fx-ja"),
        JustifyContent::SpaceEvenly => Some("fx-jv"),
        _ => None,
    });
    let align = block.align_items.as_ref().and_then(|word| match word {
        AlignItems::Center => Some("fx-ac"),
        AlignItems::FlexStart => Some("fx-as"),
        AlignItems::FlexEnd => Some("fx-ae"),
        _ => None,
    });
    element.class_some(justify).class_some(align).styled(|style| {
        for (property, side) in [
            (Property::Width, &block.width),
            (Property::MaxWidth, &block.max_width),
            (Property::Height, &block.height),
            (Property::MaxHeight, &block.max_height),
        ] {
            style.set_some(property, side.as_ref().and_then(measure::dimension));
        }
        for (property, padding) in [
            (Property::Padding, &block.padding_all),
            (Property::PaddingTop, &block.padding_top),
            (Property::PaddingBottom, &block.padding_bottom),
            (Property::PaddingInlineStart, &block.padding_start),
            (Property::PaddingInlineEnd, &block.padding_end),
        ] {
            style.set_some(property, padding.as_ref().and_then(measure::padding));
        }
        background(style, block);
        let border = block.border_width.as_ref().and_then(measure::border);
        style.set_some(Property::BorderWidth, border);
        let color = block.border_color.as_deref().and_then(Color::parse);
        style.set_some(Property::BorderColor, color);
        let radius = block.corner_radius.as_ref().and_then(measure::space);
        style.set_some(Property::BorderRadius, radius);
    })
}

fn background(style: &mut Style, block: &Box) {
    let gradient = match &block.background {
        Some(Background::LinearGradient(it)) => gradient(it),
        _ => None,
    };
    let color = block.background_color.as_deref().and_then(Color::parse);
    let background = gradient.map(Value::from).or(color.map(Value::from));
    style.set_some(Property::Background, background);
}

/// A gradient, if all that it needs can be understood.
fn gradient(gradient: &LinearGradient) -> Option<Gradient> {
    let center = gradient.center_color.as_deref().and_then(Color::parse).map(|color| {
        let at = gradient.center_position.as_ref().and_then(measure::dimension);
        (color, at.filter(|at| at.is_percent()).unwrap_or(Length::percent(50.0)))
    });
    Some(Gradient {
        angle: Angle::parse(&gradient.angle)?,
        start: Color::parse(&gradient.start_color)?,
        center,
        end: Color::parse(&gradient.end_color)?,
    })
}

fn filler(pen: &Pen<'_>, filler: &Filler, cell: Cell<'_>, html: &mut Html) {
    let place = Place { flex: Some(filler.flex.unwrap_or(1)), ..Place::default() };
    cell.put(pen.place(html.div("fx-filler")), &place).empty();
}

fn draw_unknown(pen: &Pen<'_>, object: &Object, cell: Cell<'_>, html: &mut Html) {
    if let Some(length) = spacer(object) {
        return html.div("fx-spacer").style(Property::Flex, Value::Flex(0, length)).empty();
    }
    let place = cell.put(pen.place(html.div("fx-unknown")), &Place::default());
    place.body(|html| unknown::draw(pen, object, html));
}

/// How long a spacer is: LINE took it away, and old JSON still has it.
fn spacer(object: &Object) -> Option<Basis> {
    object.get("type").filter(|kind| *kind == "spacer")?;
    let size = object.get("size").and_then(|size| size.as_str()).unwrap_or("md");
    let length = measure::space(&size.into()).unwrap_or(Length::px(8.0));
    Some(Basis::Length(length))
}

fn is_absolute(component: &Component) -> bool {
    let position = match component {
        Component::Box(it) => &it.position,
        Component::Button(it) => &it.position,
        Component::Image(it) => &it.position,
        Component::Icon(it) => &it.position,
        Component::Text(it) => &it.position,
        _ => return false,
    };
    *position == Some(Position::Absolute)
}
