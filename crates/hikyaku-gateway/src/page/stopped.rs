use hikyaku_page::{
    Lang,
    html::{Html, Tag},
};

use super::{card, document};
use crate::words;

/// A page about what is wrong, which leads nowhere.
pub(crate) fn stopped(lang: Lang, why: &str) -> Html {
    stopped_as(lang, words::stopped(lang), why, |_| {})
}

/// As [`stopped`], with a name of its own, and what a function adds.
pub(crate) fn stopped_as(lang: Lang, title: &str, why: &str, more: impl FnOnce(&mut Html)) -> Html {
    document(lang, title).body(|html| {
        card(html, title, |html| {
            html.element(Tag::P).text(why);
            more(html);
        });
    })
}
