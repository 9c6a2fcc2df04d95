//! One request: what it asked, what LINE answered, and how to make it again.

use hikyaku_model::Message;
use hikyaku_page::{
    Lang, Look,
    chat::{self, Entry},
    html::{Attribute, Html, Tag, Url},
};
use serde_json::Value;

use super::{
    asked::Asked,
    code,
    connect::copy_button,
    frame::{back, block, edit_field, facts},
    json, outcome,
    rules::{self, Broken},
};
use crate::{
    shared::Shared,
    state::{
        World,
        log::{Host, LoggedRequest},
    },
};

/// How many messages of a request are drawn; LINE takes no more than five.
const MOST_DRAWN: usize = 10;

/// A request that is looked at.
#[derive(Debug)]
pub(super) struct RequestDetail {
    request: LoggedRequest,
    base: String,
    /// Other requests with the same retry key.
    siblings: Vec<(u64, Option<u16>)>,
    /// What the account is called.
    account: String,
}

impl RequestDetail {
    /// The request with this place in the log, if it is still kept.
    pub(super) fn of(shared: &Shared, world: &World, channel: usize, seq: u64) -> Option<Self> {
        let found = world.log.after(seq.checked_sub(1)?).next().cloned();
        let request = found.filter(|request| request.seq == seq)?;
        let siblings = request.retry_key().map_or_else(Vec::new, |key| {
            let same = world.log.iter().filter(|it| it.seq != seq && it.retry_key() == Some(key));
            same.map(|it| (it.seq, it.status)).take(20).collect()
        });
        let base = match request.host {
            Host::Api => shared.api_url.clone(),
            Host::Data => shared.data_url.clone(),
        };
        let account = world.channels[channel].name.clone();
        Some(Self { request, base, siblings, account })
    }

    pub(super) fn draw(&self, asked: &Asked, html: &mut Html) {
        let (lang, request) = (asked.lang, &self.request);
        let status = outcome::status(request.status);
        let query =
            if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
        let title = format!("{} {}{query}", request.method, request.path);
        back(lang, &title, &status, outcome::of_request(request), html);
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
            .map(|(seq, status)| format!("#{seq} ({})", outcome::status(*status)))
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
            block("rules", lang.broken_rules(), html, |html| draw_rules(&broken, lang, html));
        }
        self.draw_messages(lang, html);
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
        self.draw_edit(lang, html);
        let codes = code::of(request, &self.base);
        block("code", lang.copy_as(), html, |html| {
            for (name, text) in &codes {
                html.div("as-code").body(|html| {
                    html.element(Tag::Details).body(|html| {
                        html.element(Tag::Summary).text(name);
                        html.element(Tag::Pre).class("code").text(text);
                    });
                    copy_button(lang, text, html);
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

    /// What a phone would show of the request's messages. The script outlines what breaks a rule.
    fn draw_messages(&self, lang: Lang, html: &mut Html) {
        let body: Value = serde_json::from_slice(&self.request.body).unwrap_or_default();
        let Some(list) = body.get("messages").and_then(Value::as_array) else { return };
        let messages: Vec<(String, Message)> = list
            .iter()
            .enumerate()
            .filter_map(|(index, json)| {
                let message = serde_json::from_value(json.clone()).ok()?;
                Some((format!("/messages/{index}"), message))
            })
            .take(MOST_DRAWN)
            .collect();
        if messages.is_empty() {
            return;
        }
        let entries: Vec<Entry<'_>> = messages
            .iter()
            .map(|(pointer, message)| Entry::message(message, pointer).by(&self.account))
            .collect();
        block("drawing", lang.drawn(), html, |html| {
            html.div("drawing").class("chat").body(|html| {
                chat::rows(&entries, &Look::new(lang).with_places(), html);
            });
        });
    }

    /// The body, to be changed and sent again. Only what was logged whole, and what the page can reach, can be.
    fn draw_edit(&self, lang: Lang, html: &mut Html) {
        let request = &self.request;
        let is_whole = request.body_length == request.body.len();
        let Some(body) = pretty(&request.body).filter(|_| is_whole && request.host == Host::Api)
        else {
            return;
        };
        block("edit", lang.edit_request(), html, |html| {
            html.element(Tag::P).class("fine").text(lang.edit_request_hint());
            let query = if request.query.is_empty() { "" } else { "?" };
            let to = format!("{} {}{query}{}", request.method, request.path, request.query);
            let of = html.span("edit-channel").set(Attribute::Hidden, "");
            of.set(Attribute::DataTo, request.channel_id.as_deref().unwrap_or_default()).empty();
            edit_field(lang.edit_request(), lang.send_request(), "resend", &to, &body, html);
        });
    }
}

/// The rules that a request breaks, each with the way to its place and to LINE's page about it.
fn draw_rules(broken: &[Broken], lang: Lang, html: &mut Html) {
    html.element(Tag::Ul).class("rules").body(|html| {
        for rule in broken {
            html.element(Tag::Li).class("rule").body(|html| {
                html.element(Tag::Button)
                    .class("rule-place")
                    .plain_button()
                    .set(Attribute::DataDo, "place")
                    .set(Attribute::DataTo, &rule.pointer)
                    .text(if rule.pointer.is_empty() { "/" } else { &rule.pointer });
                html.span("rule-words").text(&rule.words);
                if let Some(url) = rule.source.as_deref().and_then(Url::https) {
                    html.element(Tag::A).class("rule-source").href(&url).text(lang.reference());
                }
            });
        }
    });
}

/// JSON with a line for each value, in its own order and spelling.
fn pretty(body: &[u8]) -> Option<String> {
    json::pretty(str::from_utf8(body).ok()?)
}
