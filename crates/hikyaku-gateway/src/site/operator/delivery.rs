use hikyaku_page::html::{Attribute, Html, Tag};
use hikyaku_sender::{Act, Attempt, LineAnswer, Listed, State};
use http::StatusCode;

use super::{Deed, Looker, badge, bulk, cell, cell_with, frame, number, or_dash, table, told};
use crate::{
    Error,
    answer::{Answer, page_answer, see_other},
    page::{Frame, ago, fact, field, hidden, section},
    site::{Site, visit::Visit},
    words::{fill, operator as words},
};

impl Site {
    /// `GET /operator/delivery?id=…`, and why it could not be changed.
    pub(super) async fn delivery(
        &self,
        visit: &Visit<'_>,
        who: Looker<'_>,
        wrong: Option<&str>,
    ) -> Result<Answer, Error> {
        let lang = visit.lang;
        let found = match visit.given("id").parse::<i64>() {
            Ok(id) => self.outbox.show(id.into()).await?,
            Err(_) => None,
        };
        let Some(delivery) = found else {
            return Ok(visit.stop(StatusCode::NOT_FOUND, words::no_such(lang)));
        };
        let attempts = self.outbox.attempts(delivery.id).await?;
        let answer = self.outbox.answer(delivery.id).await?;
        let now = self.outbox.now().await?.as_millis();
        let acted = number(words::told_acted(lang), &1);
        let notice = told(visit, wrong, &[("done", &acted)]);
        let heading = fill(words::delivery(lang), &[("id", &delivery.id.to_string())]);
        let mut frame = frame(visit, who, "/operator/deliveries", notice);
        frame.heading = Some(&heading);
        let page = frame.draw(|html| {
            section(html, words::story(lang), |html| {
                facts(html, &frame, &delivery, now);
                if who.may_act {
                    acts(html, &frame, &delivery);
                }
            });
            section(html, words::attempts(lang), |html| {
                attempts_table(html, &frame, &attempts, now);
                if let Some(LineAnswer { status, body, .. }) = &answer
                    && !body.is_empty()
                {
                    html.element(Tag::P).class("field-name").text(words::answer(lang));
                    html.element(Tag::Pre).class("body").text(&format!("{status} {body}"));
                }
            });
            section(html, words::texts(lang), |html| match &delivery.body {
                Some(body) if self.operator.show_texts => {
                    let body = serde_json::to_string_pretty(body).unwrap_or_default();
                    html.element(Tag::Pre).class("body").text(&body);
                }
                Some(_) => html.element(Tag::P).class("lead").text(words::texts_hidden(lang)),
                None => html.element(Tag::P).class("lead").text("–"),
            });
        });
        let status = if wrong.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
        Ok(page_answer(status, page))
    }

    /// `POST /operator/delivery/act`.
    pub(super) async fn act_on_one(
        &self,
        visit: &Visit<'_>,
        who: Looker<'_>,
    ) -> Result<Answer, Error> {
        let id = visit.given("id").parse::<i64>();
        let (Ok(id), Some((word, act))) = (id, bulk::act(visit.given("act"))) else {
            return Ok(visit.stop(StatusCode::BAD_REQUEST, words::no_such(visit.lang)));
        };
        let (what, reason) = (format!("delivery {id}"), visit.given("reason"));
        let deed = Deed { act: word, what: &what, count: Some(1), reason };
        let note = self.note(who, deed).await?;
        let done = match act {
            Act::Cancel => self.outbox.cancel(id.into()).await,
            Act::Drop => self.outbox.drop_dead_letter(id.into()).await,
            Act::Retry { may_duplicate: true } => self.outbox.retry_may_duplicate(id.into()).await,
            _ => self.outbox.retry(id.into()).await,
        };
        match self.noted(note, done).await? {
            None => Ok(see_other(&format!("/operator/delivery?id={id}&told=done"))),
            Some(why) => {
                let wrong = fill(words::told_refused(visit.lang), &[("why", &why)]);
                self.delivery(visit, who, Some(&wrong)).await
            }
        }
    }
}

fn facts(html: &mut Html, frame: &Frame<'_>, delivery: &Listed, now: i64) {
    let lang = frame.lang;
    let text = |html: &mut Html, name: &str, value: Option<&str>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            fact(html, name, |html| html.text(value));
        }
    };
    html.element(Tag::Dl).class("facts").body(|html| {
        fact(html, words::state(lang), |html| {
            badge(html, delivery.state.name());
            if let Some(waits) = delivery.waiting_for {
                html.text(" ");
                badge(html, waits.name());
            }
        });
        text(html, words::kind(lang), Some(hikyaku_sender::Lane::of(delivery.kind).name()));
        text(html, words::channel(lang), Some(&delivery.channel));
        text(html, words::recipient(lang), Some(&super::list::recipient(delivery)));
        text(html, words::recipients(lang), Some(&delivery.recipients.to_string()));
        fact(html, words::created(lang), |html| {
            ago(html, lang, now, delivery.created_at.as_millis());
        });
        if delivery.state == State::Ready {
            fact(html, words::due(lang), |html| ago(html, lang, now, delivery.due.as_millis()));
        }
        text(html, words::key(lang), delivery.fairness_key.as_deref());
        text(html, words::idempotency_key(lang), delivery.idempotency_key.as_deref());
        text(html, words::request_id(lang), delivery.request_id.as_deref());
        text(html, words::campaign(lang), delivery.campaign.map(|it| it.to_string()).as_deref());
        text(html, words::worker(lang), delivery.worker.as_deref());
    });
    if let Some(why) = delivery.last_error.as_deref().filter(|why| !why.is_empty()) {
        let is_dead = matches!(delivery.state, State::Rejected | State::Unknown);
        let class = if is_dead { "note-bad" } else { "note-plain" };
        html.element(Tag::P).class("note").class(class).text(why);
    }
}

/// The acts that its state allows.
fn acts(html: &mut Html, frame: &Frame<'_>, delivery: &Listed) {
    let words: &[&str] = match delivery.state {
        State::Ready => &["cancel"],
        State::Rejected => &["retry", "drop"],
        State::Unknown => &["retry", "retry-anyway", "drop"],
        _ => &[],
    };
    if words.is_empty() {
        return;
    }
    frame.form(html, "form", "/operator/delivery/act", |html| {
        hidden(html, "id", &delivery.id.to_string());
        field(html, "reason", words::reason(frame.lang), "", None);
        html.div("acts").body(|html| {
            for word in words {
                let Some((word, act)) = bulk::act(word) else { continue };
                let element = html.element(Tag::Button).class("act");
                element.submit("act", word).text(bulk::name(frame.lang, act));
            }
        });
    });
}

fn attempts_table(html: &mut Html, frame: &Frame<'_>, attempts: &[Attempt], now: i64) {
    let lang = frame.lang;
    let names = [
        words::number(lang),
        words::when(lang),
        words::result(lang),
        words::request_id(lang),
        words::worker(lang),
        words::last_error(lang),
    ];
    table(html, &names, words::no_attempts(lang), attempts, |html, attempt| {
        cell(html, &attempt.number.to_string());
        cell_with(html, |html| {
            ago(html, lang, now, attempt.began.as_millis());
            if let Some(took) = attempt.took {
                html.text(", ");
                html.text(&number(words::took(lang), &took.as_millis()));
            }
        });
        cell_with(html, |html| {
            badge(html, &attempt.result);
            if let Some(status) = attempt.status {
                html.text(&format!(" {status}"));
            }
        });
        let id = or_dash(attempt.request_id.as_deref());
        cell_with(html, |html| html.span("id").text(id));
        cell(html, or_dash(attempt.worker.as_deref()));
        let error = html.element(Tag::Td).set(Attribute::Title, or_dash(attempt.body.as_deref()));
        error.text(or_dash(attempt.error.as_deref()));
    });
}
