//! The conversation as a test: recorded from a click on, or all that was said so far. The script fetches the file.

use hikyaku_page::{
    Lang,
    html::{Attribute, Html, Tag},
};

use super::panel::block;

pub(super) fn draw(lang: Lang, html: &mut Html) {
    block(lang.conversation_test(), "record", html, |html| {
        html.element(Tag::P).class("fine").text(lang.conversation_test_hint());
        html.div("choices").body(|html| {
            let record = html.element(Tag::Button).class("quiet").class("record").plain_button();
            let record = record.set(Attribute::Id, "record").set(Attribute::DataDo, "record");
            record.set(Attribute::AriaPressed, "false").body(|html| {
                html.span("record-dot").set(Attribute::AriaHidden, "true").empty();
                html.span("record-words").set(Attribute::Id, "record-words").text(lang.record());
            });
            let all = html.element(Tag::Button).class("quiet").plain_button();
            all.set(Attribute::DataDo, "record-all").text(lang.record_all());
        });
    });
}
