//! `/operator`: what the people who run the gateway see and do. Everything goes through the sender's public API.

mod attention;
mod budgets;
mod bulk;
mod campaigns;
mod delivery;
mod kept;
mod keys;
mod lanes;
mod list;
mod month;
mod outcomes;
mod overview;
mod record;
mod search;
mod trays;

use hikyaku_page::{
    Lang,
    html::{Attribute, Html, Tag, Url},
};
use hikyaku_sender::{Error as StoreError, ErrorKind};
use http::StatusCode;

use super::{Site, visit::Visit};
use crate::{
    Error, OperatorAccess, Visitor,
    answer::{Answer, page_answer},
    page::{Frame, Tab, Tone, empty, stopped_as, to_copy},
    state::NewAudit,
    words::{fill, my, operator as words},
};

/// The longest reason, in bytes: what a hold takes.
const LONGEST_REASON: usize = 200;

/// Somebody who looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Looker<'a> {
    name: &'a str,
    /// Whether there are forms.
    may_act: bool,
}

/// Something to be written down about what is done.
#[derive(Clone, Copy, Debug)]
struct Deed<'a> {
    act: &'a str,
    what: &'a str,
    count: Option<u64>,
    reason: &'a str,
}

impl Site {
    /// Who looks at an operator's page, if anybody may.
    pub(super) fn looker<'a>(&self, visit: &'a Visit<'_>) -> Option<Looker<'a>> {
        let is_full = self.operator.access == OperatorAccess::Full;
        match &visit.session.as_ref()?.visitor {
            Visitor::Operator { name } => Some(Looker { name, may_act: is_full }),
            Visitor::Viewer { name } => Some(Looker { name, may_act: false }),
            Visitor::Person { .. } => None,
        }
    }

    /// An operator's page; nothing for a path that has none.
    pub(super) async fn operator_page(
        &self,
        visit: &Visit<'_>,
        who: Looker<'_>,
    ) -> Result<Option<Answer>, Error> {
        Ok(Some(match (visit.method().as_str(), visit.path()) {
            ("GET", "/operator") => self.overview(visit, who).await?,
            ("GET", "/operator/lanes") => self.lanes(visit, who, None).await?,
            ("POST", "/operator/hold") => self.hold(visit, who).await?,
            ("POST", "/operator/release") => self.release(visit, who).await?,
            ("GET", "/operator/deliveries") => self.trays(visit, who, None).await?,
            ("POST", "/operator/preview") => self.preview(visit, who).await?,
            ("POST", "/operator/act") => self.act(visit, who).await?,
            ("GET", "/operator/delivery") => self.delivery(visit, who, None).await?,
            ("POST", "/operator/delivery/act") => self.act_on_one(visit, who).await?,
            ("GET", "/operator/campaigns") => self.campaigns(visit, who).await?,
            ("POST", "/operator/campaigns/pause") => self.pause(visit, who, true).await?,
            ("POST", "/operator/campaigns/resume") => self.pause(visit, who, false).await?,
            ("GET", "/operator/keys") => self.keys(visit, who, None).await?,
            ("POST", "/operator/keys/revoke") => self.revoke_key(visit, who).await?,
            ("POST", "/operator/budget") => self.set_budget(visit, who).await?,
            ("POST", "/operator/budget/clear") => self.clear_budget(visit, who).await?,
            ("GET", "/operator/outcomes") => self.outcomes(visit, who).await?,
            ("GET", "/operator/pictures") => self.kept_pictures(visit, who).await?,
            ("GET", "/operator/record") => self.record(visit, who).await?,
            _ => return Ok(None),
        }))
    }

    /// `GET /operator/sign-in`: how to get in.
    pub(super) fn operator_sign_in(visit: &Visit<'_>) -> Answer {
        let lang = visit.lang;
        let page = stopped_as(lang, words::title(lang), words::sign_in_how(lang), |html| {
            to_copy(html, "hikyaku gateway sign-in --operator NAME");
        });
        page_answer(StatusCode::OK, page)
    }

    /// Writes down what is about to be done. It stands there also when it then fails.
    async fn note(&self, who: Looker<'_>, deed: Deed<'_>) -> Result<i64, Error> {
        let Deed { act, what, count, reason } = deed;
        tracing::info!(who = who.name, act, count, "an operator acts");
        self.state.audit(NewAudit { who: who.name, act, what, count, reason }).await
    }

    /// Adds to a note whether it was done. What is wrong about what was typed, if it is that, for people.
    async fn noted<T>(
        &self,
        note: i64,
        done: Result<T, StoreError>,
    ) -> Result<Option<String>, Error> {
        self.state.audited(note, u64::from(done.is_ok())).await?;
        let Err(error) = done else { return Ok(None) };
        match error.kind() {
            ErrorKind::Invalid(broken) => Ok(Some(broken.to_string())),
            ErrorKind::NoDelivery(_) | ErrorKind::Refused(..) => Ok(Some(error.to_string())),
            _ => Err(error.into()),
        }
    }
}

/// The frame of an operator's page.
fn frame<'a>(
    visit: &'a Visit<'_>,
    who: Looker<'a>,
    current: &'static str,
    notice: Option<(&'a str, Tone)>,
) -> Frame<'a> {
    let lang = visit.lang;
    let tabs = [
        ("/operator", words::overview(lang)),
        ("/operator/lanes", words::lanes(lang)),
        ("/operator/deliveries", words::deliveries(lang)),
        ("/operator/campaigns", words::campaigns(lang)),
        ("/operator/keys", words::keys(lang)),
        ("/operator/outcomes", words::outcomes(lang)),
        ("/operator/pictures", words::pictures(lang)),
        ("/operator/record", words::record(lang)),
    ];
    Frame {
        lang,
        title: words::title(lang),
        tabs: tabs.into_iter().map(|(path, name)| Tab { path, name }).collect(),
        current,
        heading: None,
        is_wide: true,
        who: who.name,
        proof: visit.proof(),
        sign_out: "/operator/sign-out",
        notice: notice.or_else(|| (!who.may_act).then(|| (words::read_only(lang), Tone::Plain))),
    }
}

/// What a form gives as its reason, if it can be kept.
fn reason<'a>(visit: &'a Visit<'_>) -> Option<&'a str> {
    let reason = visit.given("reason");
    let fits = (1..=LONGEST_REASON).contains(&reason.len());
    Some(reason).filter(|_| fits && !reason.chars().any(char::is_control))
}

/// The answer with a page, which may say what is wrong about a form.
fn answered(page: Html, wrong: Option<&str>) -> Answer {
    let status = if wrong.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    page_answer(status, page)
}

/// What is wrong about a field, for people.
fn wrong_field(lang: Lang, field: &str, value: &str) -> String {
    fill(words::wrong_field(lang), &[("field", field), ("why", value)])
}

/// A table with a row for each of these, which scrolls by itself where a screen is narrow; a text where there is none.
fn table<T>(
    html: &mut Html,
    names: &[&str],
    nothing: &str,
    rows: impl IntoIterator<Item = T>,
    cells: impl Fn(&mut Html, T),
) {
    let mut rows = rows.into_iter().peekable();
    if rows.peek().is_none() {
        return empty(html, nothing);
    }
    html.div("scroll").body(|html| {
        html.element(Tag::Table).class("table").body(|html| {
            html.element(Tag::Thead).body(|html| {
                html.element(Tag::Tr).body(|html| {
                    for name in names {
                        let cell = html.element(Tag::Th);
                        cell.set(Attribute::Scope, "col").text(name);
                    }
                });
            });
            html.element(Tag::Tbody).body(|html| {
                for row in rows {
                    html.element(Tag::Tr).body(|html| cells(html, row));
                }
            });
        });
    });
}

fn cell(html: &mut Html, text: &str) {
    html.element(Tag::Td).text(text);
}

fn cell_with(html: &mut Html, content: impl FnOnce(&mut Html)) {
    html.element(Tag::Td).body(content);
}

/// A word for a state or a reason, on a ground of its own.
fn badge(html: &mut Html, word: &str) {
    let class = match word {
        "accepted" | "works" | "done" => "badge-good",
        "rejected" | "unknown" | "unauthorized" | "line_down" | "quota" => "badge-bad",
        _ => "badge-plain",
    };
    html.span("badge").class(class).text(word);
}

/// A link to a delivery.
fn delivery_link(html: &mut Html, id: i64) {
    let id = id.to_string();
    if let Some(url) = Url::query("/operator/delivery", &[("id", &id)]) {
        html.element(Tag::A).leads_to(&url).text(&id);
    }
}

/// How many, in words with a place for the number.
fn number(text: &str, count: &impl ToString) -> String {
    fill(text, &[("n", &count.to_string())])
}

/// Where a short text would be that is not there.
fn or_dash(text: Option<&str>) -> &str {
    text.filter(|text| !text.is_empty()).unwrap_or("–")
}

/// What stands above a page: what is wrong, or what a notice in its address stands for.
fn told<'a>(
    visit: &'a Visit<'_>,
    wrong: Option<&'a str>,
    known: &[(&str, &'a str)],
) -> Option<(&'a str, Tone)> {
    if let Some(wrong) = wrong {
        return Some((wrong, Tone::Bad));
    }
    let word = visit.fields.get("told")?;
    if word == "gone" {
        return Some((my::told_gone(visit.lang), Tone::Bad));
    }
    known.iter().find(|(name, _)| *name == word).map(|(_, text)| (*text, Tone::Good))
}
