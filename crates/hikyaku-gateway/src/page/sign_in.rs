use hikyaku_page::{
    Lang,
    html::{FormTarget, Html, Tag, Url},
};

use super::{button, card, consent::line_url, document, hidden};
use crate::words::{fill, my};

/// The page that lets a person in.
#[derive(Debug)]
pub(crate) struct SignIn<'a> {
    pub(crate) lang: Lang,
    pub(crate) account: &'a str,
    pub(crate) basic_id: Option<&'a str>,
    /// Whether people can log in with LINE.
    pub(crate) with_line: bool,
    /// What a person may send to the account instead.
    pub(crate) command: Option<&'a str>,
    /// What is wrong.
    pub(crate) wrong: Option<&'a str>,
}

impl SignIn<'_> {
    pub(crate) fn draw(&self) -> Html {
        let title = my::title(self.lang);
        let start = FormTarget::own("/my/line");
        // What the form leads to sends the browser on to LINE.
        let page = document(self.lang, title).same_origin_referrer();
        let page = if self.with_line { page.forms() } else { page };
        page.body(|html| {
            card(html, title, |html| {
                html.element(Tag::P).text(my::sign_in_why(self.lang));
                if let Some(wrong) = self.wrong {
                    html.element(Tag::P).class("note").class("note-bad").text(wrong);
                }
                if self.with_line {
                    html.element(Tag::Form).ask(&start).body(|html| {
                        button(html, "act-main", my::with_line(self.lang));
                    });
                }
                if let Some(command) = self.command {
                    let values = [("account", self.account), ("command", command)];
                    html.element(Tag::P).text(&fill(my::by_command(self.lang), &values));
                    if let Some(url) = self.basic_id.and_then(|id| command_url(id, command)) {
                        html.element(Tag::P).body(|html| {
                            html.element(Tag::A).href(&url).text(my::open_line(self.lang));
                        });
                    }
                }
                if !self.with_line && self.command.is_none() {
                    html.element(Tag::P).text(my::ask_operator(self.lang));
                }
            });
        })
    }
}

/// The page that a link leads to. Nothing is done before the button is pressed: programs open links, too.
#[derive(Debug)]
pub(crate) struct Enter<'a> {
    pub(crate) lang: Lang,
    pub(crate) name: &'a str,
    pub(crate) link: &'a str,
    pub(crate) path: &'static str,
}

impl Enter<'_> {
    pub(crate) fn draw(&self) -> Html {
        let title = fill(my::enter_as(self.lang), &[("name", self.name)]);
        let target = FormTarget::own(self.path);
        document(self.lang, &title).same_origin_referrer().form(target.clone()).body(|html| {
            card(html, &title, |html| {
                html.element(Tag::P).text(my::enter_why(self.lang));
                html.element(Tag::Form).post_to(&target).body(|html| {
                    hidden(html, "link", self.link);
                    html.div("acts").body(|html| button(html, "act-main", my::sign_in(self.lang)));
                });
            });
        })
    }
}

fn command_url(basic_id: &str, command: &str) -> Option<Url> {
    let encoded =
        percent_encoding::utf8_percent_encode(command, percent_encoding::NON_ALPHANUMERIC);
    line_url(basic_id, &encoded.to_string())
}
