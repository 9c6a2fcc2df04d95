//! Flex layouts.

mod block;
mod bubble;
mod button;
mod carousel;
mod cell;
mod icon;
mod image;
mod measure;
mod separator;
mod text;
mod unknown;
mod video;

pub(crate) use unknown::draw as unknown;

use hikyaku_model::flex::Container;

use crate::{html::Html, pen::Pen};

/// Draws a container. `alt` is what a screen reader calls it.
pub(crate) fn container(
    pen: &mut Pen<'_>,
    container: &Container,
    alt: Option<&str>,
    html: &mut Html,
) {
    match container {
        Container::Bubble(bubble) => bubble::draw(pen, bubble, alt, html),
        Container::Carousel(carousel) => carousel::draw(pen, carousel, alt, html),
        Container::Unknown(object) => unknown(pen, object, html),
        _ => {}
    }
}
