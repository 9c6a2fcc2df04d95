use std::{
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use hikyaku_model::event::{Event, ReplyToken};
use http::Extensions;

/// The argument of a handler: the event, and everything needed to handle it. Cheap to clone if the state is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Context<S> {
    /// The event.
    pub event: Arc<Event>,
    /// The state passed to [`Router::new`](crate::Router::new).
    pub state: S,
    /// The user id of the bot to which the event is addressed.
    pub destination: Option<Arc<str>>,
    /// The time at which the event was received.
    pub received_at: SystemTime,
    /// Values that the router's caller passes to handlers.
    pub extensions: Extensions,
    reply_token: Arc<Mutex<Option<ReplyToken>>>,
}

impl<S> Context<S> {
    pub(super) fn new(
        event: Event,
        destination: Option<Arc<str>>,
        received_at: SystemTime,
        extensions: Extensions,
        state: S,
    ) -> Self {
        let reply_token = Arc::new(Mutex::new(ReplyToken::of(&event, received_at)));
        Self { event: Arc::new(event), state, destination, received_at, extensions, reply_token }
    }

    /// Takes the reply token of the event. It works once, so it is returned once, to the first part of the program that
    /// asks.
    pub fn reply_token(&self) -> Option<ReplyToken> {
        self.reply_token.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
