use hikyaku_page::{
    Lang,
    html::{Attribute, FormTarget, Html, Tag, Url},
};

use super::{card, document, hidden};
use crate::words::{self, fill};

/// The page on which a person agrees.
#[derive(Debug)]
pub(crate) struct Consent<'a> {
    pub(crate) lang: Lang,
    /// What the service is called.
    pub(crate) service: &'a str,
    /// Whose address the person is sent back to, and where that is.
    pub(crate) host: &'a str,
    pub(crate) returns: Option<FormTarget>,
    /// What the account is called, and its id that begins with `@`, where LINE told.
    pub(crate) account: &'a str,
    pub(crate) basic_id: Option<&'a str>,
    /// The page's secret.
    pub(crate) flow: &'a str,
    /// The code to send, as it is shown.
    pub(crate) code: &'a str,
    pub(crate) step: Step<'a>,
}

/// How far it is.
#[derive(Debug)]
pub(crate) enum Step<'a> {
    /// Nobody knows who is looking.
    Who {
        /// Whether a number was entered that is not it.
        wrong: bool,
    },
    /// The person picks one of these chats: their ids and what they are called.
    Where(&'a [(String, String)]),
}

impl Consent<'_> {
    pub(crate) fn draw(&self) -> Html {
        let title = self.fill(words::connect);
        let own = FormTarget::own("/oauth/consent");
        let mut page = document(self.lang, &title).form(own.clone());
        // The form's answer leads there, which a browser takes for a part of sending the form.
        if let Some(target) = &self.returns {
            page = page.form(target.clone());
        }
        page.body(|html| {
            card(html, &title, |html| {
                html.element(Tag::P).text(&self.fill(words::asks));
                html.element(Tag::Form).post_to(&own).set(Attribute::Autocomplete, "off").body(
                    |html| {
                        hidden(html, "flow", self.flow);
                        match &self.step {
                            Step::Who { wrong } => self.who(html, *wrong),
                            Step::Where(chats) => self.place(html, chats),
                        }
                    },
                );
                html.element(Tag::P).class("hint").text(&self.fill(words::returns));
            });
        })
    }

    fn who(&self, html: &mut Html, wrong: bool) {
        html.element(Tag::Ol).body(|html| {
            html.element(Tag::Li).body(|html| {
                html.element(Tag::P).text(&self.fill(words::send_code));
                html.element(Tag::P).class("code").text(self.code);
                if let Some(url) = self.basic_id.and_then(|id| line_url(id, self.code)) {
                    html.element(Tag::A).href(&url).text(words::open_line(self.lang));
                }
            });
            html.element(Tag::Li).body(|html| {
                html.element(Tag::Label).class("field").body(|html| {
                    html.text(words::enter_number(self.lang));
                    let input =
                        html.element(Tag::Input).class("input").class("number").text_input();
                    let input =
                        input.set(Attribute::Name, "number").set(Attribute::MaxLength, "12");
                    input.set(Attribute::InputMode, "numeric").empty();
                });
            });
        });
        if wrong {
            let note = html.element(Tag::P).class("note").class("note-bad");
            note.set(Attribute::Role, "alert").text(words::wrong_number(self.lang));
        }
        html.div("acts").body(|html| {
            button(html, "act-main", "answer", words::next(self.lang));
            button(html, "act-less", "decline", words::cancel(self.lang));
        });
    }

    fn place(&self, html: &mut Html, chats: &[(String, String)]) {
        html.element(Tag::P).text(words::pick(self.lang));
        for (index, (id, name)) in chats.iter().enumerate() {
            html.element(Tag::Label).class("choice").body(|html| {
                html.element(Tag::Input).radio("chat", id, index == 0).empty();
                html.text(name);
            });
        }
        html.div("acts").body(|html| {
            button(html, "act-main", "agree", words::agree(self.lang));
            button(html, "act-less", "decline", words::cancel(self.lang));
        });
        html.element(Tag::P).class("hint").text(&self.fill(words::add_group));
        html.element(Tag::P).class("code").text(self.code);
        html.div("acts").body(|html| {
            button(html, "act-less", "look", words::look_again(self.lang));
        });
    }

    fn fill(&self, words: fn(Lang) -> &'static str) -> String {
        let values = [("service", self.service), ("account", self.account), ("host", self.host)];
        fill(words(self.lang), &values)
    }
}

/// Opens the chat with an account, with a text that is ready to be sent.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/using-line-url-scheme/#sending-text-messages>
pub(super) fn line_url(basic_id: &str, text: &str) -> Option<Url> {
    let id = basic_id.strip_prefix('@')?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let url = format!("https://line.me/R/oaMessage/%40{id}/?{text}");
    id.bytes().all(is_plain).then(|| Url::https(&url))?
}

fn button(html: &mut Html, class: &'static str, act: &str, text: &str) {
    html.element(Tag::Button).class("act").class(class).submit("act", act).text(text);
}
