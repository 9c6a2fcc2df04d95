//! The list of keys that the page knows.

use hikyaku_page::{
    Lang,
    html::{Attribute, Html, Tag},
};

/// What each key does, as `asset/keys.js`, `asset/chat.js` and the browser do it.
fn all(lang: Lang) -> [(&'static [&'static str], &'static str); 12] {
    [
        (&["Enter"], lang.key_send()),
        (&["Shift", "Enter"], lang.key_line()),
        (&["Alt", "↑", "↓"], lang.key_chats()),
        (&["w"], lang.key_write()),
        (&["/"], lang.key_search()),
        (&["u"], lang.key_speaker()),
        (&["i"], lang.key_requests()),
        (&["j", "k"], lang.key_entries()),
        (&["r"], lang.key_again()),
        (&["c"], lang.key_copy()),
        (&["Esc"], lang.key_close()),
        (&["?"], lang.key_help()),
    ]
}

/// The list, which is closed until somebody asks for it.
pub(super) fn draw(lang: Lang, html: &mut Html) {
    let dialog = html.element(Tag::Dialog).class("keys").set(Attribute::Id, "keys");
    dialog.set(Attribute::AriaLabel, lang.keys()).body(|html| {
        html.element(Tag::H2).class("column-title").text(lang.keys());
        html.element(Tag::Ul).class("keys-list").body(|html| {
            for (keys, does) in all(lang) {
                html.element(Tag::Li).class("key-row").body(|html| {
                    html.span("key-names").body(|html| {
                        for key in keys {
                            html.element(Tag::Kbd).class("key").text(key);
                        }
                    });
                    html.span("key-does").text(does);
                });
            }
        });
        html.div("keys-foot").body(|html| {
            html.element(Tag::P).class("fine").text(lang.single_keys_hint());
            let single = html.element(Tag::Button).class("quiet").plain_button();
            let single = single.set(Attribute::Id, "single-keys");
            single
                .set(Attribute::DataDo, "single-keys")
                .set(Attribute::AriaPressed, "true")
                .text(lang.single_keys());
            let close = html.element(Tag::Button).class("strong").plain_button();
            close.set(Attribute::DataDo, "no-keys").text(lang.close());
        });
    });
}
