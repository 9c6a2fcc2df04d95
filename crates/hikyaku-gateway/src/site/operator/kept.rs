use http::StatusCode;

use super::{Looker, cell, cell_with, delivery_link, frame, table};
use crate::{
    Error,
    answer::{Answer, page_answer},
    page::{ago, section},
    site::{Site, visit::Visit},
    words::{fill, operator as words},
};

/// How many are shown.
const SHOWN: i64 = 100;

impl Site {
    /// `GET /operator/pictures`. What they show is not shown: a name would let anybody see it.
    pub(super) async fn kept_pictures(
        &self,
        visit: &Visit<'_>,
        who: Looker<'_>,
    ) -> Result<Answer, Error> {
        let lang = visit.lang;
        let now = self.outbox.now().await?.as_millis();
        let (pictures, count, bytes) = self.state.pictures(SHOWN).await?;
        let frame = frame(visit, who, "/operator/pictures", None);
        let (count, all) = (count.to_string(), megabytes(bytes));
        let values = [("n", count.as_str()), ("mb", &all)];
        let page = frame.draw(|html| {
            section(html, &fill(words::pictures_kept(lang), &values), |html| {
                let names = [
                    words::picture(lang),
                    words::when(lang),
                    words::size(lang),
                    words::deliveries(lang),
                ];
                table(html, &names, words::no_pictures(lang), &pictures, |html, picture| {
                    let short = picture.name.get(..8).unwrap_or_default();
                    cell_with(html, |html| html.span("id").text(&format!("{short}…")));
                    cell_with(html, |html| ago(html, lang, now, picture.at));
                    cell(html, &format!("{} MB", megabytes(picture.bytes)));
                    cell_with(html, |html| match picture.delivery {
                        Some(id) => delivery_link(html, id),
                        None => html.text("–"),
                    });
                });
            });
        });
        Ok(page_answer(StatusCode::OK, page))
    }
}

/// Megabytes with one place, at least 0.1.
fn megabytes(bytes: i64) -> String {
    let tenths = bytes.max(0).div_euclid(100_000).max(i64::from(bytes > 0));
    format!("{}.{}", tenths / 10, tenths % 10)
}
