//! The panel about traffic: what programs asked LINE, and what LINE told bots.

use hikyaku_model::{Event, EventKind};
use hikyaku_page::{
    Lang,
    html::{Attribute, Html, Tag, Url},
};
use jiff::Timestamp;

use super::{
    asked::{Asked, Entry},
    code,
    connect::copy_button,
    history, json, rules,
};
use crate::{
    poster::Post,
    shared::Shared,
    state::{
        World,
        log::{Host, LoggedRequest},
        webhook::{WebhookDelivery, WebhookReason, WebhookState},
    },
};

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

#[derive(Debug)]
pub(super) struct RequestDetail {
    request: LoggedRequest,
    base: String,
    /// Other requests with the same retry key.
    siblings: Vec<(u64, Option<u16>)>,
}

#[derive(Debug)]
pub(super) struct WebhookDetail {
    webhook: WebhookDelivery,
    url: String,
    body: Vec<u8>,
    signature: String,
}

impl Traffic {
    pub(super) fn of(shared: &Shared, world: &World, channel: usize, asked: &Asked) -> Self {
        match asked.entry {
            None => Self::List(rows(world, channel, asked)),
            Some(Entry::Request(seq)) => {
                let found = world.log.after(seq.saturating_sub(1)).next().cloned();
                let Some(request) = found.filter(|request| request.seq == seq) else {
                    return Self::Gone;
                };
                let siblings = request.retry_key().map_or_else(Vec::new, |key| {
                    let same =
                        world.log.iter().filter(|it| it.seq != seq && it.retry_key() == Some(key));
                    same.map(|it| (it.seq, it.status)).take(20).collect()
                });
                let base = match request.host {
                    Host::Api => shared.api_url.clone(),
                    Host::Data => shared.data_url.clone(),
                };
                Self::Request(Box::new(RequestDetail { request, base, siblings }))
            }
            Some(Entry::Webhook(id)) => {
                let Some(webhook) = world.webhooks.get(id) else { return Self::Gone };
                let of = &world.channels[webhook.channel];
                let url = of.webhook.url.clone().unwrap_or_default();
                let post = Post::new(of, &url, std::slice::from_ref(&webhook.event));
                Self::Webhook(Box::new(WebhookDetail {
                    webhook: webhook.describe(id, &of.id),
                    url,
                    body: post.body.to_vec(),
                    signature: post.signature,
                }))
            }
        }
    }

    pub(super) fn draw(&self, asked: &Asked, html: &mut Html) {
        let lang = asked.lang;
        html.div("traffic").set(Attribute::DataPart, "traffic").body(|html| match self {
            Self::List(rows) if rows.is_empty() => {
                html.element(Tag::P)
                    .class("hint")
                    .set(Attribute::DataId, "none")
                    .text(lang.no_requests());
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

/// The newest of both directions, newest first.
fn rows(world: &World, channel: usize, asked: &Asked) -> Vec<Row> {
    let requests = world.log.iter().rev().take(MOST).map(|request| {
        let path = request.path.strip_prefix("/v2/bot/").unwrap_or(&request.path);
        Row {
            entry: Entry::Request(request.seq),
            at: request.arrived_at,
            title: format!("{} {path}", request.method),
            aside: [request.fault.as_deref(), request.hint.as_deref()]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(" · "),
            status: request.status.map_or_else(|| "—".to_owned(), |status| status.to_string()),
            state: request_state(request),
        }
    });
    let webhooks = world.webhooks.iter().rev().filter(|(_, webhook)| webhook.channel == channel);
    let webhooks = webhooks.take(MOST).map(|(id, webhook)| {
        let described = webhook.describe(id, "");
        let at = webhook.event.timestamp.and_then(|at| Timestamp::from_millisecond(at).ok());
        let last = webhook.attempts.last();
        Row {
            entry: Entry::Webhook(id),
            at: at.unwrap_or(Timestamp::UNIX_EPOCH),
            title: event_name(&webhook.event),
            aside: event_words(&webhook.event, asked.lang),
            status: last.map_or_else(
                || "…".to_owned(),
                |last| match last.status {
                    Some(status) => status.to_string(),
                    None => "—".to_owned(),
                },
            ),
            state: webhook_state(&described),
        }
    });
    let mut rows: Vec<Row> = requests.chain(webhooks).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.at));
    if asked.problems_only {
        rows.retain(|row| row.state == "bad");
    }
    rows.truncate(MOST);
    rows
}

fn request_state(request: &LoggedRequest) -> &'static str {
    match request.status {
        Some(200..=399) if request.fault.is_none() => "good",
        // Under a retry key this is a success.
        Some(409) => "held",
        _ => "bad",
    }
}

fn webhook_state(webhook: &WebhookDelivery) -> &'static str {
    match webhook.state {
        WebhookState::Delivered => "good",
        WebhookState::Waiting => "held",
        _ => "bad",
    }
}

/// The type of an event, as its JSON has it.
fn event_name(event: &Event) -> String {
    let json = serde_json::to_value(event).unwrap_or_default();
    json["type"].as_str().unwrap_or_default().to_owned()
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

/// The way back to the list, and what is looked at.
fn back(lang: Lang, title: &str, status: &str, state: &str, html: &mut Html) {
    html.div("detail-head").set(Attribute::DataId, "head").body(|html| {
        html.element(Tag::Button)
            .class("quiet")
            .class("back")
            .plain_button()
            .set(Attribute::DataDo, "entry")
            .set(Attribute::DataTo, "")
            .text(lang.requests());
        html.element(Tag::H3).class("detail-title").text(title);
        if !status.is_empty() {
            html.span("status").set(Attribute::DataState, state).text(status);
        }
    });
}

fn block(id: &str, title: &str, html: &mut Html, content: impl FnOnce(&mut Html)) {
    html.element(Tag::Section).class("detail-block").set(Attribute::DataId, id).body(|html| {
        html.element(Tag::H3).class("block-title").text(title);
        content(html);
    });
}

fn facts(rows: &[(&str, String)], html: &mut Html) {
    html.element(Tag::Ul).class("facts").class("facts-short").set(Attribute::DataId, "facts").body(
        |html| {
            for (name, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
                html.element(Tag::Li).class("fact").body(|html| {
                    html.span("fact-name").text(name);
                    html.element(Tag::Code).class("fact-value").class("fact-whole").text(value);
                });
            }
        },
    );
}

impl RequestDetail {
    fn draw(&self, asked: &Asked, html: &mut Html) {
        let (lang, request) = (asked.lang, &self.request);
        let status = request.status.map_or_else(|| "—".to_owned(), |status| status.to_string());
        let query =
            if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
        let title = format!("{} {}{query}", request.method, request.path);
        back(lang, &title, &status, request_state(request), html);
        if request.status.is_none() {
            html.element(Tag::P)
                .class("fine")
                .set(Attribute::DataId, "lost")
                .text(lang.no_answer());
        }
        let key = request.retry_key().unwrap_or_default().to_owned();
        let siblings: Vec<String> = self
            .siblings
            .iter()
            .map(|(seq, status)| {
                let status = status.map_or_else(|| "—".to_owned(), |status| status.to_string());
                format!("#{seq} ({status})")
            })
            .collect();
        let accepted = request.accepted_status.map(|status| status.to_string());
        facts(
            &[
                (lang.time(), asked.exact_time(request.arrived_at)),
                (lang.took(), format!("{:.1} ms", request.took.as_secs_f64() * 1000.0)),
                (lang.request_id(), request.request_id.clone()),
                (lang.channel_id(), request.channel_id.clone().unwrap_or_default()),
                (lang.retry_key(), key),
                (lang.same_key(), siblings.join(", ")),
                (lang.fault(), request.fault.clone().unwrap_or_default()),
                (lang.without_fault(), accepted.unwrap_or_default()),
                (lang.hint(), request.hint.clone().unwrap_or_default()),
            ],
            html,
        );
        let broken = rules::broken(request);
        if !broken.is_empty() {
            block("rules", lang.broken_rules(), html, |html| {
                html.element(Tag::Ul).class("rules").body(|html| {
                    for rule in &broken {
                        html.element(Tag::Li).class("rule").body(|html| {
                            html.element(Tag::Button)
                                .class("rule-place")
                                .plain_button()
                                .set(Attribute::DataDo, "place")
                                .set(Attribute::DataTo, &rule.pointer)
                                .text(if rule.pointer.is_empty() { "/" } else { &rule.pointer });
                            html.span("rule-words").text(&rule.words);
                            if let Some(url) = rule.source.as_deref().and_then(Url::https) {
                                html.element(Tag::A)
                                    .class("rule-source")
                                    .href(&url)
                                    .text(lang.reference());
                            }
                        });
                    }
                });
            });
        }
        if !request.answer.is_empty() {
            block("answer", lang.line_answer(), html, |html| {
                json::draw(&request.answer, &[], html);
            });
        }
        if !request.body.is_empty() {
            let marked: Vec<String> = broken.into_iter().map(|rule| rule.pointer).collect();
            block("body", lang.request_body(), html, |html| {
                json::draw(&request.body, &marked, html);
            });
        }
        let codes = code::of(request, &self.base);
        block("code", lang.copy_as(), html, |html| {
            for (name, text) in &codes {
                html.element(Tag::Details).class("as-code").body(|html| {
                    html.element(Tag::Summary).body(|html| {
                        html.text(name);
                        copy_button(lang, text, html);
                    });
                    html.element(Tag::Pre).class("code").text(text);
                });
            }
        });
        let headers: Vec<(&str, String)> = request
            .headers
            .iter()
            .map(|(name, value)| {
                (name.as_str(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        block("headers", lang.headers(), html, |html| facts(&headers, html));
    }
}

impl WebhookDetail {
    fn draw(&self, asked: &Asked, html: &mut Html) {
        let (lang, webhook) = (asked.lang, &self.webhook);
        let name = webhook.events.first().map(event_name).unwrap_or_default();
        let last = webhook.attempts.last();
        let status =
            last.and_then(|last| last.status).map_or_else(|| "—".to_owned(), |it| it.to_string());
        back(lang, &format!("{name} #{}", webhook.id), &status, webhook_state(webhook), html);
        facts(
            &[(lang.webhook_url(), self.url.clone()), ("x-line-signature", self.signature.clone())],
            html,
        );
        block("attempts", lang.attempts(), html, |html| {
            for attempt in &webhook.attempts {
                html.div("attempt").body(|html| {
                    let is_good = attempt.reason == WebhookReason::Ok;
                    html.element(Tag::Time).class("entry-time").text(&asked.exact_time(attempt.at));
                    let state = if is_good { "good" } else { "bad" };
                    html.span("status").set(Attribute::DataState, state).text(&attempt.detail);
                    let took = format!("{:.0} ms", attempt.took.as_secs_f64() * 1000.0);
                    html.span("entry-aside").text(&took);
                });
                if !attempt.answer.is_empty() {
                    html.element(Tag::P).class("fine").text(lang.bot_answer());
                    html.element(Tag::Pre).class("code").text(&attempt.answer);
                }
            }
            html.element(Tag::Button)
                .class("quiet")
                .plain_button()
                .set(Attribute::DataDo, "redeliver")
                .set(Attribute::DataTo, &webhook.id.to_string())
                .text(lang.send_again());
        });
        block("body", lang.webhook_body(), html, |html| json::draw(&self.body, &[], html));
    }
}
