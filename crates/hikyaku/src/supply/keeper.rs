use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use hikyaku_model::ChannelToken;
use http::HeaderValue;
use tokio::{sync::watch, time::Instant};

use super::{issue::TokenEndpoint, issued::IssuedToken, provider::Source};
use crate::{
    Error,
    connection::{Connection, bearer},
    target::BaseUrl,
};

const SHORTEST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// A token is not sent so close to its expiry that it may have expired on arrival.
const TRAVEL: Duration = Duration::from_secs(30);

/// The longest lifetime that is believed.
const LONGEST_LIFE: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The shortest pause after the replacement of a refused token before another refusal may replace one; it doubles each
/// time. A channel that is refused with any token must not use up LINE's 30.
const REPLACEMENT_PAUSE: Duration = Duration::from_secs(60);

/// Holds a client's current token and has new ones issued.
pub(crate) struct Keeper(Arc<Shared>);

struct Shared {
    source: Source,
    connection: Arc<Connection>,
    api: BaseUrl,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    held: Option<Held>,
    /// The issuing in progress, if it has not ended yet.
    issuing: Option<watch::Receiver<Option<Outcome>>>,
    failures: u32,
    failed: Option<(Arc<Error>, Instant)>,
    /// The token that LINE refused and that will be replaced.
    refused: Option<ChannelToken>,
    replacements: u32,
    replace_from: Option<Instant>,
}

type Outcome = Result<(), Arc<Error>>;

/// A token as the value of its header.
struct Held {
    token: ChannelToken,
    authorization: HeaderValue,
    refresh_at: Instant,
    expires_at: Instant,
}

enum Next {
    Use(HeaderValue),
    Wait(watch::Receiver<Option<Outcome>>),
    Fail(Arc<Error>),
}

impl Keeper {
    pub(crate) fn new(source: Source, connection: Arc<Connection>, api: BaseUrl) -> Self {
        Self(Arc::new(Shared { source, connection, api, state: Mutex::default() }))
    }

    /// Returns the header with a valid token; waits for a token to be issued if necessary.
    pub(crate) async fn authorization(&self) -> Result<HeaderValue, Error> {
        loop {
            let mut issuing = match self.next() {
                Next::Use(authorization) => return Ok(authorization),
                Next::Wait(issuing) => issuing,
                Next::Fail(why) => return Err(Error::no_token(why)),
            };
            // An issuing whose runtime was shut down ends without an outcome; then another one begins.
            if let Ok(outcome) = issuing.wait_for(Option::is_some).await
                && let Some(Err(why)) = &*outcome
            {
                return Err(Error::no_token(why.clone()));
            }
        }
    }

    /// Returns the header with a newer token after LINE refused this one, if a newer one is available.
    pub(crate) async fn replacement(&self, refused: &HeaderValue) -> Option<HeaderValue> {
        {
            let mut state = self.0.state();
            if state.held.as_ref().is_some_and(|held| held.authorization == *refused) {
                let now = Instant::now();
                if state.replace_from.is_some_and(|from| now < from) {
                    return None;
                }
                state.replace_from = Some(now + REPLACEMENT_PAUSE * doubled(state.replacements));
                state.replacements += 1;
                state.refused = state.held.take().map(|held| held.token);
            }
        }
        self.authorization().await.ok().filter(|authorization| authorization != refused)
    }

    fn next(&self) -> Next {
        let now = Instant::now();
        let mut state = self.0.state();
        let alive = state.held.as_ref().filter(|held| now < held.expires_at);
        if let Some(held) = alive.filter(|held| now < held.refresh_at) {
            return Next::Use(held.authorization.clone());
        }
        let authorization = alive.map(|held| held.authorization.clone());
        let under_way = state.issuing.clone().filter(|issuing| issuing.has_changed().is_ok());
        let pausing = state.failed.clone().filter(|(_, until)| now < *until);
        let issuing = match (under_way, pausing) {
            (Some(issuing), _) => issuing,
            (None, Some((why, _))) => {
                return authorization.map_or(Next::Fail(why), Next::Use);
            }
            (None, None) => self.begin(&mut state),
        };
        authorization.map_or(Next::Wait(issuing), Next::Use)
    }

    /// Issues a token in a separate task: a caller that gives up must not stop it for the others.
    fn begin(&self, state: &mut State) -> watch::Receiver<Option<Outcome>> {
        let (ended, issuing) = watch::channel(None);
        state.issuing = Some(issuing.clone());
        let shared = self.0.clone();
        tokio::spawn(async move {
            let outcome = shared.issue().await;
            ended.send_replace(Some(outcome));
        });
        issuing
    }
}

impl Shared {
    async fn issue(&self) -> Outcome {
        let began = Instant::now();
        let refused = self.state().refused.take();
        let endpoint = TokenEndpoint { connection: &self.connection, api: &self.api };
        let issued = self.source.issue(endpoint, refused).await;
        let mut state = self.state();
        state.issuing = None;
        match issued {
            Ok(issued) => {
                if state.held.is_some() {
                    state.replacements = 0;
                }
                state.held = Some(Held::new(&issued, began));
                state.failures = 0;
                state.failed = None;
                Ok(())
            }
            Err(why) => {
                let pause = (SHORTEST_PAUSE * doubled(state.failures)).min(LONGEST_PAUSE);
                tracing::warn!(kind = %why.kind(), ?pause, "no channel access token could be issued");
                let why = Arc::new(why);
                state.failures += 1;
                state.failed = Some((why.clone(), Instant::now() + pause));
                Err(why)
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    /// Counts the lifetime from the start of the call: LINE counts from a later moment.
    fn new(issued: &IssuedToken, began: Instant) -> Self {
        let life = issued.lifetime().min(LONGEST_LIFE);
        Self {
            token: issued.access_token.clone(),
            authorization: bearer(issued.access_token.expose()),
            refresh_at: began + life * 2 / 3,
            expires_at: began + life - (life / 10).min(TRAVEL),
        }
    }
}

/// Returns 1, 2, 4 and so on, up to 1024.
fn doubled(times: u32) -> u32 {
    1 << times.min(10)
}
