//! How the door is made of a configuration.

use std::{collections::BTreeMap, sync::Arc};

use hikyaku::{operation::Host, transport::HyperTransport};
use hikyaku_sender::Outbox;
use http::HeaderValue;
use tokio::sync::Semaphore;

use super::{Issuer, LineDoor, MISTAKES, Upstream};
use crate::{
    Channel, Config, Error, State, account::Accounts, alert::Alerts, backlog::Backlog,
    declared_keys::DeclaredKeys, drain::Drain, known_keys::KnownKeys, patience::Patience,
    picture::Pictures, throttle::Throttle, token::SecretKind,
};

/// What the door shares with the rest of the gateway.
#[derive(Debug)]
pub(crate) struct Means {
    pub(crate) outbox: Outbox,
    pub(crate) state: State,
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) alerts: Alerts,
    pub(crate) patience: Arc<Patience>,
    pub(crate) declared_keys: Arc<DeclaredKeys>,
    pub(crate) transport: HyperTransport,
    pub(crate) drain: Drain,
    pub(crate) pictures: Option<Arc<Pictures>>,
    pub(crate) uploads: Arc<Semaphore>,
}

impl LineDoor {
    /// The door to all channels of a configuration.
    pub(crate) fn open(config: &Config, means: Means) -> Result<Self, Error> {
        let Means { outbox, state, accounts, alerts, declared_keys, .. } = means;
        let (drop_in, channels) = channels(config, &state)?;
        let issuers = issuers(config);
        let keys = KnownKeys::new(state.clone(), drop_in, !issuers.is_empty(), declared_keys);
        Ok(Self {
            outbox,
            state,
            accounts,
            alerts,
            patience: means.patience,
            keys,
            mistakes: Throttle::new(MISTAKES),
            settings: config.line.clone(),
            transport: means.transport,
            channels,
            issuers,
            drain: means.drain,
            pictures: means.pictures,
            rehost: config.pictures.rehost,
            backlog: Backlog::default(),
            uploads: means.uploads,
        })
    }
}

/// Hashes of the channel access tokens that act as a key, by its name; and the channels, for LINE's own API.
type Channels = (Vec<(Vec<u8>, String)>, BTreeMap<String, Upstream>);

fn channels(config: &Config, state: &State) -> Result<Channels, Error> {
    let (mut channels, mut drop_in) = (BTreeMap::new(), Vec::new());
    for (name, channel) in &config.channel {
        let token = channel.token(name)?;
        if let Some(key) = &channel.drop_in {
            drop_in.push((state.hash(SecretKind::ApiKey, &token), key.clone()));
        }
        channels.insert(name.clone(), upstream(name, channel, &token)?);
    }
    Ok((drop_in, channels))
}

/// The channels that issue tokens through the gateway.
fn issuers(config: &Config) -> Vec<Issuer> {
    let issuer = |(name, channel): (&String, &Channel)| {
        let (channel_id, key) = (channel.channel_id.clone()?, channel.drop_in.clone()?);
        Some(Issuer { channel: name.clone(), channel_id, key })
    };
    config.channel.iter().filter_map(issuer).collect()
}

/// Where a channel's requests are passed on to. A channel that is pointed at a simulator never reaches LINE by a host that was
/// forgotten.
fn upstream(name: &str, channel: &Channel, token: &str) -> Result<Upstream, Error> {
    let set = |url: &str| url.trim_end_matches('/').to_owned();
    let or_lines = |url: &Option<String>, host: Host| match url {
        Some(url) => Some(set(url)),
        None => channel.api_url.is_none().then(|| host.default_url().to_owned()),
    };
    let mut token = HeaderValue::try_from(format!("Bearer {token}"))
        .map_err(|why| Error::invalid_because(format!("channel.{name}: the token"), why))?;
    token.set_sensitive(true);
    Ok(Upstream {
        token,
        api: channel.api_url.as_deref().map_or(Host::Api.default_url().to_owned(), set),
        data: or_lines(&channel.data_url, Host::Data),
        manager: or_lines(&channel.manager_url, Host::Manager),
    })
}
