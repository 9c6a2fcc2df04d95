//! What the blocks of the panel with controls have in common.

use hikyaku_page::html::{Attribute, Html, Tag};
use serde_json::Value;

/// A part of the panel, with its title.
pub(super) fn block(title: &str, id: &str, html: &mut Html, content: impl FnOnce(&mut Html)) {
    html.element(Tag::Section).class("block").set(Attribute::DataId, id).body(|html| {
        html.element(Tag::H3).class("block-title").text(title);
        content(html);
    });
}

/// The buttons below a block that is drawn anew while they are pressed: one that is replaced then does nothing.
pub(super) fn block_acts(id: &str, html: &mut Html, content: impl FnOnce(&mut Html)) {
    let acts = html.div("block").class("block-more").set(Attribute::DataId, id);
    acts.body(|html| html.div("choices").body(content));
}

/// A button that makes a call of the control API: its method and path, and the body if it has one.
pub(super) fn act(words: &str, method: &str, path: &str, body: Option<&Value>, html: &mut Html) {
    let body = body.map(Value::to_string);
    let button = html.element(Tag::Button).class("quiet").plain_button();
    button
        .set(Attribute::DataId, words)
        .set(Attribute::DataDo, "call")
        .set(Attribute::DataTo, &format!("{method} {path}"))
        .set_some(Attribute::DataState, body.as_deref())
        .text(words);
}
