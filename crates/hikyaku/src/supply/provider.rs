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

/// How long a token of the program's own making may take. The client's calls wait for it, so it must end.
const CUSTOM_TIMEOUT: Duration = Duration::from_secs(30);

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
    Custom(Arc<Custom>),
}

type Custom = dyn Fn() -> BoxFuture<'static, Result<IssuedToken, TransportError>> + Send + Sync;

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

    /// Tokens of the program's own making: from a secret store such as Vault, a sidecar, another program. `issue` is
    /// called when a token is needed, by one call however many sends wait for it, and again when two thirds of the
    /// token's lifetime are over or LINE refuses the token (after which it rests for a minute, and longer each time).
    ///
    /// It may take 30 seconds; then, or where it fails or panics, the old token serves on while it lives, and it is
    /// called again after a pause. Sends that have no token meanwhile fail with
    /// [`Network`](crate::ErrorKind::Network) and were surely not sent. What the error says is shown: it must hold no
    /// secret.
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
    // Held until the new token is kept: of processes that start together one issues, and the others find its token.
    let lock = match file.lock().await {
        Ok(lock) => Some(lock),
        // To fail for that would help nobody: the token works, it only cannot be shared.
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
        // It was issued and works: to fail now would only use up another one.
        tracing::warn!(%why, "a new channel access token could not be kept");
    }
    Ok(issued)
}

/// Runs in a task of its own, so that neither a panic nor a future that never ends keeps the client from going on.
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
            Supply::Issued(Source::Custom(_)) => "TokenProvider(custom)",
        })
    }
}
