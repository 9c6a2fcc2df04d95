use crate::{
    css::Property,
    html::{Attribute, Element, Html, Tag, Url},
    look::Pictures,
    pen::Pen,
};

/// A picture of others, or what stands for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Picture<'a> {
    pub(crate) url: &'a str,
    /// Whether it fills its place, or is whole in it.
    pub(crate) is_cover: bool,
    pub(crate) is_animated: bool,
    /// Whether its place is too small for words.
    pub(crate) is_small: bool,
}

impl<'a> Picture<'a> {
    /// A picture that fills its place.
    pub(crate) fn cover(url: &'a str) -> Self {
        Self { url, is_cover: true, is_animated: false, is_small: false }
    }

    /// The same, too small for words.
    pub(crate) fn small(url: &'a str) -> Self {
        Self { is_small: true, ..Self::cover(url) }
    }
}

/// Draws a picture into an element that has its size.
pub(crate) fn draw(pen: &Pen<'_>, place: Element<'_>, picture: Picture<'_>) {
    let lang = pen.look.lang;
    let place = place.class("pic").class(if picture.is_cover { "pic-cover" } else { "pic-fit" });
    let place = if picture.is_small { place.class("pic-small") } else { place };
    let Some(url) = Url::https(picture.url) else {
        let place = place.class("pic-wrong").set(Attribute::Title, lang.no_picture());
        return place.body(|html| {
            if !picture.is_small {
                html.span("pic-name").text(lang.no_picture());
            }
        });
    };
    let chip = |html: &mut Html| {
        if picture.is_animated {
            html.span("pic-chip").text(lang.animated());
        }
    };
    if pen.look.pictures == Pictures::Loaded {
        return place.body(|html| {
            html.element(Tag::Img).class("pic-img").src(&url).empty();
            chip(html);
        });
    }
    let place = place.class("pic-empty").style(Property::Hue, hue(url.as_str())).data_src(&url);
    place.body(|html| {
        if !picture.is_small {
            words(pen, &url, html);
        }
        chip(html);
    });
}

/// The name of a picture that is not loaded, and what loads it. Within something that can be tapped neither is for a screen
/// reader: a button cannot have another one in it.
fn words(pen: &Pen<'_>, url: &Url, html: &mut Html) {
    let (name, load) = (url.name(), pen.look.lang.load());
    if pen.is_within() {
        html.span("pic-name")
            .set(Attribute::DataWords, name)
            .set(Attribute::AriaHidden, "true")
            .empty();
        let button = html.span("pic-load").set(Attribute::DataWords, load);
        return button
            .set(Attribute::AriaHidden, "true")
            .set(Attribute::Title, url.as_str())
            .empty();
    }
    html.span("pic-name").text(name);
    let button = html.element(Tag::Button).class("pic-load").plain_button();
    button.set(Attribute::Title, url.as_str()).text(load);
}

/// A hue that is always the same for a text, so that placeholders can be told apart.
pub(crate) fn hue(text: &str) -> u32 {
    // FNV-1a: short, and good enough for 24 colours.
    let hash = text
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash >> 16) % 24 * 15
}
