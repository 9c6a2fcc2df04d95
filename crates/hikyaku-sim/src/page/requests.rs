//! The panel about traffic: what programs asked LINE, and what LINE told bots.

use hikyaku_model::{Event, EventKind};
use hikyaku_page::{
    Lang,
    html::{Attribute, Html, Tag},
};
use jiff::Timestamp;

use super::{
    asked::{Asked, Entry},
    frame::back,
    history, outcome,
    request::RequestDetail,
    webhook::WebhookDetail,
};
use crate::{shared::Shared, state::World};

/// How many entries are listed.
const MOST: usize = 200;

/// What the panel shows.
#[derive(Debug)]
pub(super) enum Traffic {
    List(Vec<Row>),
    Request(Box<RequestDetail>),
    Webhook(Box<WebhookDetail>),
    /// It is no longer kept.
    Gone,
}

/// An entry of the list.
#[derive(Debug)]
pub(super) struct Row {
    entry: Entry,
    at: Timestamp,
    title: String,
    aside: String,
    status: String,
    state: &'static str,
}

impl Traffic {
    pub(super) fn of(shared: &Shared, world: &World, channel: usize, asked: &Asked) -> Self {
        match asked.entry {
            None => Self::List(rows(world, channel, asked)),
            Some(Entry::Request(seq)) => RequestDetail::of(shared, world, channel, seq)
                .map_or(Self::Gone, |detail| Self::Request(detail.into())),
            Some(Entry::Webhook(id)) => WebhookDetail::of(world, id)
                .map_or(Self::Gone, |detail| Self::Webhook(detail.into())),
        }
    }

    pub(super) fn draw(&self, asked: &Asked, html: &mut Html) {
        let lang = asked.lang;
        html.div("traffic").set(Attribute::DataPart, "traffic").body(|html| match self {
            Self::List(rows) if rows.is_empty() => {
                let is_search = asked.problems_only || !asked.search.is_empty();
                let words = if is_search { lang.nothing_found() } else { lang.no_requests() };
                html.element(Tag::P).class("hint").set(Attribute::DataId, "none").text(words);
            }
            Self::List(rows) => {
                for row in rows {
                    row.draw(asked, html);
                }
            }
            Self::Request(detail) => detail.draw(asked, html),
            Self::Webhook(detail) => detail.draw(asked, html),
            Self::Gone => {
                back(lang, "…", "", "", html);
                html.element(Tag::P)
                    .class("hint")
                    .set(Attribute::DataId, "gone")
                    .text(lang.entry_gone());
            }
        });
    }
}

/// The newest of both directions that fit the search, newest first.
fn rows(world: &World, channel: usize, asked: &Asked) -> Vec<Row> {
    let (search, now) = (&asked.search, world.clock.now());
    let requests = world.log.iter().rev().filter(|request| {
        let is_wanted = !asked.problems_only || outcome::of_request(request) == "bad";
        is_wanted && search.fits_request(request, now)
    });
    let requests = requests.take(MOST).map(|request| {
        let path = request.path.strip_prefix("/v2/bot/").unwrap_or(&request.path);
        let notes = [request.fault.as_deref(), request.hint.as_deref()];
        Row {
            entry: Entry::Request(request.seq),
            at: request.arrived_at,
            title: format!("{} {path}", request.method),
            aside: notes.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            status: outcome::status(request.status),
            state: outcome::of_request(request),
        }
    });
    let webhooks = world.webhooks.iter().rev().filter(|(id, webhook)| {
        let state = || outcome::of_webhook(&webhook.describe(*id, ""));
        let is_wanted = !asked.problems_only || state() == "bad";
        webhook.channel == channel && is_wanted && search.fits_webhook(webhook, now)
    });
    let webhooks = webhooks.take(MOST).map(|(id, webhook)| {
        let at = webhook.event.timestamp.and_then(|at| Timestamp::from_millisecond(at).ok());
        let last = webhook.attempts.last();
        let words = event_words(&webhook.event, asked.lang);
        let module = webhook.module.map(|module| &*world.modules[module].id);
        let aside = module.into_iter().chain(Some(&*words).filter(|words| !words.is_empty()));
        Row {
            entry: Entry::Webhook(id),
            at: at.unwrap_or(Timestamp::UNIX_EPOCH),
            title: outcome::event_name(&webhook.event),
            aside: aside.collect::<Vec<_>>().join(" · "),
            status: last.map_or_else(|| "…".to_owned(), |last| outcome::status(last.status)),
            state: outcome::of_webhook(&webhook.describe(id, "")),
        }
    });
    let mut rows: Vec<Row> = requests.chain(webhooks).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.at));
    rows.truncate(MOST);
    rows
}

fn event_words(event: &Event, lang: Lang) -> String {
    match &event.kind {
        EventKind::Message(message) => history::content_summary(&message.kind, lang),
        EventKind::Postback(postback) => postback.data.to_string(),
        _ => String::new(),
    }
}

impl Row {
    fn draw(&self, asked: &Asked, html: &mut Html) {
        let id = self.entry.to_string();
        let is_out = matches!(self.entry, Entry::Webhook(_));
        let row = html.element(Tag::Button).class("entry").plain_button();
        row.set(Attribute::DataId, &id)
            .set(Attribute::DataDo, "entry")
            .set(Attribute::DataTo, &id)
            .set(Attribute::DataState, self.state)
            .body(|html| {
                html.element(Tag::Time).class("entry-time").text(&asked.exact_time(self.at));
                let way = html.span("entry-way").class(if is_out { "way-out" } else { "way-in" });
                let words = if is_out { asked.lang.to_bot() } else { asked.lang.to_line() };
                way.set(Attribute::Role, "img")
                    .set(Attribute::AriaLabel, words)
                    .set(Attribute::Title, words)
                    .empty();
                html.span("entry-words").body(|html| {
                    html.span("entry-title").text(&self.title);
                    if !self.aside.is_empty() {
                        html.span("entry-aside").text(&self.aside);
                    }
                });
                html.span("status").set(Attribute::DataState, self.state).text(&self.status);
            });
    }
}
