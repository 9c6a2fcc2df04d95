use super::{
    Looker, answered, bulk, frame,
    list::list,
    number,
    search::{self, PAGE, Search},
    wrong_field,
};
use crate::{
    Error,
    answer::Answer,
    page::{Tone, button, section},
    site::{Site, visit::Visit},
    words::operator as words,
};
use hikyaku_page::html::{FormTarget, Tag, Url};

impl Site {
    /// `GET /operator/deliveries`, and what is wrong about what was asked for.
    pub(super) async fn trays(
        &self,
        visit: &Visit<'_>,
        who: Looker<'_>,
        wrong: Option<&str>,
    ) -> Result<Answer, Error> {
        let lang = visit.lang;
        let done = visit.fields.get("done").filter(|it| it.parse::<u64>().is_ok());
        let done = done.map(|done| number(words::told_acted(lang), &done));
        let (search, wrong_search) = match Search::read(visit) {
            Ok(search) => (Some(search), None),
            Err(name) => (None, Some(wrong_field(lang, name, visit.given(name)))),
        };
        let found = match &search {
            Some(search) => self.outbox.list(search.filter.clone()).await?,
            None => Vec::new(),
        };
        let wrong = wrong.or(wrong_search.as_deref());
        let notice = wrong.map(|why| (why, Tone::Bad));
        let notice = notice.or_else(|| done.as_deref().map(|done| (done, Tone::Good)));
        let now = self.outbox.now().await?.as_millis();
        let frame = frame(visit, who, "/operator/deliveries", notice);
        let target = FormTarget::own("/operator/deliveries");
        let page = frame.draw(|html| {
            section(html, words::search(lang), |html| {
                html.element(Tag::Form).class("form").ask(&target).body(|html| {
                    search::fields(html, &frame, visit);
                    html.div("acts").body(|html| button(html, "act-main", words::search(lang)));
                });
            });
            section(html, words::deliveries(lang), |html| {
                list(html, &frame, &found, now);
                let more = found.last().filter(|_| found.len() >= PAGE as usize);
                if let (Some(last), Some(search)) = (more, &search) {
                    let before = last.id.to_string();
                    let pairs = search.query(&[("before", &before)]);
                    if let Some(url) = Url::query("/operator/deliveries", &pairs) {
                        html.element(Tag::A).leads_to(&url).text(words::older(lang));
                    }
                }
            });
            if let Some(search) = search.as_ref().filter(|_| who.may_act && !found.is_empty()) {
                section(html, words::act_on_all(lang), |html| {
                    bulk::form(html, &frame, visit, search);
                });
            }
        });
        Ok(answered(page, wrong))
    }
}
