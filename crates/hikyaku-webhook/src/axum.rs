//! Webhooks with axum.
//!
//! [`callback`] is the whole server side of a bot: it answers LINE at once and handles the events from a bounded queue.
//! With a [`Receiver`] in its state, your own handler can take a [`Webhook`] as an argument instead.
//!
//! ```no_run
//! use hikyaku_model::ChannelSecret;
//! use hikyaku_webhook::{Receiver, Router, SeenInMemory, Verifier, axum::{Queue, callback}};
//!
//! # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
//! let secret: ChannelSecret = std::env::var("LINE_CHANNEL_SECRET")?.parse()?;
//! let router = Router::new(()).once(SeenInMemory::default()).on_text("hi", async |_| {});
//! let (route, work) = callback(Receiver::new(Verifier::new(&secret)), router, Queue::default());
//! let work = tokio::spawn(work);
//!
//! let app: axum::Router = axum::Router::new().route("/callback", route);
//! // axum::serve(listener, app).with_graceful_shutdown(signal).await?;
//! work.await?; // what was accepted is handled to its end
//! # Ok(())
//! # }
//! ```

use std::{
    future::{Future, pending},
    sync::Arc,
    time::{Duration, SystemTime},
};

use axum::{
    body::Body,
    extract::{FromRef, FromRequest, State},
    response::{IntoResponse, Response},
    routing::{MethodRouter, post},
};
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{Error, Receiver, Router, Webhook};

/// The timeout for a request to send its body.
const READ_WITHIN: Duration = Duration::from_secs(10);

/// The settings of [`callback`]'s queue: its length, its concurrency and its timeouts.
///
/// By default 256 webhooks wait, 32 are handled at once, a request waits 1.5 seconds for a place, and a handler has two
/// minutes.
#[derive(Clone, Copy, Debug)]
pub struct Queue {
    waiting: usize,
    at_once: usize,
    patience: Duration,
    time_limit: Option<Duration>,
}

impl Default for Queue {
    fn default() -> Self {
        Self {
            waiting: 256,
            at_once: 32,
            patience: Duration::from_millis(1500),
            time_limit: Some(Duration::from_secs(2 * 60)),
        }
    }
}

impl Queue {
    /// Sets the number of webhooks that can wait, at least 1. Each is at most as large as the receiver allows.
    pub fn waiting(mut self, webhooks: usize) -> Self {
        self.waiting = webhooks.max(1);
        self
    }

    /// Sets the number of webhooks that are handled at once, at least 1. The events of one webhook are handled in
    /// order.
    pub fn at_once(mut self, webhooks: usize) -> Self {
        self.at_once = webhooks.max(1);
        self
    }

    /// Sets how long a request waits for a place in a full queue before it is answered with 503. LINE then redelivers
    /// the webhook if redelivery is on. LINE itself times out after 2 seconds.
    ///
    /// Source: <https://developers.line.biz/en/docs/messaging-api/check-webhook-error-statistics/>
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Sets the timeout for handling one event; `None` means no timeout. A handler that exceeds it is dropped at its
    /// current await, the outcome is [`TimedOut`](crate::Outcome::TimedOut), and the next event of the webhook follows.
    /// Each function that runs [after](Router::after) the handlers has its own timeout of the same length.
    ///
    /// Without a timeout, a handler that hangs keeps its place for ever, and once all places are taken the bot answers
    /// 503 until it is restarted. A timeout cannot end a handler that blocks its thread.
    pub fn time_limit(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.time_limit = limit.into();
        self
    }
}

/// Returns the route for LINE's requests, and the work behind it.
///
/// The route verifies a request, queues it and answers 200; the work runs the handlers later. The route answers 401 to
/// a bad signature, 413 to a body that is too long, and 503 if the queue stays full. The [receiver's
/// clock](Receiver::clock) gives the time at which events are received, and decides when their reply tokens expire.
///
/// The work is a future to spawn. It ends when the server has dropped the route and every accepted webhook is handled:
/// await it after the server has ended. A program that is killed loses webhooks that were accepted but not yet handled,
/// because LINE has been answered and does not send them again.
pub fn callback<App, S>(
    receiver: Receiver,
    router: Router<App>,
    queue: Queue,
) -> (MethodRouter<S>, impl Future<Output = ()> + Send + 'static)
where
    App: Clone + Send + Sync + 'static,
    S: Clone + Send + Sync + 'static,
{
    let (places, waiting) = mpsc::channel(queue.waiting);
    let callback = Callback { receiver, places, patience: queue.patience };
    (post(accept).with_state(callback), work(waiting, Arc::new(router), queue))
}

#[derive(Clone)]
struct Callback {
    receiver: Receiver,
    places: mpsc::Sender<Received>,
    patience: Duration,
}

struct Received {
    webhook: Webhook,
    at: SystemTime,
}

impl FromRef<Callback> for Receiver {
    fn from_ref(callback: &Callback) -> Self {
        callback.receiver.clone()
    }
}

async fn accept(State(callback): State<Callback>, webhook: Webhook) -> StatusCode {
    if webhook.events.is_empty() {
        return StatusCode::OK;
    }
    match timeout(callback.patience, callback.places.reserve()).await {
        Ok(Ok(place)) => {
            place.send(Received { webhook, at: callback.receiver.now() });
            StatusCode::OK
        }
        Ok(Err(_)) | Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

async fn work<App: Clone + Send + Sync + 'static>(
    mut waiting: mpsc::Receiver<Received>,
    router: Arc<Router<App>>,
    queue: Queue,
) {
    let mut tasks = JoinSet::new();
    loop {
        while tasks.len() >= queue.at_once {
            tasks.join_next().await;
        }
        let Some(Received { webhook, at }) = waiting.recv().await else { break };
        let router = Arc::clone(&router);
        tasks.spawn(async move {
            router.handle_within(webhook, at, || ends_after(queue.time_limit)).await;
        });
    }
    while tasks.join_next().await.is_some() {}
}

async fn ends_after(limit: Option<Duration>) {
    match limit {
        Some(limit) => sleep(limit).await,
        None => pending().await,
    }
}

/// Extracts a verified webhook from a request. The state must have a [`Receiver`].
impl<S> FromRequest<S> for Webhook
where
    Receiver: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Error;

    async fn from_request(request: Request<Body>, state: &S) -> Result<Self, Error> {
        let receiver = Receiver::from_ref(state);
        let (parts, body) = request.into_parts();
        let limit = receiver.body_limit();
        let announced = parts
            .headers
            .get(header::CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok()?.parse().ok());
        if announced.is_some_and(|length: usize| length > limit) {
            return Err(Error::TooLarge { limit });
        }
        let body = match timeout(READ_WITHIN, Limited::new(body, limit).collect()).await {
            Ok(Ok(body)) => body.to_bytes(),
            Ok(Err(error)) if error.is::<LengthLimitError>() => {
                return Err(Error::TooLarge { limit });
            }
            Ok(Err(_)) | Err(_) => return Err(Error::Interrupted),
        };
        receiver.receive(&parts, &body)
    }
}

/// Responds with the status, and the error as plain text.
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        (self.status(), self.to_string()).into_response()
    }
}
