//! Module channels: channels that take part in the accounts of others.
//!
//! Source: <https://developers.line.biz/en/docs/partner-docs/module/>

use serde::{Deserialize, Serialize};

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use hikyaku_model::{ChannelSecret, ChannelToken};
use jiff::{SignedDuration, Timestamp};

use super::{aging::Aging, chat::Target, id::random_token, json, webhook::WebhookSettings};

/// How long the code of an attachment is good. Our choice is that of a login's.
const CODE_LIFE: SignedDuration = SignedDuration::from_mins(10);

/// How many codes a channel remembers. Our choice, to bound memory.
const MOST_CODES: usize = 10_000;

/// How long after one channel has taken a chat no other can. LINE says a few seconds; our choice is three.
const HELD: SignedDuration = SignedDuration::from_secs(3);

/// One module channel.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ModuleChannel {
    pub(crate) id: Arc<str>,
    #[serde(with = "json::secret")]
    pub(crate) token: ChannelToken,
    #[serde(with = "json::secret")]
    pub(crate) secret: ChannelSecret,
    /// Where its webhooks go.
    #[serde(default)]
    pub(crate) webhook: WebhookSettings,
    /// Whether it speaks in every chat of the accounts that it is attached to, unless another module does.
    ///
    /// Source: <https://developers.line.biz/en/docs/partner-docs/module-technical-chat-control/#default-active>
    #[serde(default)]
    pub(crate) is_default_active: bool,
    /// The places of the channels whose accounts it is attached to, and what it may do there.
    pub(crate) attached: BTreeMap<usize, Vec<String>>,
    codes: Aging<String, Attachment>,
}

/// What the administrator of an account has agreed to.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Attachment {
    channel: usize,
    redirect_uri: String,
    scopes: Vec<String>,
    is_used: bool,
}

impl ModuleChannel {
    pub(crate) fn new(place: usize, token: ChannelToken) -> Self {
        let secret = ChannelSecret::new(format!("sim-module-secret-{}", place + 1))
            .expect("made of letters, digits and hyphens");
        Self {
            id: format!("sim-module-{}", place + 1).into(),
            token,
            secret,
            webhook: WebhookSettings::default(),
            is_default_active: false,
            attached: BTreeMap::new(),
            codes: Aging::new(CODE_LIFE, MOST_CODES),
        }
    }

    /// The highest place of a channel that it has to do with.
    pub(super) fn last_channel(&self) -> usize {
        let agreed = self.codes.values().map(|attachment| attachment.channel);
        self.attached.keys().copied().chain(agreed).max().unwrap_or(0)
    }

    /// Lets the administrator of an account agree; gives the code that the module is attached with.
    pub(crate) fn agree(
        &mut self,
        channel: usize,
        redirect_uri: String,
        scopes: Vec<String>,
        now: Timestamp,
    ) -> String {
        let code = random_token();
        let attachment = Attachment { channel, redirect_uri, scopes, is_used: false };
        self.codes.insert(code.clone(), attachment, now);
        code
    }

    /// Whether it is told of what happens in the chats of a channel's account.
    pub(super) fn listens_to(&self, channel: usize) -> bool {
        let scopes = self.attached.get(&channel);
        scopes.is_some_and(|scopes| scopes.iter().any(|scope| scope == "message:receive"))
            && self.webhook.active_url().is_some()
    }

    /// The place of the channel whose administrator gave a code.
    pub(super) fn asked(&mut self, code: &str, now: Timestamp) -> Option<usize> {
        self.codes.get_mut(code, now).map(|attachment| attachment.channel)
    }

    /// Attaches the module by a code; gives the place of the channel and what may be done there. Nothing where the code
    /// is unknown, used, too old or for another redirect URI.
    pub(super) fn attach(
        &mut self,
        code: &str,
        redirect_uri: &str,
        now: Timestamp,
    ) -> Option<(usize, &[String])> {
        let attachment = self.codes.get_mut(code, now)?;
        if std::mem::replace(&mut attachment.is_used, true)
            || attachment.redirect_uri != redirect_uri
        {
            return None;
        }
        let channel = attachment.channel;
        let scopes = self.attached.entry(channel).or_default();
        scopes.clone_from(&attachment.scopes);
        Some((channel, scopes))
    }
}

/// Which module speaks in a chat, and until when.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Control {
    module: usize,
    since: Timestamp,
    until: Option<Timestamp>,
}

/// Which modules speak for an account, in which of its chats.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct ChatControl(HashMap<Target, Control>);

/// Another channel has taken the chat just now.
#[derive(Debug)]
pub(crate) struct Held;

impl ChatControl {
    /// The module that speaks in a chat; nothing where it is the account's own channel.
    pub(crate) fn speaker(&self, chat: &Target, now: Timestamp) -> Option<usize> {
        self.live(chat, now).map(|control| control.module)
    }

    /// The places of the modules that speak anywhere.
    pub(super) fn modules(&self) -> impl Iterator<Item = usize> {
        self.0.values().map(|control| control.module)
    }

    /// Lets a module speak in a chat.
    pub(super) fn acquire(
        &mut self,
        chat: Target,
        module: usize,
        until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), Held> {
        let held = self.live(&chat, now).is_some_and(|control| {
            control.module != module && now.duration_since(control.since) < HELD
        });
        if held {
            return Err(Held);
        }
        self.0.insert(chat, Control { module, since: now, until });
        Ok(())
    }

    /// Gives a chat back, if it is the module's.
    pub(super) fn release(&mut self, chat: &Target, module: usize) {
        if self.0.get(chat).is_some_and(|control| control.module == module) {
            self.0.remove(chat);
        }
    }

    /// Gives a chat back, from any module.
    pub(super) fn reset(&mut self, chat: &Target) {
        self.0.remove(chat);
    }

    /// Gives all chats of a module back.
    pub(super) fn release_all(&mut self, module: usize) {
        self.0.retain(|_, control| control.module != module);
    }

    fn live(&self, chat: &Target, now: Timestamp) -> Option<&Control> {
        self.0.get(chat).filter(|control| control.until.is_none_or(|until| until > now))
    }
}
