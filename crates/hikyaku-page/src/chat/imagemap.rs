use hikyaku_model::{
    imagemap::{ImagemapAction, ImagemapArea, ImagemapSize},
    message::ImagemapMessage,
};

use crate::{
    css::{Length, Property, Ratio},
    html::{Attribute, Element, Html, Tag},
    pen::Pen,
    picture::{self, Picture},
    play,
};

pub(super) fn draw(pen: &mut Pen<'_>, map: &ImagemapMessage, html: &mut Html) {
    let size = &map.base_size;
    let frame = html.div("imagemap").set(Attribute::Role, "group");
    frame.set(Attribute::AriaLabel, &map.alt_text).body(|html| {
        let ratio = Ratio::new(f64::from(size.width), f64::from(size.height));
        let place = html.div("imagemap-pic").style(Property::AspectRatio, ratio);
        let url = format!("{}/1040", map.base_url);
        picture::draw(pen, place, Picture::cover(&url));
        if let Some(video) = &map.video {
            let area = put(html.div("imagemap-video"), &video.area, size);
            area.body(|html| {
                let place = html.div("imagemap-preview");
                picture::draw(pen, place, Picture::cover(&video.preview_image_url));
                play::draw(pen, "play", &video.original_content_url, html);
            });
        }
        pen.field("actions", |pen| {
            for (index, action) in map.actions.iter().enumerate() {
                let Some((kind, label, outcome, area)) = parts(action) else { continue };
                let button = html.element(Tag::Button).class("area").plain_button();
                let button = pen.point(button, &index.to_string(), kind, Some(outcome));
                put(button, area, size).body(|html| {
                    html.span("area-label")
                        .text(label.filter(|it| !it.is_empty()).unwrap_or(outcome));
                });
            }
        });
    });
}

/// The kind, the label, what a tap says, opens or copies, and the area.
fn parts(action: &ImagemapAction) -> Option<(&str, Option<&str>, &str, &ImagemapArea)> {
    Some(match action {
        ImagemapAction::Message(it) => ("message", it.label.as_deref(), &it.text, &it.area),
        ImagemapAction::Uri(it) => ("uri", it.label.as_deref(), &it.link_uri, &it.area),
        ImagemapAction::Clipboard(it) => {
            ("clipboard", it.label.as_deref(), &it.clipboard_text, &it.area)
        }
        _ => return None,
    })
}

/// Puts an element on its area of the picture.
fn put<'e>(element: Element<'e>, area: &ImagemapArea, size: &ImagemapSize) -> Element<'e> {
    let share =
        |part: u32, whole: u32| Length::percent(100.0 * f64::from(part) / f64::from(whole.max(1)));
    element
        .style(Property::Left, share(area.x, size.width))
        .style(Property::Top, share(area.y, size.height))
        .style(Property::Width, share(area.width, size.width))
        .style(Property::Height, share(area.height, size.height))
}
