//! What all that can be looked at in the panel about traffic has in common.

use hikyaku_page::{
    Lang,
    html::{Attribute, Html, Tag},
};

/// The way back to the list, and what is looked at.
pub(super) fn back(lang: Lang, title: &str, status: &str, state: &str, html: &mut Html) {
    html.div("detail-head").set(Attribute::DataId, "head").body(|html| {
        html.element(Tag::Button)
            .class("quiet")
            .class("back")
            .plain_button()
            .set(Attribute::DataDo, "entry")
            .set(Attribute::DataTo, "")
            .text(lang.requests());
        html.element(Tag::H3).class("detail-title").text(title);
        if !status.is_empty() {
            html.span("status").set(Attribute::DataState, state).text(status);
        }
    });
}

/// A part of what is looked at, with its title.
pub(super) fn block(id: &str, title: &str, html: &mut Html, content: impl FnOnce(&mut Html)) {
    html.element(Tag::Section).class("detail-block").set(Attribute::DataId, id).body(|html| {
        html.element(Tag::H3).class("block-title").text(title);
        content(html);
    });
}

/// Names and their values; those without a value are left out.
pub(super) fn facts(rows: &[(&str, String)], html: &mut Html) {
    html.element(Tag::Ul).class("facts").class("facts-short").set(Attribute::DataId, "facts").body(
        |html| {
            for (name, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
                html.element(Tag::Li).class("fact").body(|html| {
                    html.span("fact-name").text(name);
                    html.element(Tag::Code).class("fact-value").class("fact-whole").text(value);
                });
            }
        },
    );
}

/// A text to change, and the button that sends it: what a script does then, and to what.
pub(super) fn edit_field(
    label: &str,
    send: &str,
    does: &str,
    to: &str,
    text: &str,
    html: &mut Html,
) {
    html.element(Tag::Textarea)
        .class("field")
        .class("edit-field")
        .set(Attribute::Rows, "12")
        .set(Attribute::Spellcheck, "false")
        .set(Attribute::AriaLabel, label)
        .text(text);
    html.element(Tag::Button)
        .class("strong")
        .plain_button()
        .set(Attribute::DataDo, does)
        .set(Attribute::DataTo, to)
        .text(send);
}
