use hikyaku_model::flex::{Icon, Size};

use super::{
    cell::{Cell, Place},
    measure,
    text::scaled,
};
use crate::{
    css::{Length, Property},
    html::Html,
    pen::Pen,
    picture::{self, Picture},
};

pub(super) fn draw(pen: &Pen<'_>, icon: &Icon, cell: Cell<'_>, html: &mut Html) {
    let height = icon.size.as_ref().and_then(measure::icon);
    let height = height.or_else(|| measure::icon(&Size::Md)).unwrap_or(Length::px(16.0));
    let ratio = measure::ratio(icon.aspect_ratio.as_deref());
    let scales = icon.scaling == Some(true);
    let place = Place {
        margin: icon.margin.as_ref(),
        position: icon.position.as_ref(),
        offsets: [&icon.offset_top, &icon.offset_bottom, &icon.offset_start, &icon.offset_end]
            .map(Option::as_ref),
        ..Place::default()
    };
    let outer = html.div("fx-icon").styled(|style| {
        if let Some(pixels) = height.as_px() {
            style.set(Property::Height, scaled(height, scales));
            style.set(Property::Width, scaled(Length::px(ratio.width_of(pixels)), scales));
        } else {
            style.set(Property::Width, height);
            style.set(Property::AspectRatio, ratio);
        }
    });
    picture::draw(pen, cell.put(pen.place(outer), &place), Picture::small(&icon.url));
}
