use http::StatusCode;

use super::{Looker, cell, cell_with, frame, or_dash, table};
use crate::{
    Error,
    answer::{Answer, page_answer},
    page::ago,
    site::{Site, visit::Visit},
    words::{fill, operator as words},
};

/// How many acts are shown.
const SHOWN: i64 = 200;

impl Site {
    /// `GET /operator/record`: who did what.
    pub(super) async fn record(&self, visit: &Visit<'_>, who: Looker<'_>) -> Result<Answer, Error> {
        let lang = visit.lang;
        let now = self.outbox.now().await?.as_millis();
        let acts = self.state.audits(SHOWN).await?;
        let frame = frame(visit, who, "/operator/record", None);
        let page = frame.draw(|html| {
            let names = [
                words::when(lang),
                words::who(lang),
                words::act(lang),
                words::what(lang),
                words::count(lang),
                words::reason(lang),
            ];
            table(html, &names, words::no_record(lang), &acts, |html, it| {
                cell_with(html, |html| ago(html, lang, now, it.at));
                cell(html, &it.who);
                cell(html, &it.act);
                cell(html, or_dash(Some(&it.what)));
                let done = it.done.map_or("–".to_owned(), |done| done.to_string());
                let text = match it.count {
                    Some(count) => {
                        let values = [("done", done.as_str()), ("count", &count.to_string())];
                        fill(words::done_of(lang), &values)
                    }
                    None => done,
                };
                cell(html, &text);
                cell(html, or_dash(Some(&it.reason)));
            });
        });
        Ok(page_answer(StatusCode::OK, page))
    }
}
