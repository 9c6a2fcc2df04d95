//! How the phone looks: the size of its letters, its width, and the direction of Flex Messages. The browser alone knows, and keeps it.

use hikyaku_page::{
    Lang,
    html::{Attribute, Html, Tag},
};

use super::panel::block;

/// Widths of phones, in CSS pixels, as `asset/page.css` has them.
const WIDTHS: [&str; 4] = ["320", "360", "390", "440"];

pub(super) fn draw(lang: Lang, html: &mut Html) {
    block(lang.display(), "display", html, |html| {
        let sizes = [
            ("small", lang.letters_small()),
            ("regular", lang.letters_regular()),
            ("large", lang.letters_large()),
            ("extra", lang.letters_extra()),
        ];
        choice("letters", lang.letters(), &sizes, html);
        choice("width", lang.phone_width(), &WIDTHS.map(|width| (width, width)), html);
        let directions = [("sent", lang.as_sent()), ("rtl", lang.right_to_left())];
        choice("direction", lang.flex_direction(), &directions, html);
    });
}

/// Buttons of which one is pressed.
fn choice(does: &str, name: &str, values: &[(&str, &str)], html: &mut Html) {
    let choice = html.div("choice").set(Attribute::DataId, does);
    choice.set(Attribute::Role, "group").set(Attribute::AriaLabel, name).body(|html| {
        html.span("choice-name").text(name);
        html.div("segments").body(|html| {
            for (value, words) in values {
                html.element(Tag::Button)
                    .class("segment")
                    .plain_button()
                    .set(Attribute::DataDo, does)
                    .set(Attribute::DataTo, value)
                    .set(Attribute::AriaPressed, "false")
                    .text(words);
            }
        });
    });
}
