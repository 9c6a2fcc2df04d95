use clap::Args;
use hikyaku::{
    model::ChannelSecret,
    token::{AssertionKey, TokenProvider},
};

use crate::{
    environment::{self, unless_empty},
    failure::{invalid, of_settings, usage},
    profile::Profile,
    secret::Secret,
};

/// The client's names of settings, and the command line's.
const FLAGS: [(&str, &str); 3] = [
    ("channel_id", "--channel-id"),
    ("key_id", "--assertion-key-id"),
    ("private_key", "--assertion-key"),
];

const NO_SECRET: &str = "no channel secret; put it into LINE_CHANNEL_SECRET, a profile or a file (--channel-secret @FILE)";

// The channel secret, with which LINE signs webhooks.
#[derive(Debug, Args)]
pub(crate) struct ChannelSecretArgs {
    /// The channel's secret, or @FILE; prefer the variable: other users can read arguments
    #[arg(
        long,
        env = unless_empty("LINE_CHANNEL_SECRET"),
        hide_env_values = true,
        value_name = "SECRET",
        allow_hyphen_values = true
    )]
    channel_secret: Option<Secret>,
}

// The credentials for issuing tokens, if no token is given.
#[derive(Debug, Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct IssuerArgs {
    // Not clap's `env`: a flag wins over a token of the environment.
    #[arg(
        long,
        value_name = "ID",
        help = "Channel whose tokens to issue when they are needed, by its secret or key [env: LINE_CHANNEL_ID]"
    )]
    channel_id: Option<String>,

    #[command(flatten)]
    secret: ChannelSecretArgs,

    /// Private key of the channel in place of its secret: PEM or a JSON Web Key, or @FILE
    #[arg(
        long,
        env = unless_empty("LINE_ASSERTION_KEY"),
        hide_env_values = true,
        value_name = "KEY",
        allow_hyphen_values = true
    )]
    assertion_key: Option<Secret>,

    /// The key's id, as LINE's console shows it
    #[arg(long, env = unless_empty("LINE_ASSERTION_KEY_ID"), hide_env_values = true, value_name = "ID")]
    assertion_key_id: Option<String>,
}

/// What issues a channel's tokens.
pub(crate) struct Issuer {
    pub(crate) tokens: TokenProvider,
    /// Whether the secret or key is the profile's own.
    pub(crate) of_profile: bool,
}

impl IssuerArgs {
    /// Returns whether the command line asks for it, even if the environment has a token.
    pub(crate) fn is_asked_for(&self) -> bool {
        self.channel_id.is_some()
    }

    /// Returns the issuer, if there are a channel id and a secret or key.
    pub(crate) fn read(&self, profile: &Profile) -> anyhow::Result<Option<Issuer>> {
        let id = match &self.channel_id {
            Some(id) => Some(id.clone()),
            None => environment::text("LINE_CHANNEL_ID")?.or_else(|| profile.channel_id.clone()),
        };
        let Some(id) = id else { return Ok(None) };
        if let Some(key) = &self.assertion_key {
            let key_id = self.assertion_key_id.as_ref().or(profile.assertion_key_id.as_ref());
            return by_key(id, key_id, &key.read()?, false).map(Some);
        }
        if let Some(secret) = &self.secret.channel_secret {
            return by_secret(id, secret.read()?, false).map(Some);
        }
        match of_profile(id, profile)? {
            None if self.is_asked_for() => {
                Err(usage(format!("{NO_SECRET}, or the channel's key (--assertion-key @FILE)")))
            }
            issuer => Ok(issuer),
        }
    }
}

/// Returns the issuer that a profile describes.
pub(crate) fn issuer(profile: &Profile) -> anyhow::Result<Option<Issuer>> {
    match &profile.channel_id {
        Some(id) => of_profile(id.clone(), profile),
        None => Ok(None),
    }
}

fn of_profile(id: String, profile: &Profile) -> anyhow::Result<Option<Issuer>> {
    if let Some(key) = profile.assertion_key()? {
        return by_key(id, profile.assertion_key_id.as_ref(), &key, true).map(Some);
    }
    match profile.channel_secret()? {
        Some(secret) => by_secret(id, secret, true).map(Some),
        None => Ok(None),
    }
}

fn by_secret(id: String, secret: String, of_profile: bool) -> anyhow::Result<Issuer> {
    Ok(Issuer { tokens: TokenProvider::stateless(id, channel_secret(secret)?), of_profile })
}

fn by_key(
    id: String,
    key_id: Option<&String>,
    key: &str,
    of_profile: bool,
) -> anyhow::Result<Issuer> {
    let key_id = key_id.ok_or_else(|| {
        usage("no id of the assertion key; add --assertion-key-id, or assertion_key_id to the profile")
    })?;
    let key = if key.trim_start().starts_with('{') {
        AssertionKey::from_jwk(id, key_id, key)
    } else {
        AssertionKey::from_pem(id, key_id, key)
    };
    let key = key.map_err(|error| of_settings(error, &FLAGS))?;
    Ok(Issuer { tokens: TokenProvider::stateless_by_jwt(key), of_profile })
}

fn channel_secret(secret: String) -> anyhow::Result<ChannelSecret> {
    ChannelSecret::new(secret)
        .map_err(|why| invalid("channel_secret", format!("the channel secret {why}")))
}

impl ChannelSecretArgs {
    /// Reads the secret from where it is set.
    pub(crate) fn read(&self, profile: &Profile) -> anyhow::Result<ChannelSecret> {
        self.find(profile)?.ok_or_else(|| usage(NO_SECRET))
    }

    /// Reads the secret, if it is set anywhere.
    pub(crate) fn find(&self, profile: &Profile) -> anyhow::Result<Option<ChannelSecret>> {
        let secret = match &self.channel_secret {
            Some(secret) => Some(secret.read()?),
            None => profile.channel_secret()?,
        };
        secret.map(channel_secret).transpose()
    }
}
