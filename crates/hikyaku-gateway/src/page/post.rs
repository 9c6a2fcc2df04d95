use hikyaku_page::{
    Lang,
    html::{Asset, FormTarget, Html, Tag},
};

use super::{card, document, hidden};
use crate::words::{self, fill};

/// What presses the button for people whose browsers run scripts.
const PRESS: Asset = Asset::new("document.forms[0].submit()");

/// The hash of [`PRESS`] for the page's policy.
const PRESS_HASH: &str = "sha256-ePniVEkSivX/c7XWBGafqh8tSpiRrKiqYeqbG7N1TOE=";

/// A page that posts values to a service.
pub(crate) fn posting(
    lang: Lang,
    service: &str,
    host: &str,
    target: &FormTarget,
    values: &[(&str, &str)],
) -> Html {
    let title = fill(words::connect(lang), &[("service", service)]);
    let page = document(lang, &title).form(target.clone()).script(PRESS, PRESS_HASH);
    page.body(|html| {
        card(html, &title, |html| {
            html.element(Tag::Form).post_to(target).body(|html| {
                for (name, value) in values {
                    hidden(html, name, value);
                }
                let button = html.element(Tag::Button).class("act").class("act-main");
                button.text(&fill(words::go_on(lang), &[("host", host)]));
            });
        });
    })
}
