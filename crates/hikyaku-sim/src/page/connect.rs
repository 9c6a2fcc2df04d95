//! The panel about the bot: where its webhooks go, and what it needs to reach the simulator.

use hikyaku_page::{
    Lang,
    html::{Attribute, Html, Tag},
};

use super::snippets;
use crate::{
    shared::Shared,
    state::{
        World,
        webhook::{Receiver, WebhookAttempt, WebhookReason},
    },
};

/// A channel, as its bot has to know it.
#[derive(Debug)]
pub(super) struct Connection {
    account: String,
    channel_id: String,
    secret: String,
    token: String,
    api_url: String,
    data_url: String,
    webhook_url: Option<String>,
    last: Option<WebhookAttempt>,
    channels: Vec<(String, String)>,
}

/// How the bot does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Health {
    Unset,
    Untried,
    Good,
    Bad,
}

impl Connection {
    pub(super) fn of(shared: &Shared, world: &World, place: usize) -> Self {
        let channel = &world.channels[place];
        let mut webhooks =
            world.webhooks.iter().rev().filter(|(_, it)| it.receiver() == Receiver::bot(place));
        Self {
            account: channel.name.clone(),
            channel_id: channel.id.to_string(),
            secret: channel.secret.expose().to_owned(),
            token: channel.token.expose().to_owned(),
            api_url: shared.api_url.clone(),
            data_url: shared.data_url.clone(),
            webhook_url: channel.webhook.url.clone(),
            last: webhooks.find_map(|(_, webhook)| webhook.attempts.last().cloned()),
            channels: world
                .channels
                .iter()
                .map(|it| (it.id.to_string(), it.name.clone()))
                .collect(),
        }
    }

    fn health(&self) -> Health {
        match (&self.webhook_url, &self.last) {
            (None, _) => Health::Unset,
            (_, None) => Health::Untried,
            (_, Some(last)) if last.reason == WebhookReason::Ok => Health::Good,
            _ => Health::Bad,
        }
    }

    pub(super) fn draw(&self, lang: Lang, html: &mut Html) {
        self.draw_account(lang, html);
        self.draw_webhook(lang, html);
        self.draw_credentials(lang, html);
        self.draw_snippets(html);
    }

    /// The account, in the bar above all.
    fn draw_account(&self, lang: Lang, html: &mut Html) {
        html.div("bar-account").set(Attribute::DataPart, "account").body(|html| {
            if self.channels.len() > 1 {
                let select = html.element(Tag::Select).class("quiet");
                let select = select.set(Attribute::DataDo, "channel");
                select.set(Attribute::AriaLabel, lang.channel()).body(|html| {
                    for (id, name) in &self.channels {
                        let selected = (*id == self.channel_id).then_some("");
                        html.element(Tag::Option)
                            .set(Attribute::Value, id)
                            .set_some(Attribute::Selected, selected)
                            .text(name);
                    }
                });
            } else {
                html.span("bar-name").set(Attribute::DataId, "name").text(&self.account);
            }
        });
    }

    fn draw_webhook(&self, lang: Lang, html: &mut Html) {
        let (state, words) = match self.health() {
            Health::Unset => ("unset", lang.webhook_unset().to_owned()),
            Health::Untried => ("untried", lang.webhook_untried().to_owned()),
            Health::Good => ("good", format!("{}: {}", lang.webhook_good(), self.detail())),
            Health::Bad => ("bad", format!("{}: {}", lang.webhook_bad(), self.detail())),
        };
        let part = html.element(Tag::P).class("health").set(Attribute::DataPart, "health");
        part.set(Attribute::DataState, state).set(Attribute::Role, "status").body(|html| {
            html.span("health-words").set(Attribute::DataId, "words").text(&words);
        });
        let part = html.div("again").set(Attribute::Hidden, "").set(Attribute::DataPart, "webhook");
        part.body(|html| {
            html.span("webhook-url")
                .set(Attribute::DataId, &self.channel_id)
                .set(Attribute::DataTo, self.webhook_url.as_deref().unwrap_or_default())
                .empty();
        });
    }

    fn detail(&self) -> &str {
        self.last.as_ref().map_or("", |last| last.detail.as_str())
    }

    fn draw_credentials(&self, lang: Lang, html: &mut Html) {
        let rows = [
            (lang.channel_id(), &self.channel_id),
            (lang.channel_secret(), &self.secret),
            (lang.channel_token(), &self.token),
            (lang.api_url(), &self.api_url),
            (lang.data_url(), &self.data_url),
        ];
        let part = html.element(Tag::Ul).class("facts").set(Attribute::DataPart, "credentials");
        part.body(|html| {
            for (name, value) in rows {
                html.element(Tag::Li).class("fact").set(Attribute::DataId, name).body(|html| {
                    html.span("fact-name").text(name);
                    html.element(Tag::Code).class("fact-value").text(value);
                    copy_button(lang, value, html);
                });
            }
        });
    }

    /// What to put into one's program, in several languages.
    fn draw_snippets(&self, html: &mut Html) {
        html.div("snippets").set(Attribute::DataPart, "snippets").body(|html| {
            let target = snippets::Target {
                api_url: &self.api_url,
                data_url: &self.data_url,
                token: &self.token,
                secret: &self.secret,
            };
            let codes = snippets::LANGUAGES.into_iter().zip(snippets::of(target));
            for (index, (name, code)) in codes.enumerate() {
                let section = html.element(Tag::Section).class("snippet");
                let section = section.set(Attribute::DataId, name);
                section.set_some(Attribute::Hidden, (index > 0).then_some("")).body(|html| {
                    html.element(Tag::Pre).class("code").body(|html| {
                        html.element(Tag::Code).text(&code);
                    });
                });
            }
        });
    }
}

/// A button that copies a text.
pub(super) fn copy_button(lang: Lang, text: &str, html: &mut Html) {
    html.element(Tag::Button)
        .class("copy")
        .plain_button()
        .set(Attribute::DataDo, "copy")
        .set(Attribute::DataCopy, text)
        .text(lang.copy());
}
