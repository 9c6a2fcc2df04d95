//! The whole state, in JSON and back.

use serde_json::Value;

use super::{World, channel::Channel, holder::Holder, login::LoginChannel, module::ModuleChannel};
use crate::settings::Settings;

/// The highest count that is gone on from: it takes longer than anybody waits to count on from it to the end.
const MOST_COUNTED: u64 = u64::MAX / 4;

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
        world.contents.bound();
        world.outbox.bound(settings.keep_deliveries);
        world.talk.bound(settings.keep_deliveries);
        world.log.bound(settings.keep_requests);
        for channel in &mut world.channels {
            channel.bind(settings);
        }
        world.logins.iter_mut().for_each(LoginChannel::bound);
        world.webhooks.resume();
        Ok(world)
    }

    /// Takes the place of another one, in which something may be on its way.
    pub(crate) fn replace(mut self, other: &mut Self) {
        self.epoch = other.epoch.wrapping_add(1);
        *other = self;
    }

    /// Makes sure that what names another part by its place names one that is there, and that numbers can be counted on.
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
            ("contents", self.contents.last_channel()),
            ("webhooks", self.webhooks.last_channel()),
            ("chats", self.chats.last_channel()),
            ("logins", self.logins.iter().map(|login| login.linked).max().unwrap_or(0)),
            ("talk", self.talk.iter().map(|act| act.channel).max().unwrap_or(0)),
            ("modules", self.modules.iter().map(ModuleChannel::last_channel).max().unwrap_or(0)),
        ];
        let speakers = self.channels.iter().flat_map(|channel| channel.control.modules());
        let answering = self.channels.iter().flat_map(Channel::answering_modules);
        let mut named_modules = speakers.chain(answering).chain(self.webhooks.modules());
        let mut of_logins = self.logins.iter().map(|login| login.tokens.channel());
        let lacks = [
            ("providers", last_provider >= self.providers.len()),
            ("tokens", !self.tokens.holders().all(is_there)),
            ("keys", !self.keys.holders().all(is_there)),
            ("channels", named_modules.any(|module| module >= modules)),
            ("logins", of_logins.any(|login| login >= logins)),
        ];
        let lacks = lacks.into_iter().filter(|(_, lacks)| *lacks).map(|(name, _)| name);
        let named = named.into_iter().filter(|(_, place)| *place >= channels);
        if let Some(name) = named.map(|(name, _)| name).chain(lacks).next() {
            return Err(format!("`{name}` names a channel or provider that it does not have"));
        }
        match self.counters().find(|(_, count)| *count > MOST_COUNTED) {
            Some((name, count)) => {
                Err(format!("`{name}` is {count}, which is too large to go on from"))
            }
            None if self.webhooks.has_unmade() => {
                Err("`webhooks.kept` has one that `webhooks.made` does not count".to_owned())
            }
            None => Ok(()),
        }
    }

    /// What is counted on from, by its name.
    fn counters(&self) -> impl Iterator<Item = (String, u64)> {
        let one = [
            ("last_message_id", self.last_message_id()),
            ("webhooks.made", self.webhooks.made()),
            ("webhooks.attempts", self.webhooks.attempts()),
            ("outbox.delivered", self.outbox.delivered()),
            ("talk.done", self.talk.done()),
            ("log.seq", self.log.requests()),
            ("tokens.made", self.tokens.made()),
            ("faults.made", self.faults.made()),
            ("people.made", self.people.made()),
            ("chats.made", self.chats.made()),
        ];
        let of_channels = self.channels.iter().enumerate().flat_map(|(place, channel)| {
            let of = |name| format!("channels[{place}].{name}");
            [
                (of("memberships"), channel.memberships.largest_number()),
                (of("audiences"), channel.audiences.largest_number()),
            ]
        });
        let of_logins = self.logins.iter().enumerate();
        let of_logins = of_logins.flat_map(|(place, login)| {
            [
                (format!("logins[{place}].tokens.made"), login.tokens.made()),
                (format!("logins[{place}].shop.reserved"), login.shop.reserved()),
            ]
        });
        let one = one.into_iter().map(|(name, count)| (name.to_owned(), count));
        one.chain(of_channels).chain(of_logins)
    }
}
