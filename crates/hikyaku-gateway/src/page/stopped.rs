use hikyaku_page::{
    Lang,
    html::{Html, Tag},
};

use super::{card, document};
use crate::words;

/// A page about what is wrong, which leads nowhere.
pub(crate) fn stopped(lang: Lang, why: &str) -> Html {
    let title = words::stopped(lang);
    document(lang, title).body(|html| card(html, title, |html| html.element(Tag::P).text(why)))
}
