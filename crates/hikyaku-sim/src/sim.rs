use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use hikyaku_model::{ChannelSecret, ChannelToken, GroupId, RoomId, UserId};
use jiff::Timestamp;
use tokio::{sync::watch, task::JoinSet, time::timeout};

use crate::{
    Audience, ClockMode, Delivery, DeliveryFilter, FaultRule, Friendship, InvalidFault,
    LoggedRequest, Person, Rate, Said, SimBuilder, StartError, api,
    clock::Clock,
    shared::Shared,
    state::{World, channel::Channel, chat::Target, person::UserKey},
};

/// A running simulator, seen with one of its channels.
///
/// A clone is another handle to the same simulator, and so is what [`Sim::add_channel`] gives, with another channel. The
/// simulator stops when the last handle is dropped.
#[derive(Clone, Debug)]
pub struct Sim {
    running: Arc<Running>,
    /// The place of this handle's channel.
    channel: usize,
}

#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) shared: Arc<Shared>,
    pub(crate) api_address: SocketAddr,
    pub(crate) data_address: SocketAddr,
    pub(crate) stop: watch::Sender<bool>,
    /// Aborted when dropped.
    pub(crate) tasks: Mutex<JoinSet<()>>,
}

/// How long [`Sim::wait_for`] waits.
const PATIENCE: Duration = Duration::from_secs(10);

impl Sim {
    /// Starts a simulator with the usual settings, on ports that the system picks.
    ///
    /// # Errors
    /// No port can be listened on.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// Starts to set a simulator up.
    pub fn builder() -> SimBuilder {
        SimBuilder::default()
    }

    pub(crate) fn new(running: Running) -> Self {
        Self { running: Arc::new(running), channel: 0 }
    }

    /// Stops accepting, lets requests that have begun end, and closes all connections.
    pub async fn stop(self) {
        self.running.stop.send_replace(true);
        let tasks = &self.running.tasks;
        let mut tasks = std::mem::take(&mut *tasks.lock().unwrap_or_else(PoisonError::into_inner));
        while tasks.join_next().await.is_some() {}
    }

    /// The base URL that stands for `https://api.line.me`; without a slash at its end.
    pub fn api_url(&self) -> String {
        url(self.running.api_address)
    }

    /// The base URL that stands for `https://api-data.line.me`; without a slash at its end.
    pub fn data_url(&self) -> String {
        url(self.running.data_address)
    }
}

/// The channel of this handle.
impl Sim {
    /// Adds a channel of the same provider, and gives a handle that is seen with it.
    pub fn add_channel(&self) -> Self {
        let channel = self.change(World::add_channel);
        Self { running: self.running.clone(), channel }
    }

    /// The channel's id. It and the token and secret are visibly fake, and the same in every run.
    pub fn channel_id(&self) -> String {
        self.look(|world| world.channels[self.channel].id.to_string())
    }

    /// The channel access token.
    pub fn channel_token(&self) -> ChannelToken {
        self.look(|world| world.channels[self.channel].token.clone())
    }

    /// The channel secret.
    pub fn channel_secret(&self) -> ChannelSecret {
        self.look(|world| world.channels[self.channel].secret.clone())
    }

    /// The user id of the channel's account.
    pub fn bot_user_id(&self) -> UserId {
        self.look(|world| world.channels[self.channel].bot.clone())
    }

    /// Sets how many messages the channel may send in a month, if there is a limit, and how many it has sent.
    pub fn set_quota(&self, limit: impl Into<Option<u64>>, used: u64) {
        let limit = limit.into();
        self.change_channel(|channel, now| channel.quota.set(limit, used, now));
    }

    /// How many messages the channel has sent in this month.
    pub fn quota_used(&self) -> u64 {
        self.change_channel(|channel, now| channel.quota.used(now))
    }
}

/// People and chats. Methods that take an id panic where it is none of this simulator's.
impl Sim {
    /// Adds a person who is a friend of the channel's account.
    pub fn add_friend(&self) -> UserId {
        self.add_friend_as(Person::default())
    }

    /// Adds many friends.
    pub fn add_friends(&self, friends: usize) -> Vec<UserId> {
        (0..friends).map(|_| self.add_friend()).collect()
    }

    /// Adds a friend who is known by more than an id; with the id of a person who is there already, replaces them.
    ///
    /// # Panics
    /// The person has an id that is not of LINE's form, `U` and 32 lower-case hexadecimal digits.
    pub fn add_friend_as(&self, person: Person) -> UserId {
        let added = self.change(|world| world.add_friend(self.channel, person));
        added.unwrap_or_else(|id| panic!("not of the form of a user id: {id}"))
    }

    /// Adds a person who is nobody's friend.
    pub fn add_user(&self) -> UserId {
        self.change(|world| world.people.put(Person::default()))
            .map_or_else(|id| unreachable!("made here: {id}"), UserKey::id)
    }

    /// As [`Self::add_friend_as`], by somebody who has been a friend since then. Narrowcasts can be filtered by that.
    ///
    /// # Panics
    /// As [`Self::add_friend_as`].
    pub fn add_friend_since(&self, person: Person, since: Timestamp) -> UserId {
        let user = self.add_friend_as(person);
        let key = self.known(&user);
        self.change_channel(|channel, _| channel.friends.befriend_since(key, since));
        user
    }

    /// Adds an audience of the channel that narrowcasts can be sent to; gives its id.
    pub fn add_audience(&self, audience: &Audience) -> i64 {
        self.change_channel(|channel, _| channel.audiences.add(audience))
    }

    /// Lets a person add, block or forget the channel's account.
    ///
    /// # Panics
    /// There is no such person.
    pub fn set_friendship(&self, user: &UserId, friendship: Friendship) {
        let user = self.known(user);
        self.change_channel(|channel, now| channel.friends.set(user, friendship, now));
    }

    /// Lets a person block the channel's account.
    ///
    /// # Panics
    /// There is no such person.
    pub fn block(&self, user: &UserId) {
        self.set_friendship(user, Friendship::Blocked);
    }

    /// Makes a group of these people and the channel's account.
    ///
    /// # Panics
    /// There is no such person.
    pub fn add_group(&self, members: &[UserId]) -> GroupId {
        let members: Vec<_> = members.iter().map(|user| self.known(user)).collect();
        (&*self.change(|world| world.add_chat(self.channel, 'C', members))).into()
    }

    /// Makes a room of these people and the channel's account.
    ///
    /// # Panics
    /// There is no such person.
    pub fn add_room(&self, members: &[UserId]) -> RoomId {
        let members: Vec<_> = members.iter().map(|user| self.known(user)).collect();
        (&*self.change(|world| world.add_chat(self.channel, 'R', members))).into()
    }

    /// Lets a person say something to the channel's account: `chat` is the person, or a group or room, whose first
    /// member then speaks. Gives the tokens that the message's webhook would carry.
    ///
    /// # Panics
    /// There is no such person or chat.
    pub fn user_says(&self, chat: impl AsRef<str>, text: &str) -> Said {
        self.say(chat.as_ref(), None, text)
    }

    /// As [`Self::user_says`], by this member of a group or room.
    ///
    /// # Panics
    /// There is no such chat, or no such member in it.
    pub fn member_says(&self, chat: impl AsRef<str>, user: &UserId, text: &str) -> Said {
        self.say(chat.as_ref(), Some(self.known(user)), text)
    }

    /// Up to which message a chat is marked as read.
    pub fn read_up_to(&self, chat: impl AsRef<str>) -> Option<String> {
        let target = Target::parse(chat.as_ref())?;
        self.look(|world| world.channels[self.channel].read_up_to(&target)).map(|id| id.to_string())
    }

    /// Until when a person sees the loading animation; nothing where they see none.
    pub fn loading_until(&self, user: &UserId) -> Option<Timestamp> {
        let user = UserKey::parse(user.as_str())?;
        self.look(|world| {
            let until = world.channels[self.channel].loading.get(&user).copied()?;
            (until > world.clock.now()).then_some(until)
        })
    }

    fn say(&self, chat: &str, user: Option<UserKey>, text: &str) -> Said {
        let target = Target::parse(chat);
        let target = target.unwrap_or_else(|| panic!("not of the form of a chat's id: {chat}"));
        self.change(|world| world.say(self.channel, target, user, text))
            .unwrap_or_else(|| panic!("nobody there to speak: {chat}"))
    }

    fn known(&self, user: &UserId) -> UserKey {
        let key = UserKey::parse(user.as_str());
        let key = key.filter(|key| self.look(|world| world.knows(*key)));
        key.unwrap_or_else(|| panic!("no such person: {user}"))
    }
}

/// What was delivered, and what was asked.
impl Sim {
    /// All deliveries that are still kept, by all channels, oldest first: one for each person that a request reached.
    pub fn outbox(&self) -> Vec<Delivery> {
        self.outbox_of(&DeliveryFilter::default())
    }

    /// The deliveries that match, oldest first.
    pub fn outbox_of(&self, filter: &DeliveryFilter) -> Vec<Delivery> {
        self.look(|world| world.outbox.find(filter, usize::MAX))
    }

    /// How many deliveries there were, whether they are still kept or not.
    pub fn delivered(&self) -> u64 {
        self.look(|world| world.outbox.delivered())
    }

    /// How many deliveries a person had, whether they are still kept or not.
    pub fn delivery_count(&self, user: &UserId) -> u32 {
        let user = UserKey::parse(user.as_str());
        user.map_or(0, |user| self.look(|world| world.outbox.count_of(user)))
    }

    /// How many people had any delivery.
    pub fn people_reached(&self) -> usize {
        self.look(|world| world.outbox.people())
    }

    /// Who had more than one delivery, and how many; in the order of their ids.
    pub fn duplicates(&self) -> Vec<(UserId, u32)> {
        self.look(|world| world.outbox.repeated())
    }

    /// Waits until there were so many deliveries in all, and gives the outbox.
    ///
    /// # Errors
    /// It took more than 10 seconds.
    pub async fn wait_for(&self, deliveries: u64) -> Result<Vec<Delivery>, WaitTimeout> {
        self.wait_until("deliveries", deliveries, |world| world.outbox.delivered()).await?;
        Ok(self.outbox())
    }

    /// Waits until there were so many requests in all, and gives the log.
    ///
    /// # Errors
    /// It took more than 10 seconds.
    pub async fn wait_for_requests(
        &self,
        requests: u64,
    ) -> Result<Vec<LoggedRequest>, WaitTimeout> {
        self.wait_until("requests", requests, |world| world.log.requests()).await?;
        Ok(self.requests())
    }

    /// The requests that are still kept, oldest first. Those to the control API are not among them.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.look(|world| world.log.iter().cloned().collect())
    }

    /// The last requests that are still kept, oldest first.
    async fn wait_until(
        &self,
        what: &'static str,
        wanted: u64,
        count: impl Fn(&World) -> u64,
    ) -> Result<(), WaitTimeout> {
        let reached = || self.look(|world| count(world)) >= wanted;
        if timeout(PATIENCE, self.running.shared.when(reached)).await.is_ok() {
            return Ok(());
        }
        Err(self.look(|world| WaitTimeout {
            what,
            wanted,
            seen: count(world),
            last_requests: world.log.iter().rev().take(5).map(|r| format!("{r:?}")).collect(),
        }))
    }
}

/// Faults, limits and time.
impl Sim {
    /// Adds a rule that makes requests fail; gives its id.
    ///
    /// # Errors
    /// The rule makes no sense, such as a probability of 2.
    pub fn fault(&self, rule: FaultRule) -> Result<String, InvalidFault> {
        self.change(|world| world.faults.add(rule))
    }

    /// Removes all rules that make requests fail.
    pub fn clear_faults(&self) {
        self.change(|world| world.faults.clear());
    }

    /// How many requests a rule has hit.
    pub fn fault_hits(&self, id: &str) -> u64 {
        self.look(|world| world.faults.hits(id))
    }

    /// Whether rate limits hold.
    pub fn set_rate_limits(&self, on: bool) {
        self.change(|world| world.rate_limits = on);
    }

    /// Sets the rate of one operation, by the path that it is documented with; with nothing it has no limit. The
    /// buckets of all channels are full again. Says whether there is such an operation.
    pub fn set_rate_limit(&self, method: &str, path: &str, rate: impl Into<Option<Rate>>) -> bool {
        let Some(endpoint) = api::documented(method, path) else {
            return false;
        };
        let rate = rate.into();
        self.change(|world| world.set_rate(endpoint, rate));
        true
    }

    /// The time in this simulator.
    pub fn now(&self) -> Timestamp {
        self.look(|world| world.clock.now())
    }

    /// Sets the clock.
    pub fn set_clock(&self, mode: ClockMode) {
        self.change(|world| world.clock = Clock::new(mode));
    }

    /// Sets the clock forward, and lets everything happen that falls due until then.
    pub fn advance(&self, by: Duration) {
        self.change(|world| world.clock.advance(by));
    }

    /// Goes back to the start: nobody is there, nothing was sent, no fault is set. Channels and their credentials stay.
    pub fn reset(&self) {
        self.change(World::reset);
    }

    fn look<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.running.shared.world())
    }

    fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        self.running.shared.change(change)
    }

    fn change_channel<T>(&self, change: impl FnOnce(&mut Channel, Timestamp) -> T) -> T {
        self.change(|world| {
            let now = world.clock.now();
            change(&mut world.channels[self.channel], now)
        })
    }
}

/// What was waited for did not happen in time.
#[derive(Clone, Debug)]
pub struct WaitTimeout {
    what: &'static str,
    wanted: u64,
    seen: u64,
    last_requests: Vec<String>,
}

impl fmt::Display for WaitTimeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, wanted, seen, last_requests } = self;
        let seconds = PATIENCE.as_secs();
        write!(f, "waited {seconds} s for {wanted} {what} and saw {seen}")?;
        if last_requests.is_empty() {
            return f.write_str("; no request has arrived");
        }
        write!(f, "; the last requests: {}", last_requests.join(", "))
    }
}

impl std::error::Error for WaitTimeout {}

/// The URL of a listener. One on all addresses is reached on the loopback one.
fn url(address: SocketAddr) -> String {
    let ip = match address.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    format!("http://{}", SocketAddr::new(ip, address.port()))
}
