use std::{
    future::{Future, pending},
    ops::ControlFlow,
    sync::Arc,
    time::SystemTime,
};

use hikyaku_model::event::Event;
use http::Extensions;
use tracing::Instrument as _;

use super::{
    Context, Outcome, Router,
    contain::{Ended, contain},
};
use crate::{Seen, Webhook};

impl<S: Clone + Send + Sync + 'static> Router<S> {
    /// Handles the events of a webhook one after the other, in LINE's order, and returns the outcome of each.
    ///
    /// `received_at` is the time at which the request arrived: the validity of reply tokens counts from it. There is no
    /// timeout here, since a router has no clock: use your runtime's, or [`callback`](crate::axum::callback), which has
    /// one.
    pub async fn handle(&self, webhook: Webhook, received_at: SystemTime) -> Vec<Arc<Outcome>> {
        self.handle_within(webhook, received_at, pending).await
    }

    /// Handles events like [`handle`](Self::handle), with a timer for each: a handler is dropped when its timer ends.
    pub(crate) async fn handle_within<T: Future<Output = ()>>(
        &self,
        webhook: Webhook,
        received_at: SystemTime,
        timer: impl Fn() -> T,
    ) -> Vec<Arc<Outcome>> {
        let destination: Option<Arc<str>> = webhook.destination.map(|id| id.as_str().into());
        let mut outcomes = Vec::with_capacity(webhook.events.len());
        for event in webhook.events {
            let origin = Origin {
                destination: destination.clone(),
                received_at,
                extensions: Extensions::new(),
            };
            outcomes.push(self.handle_event(event, origin, self.seen.as_deref(), &timer).await);
        }
        outcomes
    }

    /// Handles one event from a store that keeps it until it is handled, and returns its outcome. [`once`](Self::once)
    /// does not apply: the store detects duplicates itself, and passes an event that failed to the handlers again.
    ///
    /// `extensions` are passed to the handlers in their [`Context`]. `timer` is called for the timeout of the handler,
    /// and again for each function [after](Self::after) it: a function is dropped when its timer ends.
    pub async fn handle_kept<T: Future<Output = ()>>(
        &self,
        event: Event,
        destination: Option<Arc<str>>,
        received_at: SystemTime,
        extensions: Extensions,
        timer: impl Fn() -> T,
    ) -> Arc<Outcome> {
        let origin = Origin { destination, received_at, extensions };
        self.handle_event(event, origin, None, &timer).await
    }

    async fn handle_event<T: Future<Output = ()>>(
        &self,
        event: Event,
        origin: Origin,
        seen: Option<&dyn Seen>,
        timer: &impl Fn() -> T,
    ) -> Arc<Outcome> {
        let Origin { destination, received_at, extensions } = origin;
        let span = tracing::info_span!(
            "webhook_event",
            r#type = event.type_word(),
            id = event.webhook_event_id(),
            destination = destination.as_deref(),
        );
        let context = Context::new(event, destination, received_at, extensions, self.state.clone());
        self.handle_in(context, seen, timer).instrument(span).await
    }

    async fn handle_in<T: Future<Output = ()>>(
        &self,
        context: Context<S>,
        seen: Option<&dyn Seen>,
        timer: &impl Fn() -> T,
    ) -> Arc<Outcome> {
        let outcome = match contain(|| self.outcome(context.clone(), seen), timer()).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(Ended::Panicked(text))) | Err(Ended::Panicked(text)) => Outcome::Panicked(text),
            Ok(Err(Ended::TimedOut)) | Err(Ended::TimedOut) => Outcome::TimedOut,
        };
        match &outcome {
            Outcome::Failed(error) => tracing::error!(error = &**error, "a handler failed"),
            Outcome::Panicked(text) => tracing::error!(text, "a handler panicked"),
            Outcome::TimedOut => tracing::error!("a handler took too long and was dropped"),
            _ => {}
        }
        let outcome = Arc::new(outcome);
        for after in &self.after {
            match contain(|| after(context.clone(), Arc::clone(&outcome)), timer()).await {
                Ok(()) => {}
                Err(Ended::Panicked(text)) => {
                    tracing::error!(text, "a function after the handlers panicked");
                }
                Err(Ended::TimedOut) => {
                    tracing::error!("a function after the handlers took too long and was dropped");
                }
            }
        }
        outcome
    }

    async fn outcome(
        &self,
        context: Context<S>,
        seen: Option<&dyn Seen>,
    ) -> Result<Outcome, Ended> {
        if context.event.is_dummy() {
            return Ok(Outcome::Dummy);
        }
        if context.event.is_standby() && !self.standby {
            return Ok(Outcome::Standby);
        }
        if is_duplicate(seen, &context.event).await? {
            return Ok(Outcome::Duplicate);
        }
        for before in &self.before {
            match contain(|| before(context.clone()), pending()).await? {
                Ok(ControlFlow::Continue(())) => {}
                Ok(ControlFlow::Break(())) => return Ok(Outcome::Stopped),
                Err(error) => return Ok(Outcome::Failed(error)),
            }
        }
        let route = self.routes.iter().find(|(matcher, _)| matcher.matches(&context.event));
        let Some(handler) = route.map(|(_, handler)| handler).or(self.fallback.as_ref()) else {
            return Ok(Outcome::Unhandled);
        };
        // Contained separately: a second panic while the handler's own unwinds through here would end the program.
        Ok(match contain(|| handler(context), pending()).await? {
            Ok(()) => Outcome::Handled,
            Err(error) => Outcome::Failed(error),
        })
    }
}

/// An event without an id, or with an id that the store cannot look up, is handled: twice is better than never.
async fn is_duplicate(seen: Option<&dyn Seen>, event: &Event) -> Result<bool, Ended> {
    match (seen, event.webhook_event_id()) {
        (Some(seen), Some(id)) => {
            Ok(!contain(|| seen.is_first(id), pending()).await?.unwrap_or(true))
        }
        _ => Ok(false),
    }
}

/// The data that the events of a webhook share.
struct Origin {
    destination: Option<Arc<str>>,
    received_at: SystemTime,
    extensions: Extensions,
}
