//! What deliveries are looked for: fields of a form, a filter, and a text for the record.

use std::iter;

use hikyaku_page::html::Html;
use hikyaku_sender::{CampaignId, DeliveryId, Filter, State};

use crate::{
    page::{Frame, field, hidden, select},
    site::visit::Visit,
    words::operator as words,
};

/// The names of the fields, in the order in which they are shown.
const NAMES: [&str; 8] =
    ["state", "channel", "recipient", "key", "error", "campaign", "idempotency_key", "request_id"];

/// How many deliveries a page lists.
pub(super) const PAGE: u32 = 50;

/// What a form asks for.
#[derive(Debug)]
pub(super) struct Search {
    /// The fields that are not empty, by their names.
    pairs: Vec<(&'static str, String)>,
    pub(super) filter: Filter,
}

impl Search {
    /// Reads the fields; the name of the one that is wrong.
    pub(super) fn read(visit: &Visit<'_>) -> Result<Self, &'static str> {
        let (mut pairs, mut filter) = (Vec::new(), Filter::default().limit(PAGE));
        for name in NAMES {
            let value = visit.given(name);
            if value.is_empty() {
                continue;
            }
            filter = match name {
                "state" => filter.state(state(value).ok_or(name)?),
                "channel" => filter.channel(value),
                "recipient" => filter.recipient(value),
                "key" => filter.fairness_key(value),
                "error" => filter.error(value),
                "campaign" => filter.campaign(value.parse::<CampaignId>().map_err(|_| name)?),
                "idempotency_key" => filter.idempotency_key(value),
                _ => filter.request_id(value),
            };
            pairs.push((name, value.to_owned()));
        }
        let before = visit.given("before");
        if !before.is_empty() {
            filter = filter.before(before.parse::<DeliveryId>().map_err(|_| "before")?);
        }
        Ok(Self { pairs, filter })
    }

    /// The filter of all pages.
    pub(super) fn whole(&self) -> Filter {
        let mut filter = self.filter.clone();
        filter.before = None;
        filter
    }

    /// As the record keeps it.
    pub(super) fn words(&self) -> String {
        let pair = |(name, value): &(&str, String)| format!("{name}={value}");
        self.pairs.iter().map(pair).collect::<Vec<_>>().join(" ")
    }

    /// The query that asks for it again.
    pub(super) fn query<'a>(&'a self, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let pairs = self.pairs.iter().map(|(name, value)| (*name, value.as_str()));
        pairs.chain(more.iter().copied()).collect()
    }

    /// Fields that nobody sees.
    pub(super) fn hide(&self, html: &mut Html) {
        for (name, value) in &self.pairs {
            hidden(html, name, value);
        }
    }
}

fn state(word: &str) -> Option<State> {
    State::ALL.iter().copied().find(|state| state.name() == word)
}

/// The fields to search by.
pub(super) fn fields(html: &mut Html, frame: &Frame<'_>, visit: &Visit<'_>) {
    let lang = frame.lang;
    html.div("row").body(|html| {
        let states = State::ALL.iter().map(|state| (state.name(), state.name()));
        let states = iter::once(("", words::any(lang))).chain(states);
        select(html, "state", words::state(lang), visit.given("state"), states);
        for (name, label) in [
            ("channel", words::channel(lang)),
            ("recipient", words::recipient(lang)),
            ("error", words::error(lang)),
            ("key", words::key(lang)),
            ("campaign", words::campaign(lang)),
            ("idempotency_key", words::idempotency_key(lang)),
            ("request_id", words::request_id(lang)),
        ] {
            field(html, name, label, visit.given(name), None);
        }
    });
}
