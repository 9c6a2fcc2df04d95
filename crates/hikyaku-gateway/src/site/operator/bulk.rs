//! Acts on all deliveries that fit: first a preview, then a confirmation of what was previewed.

use hikyaku_page::html::{Html, Tag, Url};
use hikyaku_sender::{Act, Preview};
use http::StatusCode;

use super::{Deed, Looker, frame, list::list, number, reason, search::Search, wrong_field};
use crate::{
    Error,
    answer::{Answer, page_answer, see_other},
    page::{Frame, Tone, button, fact, field, hidden, section, select},
    site::{Site, visit::Visit},
    words::{fill, operator as words},
};

/// The acts, by the words of forms.
const ACTS: [(&str, Act); 4] = [
    ("retry", Act::Retry { may_duplicate: false }),
    ("retry-anyway", Act::Retry { may_duplicate: true }),
    ("cancel", Act::Cancel),
    ("drop", Act::Drop),
];

/// The act that a form names.
pub(super) fn act(word: &str) -> Option<(&'static str, Act)> {
    ACTS.into_iter().find(|(name, _)| *name == word)
}

/// What it is called.
pub(super) fn name(lang: hikyaku_page::Lang, act: Act) -> &'static str {
    match act {
        Act::Retry { may_duplicate: true } => words::retry_anyway(lang),
        Act::Cancel => words::cancel(lang),
        Act::Drop => words::drop(lang),
        _ => words::retry(lang),
    }
}

/// The form that leads to a preview.
pub(super) fn form(html: &mut Html, frame: &Frame<'_>, visit: &Visit<'_>, search: &Search) {
    let lang = frame.lang;
    html.element(Tag::P).class("lead").text(words::act_why(lang));
    frame.form(html, "form", "/operator/preview", |html| {
        search.hide(html);
        html.div("row").body(|html| {
            let acts = ACTS.iter().map(|(word, act)| (*word, name(lang, *act)));
            select(html, "act", words::act(lang), visit.given("act"), acts);
            let hint = Some(words::reason_hint(lang));
            field(html, "reason", words::reason(lang), visit.given("reason"), hint);
        });
        html.div("acts").body(|html| button(html, "act-main", words::preview(lang)));
    });
}

/// What a form asks to be done, and to what.
struct Wish<'a> {
    search: Search,
    word: &'static str,
    act: Act,
    reason: &'a str,
}

impl Site {
    /// `POST /operator/preview`: changes nothing.
    pub(super) async fn preview(
        &self,
        visit: &Visit<'_>,
        who: Looker<'_>,
    ) -> Result<Answer, Error> {
        match wish(visit) {
            Ok(wish) => {
                let preview = self.outbox.preview(&wish.search.whole(), wish.act).await?;
                Ok(self.show(visit, who, &wish, &preview, None).await?)
            }
            Err(wrong) => self.trays(visit, who, Some(&wrong)).await,
        }
    }

    /// `POST /operator/act`: does what was previewed, if it still comes to as many.
    pub(super) async fn act(&self, visit: &Visit<'_>, who: Looker<'_>) -> Result<Answer, Error> {
        let wish = match wish(visit) {
            Ok(wish) => wish,
            Err(wrong) => return self.trays(visit, who, Some(&wrong)).await,
        };
        let preview = self.outbox.preview(&wish.search.whole(), wish.act).await?;
        let confirmed = visit.given("confirmation");
        if confirmed != self.confirmation(visit, &wish, preview.possible) {
            let before = visit.given("count").to_owned();
            return self.show(visit, who, &wish, &preview, Some(&before)).await;
        }
        let what = wish.search.words();
        let deed = Deed {
            act: wish.word,
            what: &what,
            count: Some(preview.possible),
            reason: wish.reason,
        };
        let note = self.note(who, deed).await?;
        // Many take longer than a browser waits: it goes on, and what it came to is in the record.
        let (outbox, state) = (self.outbox.clone(), self.state.clone());
        let (filter, act) = (wish.search.whole(), wish.act);
        let acting = tokio::spawn(async move {
            let acted = outbox.act_on(&filter, act, |_| {}).await?;
            state.audited(note, acted.done).await?;
            Ok::<u64, Error>(acted.done)
        });
        let done = acting.await.map_err(|why| Error::because("an act was broken off", why))??;
        let done = done.to_string();
        let pairs = wish.search.query(&[("done", &done)]);
        let url = Url::query("/operator/deliveries", &pairs);
        Ok(see_other(url.as_ref().map_or("/operator/deliveries", Url::as_str)))
    }

    /// What shows that this session has seen this act on this filter, with this count.
    fn confirmation(&self, visit: &Visit<'_>, wish: &Wish<'_>, count: u64) -> String {
        let secret = visit.session.as_ref().map_or("", |it| &it.secret);
        let Wish { search, word, .. } = wish;
        self.state.confirmation(secret, &format!("{word}\n{count}\n{}", search.words()))
    }

    async fn show(
        &self,
        visit: &Visit<'_>,
        who: Looker<'_>,
        wish: &Wish<'_>,
        preview: &Preview,
        before: Option<&str>,
    ) -> Result<Answer, Error> {
        let lang = visit.lang;
        let now = self.outbox.now().await?.as_millis();
        let count = preview.possible.to_string();
        let changed =
            before.map(|before| fill(words::changed(lang), &[("before", before), ("n", &count)]));
        let notice = changed.as_deref().map(|text| (text, Tone::Bad));
        let values = [("act", name(lang, wish.act)), ("n", &count)];
        let heading = fill(words::previewed(lang), &values);
        let mut frame = frame(visit, who, "/operator/deliveries", notice);
        frame.heading = Some(&heading);
        let page = frame.draw(|html| {
            section(html, &wish.search.words(), |html| {
                if preview.possible == 0 {
                    html.element(Tag::P).text(words::previewed_none(lang));
                }
                if matches!(wish.act, Act::Retry { .. }) && preview.quota > 0 {
                    html.element(Tag::P).text(&number(words::may_cost(lang), &preview.quota));
                }
                if preview.may_duplicate > 0 && wish.word == "retry-anyway" {
                    let text = number(words::may_duplicate(lang), &preview.may_duplicate);
                    html.element(Tag::P).class("alarm").text(&text);
                }
                for (reason, count) in &preview.refused {
                    let (count, reason) = (count.to_string(), reason.to_string());
                    let values = [("n", count.as_str()), ("reason", &reason)];
                    html.element(Tag::P).text(&fill(words::stay(lang), &values));
                }
                html.element(Tag::Dl).class("facts").body(|html| {
                    fact(html, words::reason(lang), |html| html.text(wish.reason));
                });
                html.div("acts").body(|html| {
                    if preview.possible > 0 {
                        frame.form(html, "inline", "/operator/act", |html| {
                            wish.search.hide(html);
                            hidden(html, "act", wish.word);
                            hidden(html, "reason", wish.reason);
                            hidden(html, "count", &count);
                            let confirmation = self.confirmation(visit, wish, preview.possible);
                            hidden(html, "confirmation", &confirmation);
                            button(html, "act-end", words::confirm(lang));
                        });
                    }
                    let pairs = wish.search.query(&[]);
                    if let Some(url) = Url::query("/operator/deliveries", &pairs) {
                        html.element(Tag::A).class("act").leads_to(&url).text(words::back(lang));
                    }
                });
            });
            if !preview.examples.is_empty() {
                section(html, words::examples(lang), |html| {
                    list(html, &frame, &preview.examples, now);
                });
            }
        });
        let status = if before.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
        Ok(page_answer(status, page))
    }
}

/// What a form asks for; what is wrong about it, for people.
fn wish<'a>(visit: &'a Visit<'_>) -> Result<Wish<'a>, String> {
    let lang = visit.lang;
    let wrong = |field: &str| wrong_field(lang, field, visit.given(field));
    let search = Search::read(visit).map_err(wrong)?;
    let (word, act) = act(visit.given("act")).ok_or_else(|| wrong("act"))?;
    let reason = reason(visit).ok_or_else(|| words::reason_missing(lang).to_owned())?;
    Ok(Wish { search, word, act, reason })
}
