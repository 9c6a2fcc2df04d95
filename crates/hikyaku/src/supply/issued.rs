use std::time::Duration;

use hikyaku_model::{ChannelToken, Extra};
use serde::{Deserialize, Deserializer};

/// A channel access token that LINE has just issued. This is the only time that it can be read.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct IssuedToken {
    /// The token.
    #[serde(deserialize_with = "token")]
    pub access_token: ChannelToken,
    /// Seconds that it is valid for, from when it was issued.
    pub expires_in: u64,
    /// Always `Bearer`.
    pub token_type: String,
    /// What a v2.1 token is known by in [`KeyIds`](crate::token::KeyIds).
    pub key_id: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl IssuedToken {
    /// A token that was got elsewhere, for [`TokenProvider::custom`](super::provider::TokenProvider::custom), and how long
    /// it is still valid for, in whole seconds.
    pub fn new(access_token: ChannelToken, lifetime: Duration) -> Self {
        Self {
            access_token,
            expires_in: lifetime.as_secs(),
            token_type: "Bearer".to_owned(),
            key_id: None,
            extra: Extra::default(),
        }
    }

    /// How long the token is valid for.
    pub fn lifetime(&self) -> Duration {
        Duration::from_secs(self.expires_in)
    }
}

fn token<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ChannelToken, D::Error> {
    ChannelToken::new(String::deserialize(deserializer)?)
        .map_err(|why| serde::de::Error::custom(format!("the access token {why}")))
}
