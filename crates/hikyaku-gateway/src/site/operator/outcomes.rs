use http::StatusCode;
use serde_json::Value;

use super::{Looker, badge, cell, cell_with, delivery_link, frame, or_dash, table};
use crate::{
    Error,
    answer::{Answer, page_answer},
    page::{ago, section},
    site::{Site, visit::Visit},
    words::operator as words,
};

/// How far back the newest outcomes are looked for, in ids.
const BACK: i64 = 50;

impl Site {
    /// `GET /operator/outcomes`.
    pub(super) async fn outcomes(
        &self,
        visit: &Visit<'_>,
        who: Looker<'_>,
    ) -> Result<Answer, Error> {
        let lang = visit.lang;
        let now = self.outbox.now().await?.as_millis();
        let places = self.outbox.outcome_cursors().await?;
        // Every reader is at most so far from the newest.
        let newest = places.iter().map(|place| {
            place.after.saturating_add(i64::try_from(place.behind).unwrap_or(i64::MAX))
        });
        let after = newest.max().unwrap_or_default().saturating_sub(BACK).max(0);
        let mut outcomes = self.outbox.outcomes(after).await?;
        outcomes.reverse();
        let frame = frame(visit, who, "/operator/outcomes", None);
        let page = frame.draw(|html| {
            section(html, words::readers(lang), |html| {
                let names = [
                    words::name(lang),
                    words::behind(lang),
                    words::oldest(lang),
                    words::reader(lang),
                ];
                table(html, &names, words::no_readers(lang), &places, |html, place| {
                    cell(html, &place.name);
                    cell(html, &place.behind.to_string());
                    cell_with(html, |html| match place.oldest {
                        Some(oldest) => ago(html, lang, now, oldest.as_millis()),
                        None => html.text("–"),
                    });
                    cell(html, or_dash(place.reader.as_deref()));
                });
            });
            section(html, words::newest_outcomes(lang), |html| {
                let names = [
                    words::when(lang),
                    words::kind(lang),
                    words::number(lang),
                    words::last_error(lang),
                ];
                table(html, &names, words::no_outcomes(lang), &outcomes, |html, outcome| {
                    let body: Value = serde_json::from_str(&outcome.body).unwrap_or_default();
                    let data = &body["data"];
                    cell_with(html, |html| ago(html, lang, now, outcome.at.as_millis()));
                    cell_with(html, |html| badge(html, outcome.kind.name()));
                    cell_with(html, |html| match data["id"].as_i64() {
                        Some(id) => delivery_link(html, id),
                        None => html.text("–"),
                    });
                    cell(html, or_dash(data["error"]["message"].as_str()));
                });
            });
        });
        Ok(page_answer(StatusCode::OK, page))
    }
}
