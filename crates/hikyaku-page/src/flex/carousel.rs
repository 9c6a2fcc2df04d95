use hikyaku_model::flex::Carousel;

use super::bubble;
use crate::{
    html::{Attribute, Html},
    pen::Pen,
};

pub(super) fn draw(pen: &mut Pen<'_>, carousel: &Carousel, alt: Option<&str>, html: &mut Html) {
    let element = pen
        .place(html.div("fx-carousel"))
        .set(Attribute::Role, "group")
        .set(Attribute::TabIndex, "0")
        .set(Attribute::AriaLabel, alt.unwrap_or(pen.look.lang.carousel()));
    element.body(|html| {
        pen.field("contents", |pen| {
            for (index, bubble) in carousel.contents.iter().enumerate() {
                pen.item(index, |pen| bubble::draw(pen, bubble, None, html));
            }
        });
    });
}
