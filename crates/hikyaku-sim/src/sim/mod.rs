mod acts;
mod builder;
mod limits;
mod login;
mod module;
mod people;
mod talk;
mod traffic;
mod webhooks;

use std::{
    fmt,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use hikyaku_model::{ChannelSecret, ChannelToken, UserId};
use jiff::Timestamp;
use tokio::{sync::watch, task::JoinSet};

pub use builder::{SimBuilder, StartError};
pub use login::{LiffSession, Login};
pub use module::Module;
pub use traffic::WaitTimeout;
pub use webhooks::Webhooks;

use crate::{
    keep::StateFile,
    shared::Shared,
    snapshot,
    state::{World, assertion::InvalidAssertionKey, channel::Channel, holder::Holder},
};

/// A handle to a running simulator and one of its channels.
///
/// A clone is another handle to the same simulator, and [`Sim::add_channel`] returns one with another channel. The
/// simulator stops when the last handle is dropped.
#[derive(Clone)]
pub struct Sim {
    running: Arc<Running>,
    /// The place of this handle's channel.
    channel: usize,
    /// How long its waiting methods wait.
    patience: Duration,
}

#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) shared: Arc<Shared>,
    pub(crate) stop: watch::Sender<bool>,
    /// Aborted when dropped.
    pub(crate) tasks: Mutex<JoinSet<()>>,
    /// The file in which the state is kept.
    pub(crate) file: Option<Arc<StateFile>>,
}

impl Sim {
    /// Starts a simulator with the default settings, on ports that the system picks.
    ///
    /// # Errors
    /// No port can be bound.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// Starts to configure a simulator.
    pub fn builder() -> SimBuilder {
        SimBuilder::default()
    }

    pub(crate) fn new(running: Running) -> Self {
        Self { running: Arc::new(running), channel: 0, patience: traffic::PATIENCE }
    }

    /// Stops accepting connections, lets pending requests end, and closes all connections.
    pub async fn stop(self) {
        self.running.stop.send_replace(true);
        let tasks = &self.running.tasks;
        let mut tasks = std::mem::take(&mut *tasks.lock().unwrap_or_else(PoisonError::into_inner));
        while tasks.join_next().await.is_some() {}
        if let Some(file) = &self.running.file {
            file.save(&self.running.shared);
        }
    }

    /// Exports the whole state as one JSON document, from which [`Self::import`] can continue: users, chats,
    /// deliveries, requests, webhooks, tokens, faults and the clock. It contains the channels' credentials.
    pub fn export(&self) -> String {
        self.look(snapshot::export)
    }

    /// Replaces the state with an exported one. Whatever was in progress in it continues.
    ///
    /// # Errors
    /// The text is not such a state, or is one of another version; the error says which.
    pub fn import(&self, state: &str) -> Result<(), InvalidState> {
        let settings = self.look(|world| world.settings.clone());
        let world = snapshot::import(state.as_bytes(), settings).map_err(InvalidState)?;
        self.change(|old| world.replace(old));
        Ok(())
    }

    /// Returns the base URL for `https://api.line.me`, without a trailing slash.
    pub fn api_url(&self) -> String {
        self.running.shared.api_url.clone()
    }

    /// Returns the URL of the page with the chats of all users, to look at and to use by hand.
    pub fn page_url(&self) -> String {
        format!("{}/", self.running.shared.api_url)
    }

    /// Returns the certificate that clients of a simulator with [`SimBuilder::tls`] are to trust, as PEM: that of the
    /// authority which signed the simulator's own.
    pub fn ca_certificate(&self) -> Option<&str> {
        self.running.shared.tls.as_ref().map(|tls| tls.certificate.authority.as_str())
    }

    /// Returns the file of that certificate, if it is kept in a folder ([`SimBuilder::tls_in`]).
    pub fn ca_file(&self) -> Option<&Path> {
        self.running.shared.tls.as_ref()?.certificate.path.as_deref()
    }

    /// Returns the certificate of a simulator with [`SimBuilder::tls`] and its private key, as PEM. A bot on this machine
    /// that shows it gets its webhooks by HTTPS.
    pub fn server_certificate(&self) -> Option<&str> {
        self.running.shared.tls.as_ref().map(|tls| tls.certificate.own.as_str())
    }

    /// Returns the base URL for `https://api-data.line.me`, without a trailing slash.
    pub fn data_url(&self) -> String {
        self.running.shared.data_url.clone()
    }
}

/// The channel of this handle.
impl Sim {
    /// Adds a channel of the same provider, and returns a handle with that channel.
    pub fn add_channel(&self) -> Self {
        let channel = self.change(World::add_channel);
        Self { channel, ..self.clone() }
    }

    /// Returns all channels, in the order in which they were added, as a handle for each.
    pub fn channels(&self) -> Vec<Self> {
        let channels = self.look(|world| world.channels.len());
        (0..channels).map(|channel| Self { channel, ..self.clone() }).collect()
    }

    /// Returns the name of the channel's account.
    pub fn account_name(&self) -> String {
        self.look(|world| world.channels[self.channel].name.clone())
    }

    /// Returns the channel's id. The id, token and secret are visibly fake, and the same in every run.
    pub fn channel_id(&self) -> String {
        self.look(|world| world.channels[self.channel].id.to_string())
    }

    /// Returns the channel access token.
    pub fn channel_token(&self) -> ChannelToken {
        self.look(|world| world.channels[self.channel].token.clone())
    }

    /// Returns the channel secret.
    pub fn channel_secret(&self) -> ChannelSecret {
        self.look(|world| world.channels[self.channel].secret.clone())
    }

    /// Registers the public key of an assertion signing key, as a JSON Web Key, as the LINE Developers Console does:
    /// `kty` `RSA` of 2048 bits, `alg` `RS256`, and either `use` `sig` or `key_ops` `["verify"]`. Returns the key id,
    /// which assertions contain as their `kid`.
    ///
    /// Source: <https://developers.line.biz/en/docs/messaging-api/generate-json-web-token/>
    ///
    /// # Errors
    /// The text is not such a key.
    pub fn register_assertion_key(&self, jwk: &str) -> Result<String, InvalidAssertionKey> {
        let holder = Holder::Messaging(self.channel);
        self.change(|world| world.keys.register(holder, jwk))
    }

    /// Returns the user id of the channel's account.
    pub fn bot_user_id(&self) -> UserId {
        self.look(|world| world.channels[self.channel].bot.clone())
    }

    /// Sets the channel's monthly quota, if there is one, and the number of messages sent.
    pub fn set_quota(&self, limit: impl Into<Option<u64>>, used: u64) {
        let limit = limit.into();
        self.change_channel(|channel, now| channel.quota.set(limit, used, now));
    }

    /// Returns the number of messages that the channel has sent this month.
    pub fn quota_used(&self) -> u64 {
        self.change_channel(|channel, now| channel.quota.used(now))
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

/// The reason why a state cannot be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidState(String);

impl fmt::Display for InvalidState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidState {}

impl fmt::Debug for Sim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sim")
            .field("api_url", &self.api_url())
            .field("data_url", &self.data_url())
            .field("channel_id", &self.channel_id())
            .finish_non_exhaustive()
    }
}
