use std::{collections::BTreeMap, path::PathBuf};

use hikyaku::Client;
use hikyaku_model::ChannelSecret;
use hikyaku_sender::{Lane, Rate};
use hikyaku_webhook::Verifier;
use serde::Deserialize;

use super::file;
use crate::Error;

/// A channel of the Messaging API.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// The channel access token.
    #[serde(default)]
    pub token: Option<String>,
    /// A file with the token; a relative path starts at the configuration file.
    #[serde(default)]
    pub token_file: Option<PathBuf>,
    /// The channel secret, with which webhooks are signed. Without it, LINE's webhooks are refused.
    #[serde(default)]
    pub secret: Option<String>,
    /// A file with the secret; a relative path starts at the configuration file.
    #[serde(default)]
    pub secret_file: Option<PathBuf>,
    /// The base URL of LINE's API, if it is not LINE's own.
    #[serde(default)]
    pub api_url: Option<String>,
    /// The base URL of the host that serves files, if it is not LINE's own.
    #[serde(default)]
    pub data_url: Option<String>,
    /// The base URL of the host that attaches module channels, if it is not LINE's own.
    #[serde(default)]
    pub manager_url: Option<String>,
    /// The name of the key whose permissions the channel access token itself has in LINE's API, so that a bot only
    /// changes its base URL.
    #[serde(default)]
    pub drop_in: Option<String>,
    /// The channel id. With it and `drop_in`, the bot may issue its tokens through LINE's API at the gateway, and each of
    /// them has the permissions of that key, too.
    #[serde(default)]
    pub channel_id: Option<String>,
    /// The URL of a bot that gets the channel's webhooks from the gateway, unchanged. Notifications then never take the
    /// bot's reply tokens.
    #[serde(default)]
    pub forward_webhook: Option<String>,
    /// The rate limits of kinds of send, such as `push = "100/s"`; `none` lifts one. Those that are missing are LINE's.
    #[serde(default)]
    pub limit: BTreeMap<String, String>,
}

impl std::fmt::Debug for Channel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Channel").field("api_url", &self.api_url).finish_non_exhaustive()
    }
}

impl Channel {
    pub(super) fn has_secret(&self) -> bool {
        self.secret.is_some() || self.secret_file.is_some()
    }

    /// Returns its secret, if it has one. `name` is the channel's name, for errors.
    ///
    /// # Errors
    /// The file cannot be read, both keys are set, or the value is not a secret.
    pub fn secret(&self, name: &str) -> Result<Option<ChannelSecret>, Error> {
        let secret = match (&self.secret, &self.secret_file) {
            (None, None) => return Ok(None),
            (Some(secret), None) => secret.clone(),
            (None, Some(file)) => file::read(file)?,
            (Some(_), Some(_)) => {
                return Err(Error::new(format!(
                    "channel.{name} has secret and secret_file; it needs one of them"
                )));
            }
        };
        ChannelSecret::new(secret)
            .map(Some)
            .map_err(|why| Error::invalid_because(format!("channel.{name}.secret"), why))
    }

    /// Returns its own rate limits. `name` is the channel's name, for errors.
    pub(crate) fn limits(&self, name: &str) -> Result<Vec<(Lane, Option<Rate>)>, Error> {
        let limit = |(kind, rate): (&String, &String)| {
            let wrong = |what: &str| Error::new(format!("channel.{name}.limit.{kind}: {what}"));
            let lane = kind.parse().map_err(|_| {
                let known: Vec<&str> = Lane::ALL.iter().map(|lane| lane.name()).collect();
                wrong(&format!("is no kind of send; there are {}", known.join(", ")))
            })?;
            let rate = match rate.as_str() {
                "none" => None,
                rate => Some(
                    rate.parse()
                        .map_err(|_| wrong("a rate is written as 2000/s, 60/m or 60/h, or none"))?,
                ),
            };
            Ok((lane, rate))
        };
        self.limit.iter().map(limit).collect()
    }

    /// Returns the verifier of its webhooks, if the channel has a secret.
    pub(crate) fn verifier(&self, name: &str) -> Result<Option<Verifier>, Error> {
        Ok(self.secret(name)?.as_ref().map(Verifier::new))
    }

    /// Returns its channel access token. `name` is the channel's name, for errors.
    ///
    /// # Errors
    /// The file cannot be read, or not exactly one of `token` and `token_file` is set.
    pub fn token(&self, name: &str) -> Result<String, Error> {
        match (&self.token, &self.token_file) {
            (Some(token), None) => Ok(token.clone()),
            (None, Some(file)) => file::read(file),
            _ => Err(Error::new(format!("channel.{name} needs either token or token_file"))),
        }
    }

    pub(crate) fn client(&self, name: &str) -> Result<Client, Error> {
        let mut client = Client::builder(self.token(name)?);
        if let Some(url) = &self.api_url {
            client = client.api_base_url(url);
        }
        client.build().map_err(|why| Error::invalid_because(format!("channel.{name}"), why))
    }
}

/// The default channel name.
pub(super) fn usual() -> String {
    "default".to_owned()
}
