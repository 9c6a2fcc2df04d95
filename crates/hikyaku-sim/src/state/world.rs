use serde::{Deserialize, Serialize};

use std::{collections::HashMap, sync::Arc, time::Duration};

use hikyaku_model::limits::Rate;
use hikyaku_model::{ChannelSecret, ChannelToken, UserId};
use jiff::{SignedDuration, Timestamp};

use super::{
    assertion::AssertionKeys,
    bucket::Bucket,
    channel::{Channel, Identity},
    chat::{Chats, Target},
    content::Contents,
    friendship::Friendship,
    holder::Holder,
    log::Log,
    login::{IdTokenKey, InvalidUserToken, LoginChannel, UserToken},
    module::ModuleChannel,
    narrowcast::Runner,
    outbox::Outbox,
    person::{People, Person, UserKey},
    talk::{Act, Deed, Talk},
    token::Tokens,
    webhook::Webhooks,
};
use crate::{
    clock::{Clock, ClockMode},
    fault::Faults,
    random::Random,
    seed::{InvalidSeed, SeedClock},
    settings::{Settings, WebhookDefaults},
};

/// Where a message to a target arrives.
#[derive(Debug)]
pub(crate) enum Reach {
    /// With these people, maybe none of them.
    People(Vec<UserKey>),
    /// There is no such target for the channel.
    Unknown,
}

/// The state of a simulator.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct World {
    #[serde(skip)]
    pub(crate) settings: Settings,
    /// How many others it has replaced, so that what was begun in one of them is told apart.
    #[serde(skip)]
    pub(crate) epoch: u64,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    /// The names of the providers of the channels.
    pub(crate) providers: Vec<String>,
    pub(crate) people: People,
    pub(crate) chats: Chats,
    pub(crate) channels: Vec<Channel>,
    pub(crate) logins: Vec<LoginChannel>,
    pub(crate) id_token_key: IdTokenKey,
    pub(crate) modules: Vec<ModuleChannel>,
    pub(crate) tokens: Tokens,
    pub(crate) keys: AssertionKeys,
    pub(crate) contents: Contents,
    pub(crate) outbox: Outbox,
    pub(crate) talk: Talk,
    pub(crate) log: Log,
    pub(crate) webhooks: Webhooks,
    pub(crate) faults: Faults,
    pub(crate) rate_limits: bool,
    /// Rates of endpoints that differ from LINE's; nothing if there is none.
    #[serde(skip)]
    rates: HashMap<usize, Option<Rate>>,
    /// A bucket for each endpoint that a caller has called.
    #[serde(skip)]
    buckets: HashMap<(Caller, usize), Bucket>,
    first_message_id: u64,
    last_message_id: u64,
}

/// Whom a request counts towards: a channel, and the place of the one whose account it acts for, where it is a module. Those
/// whose channel is not known count together.
type Caller = (Option<Holder>, Option<usize>);

impl World {
    /// The world of the seed; without one, a world with one channel of each kind and nobody in it.
    ///
    /// # Errors
    /// The seed contradicts itself.
    pub(crate) fn new(settings: Settings) -> Result<Self, InvalidSeed> {
        let clock = settings.seed_file.as_ref().and_then(|seed| seed.clock);
        let clock = Clock::new(clock.map_or(Ok(settings.clock), SeedClock::mode)?);
        let first_message_id = first_message_id();
        let mut world = Self {
            epoch: 0,
            clock,
            random: Random::new(settings.seed),
            providers: Vec::new(),
            people: People::default(),
            chats: Chats::default(),
            channels: Vec::new(),
            logins: Vec::new(),
            id_token_key: IdTokenKey::new(),
            modules: Vec::new(),
            tokens: Tokens::default(),
            keys: AssertionKeys::default(),
            contents: Contents::default(),
            outbox: Outbox::new(settings.keep_deliveries),
            talk: Talk::new(settings.keep_deliveries),
            log: Log::new(settings.keep_requests),
            webhooks: Webhooks::after(0),
            faults: Faults::default(),
            rate_limits: settings.rate_limits,
            rates: HashMap::new(),
            buckets: HashMap::new(),
            first_message_id,
            last_message_id: first_message_id,
            settings,
        };
        if let Some(seed) = world.settings.seed_file.clone() {
            world.plant(&seed)?;
        }
        if world.channels.is_empty() {
            world.add_channel();
        }
        if world.logins.is_empty() {
            world.add_login(0);
        }
        for _ in 0..world.settings.friends {
            let added = world.add_friend(0, Person::default());
            added.unwrap_or_else(|id| unreachable!("made here: {id}"));
        }
        world.set_first_webhook();
        Ok(world)
    }

    /// Lets the first channel's webhooks go where the settings say.
    pub(crate) fn set_first_webhook(&mut self) {
        let WebhookDefaults { url, redelivery, .. } = self.settings.webhook.clone();
        if let Some(channel) = self.channels.first_mut() {
            channel.webhook.url = url.or(channel.webhook.url.take());
            channel.webhook.redelivery |= redelivery;
        }
    }

    /// The world as it was at the start, with the channels that were added since. The ids of messages and webhooks go
    /// on, so that none is given twice.
    pub(crate) fn reset(&mut self) {
        let (channels, last_message_id) = (self.channels.len(), self.last_message_id);
        let modules: Vec<_> = self.modules.iter().map(|module| module.is_default_active).collect();
        let linked: Vec<_> = self.logins.iter().map(|login| login.linked).collect();
        let (webhooks, epoch) = (self.webhooks.made(), self.epoch);
        *self = Self::new(self.settings.clone()).expect("the same seed was planted before");
        while self.channels.len() < channels {
            self.add_channel();
        }
        for linked in linked.into_iter().skip(self.logins.len()) {
            self.add_login(linked);
        }
        for is_default_active in modules.into_iter().skip(self.modules.len()) {
            self.add_module(is_default_active);
        }
        (self.first_message_id, self.last_message_id) = (last_message_id, last_message_id);
        self.webhooks = Webhooks::after(webhooks);
        self.epoch = epoch;
    }

    /// Lets happen what falls due by now.
    pub(crate) fn settle(&mut self) {
        if !self.is_running() {
            return;
        }
        let now = self.clock.now();
        self.webhooks.settle(now);
        for channel in &mut self.channels {
            let Channel {
                friends, audiences, quota, narrowcasts, counts, reactions, loading, ..
            } = channel;
            let mut runner = Runner {
                friends,
                audiences,
                quota,
                counts,
                reactions,
                loading,
                people: &self.people,
                outbox: &mut self.outbox,
                random: &mut self.random,
                settings: self.settings.narrowcast,
            };
            runner.run(narrowcasts, now);
        }
    }

    /// Whether something happens without being asked for.
    pub(crate) fn is_running(&self) -> bool {
        self.webhooks.next_due().is_some()
            || self.channels.iter().any(|channel| channel.narrowcasts.is_running())
    }

    /// How long it takes until something falls due; nothing where no passing of time brings it about.
    pub(crate) fn until_due(&self) -> Option<Duration> {
        if !self.is_running() || matches!(self.clock.mode(), ClockMode::Fixed(_)) {
            return None;
        }
        let now = self.clock.now();
        let narrowcasts = self.channels.iter();
        let due = narrowcasts.filter_map(|channel| channel.narrowcasts.next_due(now));
        due.chain(self.webhooks.next_due())
            .min()
            .map(|due| due.duration_since(now).try_into().unwrap_or_default())
    }

    /// Adds a channel of the first provider; gives its place.
    pub(crate) fn add_channel(&mut self) -> usize {
        self.add_channel_as(Identity::of_place(self.channels.len(), &self.settings))
    }

    pub(super) fn add_channel_as(&mut self, identity: Identity) -> usize {
        let place = self.channels.len();
        if self.providers.is_empty() {
            self.providers.push("provider 1".to_owned());
        }
        let token = identity.token.expose().to_owned();
        self.tokens.add_long_lived(token, Holder::Messaging(place));
        self.channels.push(Channel::new(place, identity, &self.settings));
        place
    }

    /// Adds a LINE Login channel that is linked to a channel's account; gives its place.
    pub(crate) fn add_login(&mut self, linked: usize) -> usize {
        let place = self.logins.len();
        self.logins.push(LoginChannel::new(place, linked));
        place
    }

    /// Lets a person open a LIFF app of a LINE Login channel; gives its access token, and an ID token if it asks for one.
    pub(crate) fn open_liff(
        &mut self,
        login: usize,
        liff_id: &str,
        user: UserKey,
    ) -> Option<(String, Option<String>)> {
        let now = self.clock.now();
        let person = self.people.get(user);
        self.logins.get_mut(login)?.open_liff(liff_id, user, person, &self.id_token_key, now)
    }

    /// Adds a module channel, with LINE's "Default Active" or without; gives its place.
    pub(crate) fn add_module(&mut self, is_default_active: bool) -> usize {
        let place = self.modules.len();
        let token = format!("sim-module-token-{}", place + 1);
        self.tokens.add_long_lived(token.clone(), Holder::Module(place));
        let token = ChannelToken::new(token).expect("made of letters, digits and hyphens");
        let mut module = ModuleChannel::new(place, token);
        module.is_default_active = is_default_active;
        self.modules.push(module);
        place
    }

    /// A person's access token that is good, and the place of the LINE Login channel that has it.
    pub(crate) fn user_token(&self, text: &str) -> Result<(usize, &UserToken), InvalidUserToken> {
        let now = self.clock.now();
        let mut why = InvalidUserToken::Unknown;
        for (place, login) in self.logins.iter().enumerate() {
            match login.tokens.get(text, now) {
                Ok(token) => return Ok((place, token)),
                Err(InvalidUserToken::Unknown) => {}
                Err(other) => why = other,
            }
        }
        Err(why)
    }

    /// The id of the channel with this token.
    pub(crate) fn channel_id_of_token(&self, token: &str) -> Option<Arc<str>> {
        Some(self.id_of(self.tokens.holder_of(token, self.clock.now())?).clone())
    }

    /// The channel with this id.
    pub(crate) fn holder_of_id(&self, id: &str) -> Option<Holder> {
        let login = self.logins.iter().position(|login| *login.id == *id).map(Holder::Login);
        let module = self.modules.iter().position(|module| *module.id == *id);
        self.channel_of_id(id).map(Holder::Messaging).or(login).or(module.map(Holder::Module))
    }

    /// A channel's id.
    pub(crate) fn id_of(&self, holder: Holder) -> &Arc<str> {
        match holder {
            Holder::Messaging(place) => &self.channels[place].id,
            Holder::Login(place) => &self.logins[place].id,
            Holder::Module(place) => &self.modules[place].id,
        }
    }

    /// The token that a channel has from the start.
    pub(crate) fn token_of(&self, holder: Holder) -> Option<&str> {
        match holder {
            Holder::Messaging(place) => Some(self.channels[place].token.expose()),
            Holder::Module(place) => Some(self.modules[place].token.expose()),
            Holder::Login(_) => None,
        }
    }

    /// A channel's secret.
    pub(crate) fn secret_of(&self, holder: Holder) -> &ChannelSecret {
        match holder {
            Holder::Messaging(place) => &self.channels[place].secret,
            Holder::Login(place) => &self.logins[place].secret,
            Holder::Module(place) => &self.modules[place].secret,
        }
    }

    /// The place of the channel with this id.
    pub(crate) fn channel_of_id(&self, id: &str) -> Option<usize> {
        self.channels.iter().position(|channel| *channel.id == *id)
    }

    /// The rate of an endpoint; nothing where it is not limited.
    pub(crate) fn rate(&self, endpoint: usize, documented: Rate) -> Option<Rate> {
        if !self.rate_limits {
            return None;
        }
        self.rates.get(&endpoint).copied().unwrap_or(Some(documented))
    }

    /// The rates that differ from LINE's, by the places of their endpoints.
    pub(crate) fn rates(&self) -> impl Iterator<Item = (usize, Option<Rate>)> {
        self.rates.iter().map(|(endpoint, rate)| (*endpoint, *rate))
    }

    /// Sets the rate of an endpoint, and fills the buckets of all channels again.
    pub(crate) fn set_rate(&mut self, endpoint: usize, rate: Option<Rate>) {
        self.rates.insert(endpoint, rate);
        self.buckets.retain(|(_, of), _| *of != endpoint);
    }

    /// How long an upload of ids to an audience is under way.
    pub(crate) fn audience_job_time(&self) -> SignedDuration {
        SignedDuration::try_from(self.settings.audience_job).unwrap_or(SignedDuration::MAX)
    }

    /// Takes a token from a caller's bucket of an endpoint, if one is left.
    pub(crate) fn take_token(&mut self, caller: Caller, endpoint: usize, documented: Rate) -> bool {
        let Some(rate) = self.rate(endpoint, documented) else { return true };
        let now = self.clock.now();
        let bucket = self.buckets.entry((caller, endpoint)).or_insert_with(|| Bucket::full(now));
        bucket.take(rate, now)
    }

    /// The buckets of the endpoints that a channel has called.
    pub(crate) fn buckets(&self, of: Holder) -> impl Iterator<Item = (usize, &Bucket)> {
        let buckets = self.buckets.iter().filter(move |(((caller, _), _), _)| *caller == Some(of));
        buckets.map(|((_, endpoint), bucket)| (*endpoint, bucket))
    }

    pub(crate) fn message_id(&mut self) -> u64 {
        self.last_message_id += 1;
        self.last_message_id
    }

    /// Adds a person and makes them a friend of a channel.
    ///
    /// # Errors
    /// The person's id is not of the form of LINE's.
    pub(crate) fn add_friend(&mut self, channel: usize, person: Person) -> Result<UserId, UserId> {
        let user = self.people.put(self.channels[channel].provider, person)?;
        let now = self.clock.now();
        self.channels[channel].friends.set(user, Friendship::Friend, now);
        Ok(user.id())
    }

    /// Makes a group (`C`) or room (`R`) of people and a channel's account; gives its id.
    pub(crate) fn add_chat(
        &mut self,
        channel: usize,
        letter: char,
        members: impl IntoIterator<Item = UserKey>,
    ) -> Arc<str> {
        self.chats.add(letter, members.into_iter().collect(), [channel].into())
    }

    /// Notes what was done in a chat, and the webhook that tells of it, which is the newest one if there is any.
    pub(crate) fn note(
        &mut self,
        channel: usize,
        chat: &Target,
        user: Option<UserKey>,
        deed: Deed,
        is_told: bool,
    ) {
        self.talk.add(Act {
            seq: 0,
            at: self.clock.now(),
            channel,
            chat: chat.clone(),
            user,
            after: self.outbox.delivered(),
            deed,
            webhook: is_told.then(|| self.webhooks.made()),
        });
    }

    pub(crate) fn last_message_id(&self) -> u64 {
        self.last_message_id
    }

    /// Whether this is somebody's id.
    pub(crate) fn knows(&self, user: UserKey) -> bool {
        self.settings.any_user_is_friend || self.people.get(user).is_some()
    }

    /// Whether this is the id that somebody has for the provider of a channel.
    pub(crate) fn knows_of(&self, channel: usize, user: UserKey) -> bool {
        match self.people.provider_of(user) {
            Some(provider) => provider == self.channels[channel].provider,
            None => self.settings.any_user_is_friend,
        }
    }

    /// Who receives what a channel sends to a target.
    pub(crate) fn reach(&self, channel: usize, target: &Target, now: Timestamp) -> Reach {
        match target {
            Target::User(user) if self.knows_of(channel, *user) => {
                let reached = self.channels[channel].friends.reaches(*user, now);
                Reach::People(if reached { vec![*user] } else { Vec::new() })
            }
            Target::User(_) => Reach::Unknown,
            Target::Chat(id) => match self.chats.get(id) {
                Some(chat) if chat.channels.contains(&channel) => {
                    Reach::People(chat.members.iter().copied().collect())
                }
                _ => Reach::Unknown,
            },
        }
    }
}

/// Message ids of later runs are larger, so that they are not mixed up.
fn first_message_id() -> u64 {
    u64::try_from(Timestamp::now().as_millisecond()).unwrap_or(0) * 100_000
}
