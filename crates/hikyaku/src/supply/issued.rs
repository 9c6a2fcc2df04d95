use std::time::Duration;

use hikyaku_model::{ChannelToken, Extra};
use serde::{Deserialize, Deserializer};

/// A channel access token that LINE has just issued. It cannot be retrieved later.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct IssuedToken {
    /// The token.
    #[serde(deserialize_with = "token")]
    pub access_token: ChannelToken,
    /// The validity in seconds, from the time of issue.
    pub expires_in: u64,
    /// The token type; always `Bearer`.
    pub token_type: String,
    /// The key id of a v2.1 token, as in [`KeyIds`](crate::token::KeyIds).
    pub key_id: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl IssuedToken {
    /// Creates a token from elsewhere, for [`TokenProvider::custom`](super::provider::TokenProvider::custom), with its
    /// remaining lifetime in whole seconds.
    pub fn new(access_token: ChannelToken, lifetime: Duration) -> Self {
        Self {
            access_token,
            expires_in: lifetime.as_secs(),
            token_type: "Bearer".to_owned(),
            key_id: None,
            extra: Extra::default(),
        }
    }

    /// Returns the token's lifetime.
    pub fn lifetime(&self) -> Duration {
        Duration::from_secs(self.expires_in)
    }
}

fn token<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ChannelToken, D::Error> {
    ChannelToken::new(String::deserialize(deserializer)?)
        .map_err(|why| serde::de::Error::custom(format!("the access token {why}")))
}
