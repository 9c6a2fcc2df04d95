//! What pages for people look like. They work without scripts.

mod consent;
mod form;
mod post;
mod sign_in;
mod site;
mod stopped;

use hikyaku_page::{
    Lang, TOKENS,
    html::{Asset, Document, Html, Tag},
};

pub(crate) use consent::{Consent, Step};
pub(crate) use form::{button, field, hidden, select};
pub(crate) use post::posting;
pub(crate) use sign_in::{Enter, SignIn};
pub(crate) use site::{Frame, Tab, Tone, ago, empty, fact, section, to_copy, words_ago};
pub(crate) use stopped::{stopped, stopped_as};

/// What forms look like on all pages.
const FORM: Asset = Asset::new(include_str!("form.css"));
const CARD: Asset = Asset::new(include_str!("card.css"));

fn document(lang: Lang, title: &str) -> Document {
    Document::new(lang.tag(), title).pictures(false).style(TOKENS).style(FORM).style(CARD)
}

/// The body of each page.
fn card(html: &mut Html, title: &str, content: impl FnOnce(&mut Html)) {
    html.element(Tag::Main).class("card").body(|html| {
        html.element(Tag::H1).text(title);
        content(html);
    });
}
