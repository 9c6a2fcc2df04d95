//! What the pages behind a sign-in look like: a bar with their names, and sections.

use hikyaku_page::{
    Lang, TOKENS,
    html::{Asset, Attribute, Document, FormTarget, Html, Tag, Url},
};

use super::{
    FORM,
    form::{button, hidden},
};
use crate::words::{self, fill};

const SHEET: Asset = Asset::new(include_str!("site.css"));

/// The pages that a bar leads to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tab {
    pub(crate) path: &'static str,
    pub(crate) name: &'static str,
}

/// The frame of a page.
#[derive(Clone, Debug)]
pub(crate) struct Frame<'a> {
    pub(crate) lang: Lang,
    /// What the pages are called together.
    pub(crate) title: &'static str,
    pub(crate) tabs: Vec<Tab>,
    /// The path of the tab that this page is of.
    pub(crate) current: &'static str,
    /// What it is called, if not as its tab.
    pub(crate) heading: Option<&'a str>,
    /// Whether it has tables.
    pub(crate) is_wide: bool,
    /// Who looks.
    pub(crate) who: &'a str,
    /// What shows that a form is of this session.
    pub(crate) proof: &'a str,
    /// Where a form leads that ends the session.
    pub(crate) sign_out: &'static str,
    /// What was done, or is wrong.
    pub(crate) notice: Option<(&'a str, Tone)>,
}

/// How a notice sounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Bad,
    Plain,
}

impl Frame<'_> {
    pub(crate) fn draw(&self, content: impl FnOnce(&mut Html)) -> Html {
        let tab = self.tabs.iter().find(|tab| tab.path == self.current);
        let name = self.heading.or(tab.map(|tab| tab.name)).unwrap_or_default();
        // Forms lead to paths of this site, which the policy calls by one word.
        let document = Document::new(self.lang.tag(), format!("{name} - {}", self.title))
            .pictures(false)
            .same_origin_referrer()
            .form(FormTarget::own(self.sign_out))
            .style(TOKENS)
            .style(FORM)
            .style(SHEET);
        document.body(|html| {
            html.element(Tag::Header).class("bar").body(|html| {
                html.element(Tag::Strong).class("bar-title").text(self.title);
                html.element(Tag::Nav).class("bar-tabs").body(|html| {
                    for tab in &self.tabs {
                        let is_current = (tab.path == self.current).then_some("page");
                        let link = html.element(Tag::A).class("bar-tab");
                        let link = link.set_some(Attribute::AriaCurrent, is_current);
                        match Url::path(tab.path) {
                            Some(url) => link.leads_to(&url).text(tab.name),
                            None => link.text(tab.name),
                        }
                    }
                });
                let form = html.element(Tag::Form).class("bar-who");
                form.post_to(&FormTarget::own(self.sign_out)).body(|html| {
                    hidden(html, "proof", self.proof);
                    html.span("bar-name").text(self.who);
                    button(html, "act-less", words::my::sign_out(self.lang));
                });
            });
            let main = html.element(Tag::Main).class("page");
            main.class_some(self.is_wide.then_some("page-wide")).body(|html| {
                html.element(Tag::H1).text(name);
                if let Some((text, tone)) = self.notice {
                    let class = match tone {
                        Tone::Good => "note-good",
                        Tone::Bad => "note-bad",
                        Tone::Plain => "note-plain",
                    };
                    let note = html.element(Tag::P).class("note").class(class);
                    note.set(Attribute::Role, "status").text(text);
                }
                content(html);
            });
        })
    }

    /// A form that is of this session.
    pub(crate) fn form(
        &self,
        html: &mut Html,
        class: &'static str,
        path: &'static str,
        content: impl FnOnce(&mut Html),
    ) {
        let form = html.element(Tag::Form).class(class).set(Attribute::Autocomplete, "off");
        form.post_to(&FormTarget::own(path)).body(|html| {
            hidden(html, "proof", self.proof);
            content(html);
        });
    }
}

/// A part of a page.
pub(crate) fn section(html: &mut Html, title: &str, content: impl FnOnce(&mut Html)) {
    html.element(Tag::Section).class("part").body(|html| {
        html.element(Tag::H2).text(title);
        content(html);
    });
}

/// A fact: what it is, and how it is.
pub(crate) fn fact(html: &mut Html, name: &str, content: impl FnOnce(&mut Html)) {
    html.div("fact").body(|html| {
        html.element(Tag::Dt).text(name);
        html.element(Tag::Dd).body(content);
    });
}

/// A secret or a command: one click selects it.
pub(crate) fn to_copy(html: &mut Html, text: &str) {
    html.element(Tag::Code).class("copy").set(Attribute::TabIndex, "0").text(text);
}

/// Where a list would be, and what to do next.
pub(crate) fn empty(html: &mut Html, text: &str) {
    html.element(Tag::P).class("empty").text(text);
}

/// How long ago a time was, or how soon it will be, and the time itself for those who point at it.
pub(crate) fn ago(html: &mut Html, lang: Lang, now: i64, at: i64) {
    let text = words_ago(lang, now, at);
    let exact = hikyaku_sender::Time::from_millis(at).to_string();
    let time = html.element(Tag::Time).set(Attribute::DateTime, &exact);
    time.set(Attribute::Title, &exact).text(&text);
}

pub(crate) fn words_ago(lang: Lang, now: i64, at: i64) -> String {
    let minutes = now.saturating_sub(at) / 60_000;
    let (text, count) = match minutes {
        ..=-2880 => (words::my::in_days(lang), minutes / 1440),
        -2879..=-60 => (words::my::in_hours(lang), minutes / 60),
        -59..=-1 => (words::my::in_minutes(lang), minutes),
        0 if at > now => (words::my::soon(lang), 0),
        0 => (words::my::just_now(lang), 0),
        1..=59 => (words::my::minutes_ago(lang), minutes),
        60..=2879 => (words::my::hours_ago(lang), minutes / 60),
        _ => (words::my::days_ago(lang), minutes / 1440),
    };
    fill(text, &[("n", &count.unsigned_abs().to_string())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_from_now() {
        const MINUTE: i64 = 60_000;
        for (at, told) in [
            (-3 * 1440 * MINUTE, "3 d ago"),
            (-90 * MINUTE, "1 h ago"),
            (-5 * MINUTE, "5 min ago"),
            (-1, "just now"),
            (0, "just now"),
            (1, "in a moment"),
            (5 * MINUTE, "in 5 min"),
            (90 * MINUTE, "in 1 h"),
            (3 * 1440 * MINUTE, "in 3 d"),
        ] {
            assert_eq!(words_ago(Lang::English, 0, at), told, "{at}");
        }
    }
}
