//! What pages for people look like. They work without scripts.

mod consent;
mod post;
mod sign_in;
mod site;
mod stopped;

use hikyaku_page::{
    Lang, TOKENS,
    html::{Asset, Document, Html, Tag},
};

pub(crate) use consent::{Consent, Step};
pub(crate) use post::posting;
pub(crate) use sign_in::{Enter, SignIn};
pub(crate) use site::{Frame, Tab, Tone, ago, button, empty, fact, field, section, to_copy};
pub(crate) use stopped::{stopped, stopped_as};

const SHEET: Asset = Asset::new(include_str!("page.css"));

fn document(lang: Lang, title: &str) -> Document {
    Document::new(lang.tag(), title).pictures(false).style(TOKENS).style(SHEET)
}

/// The body of each page.
fn card(html: &mut Html, title: &str, content: impl FnOnce(&mut Html)) {
    html.element(Tag::Main).class("card").body(|html| {
        html.element(Tag::H1).text(title);
        content(html);
    });
}

pub(crate) fn hidden(html: &mut Html, name: &str, value: &str) {
    html.element(Tag::Input).hidden(name, value).empty();
}
