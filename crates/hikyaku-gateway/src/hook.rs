//! What LINE tells the accounts: who is there, who left, and codes that people type.

use std::sync::Arc;

use bytes::Bytes;
use hikyaku_model::event::{Event, EventKind, Source, Str};
use hikyaku_webhook::Webhook;
use http::{Method, StatusCode, request::Parts};

use crate::{
    Error, State,
    account::Accounts,
    alert::Alerts,
    answer::{self, Answer, told},
    state::{Heard, What},
    token::typed_code,
};

/// The endpoint that a channel's webhook URL leads to.
#[derive(Clone, Debug)]
pub(crate) struct Hook {
    pub(crate) state: State,
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) alerts: Alerts,
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
            Ok(webhook) => webhook.events.iter().filter_map(heard).collect::<Vec<_>>(),
            Err(why) => return told(why.status(), &why.to_string()),
        };
        if heard.is_empty() {
            return answer::ok();
        }
        match self.state.hear(&channel, heard, &self.alerts).await {
            Ok(nameless) => {
                if !nameless.is_empty() {
                    // LINE is not kept waiting for its own answers.
                    tokio::spawn(self.clone().learn(channel, nameless));
                }
                answer::ok()
            }
            Err(error) => {
                tracing::error!(%error, "a webhook could not be kept");
                let why = "the gateway's store failed; send it again later";
                told(StatusCode::SERVICE_UNAVAILABLE, why)
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
fn heard(event: &Event<Str<'_>>) -> Option<Heard> {
    let chat = event.chat_id()?.as_str().to_owned();
    if event.is_dummy() || !matches!(chat.get(..1), Some("U" | "C" | "R")) {
        return None;
    }
    let what = match &event.kind {
        EventKind::Follow(_) | EventKind::Join => What::Here,
        EventKind::Unfollow | EventKind::Leave => What::Gone,
        EventKind::MemberLeft(members) => {
            let id = |it: &Source| it.user_id.as_ref().map(|id| id.as_str().to_owned());
            What::Left(members.members.iter().filter_map(id).collect())
        }
        EventKind::Message(_) => match event.text().and_then(typed_code) {
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
