use hikyaku_model::flex::{
    BlockStyle, Box, Bubble, BubbleSize, BubbleStyles, Component, Direction, Layout,
};

use super::{block, cell::Cell, video};
use crate::{
    css::{Color, Property, Value},
    html::{Attribute, Element, Html, Tag},
    pen::Pen,
};

/// The line above a block that does not say its colour.
const LINE: Color = Color::rgb(0x00d4_d6da);

/// Every block stands in the bubble as in a vertical box.
const CELL: Cell<'static> = Cell { layout: &Layout::Vertical, spacing: None };

pub(super) fn draw(pen: &mut Pen<'_>, bubble: &Bubble, alt: Option<&str>, html: &mut Html) {
    let direction = match &bubble.direction {
        Some(Direction::Rtl) => "rtl",
        _ => "ltr",
    };
    let element = html
        .element(Tag::Section)
        .class("fx-bubble")
        .class(size(bubble.size.as_ref()))
        .class_some(bubble.body.is_none().then_some("fx-bodyless"))
        .set(Attribute::Dir, direction);
    let element = pen.place(element);
    let element = match &bubble.action {
        Some(_) => pen.tap(element, "action", bubble.action.as_ref()),
        None => element.set(Attribute::Role, "group").set_some(Attribute::AriaLabel, alt),
    };
    element.body(|html| {
        pen.within(bubble.action.as_ref(), |pen| draw_blocks(pen, bubble, html));
    });
}

fn draw_blocks(pen: &mut Pen<'_>, bubble: &Bubble, html: &mut Html) {
    let styles = bubble.styles.as_ref();
    let style = |of: fn(&BubbleStyles) -> &Option<BlockStyle>| {
        styles.and_then(|styles| of(styles).as_ref())
    };
    let mut frame = Frame { is_first: true };
    if let Some(header) = &bubble.header {
        let place = frame.put(html.div("fx-block"), style(|styles| &styles.header));
        box_block(pen, "header", header, place.class("fx-header"));
    }
    if let Some(hero) = &bubble.hero {
        let place = frame.put(html.div("fx-block"), style(|styles| &styles.hero));
        place.class("fx-hero").body(|html| pen.field("hero", |pen| draw_hero(pen, hero, html)));
    }
    if let Some(body) = &bubble.body {
        let place = frame.put(html.div("fx-block"), style(|styles| &styles.body));
        let place = place.class("fx-body");
        let place = if bubble.footer.is_some() { place.class("fx-above") } else { place };
        box_block(pen, "body", body, place);
    }
    if let Some(footer) = &bubble.footer {
        let place = frame.put(html.div("fx-block"), style(|styles| &styles.footer));
        box_block(pen, "footer", footer, place.class("fx-footer"));
    }
}

fn size(size: Option<&BubbleSize>) -> &'static str {
    match size {
        Some(BubbleSize::Nano) => "fx-nano",
        Some(BubbleSize::Micro) => "fx-micro",
        Some(BubbleSize::Deca) => "fx-deca",
        Some(BubbleSize::Hecto) => "fx-hecto",
        Some(BubbleSize::Kilo) => "fx-kilo",
        Some(BubbleSize::Giga) => "fx-giga",
        _ => "fx-mega",
    }
}

fn box_block(pen: &mut Pen<'_>, field: &str, block: &Box, place: Element<'_>) {
    place.body(|html| pen.field(field, |pen| block::draw(pen, block, CELL, html)));
}

fn draw_hero(pen: &mut Pen<'_>, hero: &Component, html: &mut Html) {
    match hero {
        Component::Video(it) => {
            video::draw(pen, it, html);
            // Hidden unless the page shows what LINE shows where there are no videos.
            html.div("fx-alt").body(|html| {
                pen.field("altContent", |pen| {
                    block::component(pen, &it.alt_content, CELL, html);
                });
            });
        }
        other => block::component(pen, other, CELL, html),
    }
}

/// Dresses the blocks of one bubble, from the first on.
struct Frame {
    is_first: bool,
}

impl Frame {
    fn put<'e>(&mut self, element: Element<'e>, style: Option<&BlockStyle>) -> Element<'e> {
        let is_first = std::mem::take(&mut self.is_first);
        let Some(style) = style else { return element };
        let line = (style.separator == Some(true) && !is_first).then(|| {
            let color = style.separator_color.as_deref().and_then(Color::parse);
            Value::Line(color.unwrap_or(LINE))
        });
        let background = style.background_color.as_deref().and_then(Color::parse);
        element.style_some(Property::BorderTop, line).style_some(Property::Background, background)
    }
}
