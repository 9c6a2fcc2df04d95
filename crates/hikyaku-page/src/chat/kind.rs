use hikyaku_model::{Message, MessageKind};

use super::{entry::Entry, imagemap, media, template, text};
use crate::{
    flex,
    html::{Html, Tag},
    pen::Pen,
};

/// Whether a message takes the whole row, so that its time stands below it.
pub(super) fn is_wide(message: &Message) -> bool {
    matches!(
        message.kind,
        MessageKind::Flex(_) | MessageKind::Template(_) | MessageKind::Imagemap(_)
    )
}

/// Draws a message without who says it and when.
pub(super) fn draw(pen: &mut Pen<'_>, message: &Message, entry: &Entry<'_>, html: &mut Html) {
    match &message.kind {
        MessageKind::Text(it) => {
            balloon(pen, it.quote_token.is_some(), entry, html, |_, html| {
                text::plain(it, entry.mentions, html);
            });
        }
        MessageKind::TextV2(it) => {
            balloon(pen, it.quote_token.is_some(), entry, html, |pen, html| {
                text::with_placeholders(pen, it, html);
            });
        }
        MessageKind::Sticker(it) => media::sticker(pen, it, html),
        MessageKind::Image(it) => media::image(pen, &it.preview_image_url, html),
        MessageKind::Video(it) => media::video(pen, it, html),
        MessageKind::Audio(it) => media::audio(pen, it, html),
        MessageKind::Location(it) => media::location(it, html),
        MessageKind::Coupon(it) => media::coupon(pen, it, html),
        MessageKind::Imagemap(it) => imagemap::draw(pen, it, html),
        MessageKind::Template(it) => template::draw(pen, it, html),
        MessageKind::Flex(it) => {
            pen.field("contents", |pen| {
                flex::container(pen, &it.contents, Some(&it.alt_text), html);
            });
        }
        MessageKind::Unknown(object) => flex::unknown(pen, object, html),
        _ => {}
    }
}

/// Draws a balloon with a tail, and what it quotes above what it says.
fn balloon(
    pen: &Pen<'_>,
    quotes: bool,
    entry: &Entry<'_>,
    html: &mut Html,
    content: impl FnOnce(&Pen<'_>, &mut Html),
) {
    html.div("balloon").body(|html| {
        if let Some(quote) = &entry.quote {
            html.div("quote").body(|html| {
                html.span("quote-who").text(quote.who);
                html.span("quote-text").text(quote.text);
            });
        } else if quotes {
            html.div("quote").body(|html| html.span("quote-text").text(pen.look.lang.quoted()));
        }
        html.element(Tag::Div).class("words").body(|html| content(pen, html));
    });
}
