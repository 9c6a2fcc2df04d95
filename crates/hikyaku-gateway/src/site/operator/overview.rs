use std::collections::BTreeSet;

use hikyaku_page::html::{Html, Tag, Url};
use hikyaku_sender::{Filter, Listed, Overview, State};
use http::StatusCode;

use super::{
    Looker, attention::attention, badge, frame, lanes::lanes_table, list::list, month::month,
};
use crate::{
    Error,
    answer::{Answer, page_answer},
    page::{Frame, empty, section},
    site::{Site, visit::Visit},
    words::operator as words,
};

/// How many of the newest failures are shown.
const FAILURES: u32 = 5;

impl Site {
    /// `GET /operator`: what an operator wants to know first.
    pub(super) async fn overview(
        &self,
        visit: &Visit<'_>,
        who: Looker<'_>,
    ) -> Result<Answer, Error> {
        let lang = visit.lang;
        let overview = self.outbox.overview().await?;
        let dead = Filter::default().state(State::Rejected).state(State::Unknown).limit(FAILURES);
        let dead = self.outbox.list(dead).await?;
        let channels = self.channels(&overview);
        let frame = frame(visit, who, "/operator", None);
        let page = frame.draw(|html| {
            attention(html, &frame, &overview);
            section(html, words::states(lang), |html| states(html, &frame, &overview));
            for channel in &channels {
                section(html, channel, |html| one(html, &frame, &overview, channel));
            }
            if !dead.is_empty() {
                section(html, words::failures(lang), |html| {
                    failures(html, &frame, &overview, &dead);
                });
            }
        });
        Ok(page_answer(StatusCode::OK, page))
    }

    /// The channels of the configuration, and those that the store has seen.
    fn channels(&self, overview: &Overview) -> BTreeSet<String> {
        let configured = self.accounts.0.keys();
        let lanes = overview.lanes.iter().map(|lane| &lane.channel);
        let quotas = overview.quotas.iter().map(|quota| &quota.channel);
        configured.chain(lanes).chain(quotas).cloned().collect()
    }
}

/// How many deliveries there are in each state, each number with the way to them.
fn states(html: &mut Html, frame: &Frame<'_>, overview: &Overview) {
    if overview.deliveries.is_empty() {
        empty(html, words::no_deliveries(frame.lang));
        return;
    }
    html.element(Tag::Ul).class("counts").body(|html| {
        for (state, count) in &overview.deliveries {
            html.element(Tag::Li).body(|html| {
                let url = Url::query("/operator/deliveries", &[("state", state.name())]);
                let Some(url) = url else { return };
                html.element(Tag::A).class("count").leads_to(&url).body(|html| {
                    html.element(Tag::Strong).text(&count.to_string());
                    badge(html, state.name());
                });
            });
        }
    });
}

/// A channel: its month, and its lanes.
fn one(html: &mut Html, frame: &Frame<'_>, overview: &Overview, channel: &str) {
    html.div("channel").body(|html| {
        let quota = overview.quotas.iter().find(|quota| quota.channel == channel);
        month(html, frame, quota, overview.now.as_millis());
        lanes_table(html, frame, overview, Some(channel));
    });
}

/// The newest dead letters, and the way to all of them.
fn failures(html: &mut Html, frame: &Frame<'_>, overview: &Overview, dead: &[Listed]) {
    list(html, frame, dead, overview.now.as_millis());
    html.div("acts").body(|html| {
        for state in [State::Rejected, State::Unknown] {
            let url = Url::query("/operator/deliveries", &[("state", state.name())]);
            if let Some(url) = url.filter(|_| overview.count(state) > 0) {
                let text = super::number(words::all_of(frame.lang), &overview.count(state));
                html.element(Tag::A).class("act").leads_to(&url).body(|html| {
                    html.text(&text);
                    html.text(" ");
                    badge(html, state.name());
                });
            }
        }
    });
}
