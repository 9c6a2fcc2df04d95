//! The whole state, in JSON and back.

use serde_json::Value;

use super::{World, channel::Channel, holder::Holder, module::ModuleChannel};
use crate::settings::Settings;

impl World {
    /// All that it remembers but for what the simulator was started with, and how full its rate buckets are.
    pub(crate) fn to_json(&self) -> Value {
        serde_json::to_value(self).expect("all keys are texts, and no part fails")
    }

    /// The state that a JSON document describes, in a simulator of these settings. What was on its way goes on.
    ///
    /// # Errors
    /// The document is not a state, or its parts do not fit together.
    pub(crate) fn from_json(json: &str, settings: Settings) -> Result<Self, String> {
        let mut world: Self = serde_json::from_str(json).map_err(|error| error.to_string())?;
        world.check()?;
        world.settings = settings;
        let settings = &world.settings;
        world.outbox.bound(settings.keep_deliveries);
        world.talk.bound(settings.keep_deliveries);
        world.log.bound(settings.keep_requests);
        for channel in &mut world.channels {
            channel.bind(settings);
        }
        world.webhooks.resume();
        Ok(world)
    }

    /// Makes sure that what names another part by its place names one that is there.
    fn check(&self) -> Result<(), String> {
        let (channels, logins, modules) =
            (self.channels.len(), self.logins.len(), self.modules.len());
        if channels == 0 || logins == 0 {
            return Err("it has no channel of one kind".to_owned());
        }
        let is_there = |holder| match holder {
            Holder::Messaging(place) => place < channels,
            Holder::Login(place) => place < logins,
            Holder::Module(place) => place < modules,
        };
        let providers = self.channels.iter().map(|channel| channel.provider);
        let last_provider = providers.max().unwrap_or(0).max(self.people.last_provider());
        let named = [
            self.contents.last_channel(),
            self.webhooks.last_channel(),
            self.chats.iter().flat_map(|(_, chat)| &chat.channels).copied().max().unwrap_or(0),
            self.logins.iter().map(|login| login.linked).max().unwrap_or(0),
            self.talk.iter().map(|act| act.channel).max().unwrap_or(0),
            self.modules.iter().map(ModuleChannel::last_channel).max().unwrap_or(0),
        ];
        let speakers = self.channels.iter().flat_map(|channel| channel.control.modules());
        let answering = self.channels.iter().flat_map(Channel::answering_modules);
        let mut named_modules = speakers.chain(answering).chain(self.webhooks.modules());
        if named.into_iter().any(|place| place >= channels)
            || last_provider >= self.providers.len()
            || !self.tokens.holders().chain(self.keys.holders()).all(is_there)
            || named_modules.any(|module| module >= modules)
        {
            return Err("it names a channel or provider that it does not have".to_owned());
        }
        if self.last_message_id() > u64::MAX / 2 || self.webhooks.made() > u64::MAX / 2 {
            return Err("its ids are too large to go on from".to_owned());
        }
        Ok(())
    }
}
