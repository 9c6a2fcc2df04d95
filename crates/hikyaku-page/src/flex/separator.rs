use hikyaku_model::flex::Separator;

use super::cell::{Cell, Place};
use crate::{
    css::{Color, Property},
    html::Html,
    pen::Pen,
};

pub(super) fn draw(pen: &Pen<'_>, separator: &Separator, cell: Cell<'_>, html: &mut Html) {
    let place = Place { margin: separator.margin.as_ref(), ..Place::default() };
    let color = separator.color.as_deref().and_then(Color::parse);
    cell.put(pen.place(html.div("fx-sep")), &place).style_some(Property::Background, color).empty();
}
