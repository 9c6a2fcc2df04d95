//! One webhook: its body, its tries, and how to send it again.

use hikyaku_model::Event;
use hikyaku_page::html::{Attribute, Html, Tag};

use super::{
    asked::Asked,
    frame::{back, block, edit_field, facts},
    json, outcome,
};
use crate::{
    poster::Post,
    state::{
        World,
        webhook::{WebhookDelivery, WebhookReason},
    },
};

/// A webhook that is looked at.
#[derive(Debug)]
pub(super) struct WebhookDetail {
    webhook: WebhookDelivery,
    /// Whether it is for a bot that any event can be sent to.
    is_editable: bool,
    url: String,
    body: Vec<u8>,
    signature: String,
}

impl WebhookDetail {
    /// The webhook with this id, if it is still kept.
    pub(super) fn of(world: &World, id: u64) -> Option<Self> {
        let webhook = world.webhooks.get(id)?;
        let (receiver, holder) = (webhook.receiver(), webhook.receiver().holder());
        let url = world.webhook_settings(receiver).url.clone().unwrap_or_default();
        let bot = &world.channels[webhook.channel].bot;
        let events = std::slice::from_ref(&webhook.event);
        let post = Post::new(bot, world.secret_of(holder), &url, events);
        Some(Self {
            webhook: webhook.describe(id, world.id_of(holder)),
            is_editable: webhook.module.is_none(),
            url,
            body: post.body.to_vec(),
            signature: post.signature,
        })
    }

    pub(super) fn draw(&self, asked: &Asked, html: &mut Html) {
        let (lang, webhook) = (asked.lang, &self.webhook);
        let event = webhook.events.first();
        let name = event.map(outcome::event_name).unwrap_or_default();
        let last = webhook.attempts.last();
        let status = outcome::status(last.and_then(|last| last.status));
        let title = format!("{name} #{}", webhook.id);
        back(lang, &title, &status, outcome::of_webhook(webhook), html);
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
        if let Some(event) = event.filter(|_| self.is_editable).and_then(fresh) {
            block("edit", lang.edit_event(), html, |html| {
                html.element(Tag::P).class("fine").text(lang.edit_event_hint());
                let to = format!("/channels/{}/events", webhook.channel_id);
                edit_field(lang.edit_event(), lang.send_event(), "send-event", &to, &event, html);
            });
        }
    }
}

/// An event as a new one: what the simulator fills in is left out. Nothing where it is no JSON.
fn fresh(event: &Event) -> Option<String> {
    let mut json = serde_json::to_value(event).ok()?;
    let fields = json.as_object_mut()?;
    for made in ["webhookEventId", "replyToken", "timestamp", "deliveryContext"] {
        fields.remove(made);
    }
    serde_json::to_string_pretty(&json).ok()
}
