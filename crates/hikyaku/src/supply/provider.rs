use std::{
    error::Error as StdError,
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use futures_core::future::BoxFuture;
use hikyaku_model::{ChannelSecret, ChannelToken};

use super::{
    assertion::AssertionKey,
    file::{KeptToken, TokenFile},
    issue::{TokenEndpoint, check_life},
    issued::IssuedToken,
};
use crate::{Answer, Error, transport::TransportError};

/// The timeout for issuing a custom token. The client's calls wait for it, so it must be bounded.
const CUSTOM_TIMEOUT: Duration = Duration::from_secs(30);

/// A source of channel access tokens for a client. Pass it to [`Client::builder_with`](crate::Client::builder_with).
///
/// A token is issued when the client first needs one, by a single call, however many sends wait for it. After two
/// thirds of its lifetime, the next send starts the renewal in the background and uses the old token. An expired token
/// is never sent. If issuing fails, the old token stays in use until it expires; after that, sends fail with the
/// reason, and issuing is retried after pauses that grow from one second to a minute.
///
/// When LINE refuses a token with 401, because it was revoked, a new one is issued and the call is retried once with
/// it; LINE has not acted on a call that it refused.
#[derive(Clone)]
pub struct TokenProvider(Supply);

#[derive(Clone)]
pub(crate) enum Supply {
    Fixed(ChannelToken),
    Issued(Source),
}

/// The way a new token is issued.
#[derive(Clone)]
pub(crate) enum Source {
    Stateless { channel_id: String, channel_secret: ChannelSecret },
    StatelessByJwt(AssertionKey),
    V2_1 { key: AssertionKey, life: Duration, file: Option<TokenFile> },
    Custom(Arc<Custom>),
}

type Custom = dyn Fn() -> BoxFuture<'static, Result<IssuedToken, TransportError>> + Send + Sync;

impl TokenProvider {
    /// Uses one fixed token, such as one from the LINE Developers Console, like
    /// [`Client::builder`](crate::Client::builder).
    pub fn fixed(token: ChannelToken) -> Self {
        Self(Supply::Fixed(token))
    }

    /// Issues stateless tokens with the channel's id and secret. They are valid for 15 minutes and their number is
    /// unlimited, so any number of processes may have a provider each.
    pub fn stateless(channel_id: impl Into<String>, channel_secret: ChannelSecret) -> Self {
        Self(Supply::Issued(Source::Stateless { channel_id: channel_id.into(), channel_secret }))
    }

    /// Issues stateless tokens with an assertion signing key instead of the secret.
    pub fn stateless_by_jwt(key: AssertionKey) -> Self {
        Self(Supply::Issued(Source::StatelessByJwt(key)))
    }

    /// Issues v2.1 tokens with this lifetime, at most 30 days. A channel can have at most 30 valid ones. Each process
    /// uses up one, which stays valid when the process ends: choose the lifetime by how often processes start, or [keep
    /// the tokens](Self::v2_1_kept).
    pub fn v2_1(key: AssertionKey, life: Duration) -> Self {
        Self(Supply::Issued(Source::V2_1 { key, life, file: None }))
    }

    /// Issues v2.1 tokens and keeps them in a file: a process reuses the token of its predecessor or of its neighbours.
    pub fn v2_1_kept(key: AssertionKey, life: Duration, file: TokenFile) -> Self {
        Self(Supply::Issued(Source::V2_1 { key, life, file: Some(file) }))
    }

    /// Obtains tokens from the program's own source: a secret store such as Vault, a sidecar, another program. `issue`
    /// is called when a token is needed, by a single call however many sends wait for it. It is called again after two
    /// thirds of the token's lifetime, and when LINE refuses the token (then at most once a minute, with growing
    /// pauses).
    ///
    /// It may take 30 seconds. If it takes longer, fails or panics, the old token stays in use until it expires, and
    /// `issue` is called again after a pause. Meanwhile, sends without a token fail with
    /// [`Network`](crate::ErrorKind::Network) and were surely not sent. The text of its error is shown, so it must not
    /// contain a secret.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use hikyaku::token::{IssuedToken, TokenProvider};
    ///
    /// let provider = TokenProvider::custom(async || {
    ///     let token = tokio::fs::read_to_string("/run/secrets/line-token").await?;
    ///     let token = token.trim().parse()?;
    ///     Ok::<_, Box<dyn std::error::Error + Send + Sync>>(IssuedToken::new(token, Duration::from_secs(60 * 60)))
    /// });
    /// # let _ = provider;
    /// ```
    pub fn custom<F, Fut, E>(issue: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<IssuedToken, E>> + Send + 'static,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        let issue = move || -> BoxFuture<'static, _> {
            let issued = issue();
            Box::pin(async { issued.await.map_err(TransportError::not_sent) })
        };
        Self(Supply::Issued(Source::Custom(Arc::new(issue))))
    }

    /// # Errors
    /// The token lifetime is out of range.
    pub(crate) fn into_supply(self) -> Result<Supply, Error> {
        if let Supply::Issued(Source::V2_1 { life, .. }) = &self.0 {
            check_life(*life)?;
        }
        Ok(self.0)
    }
}

impl Source {
    /// Returns a new token or a kept one. `refused` is the token that LINE no longer accepts, if that is the reason.
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
            Self::Custom(issue) => return custom(issue.clone()).await,
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
    let kept = |refused: Option<ChannelToken>| async move {
        let kept = file.newest(key.channel_id()).await?.filter(|kept| kept.left() > life / 3);
        Ok::<_, Error>(kept.filter(|kept| Some(&kept.access_token) != refused.as_ref()))
    };
    if let Some(kept) = kept(refused.clone()).await? {
        return Ok(kept.into());
    }
    // Held until the new token is stored: of several processes that start together, one issues and the others find its
    // token.
    let lock = match file.lock().await {
        Ok(lock) => Some(lock),
        // Failing here would help nobody: the token works, it just cannot be shared.
        Err(why) => {
            tracing::warn!(%why, "a new channel access token will not be kept");
            None
        }
    };
    if let Some(kept) = kept(refused.clone()).await? {
        return Ok(kept.into());
    }
    let began = SystemTime::now();
    let issued = living(endpoint.v2_1(key, life).await?)?;
    if let Some(lock) = lock
        && let Err(why) =
            lock.replace(refused, KeptToken::new(key.channel_id(), &issued, began)).await
    {
        // The token was issued and works: failing now would only use up another one.
        tracing::warn!(%why, "a new channel access token could not be kept");
    }
    Ok(issued)
}

/// Runs in a separate task, so that neither a panic nor a future that never ends blocks the client.
async fn custom(issue: Arc<Custom>) -> Result<IssuedToken, Error> {
    let mut task = tokio::spawn(async move { issue().await });
    let why = match tokio::time::timeout(CUSTOM_TIMEOUT, &mut task).await {
        Ok(Ok(Ok(issued))) if issued.expires_in > 0 => return Ok(issued),
        Ok(Ok(Ok(_))) => TransportError::not_sent("the token is valid for 0 seconds"),
        Ok(Ok(Err(why))) => why,
        Ok(Err(_)) => TransportError::not_sent("what issues tokens panicked"),
        Err(_) => {
            task.abort();
            TransportError::not_sent(format!("no token within {CUSTOM_TIMEOUT:?}"))
        }
    };
    Err(Error::network(why))
}

fn living(issued: Answer<IssuedToken>) -> Result<IssuedToken, Error> {
    if issued.expires_in == 0 {
        let why = serde::de::Error::custom("the token is valid for 0 seconds");
        return Err(Error::decode(issued.http_status(), issued.headers().clone(), why));
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
            Supply::Issued(Source::Custom(_)) => "TokenProvider(custom)",
        })
    }
}
