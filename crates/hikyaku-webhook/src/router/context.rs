use std::{
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use hikyaku_model::event::{Event, ReplyToken};
use http::Extensions;

/// What a handler is given: the event, and what it needs to deal with it. Cheap to clone if the state is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Context<S> {
    /// The event.
    pub event: Arc<Event>,
    /// The state that the router was made with.
    pub state: S,
    /// The user id of the bot that the event is for.
    pub destination: Option<Arc<str>>,
    /// When the event was received.
    pub received_at: SystemTime,
    /// What the part of the program that called the router has put there for handlers.
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

    /// Takes the reply token of the event, which works once: so it is given out once, to whichever part of the program
    /// asks first.
    pub fn reply_token(&self) -> Option<ReplyToken> {
        self.reply_token.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
