use crate::{
    html::{Attribute, Html, Tag, Url},
    pen::Pen,
};

/// Draws the mark of what can be played. It leads to the video or the sound itself, which nothing loads before.
pub(crate) fn draw(pen: &Pen<'_>, class: &'static str, url: &str, html: &mut Html) {
    match Url::https(url) {
        Some(url) => html.element(Tag::A).class(class).href(&url),
        None => html.span(class).set(Attribute::Role, "img"),
    }
    .set(Attribute::AriaLabel, pen.look.lang.play())
    .empty();
}
