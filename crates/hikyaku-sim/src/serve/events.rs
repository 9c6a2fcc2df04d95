use std::{pin::pin, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderValue, Response, header};
use tokio::{
    sync::{mpsc, watch},
    time::sleep,
};

use super::{stopped, wire::WireBody};
use crate::shared::Shared;

/// How long a stream is silent at most, so that both ends notice when the other is gone.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// How close together events are at most.
const SPACING: Duration = Duration::from_millis(10);

/// Server-sent events: one at once, and one whenever something may have changed since the last was read. Each says how much
/// there is; what is new is asked for by other calls.
pub(super) fn stream(shared: Arc<Shared>, stopping: watch::Receiver<bool>) -> Response<WireBody> {
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        let mut stop = pin!(stopped(stopping));
        let mut piece = told(&shared);
        loop {
            let mut changed = pin!(shared.changed.notified());
            changed.as_mut().enable();
            // A reader that is slow gets one event for many changes.
            tokio::select! {
                sent = sender.send(piece) => if sent.is_err() { return },
                () = &mut stop => return,
            }
            piece = tokio::select! {
                () = changed => {
                    sleep(SPACING).await;
                    told(&shared)
                }
                () = sleep(HEARTBEAT) => Bytes::from_static(b":\n\n"),
                () = sender.closed() => return,
                () = &mut stop => return,
            };
        }
    });
    let mut response = Response::new(WireBody::stream(receiver));
    for (name, value) in [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// How much there is.
fn told(shared: &Shared) -> Bytes {
    let world = shared.world();
    let json = serde_json::json!({
        "run": shared.run.to_string(),
        "deliveries": world.outbox.delivered(),
        "acts": world.talk.done(),
        "requests": world.log.requests(),
        "webhookAttempts": world.webhooks.attempts(),
    });
    format!("retry: 500\nevent: change\ndata: {json}\n\n").into()
}
