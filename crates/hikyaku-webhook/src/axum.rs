//! Webhooks with axum.
//!
//! [`callback`] is the whole server side of a bot: it answers LINE at once and handles the events behind a bounded queue.
//! With a [`Receiver`] in its state, a handler of your own can take a [`Webhook`] as its argument instead.
//!
//! ```no_run
//! use hikyaku_model::ChannelSecret;
//! use hikyaku_webhook::{Receiver, Router, SeenInMemory, Verifier, axum::{Queue, callback}};
//!
//! # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
//! let secret: ChannelSecret = std::env::var("LINE_CHANNEL_SECRET")?.parse()?;
//! let router = Router::new(()).once(SeenInMemory::default()).on_text("hi", async |_| Ok(()));
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
    future::Future,
    num::NonZeroUsize,
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
use tokio::{sync::mpsc, task::JoinSet, time::timeout};

use crate::{Error, Receiver, Router, Webhook};

/// How long a request may take to send its body.
const READ_WITHIN: Duration = Duration::from_secs(10);

/// How much waits, and how much happens at once.
#[derive(Clone, Copy, Debug)]
pub struct Queue {
    /// How many webhooks wait to be handled. Each is at most as large as the receiver allows.
    pub waiting: NonZeroUsize,
    /// How many webhooks are handled at once. The events of one are handled in order.
    pub at_once: NonZeroUsize,
    /// How long a request waits for a place in a full queue before it is answered with 503. LINE then sends the webhook
    /// again if redelivery is on; it gives up on an answer after 2 seconds.
    ///
    /// Source: <https://developers.line.biz/en/docs/messaging-api/check-webhook-error-statistics/>
    pub patience: Duration,
}

/// 256 webhooks waiting, 32 at once, 1.5 seconds.
impl Default for Queue {
    fn default() -> Self {
        Self {
            waiting: NonZeroUsize::new(256).unwrap_or(NonZeroUsize::MIN),
            at_once: NonZeroUsize::new(32).unwrap_or(NonZeroUsize::MIN),
            patience: Duration::from_millis(1500),
        }
    }
}

/// The route that LINE's requests go to, and the work behind it.
///
/// The route verifies a request, puts it in the queue and answers 200; handlers run later, in the work. It answers 401
/// to a bad signature, 413 to a body that is too long, 503 when the queue stays full.
///
/// The work is a future to spawn. It ends when the server has dropped the route and all that was accepted is handled:
/// await it after the server's own end.
pub fn callback<App, S>(
    receiver: Receiver,
    router: Router<App>,
    queue: Queue,
) -> (MethodRouter<S>, impl Future<Output = ()> + Send + 'static)
where
    App: Clone + Send + Sync + 'static,
    S: Clone + Send + Sync + 'static,
{
    let (places, waiting) = mpsc::channel(queue.waiting.get());
    let callback = Callback { receiver, places, patience: queue.patience };
    (post(accept).with_state(callback), work(waiting, Arc::new(router), queue.at_once))
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
            place.send(Received { webhook, at: SystemTime::now() });
            StatusCode::OK
        }
        Ok(Err(_)) | Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

async fn work<App: Clone + Send + Sync + 'static>(
    mut waiting: mpsc::Receiver<Received>,
    router: Arc<Router<App>>,
    at_once: NonZeroUsize,
) {
    let mut tasks = JoinSet::new();
    loop {
        while tasks.len() >= at_once.get() {
            tasks.join_next().await;
        }
        let Some(Received { webhook, at }) = waiting.recv().await else { break };
        let router = Arc::clone(&router);
        tasks.spawn(async move { router.handle(webhook, at).await });
    }
    while tasks.join_next().await.is_some() {}
}

/// Takes a verified webhook from a request. The state must have a [`Receiver`].
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

/// The status, and what is wrong as plain text.
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        (self.status(), self.to_string()).into_response()
    }
}
