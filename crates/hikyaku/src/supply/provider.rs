use std::{fmt, time::Duration};

use hikyaku_model::{ChannelSecret, ChannelToken, Extra};
use jiff::Timestamp;

use super::{
    assertion::AssertionKey,
    file::{KeptToken, TokenFile},
    issue::{TokenEndpoint, check_life},
    issued::IssuedToken,
};
use crate::{Answer, Error};

/// Where a client's channel access token comes from. Given to [`Client::builder_with`](crate::Client::builder_with).
///
/// A token is issued when the client first needs one, by one call however many sends wait for it. When two thirds of its
/// life are over the next send has a new one issued in the background and goes out with the old one. A token whose life
/// is over is never sent. If issuing fails, the old token serves on while it lives; after that the sends fail with the
/// reason, and issuing is tried again after pauses that grow from one second to a minute.
///
/// When LINE refuses a token with 401, because it was revoked, one more is issued and the call repeated once with it;
/// LINE has not acted on a call that it refused.
#[derive(Clone)]
pub struct TokenProvider(Supply);

#[derive(Clone)]
pub(crate) enum Supply {
    Fixed(ChannelToken),
    Issued(Source),
}

/// How a new token is issued.
#[derive(Clone)]
pub(crate) enum Source {
    Stateless { channel_id: String, channel_secret: ChannelSecret },
    StatelessByJwt(AssertionKey),
    V2_1 { key: AssertionKey, life: Duration, file: Option<TokenFile> },
}

impl TokenProvider {
    /// Always this token, as from LINE's console: what [`Client::builder`](crate::Client::builder) does.
    pub fn fixed(token: ChannelToken) -> Self {
        Self(Supply::Fixed(token))
    }

    /// Stateless tokens, by the channel's id and secret. They live 15 minutes and there is no limit to their number,
    /// so any number of processes may have a provider each.
    pub fn stateless(channel_id: impl Into<String>, channel_secret: ChannelSecret) -> Self {
        Self(Supply::Issued(Source::Stateless { channel_id: channel_id.into(), channel_secret }))
    }

    /// Stateless tokens, by a key in place of the secret.
    pub fn stateless_by_jwt(key: AssertionKey) -> Self {
        Self(Supply::Issued(Source::StatelessByJwt(key)))
    }

    /// v2.1 tokens that live this long, at most 30 days. A channel has at most 30 of them alive and each process uses
    /// up one, which lives on when the process ends: choose the life by how often processes start, or
    /// [keep them](Self::v2_1_kept).
    pub fn v2_1(key: AssertionKey, life: Duration) -> Self {
        Self(Supply::Issued(Source::V2_1 { key, life, file: None }))
    }

    /// The same, kept in a file: a process goes on with the token of the one before it, or of its neighbours.
    pub fn v2_1_kept(key: AssertionKey, life: Duration, file: TokenFile) -> Self {
        Self(Supply::Issued(Source::V2_1 { key, life, file: Some(file) }))
    }

    /// # Errors
    /// The tokens' life can be none.
    pub(crate) fn into_supply(self) -> Result<Supply, Error> {
        if let Supply::Issued(Source::V2_1 { life, .. }) = &self.0 {
            check_life(*life)?;
        }
        Ok(self.0)
    }
}

impl Source {
    /// A new token, or one that was kept. `refused` is the one that LINE no longer takes, if that is why.
    pub(super) async fn issue(
        &self,
        endpoint: TokenEndpoint<'_>,
        refused: Option<ChannelToken>,
    ) -> Result<IssuedToken, Error> {
        let issued = match self {
            Self::Stateless { channel_id, channel_secret } => {
                endpoint.stateless(channel_id, channel_secret).await
            }
            Self::StatelessByJwt(key) => endpoint.stateless_by_jwt(key).await,
            Self::V2_1 { key, life, file: None } => endpoint.v2_1(key, *life).await,
            Self::V2_1 { key, life, file: Some(file) } => {
                return kept_or_issued(endpoint, key, *life, file, refused).await;
            }
        };
        living(issued?)
    }
}

async fn kept_or_issued(
    endpoint: TokenEndpoint<'_>,
    key: &AssertionKey,
    life: Duration,
    file: &TokenFile,
    refused: Option<ChannelToken>,
) -> Result<IssuedToken, Error> {
    if let Some(refused) = refused {
        file.forget(refused).await?;
    }
    if let Some(kept) = file.newest(key.channel_id()).await?
        && kept.left() > life / 3
    {
        return Ok(IssuedToken {
            expires_in: kept.left().as_secs(),
            access_token: kept.access_token,
            token_type: "Bearer".to_owned(),
            key_id: Some(kept.key_id),
            extra: Extra::default(),
        });
    }
    let began = Timestamp::now();
    let issued = living(endpoint.v2_1(key, life).await?)?;
    if let Some(token) = KeptToken::new(key.channel_id(), &issued, began)
        && let Err(why) = file.keep(token).await
    {
        // It was issued and works: to fail now would only use up another one.
        tracing::warn!(%why, "a new channel access token could not be kept");
    }
    Ok(issued)
}

fn living(issued: Answer<IssuedToken>) -> Result<IssuedToken, Error> {
    if issued.expires_in == 0 {
        let why = serde::de::Error::custom("the token is valid for 0 seconds");
        return Err(Error::decode(issued.status(), issued.headers().clone(), why));
    }
    Ok(issued.into_inner())
}

impl fmt::Debug for TokenProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Supply::Fixed(_) => "TokenProvider(fixed)",
            Supply::Issued(Source::Stateless { .. }) => "TokenProvider(stateless)",
            Supply::Issued(Source::StatelessByJwt(_)) => "TokenProvider(stateless by JWT)",
            Supply::Issued(Source::V2_1 { .. }) => "TokenProvider(v2.1)",
        })
    }
}
