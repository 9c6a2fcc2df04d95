//! Who is told of an event, and how it looks to them: the bot of the channel, and the modules attached to its account.
//!
//! Source: <https://developers.line.biz/en/docs/partner-docs/module-technical-using-messaging-api/>

use hikyaku_model::{
    Event, EventKind,
    event::{ContentKind, DeliveryContext, MessageContent, Mode, Source},
};
use jiff::Timestamp;

use super::{
    World,
    chat::Target,
    holder::Holder,
    id::{random_token, ulid},
    module_user,
    person::UserKey,
    said::quote_token,
    webhook::{Receiver, WebhookDelivery, WebhookSettings},
};

impl World {
    /// Tells of an event; gives its id. What it lacks is filled in. Nothing where nobody has an active webhook URL.
    ///
    /// In each chat one channel is active, and the others only listen: they get no reply token. An event that says
    /// itself how the bot stands with the chat is for the channel's own bot alone.
    pub(crate) fn announce(&mut self, channel: usize, mut event: Event) -> Option<String> {
        let (now, own) = (self.clock.now(), Receiver::bot(channel));
        let chat = event.chat_id().and_then(|id| Target::parse(id.as_str()));
        let is_for_all = event.mode.is_none() && chat.is_some() && concerns_modules(&event.kind);
        let mut receivers = if is_for_all { self.listeners(channel) } else { Vec::new() };
        // The bot comes last: what a page shows of an act is the newest webhook.
        receivers.extend(self.tells_bot(channel).then_some(own));
        if receivers.is_empty() {
            return None;
        }
        let speaker = chat.as_ref().and_then(|chat| self.speaking_module(channel, chat));
        let active = Receiver { channel, module: speaker.filter(|_| event.mode.is_none()) };
        let id = stamp(&mut event, now);
        if let EventKind::Message(message) = &mut event.kind
            && message.id.is_empty()
        {
            self.identify(channel, message, chat.clone());
        }
        let is_answered = event.mode.as_ref().is_none_or(|mode| *mode == Mode::Active);
        if let Some(chat) = chat.filter(|_| is_answered) {
            let given = event.reply_token.take();
            event.reply_token =
                given.or_else(|| can_be_answered(&event.kind).then(|| random_token().into()));
            if let Some(token) = &event.reply_token {
                let token = token.to_string();
                self.channels[channel].add_reply_token(token, chat, active.module, now);
            }
        }
        for receiver in receivers {
            let mut told = event.clone();
            if told.mode.is_none() {
                let is_active = receiver == active;
                told.mode = Some(if is_active { Mode::Active } else { Mode::Standby });
                told.reply_token.take_if(|_| !is_active);
            }
            self.tell_receiver(receiver, told);
        }
        Some(id)
    }

    /// The module that speaks in a chat; nothing where it is the account's own channel.
    pub(super) fn speaking_module(&self, channel: usize, chat: &Target) -> Option<usize> {
        let control = &self.channels[channel].control;
        control.speaker(chat, self.clock.now()).or_else(|| self.default_module(channel))
    }

    /// Makes a token good for an answer by who speaks in a chat, although nobody is told of it.
    pub(super) fn add_reply_token(&mut self, channel: usize, token: &str, chat: &Target) {
        let (module, now) = (self.speaking_module(channel, chat), self.clock.now());
        self.channels[channel].add_reply_token(token.to_owned(), chat.clone(), module, now);
    }

    /// Tells a module of what concerns it alone.
    pub(super) fn tell_module(
        &mut self,
        (channel, module): (usize, usize),
        chat: Option<&Target>,
        kind: EventKind,
    ) {
        let receiver = Receiver::module(channel, module);
        if self.webhook_settings(receiver).active_url().is_some() {
            let mut event = Event::new(kind);
            event.source = chat.map(|chat| source(chat, None));
            event.mode = Some(Mode::Active);
            stamp(&mut event, self.clock.now());
            self.tell_receiver(receiver, event);
        }
    }

    fn tell_receiver(&mut self, receiver: Receiver, mut event: Event) {
        if receiver.module.is_some() {
            module_user::disguise(&mut event, &self.channels[receiver.channel].bot);
        }
        self.webhooks.add(receiver, event);
    }

    /// Gives a message that has no id one, and the tokens that go with it.
    fn identify(&mut self, channel: usize, message: &mut MessageContent, chat: Option<Target>) {
        let (id, now) = (self.message_id(), self.clock.now());
        message.id = id.to_string().into();
        let quote = || Some(quote_token(id).into());
        match &mut message.kind {
            ContentKind::Text(text) if text.quote_token.is_none() => text.quote_token = quote(),
            ContentKind::Sticker(sticker) if sticker.quote_token.is_none() => {
                sticker.quote_token = quote();
            }
            ContentKind::Image(image) if image.quote_token.is_none() => image.quote_token = quote(),
            ContentKind::Video(video) if video.quote_token.is_none() => video.quote_token = quote(),
            _ => {}
        }
        if let Some(chat) = chat {
            let token = message.mark_as_read_token.get_or_insert_with(|| random_token().into());
            let token = token.to_string();
            self.channels[channel].read_tokens.insert(token, (chat, id), now);
        }
    }

    /// Whether anybody is told of what happens in the chats of a channel's account.
    pub(crate) fn tells(&self, channel: usize) -> bool {
        self.tells_bot(channel) || self.modules.iter().any(|module| module.listens_to(channel))
    }

    fn tells_bot(&self, channel: usize) -> bool {
        self.channels[channel].webhook.active_url().is_some()
    }

    fn listeners(&self, channel: usize) -> Vec<Receiver> {
        let modules = self.modules.iter().enumerate();
        let listening = modules.filter(|(_, module)| module.listens_to(channel));
        listening.map(|(place, _)| Receiver::module(channel, place)).collect()
    }

    /// Where somebody's webhooks go.
    pub(crate) fn webhook_settings(&self, receiver: Receiver) -> &WebhookSettings {
        match receiver.module {
            None => &self.channels[receiver.channel].webhook,
            Some(module) => &self.modules[module].webhook,
        }
    }

    /// The webhooks of a channel's own bot, or of a module channel, that are still kept, oldest first.
    pub(crate) fn webhooks_of(&self, holder: Holder) -> Vec<WebhookDelivery> {
        let id = self.id_of(holder);
        let webhooks = self.webhooks.iter().filter(|(_, it)| it.receiver().holder() == holder);
        webhooks.map(|(number, webhook)| webhook.describe(number, id)).collect()
    }
}

/// Gives an event a time and an id, if it has none; returns the id.
fn stamp(event: &mut Event, now: Timestamp) -> String {
    event.timestamp.get_or_insert(now.as_millisecond());
    event.delivery_context.get_or_insert_with(DeliveryContext::default);
    event.webhook_event_id.get_or_insert_with(|| ulid(now).into()).to_string()
}

/// Where something happens, as an event says it.
pub(super) fn source(target: &Target, user: Option<UserKey>) -> Source {
    match target {
        Target::User(user) => Source::user(user.id()),
        Target::Chat(id) if id.starts_with('C') => Source::group(&**id, user.map(UserKey::id)),
        Target::Chat(id) => Source::room(&**id, user.map(UserKey::id)),
    }
}

/// Whether events of this kind have a reply token.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects>
fn can_be_answered(kind: &EventKind) -> bool {
    matches!(
        kind,
        EventKind::Message(_)
            | EventKind::MessageEdited(_)
            | EventKind::Follow(_)
            | EventKind::Join
            | EventKind::MemberJoined(_)
            | EventKind::Postback(_)
            | EventKind::VideoPlayComplete(_)
            | EventKind::Beacon(_)
            | EventKind::AccountLink(_)
            | EventKind::Membership(_)
    )
}

/// Whether modules are told of events of this kind. What a program began, it alone hears the end of.
fn concerns_modules(kind: &EventKind) -> bool {
    !matches!(
        kind,
        EventKind::AccountLink(_)
            | EventKind::Delivery(_)
            | EventKind::Module(_)
            | EventKind::Activated(_)
            | EventKind::Deactivated
            | EventKind::BotSuspended
            | EventKind::BotResumed
    )
}
