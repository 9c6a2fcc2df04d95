use hikyaku_model::flex::{AspectMode, Image, Position, Size};

use super::{
    cell::{Cell, Place, align, gravity},
    measure,
};
use crate::{
    css::{Color, Length, Property},
    html::{Attribute, Html},
    pen::Pen,
    picture::{self, Picture},
};

pub(super) fn draw(pen: &mut Pen<'_>, image: &Image, cell: Cell<'_>, html: &mut Html) {
    let width = image.size.as_ref().and_then(measure::picture);
    let width = width.or_else(|| measure::picture(&Size::Md)).unwrap_or(Length::px(100.0));
    // A percentage is of the room that the cell has, so the cell, which would otherwise shrink to the picture, takes it.
    let is_absolute = image.position == Some(Position::Absolute);
    let is_share = width.is_percent() && !cell.is_vertical() && image.flex == Some(0);
    let room = width.is_percent().then_some(width);
    let place = Place {
        flex: image.flex,
        margin: image.margin.as_ref(),
        position: image.position.as_ref(),
        offsets: [&image.offset_top, &image.offset_bottom, &image.offset_start, &image.offset_end]
            .map(Option::as_ref),
        basis: room.filter(|_| is_share),
    };
    let outer = html.div("fx-img").class_some(gravity(cell, image.gravity.as_ref()));
    let outer = cell.put(pen.place(outer).class_some(align(image.align.as_ref())), &place);
    let outer = match room {
        Some(room) if is_absolute => outer.style(Property::Width, room),
        Some(_) if cell.is_vertical() => outer.style(Property::Width, Length::percent(100.0)),
        _ => outer,
    };
    let inner_width =
        if is_share || (is_absolute && room.is_some()) { Length::percent(100.0) } else { width };
    // What is in it may have no words.
    let label = image.action.as_ref().and_then(|action| action.label());
    let outer = outer.set_some(Attribute::AriaLabel, label);
    let outer = pen.tap(outer, "action", image.action.as_ref());
    outer.body(|html| {
        let background = image.background_color.as_deref().and_then(Color::parse);
        let inner = html
            .div("fx-pic")
            .style(Property::Width, inner_width)
            .style(Property::AspectRatio, measure::ratio(image.aspect_ratio.as_deref()))
            .style_some(Property::Background, background);
        let picture = Picture {
            is_cover: image.aspect_mode == Some(AspectMode::Cover),
            is_animated: image.animated == Some(true),
            ..Picture::cover(&image.url)
        };
        pen.within(image.action.as_ref(), |pen| picture::draw(pen, inner, picture));
    });
}
