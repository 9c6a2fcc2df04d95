//! The fields and buttons of forms.

use hikyaku_page::html::{Attribute, Html, Tag};

/// A button that sends its form.
pub(crate) fn button(html: &mut Html, class: &'static str, text: &str) {
    html.element(Tag::Button).class("act").class(class).text(text);
}

/// A field to write in, and what it is called.
pub(crate) fn field(html: &mut Html, name: &str, label: &str, value: &str, hint: Option<&str>) {
    html.element(Tag::Label).class("field").body(|html| {
        html.span("field-name").text(label);
        let input = html.element(Tag::Input).class("input").text_input();
        let input = input.set(Attribute::Name, name).set(Attribute::MaxLength, "200");
        input.set(Attribute::Value, value).empty();
        if let Some(hint) = hint {
            html.span("hint").text(hint);
        }
    });
}

/// A choice of one of these, each with its value and its text.
pub(crate) fn select<'a>(
    html: &mut Html,
    name: &str,
    label: &str,
    picked: &str,
    options: impl IntoIterator<Item = (&'a str, &'a str)>,
) {
    html.element(Tag::Label).class("field").body(|html| {
        html.span("field-name").text(label);
        html.element(Tag::Select).class("input").set(Attribute::Name, name).body(|html| {
            for (value, text) in options {
                let is_picked = (value == picked).then_some("");
                let option = html.element(Tag::Option).set(Attribute::Value, value);
                option.set_some(Attribute::Selected, is_picked).text(text);
            }
        });
    });
}

/// What a form sends and nobody sees.
pub(crate) fn hidden(html: &mut Html, name: &str, value: &str) {
    html.element(Tag::Input).hidden(name, value).empty();
}
