//! What LINE tells the accounts: who is there, who left, and codes that people type.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use hikyaku_model::event::{Event, EventKind, Source, Str};
use hikyaku_page::Lang;
use hikyaku_webhook::Webhook;
use http::{Method, StatusCode, request::Parts};

use crate::{
    Error, State,
    account::Accounts,
    alert::Alerts,
    answer::{self, Answer, told},
    forward::Bot,
    state::{Heard, What},
    token::typed_code,
};

/// The endpoint that a channel's webhook URL leads to.
#[derive(Clone, Debug)]
pub(crate) struct Hook {
    pub(crate) state: State,
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) alerts: Alerts,
    /// What a person sends to get a link to the page of tokens, where that is answered.
    pub(crate) sign_in: Option<SignInCommand>,
    /// Whether notifications go as replies where they can.
    pub(crate) free_replies: bool,
    /// The bots that have webhooks, too, by their channels.
    pub(crate) bots: Arc<BTreeMap<String, Bot>>,
}

/// A text that is answered with a link.
#[derive(Clone, Debug)]
pub(crate) struct SignInCommand {
    pub(crate) text: String,
    /// What the link's secret stands behind.
    pub(crate) url: String,
    pub(crate) lang: Lang,
}

impl SignInCommand {
    /// Whether a person asks for a link, in a chat that nobody else reads.
    fn is_asked(&self, event: &Event<Str<'_>>) -> bool {
        let is_alone = event.chat_id().is_some_and(|chat| chat.as_str().starts_with('U'));
        let asks = |text: &str| text.trim().eq_ignore_ascii_case(&self.text);
        is_alone && !event.is_standby() && event.text().is_some_and(asks)
    }
}

impl Hook {
    /// Answers a webhook, once what it tells is on disk.
    pub(crate) async fn answer(&self, parts: &Parts, body: &Bytes) -> Answer {
        if parts.method != Method::POST {
            return told(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed");
        }
        let channel = match self.accounts.of_webhook(&parts.headers, body) {
            Ok(channel) => channel.to_owned(),
            Err(why) => {
                tracing::warn!(%why, "a webhook was refused");
                return told(why.status(), &why.to_string());
            }
        };
        let heard = match Webhook::borrow(body) {
            Ok(webhook) => {
                let sign_in = self.sign_in.as_ref();
                webhook.events.iter().filter_map(|it| heard(it, sign_in)).collect::<Vec<_>>()
            }
            Err(why) => return told(why.status(), &why.to_string()),
        };
        let bot = self.bots.get(&channel);
        if !heard.is_empty()
            && let Err(error) = self.hear(channel, heard, bot.is_some()).await
        {
            tracing::error!(%error, "a webhook could not be kept");
            let why = "the gateway's store failed; send it again later";
            return told(StatusCode::SERVICE_UNAVAILABLE, why);
        }
        match bot {
            Some(bot) => told(bot.forward(&parts.headers, body).await, "told to the bot"),
            None => answer::ok(),
        }
    }

    /// Keeps what a webhook tells. The reply tokens of a channel with a bot are the bot's.
    async fn hear(
        &self,
        channel: String,
        mut heard: Vec<Heard>,
        has_bot: bool,
    ) -> Result<(), Error> {
        for it in heard.iter_mut().filter(|_| has_bot) {
            it.reply_token = None;
        }
        let answerable = heard.iter().filter(|it| self.free_replies && it.reply_token.is_some());
        let answerable: Vec<String> = answerable.map(|it| it.chat.clone()).collect();
        let nameless = self.state.hear(&channel, heard, &self.alerts).await?;
        if !answerable.is_empty() {
            tokio::spawn(self.clone().send_parked(channel.clone(), answerable));
        }
        if !nameless.is_empty() {
            // LINE is not kept waiting for its own answers.
            tokio::spawn(self.clone().learn(channel, nameless));
        }
        Ok(())
    }

    /// Sends what waits for room in the month where somebody has just said something.
    async fn send_parked(self, channel: String, chats: Vec<String>) {
        for chat in chats {
            if let Err(error) = self.state.send_parked(&channel, &chat).await {
                tracing::warn!(%error, "what waits for room in the month could not be sent as a reply");
            }
        }
    }

    /// Asks LINE for the names of chats, and remembers them.
    pub(crate) async fn learn(self, channel: String, chats: Vec<String>) {
        let Some(account) = self.accounts.get(&channel) else { return };
        for chat in chats {
            let Some(name) = account.name_of(&chat).await else { continue };
            let kept: Result<(), Error> = self.state.name_chat(&channel, &chat, &name).await;
            if let Err(error) = kept {
                tracing::warn!(%error, "the name of a chat could not be kept");
            }
        }
    }
}

/// What there is to act on.
fn heard(event: &Event<Str<'_>>, sign_in: Option<&SignInCommand>) -> Option<Heard> {
    let chat = event.chat_id()?.as_str().to_owned();
    if event.is_dummy() || !matches!(chat.get(..1), Some("U" | "C" | "R")) {
        return None;
    }
    let asked = sign_in.filter(|it| it.is_asked(event));
    let what = match &event.kind {
        EventKind::Follow(_) | EventKind::Join => What::Here,
        EventKind::Unfollow | EventKind::Leave => What::Gone,
        EventKind::MemberLeft(members) => {
            let id = |it: &Source| it.user_id.as_ref().map(|id| id.as_str().to_owned());
            What::Left(members.members.iter().filter_map(id).collect())
        }
        EventKind::Message(_) => match event.text().and_then(typed_code) {
            None if asked.is_some() => {
                let SignInCommand { url, lang, .. } = asked?;
                What::SignIn { url: url.clone(), lang: *lang }
            }
            // While another module speaks for the account, it answers nothing.
            Some(code) if !event.is_standby() => {
                What::Code { person: event.user_id().map(|id| id.as_str().to_owned()), code }
            }
            _ => What::Here,
        },
        _ => return None,
    };
    let event_id = event.webhook_event_id.as_ref().map(|id| id.as_str().to_owned());
    // While another module speaks for the account, it answers nothing.
    let reply_token = event.reply_token().filter(|it| !it.is_empty() && !event.is_standby());
    let reply_token = reply_token.map(str::to_owned);
    Some(Heard {
        event: event_id,
        reply_token,
        at: event.timestamp.unwrap_or_default(),
        chat,
        what,
    })
}
