//! Brings each event to the handler that is for it.

mod contain;
mod context;
mod matcher;

use std::{fmt, future::Future, ops::ControlFlow, sync::Arc, time::SystemTime};

use hikyaku_model::event::{ContentType, Event, EventType};

use contain::contain;
pub use context::Context;
use matcher::Matcher;

use crate::{
    Seen, Webhook,
    boxed::{BoxError, BoxFuture},
};

type Handler<S> = Box<dyn Fn(Context<S>) -> BoxFuture<'static, Result<(), BoxError>> + Send + Sync>;
type Before<S> =
    Box<dyn Fn(Context<S>) -> BoxFuture<'static, Result<ControlFlow<()>, BoxError>> + Send + Sync>;
type After<S> = Box<dyn Fn(Context<S>, Arc<Outcome>) -> BoxFuture<'static, ()> + Send + Sync>;

/// Brings each event to the first handler that was added for it.
///
/// Handlers are async functions of a [`Context`]: the event, your state (a client, a pool), and the reply token. The
/// router needs no runtime of its own; any can drive it. A handler that panics ends its own event only.
///
/// ```
/// use hikyaku_webhook::{BoxError, Context, Router};
/// use hikyaku_model::event::EventType;
///
/// #[derive(Clone)]
/// struct Bot {
///     greeting: &'static str,
/// }
///
/// async fn greet(context: Context<Bot>) -> Result<(), BoxError> {
///     let user = context.event.user_id().ok_or("nobody to greet")?;
///     println!("{} {user}", context.state.greeting);
///     Ok(())
/// }
///
/// let router = Router::new(Bot { greeting: "hello" })
///     .on_text("hi", greet)
///     .on_postback("buy", async |_| Ok(()))
///     .on(EventType::Follow, greet)
///     .default(async |context: Context<Bot>| {
///         println!("a {} came", context.event.type_word());
///         Ok(())
///     });
/// ```
pub struct Router<S> {
    state: S,
    seen: Option<Arc<dyn Seen>>,
    before: Vec<Before<S>>,
    routes: Vec<(Matcher, Handler<S>)>,
    default: Option<Handler<S>>,
    after: Vec<After<S>>,
}

/// What became of an event.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// A handler took it.
    Handled,
    /// No handler is for it, and there is no default.
    Unhandled,
    /// It was there before.
    Duplicate,
    /// What comes before the handlers stopped it.
    Stopped,
    /// A handler, or what comes before, failed.
    Failed(BoxError),
    /// A handler, or what comes before, panicked with this text.
    Panicked(String),
}

impl<S: Clone + Send + Sync + 'static> Router<S> {
    /// A router without handlers. Each handler is given a clone of the state.
    pub fn new(state: S) -> Self {
        Self {
            state,
            seen: None,
            before: Vec::new(),
            routes: Vec::new(),
            default: None,
            after: Vec::new(),
        }
    }

    /// Handles text messages with this text, not counting blanks around it.
    pub fn on_text<F>(
        self,
        text: impl Into<String>,
        handler: impl Fn(Context<S>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        self.route(Matcher::Text(text.into()), handler)
    }

    /// Handles text messages that begin with this text.
    pub fn on_text_prefix<F>(
        self,
        prefix: impl Into<String>,
        handler: impl Fn(Context<S>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        self.route(Matcher::TextPrefix(prefix.into()), handler)
    }

    /// Handles text messages that have a match of this expression in them.
    #[cfg(feature = "regex")]
    pub fn on_text_regex<F>(
        self,
        regex: regex_lite::Regex,
        handler: impl Fn(Context<S>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        self.route(Matcher::TextRegex(regex), handler)
    }

    /// Handles messages of this type.
    pub fn on_message<F>(
        self,
        content: ContentType,
        handler: impl Fn(Context<S>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        self.route(Matcher::Message(content), handler)
    }

    /// Handles postbacks with this key: their data is the key, or begins with it and one of `= & : ? / ,` or a blank.
    /// So `buy` is for `buy`, `buy=42`, `buy:42` and `buy&item=42`, and `action=buy` for `action=buy&item=42`.
    pub fn on_postback<F>(
        self,
        key: impl Into<String>,
        handler: impl Fn(Context<S>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        self.route(Matcher::Postback(key.into()), handler)
    }

    /// Handles events of this type.
    pub fn on<F>(
        self,
        event: EventType,
        handler: impl Fn(Context<S>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        self.route(Matcher::Event(event), handler)
    }

    /// Handles events that this is true for.
    pub fn on_if<F>(
        self,
        is_for: impl Fn(&Event) -> bool + Send + Sync + 'static,
        handler: impl Fn(Context<S>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        self.route(Matcher::If(Box::new(is_for)), handler)
    }

    /// Handles events that no other handler is for.
    pub fn default<F>(mut self, handler: impl Fn(Context<S>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        self.default = Some(boxed(handler));
        self
    }

    /// Sees each event before its handler, and may stop it. Several run in the order they were added.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    ///
    /// use hikyaku_webhook::{Context, Router};
    ///
    /// let router = Router::new(()).before(async |context: Context<()>| {
    ///     let stop = context.event.is_standby(); // another module speaks for the account
    ///     Ok(if stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    /// });
    /// ```
    pub fn before<F>(mut self, before: impl Fn(Context<S>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<ControlFlow<()>, BoxError>> + Send + 'static,
    {
        self.before.push(Box::new(move |context| Box::pin(before(context))));
        self
    }

    /// Sees each event after all else, and what became of it: to log and to count, or to tell the user of a failure.
    /// Several run in the order they were added.
    pub fn after<F>(
        mut self,
        after: impl Fn(Context<S>, Arc<Outcome>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.after.push(Box::new(move |context, outcome| Box::pin(after(context, outcome))));
        self
    }

    /// Handles each event once, however often LINE sends it. What comes first and fails does not come again: LINE got
    /// its answer long before.
    pub fn once(mut self, seen: impl Seen + 'static) -> Self {
        self.seen = Some(Arc::new(seen));
        self
    }

    /// Handles the events of a webhook, one after the other in LINE's order, and tells what became of each.
    ///
    /// `received_at` is when the request came: reply tokens count from it.
    pub async fn handle(&self, webhook: Webhook, received_at: SystemTime) -> Vec<Arc<Outcome>> {
        let destination: Option<Arc<str>> = webhook.destination.map(Arc::from);
        let mut outcomes = Vec::with_capacity(webhook.events.len());
        for event in webhook.events {
            let context = Context::new(event, destination.clone(), received_at, self.state.clone());
            outcomes.push(self.handle_event(context).await);
        }
        outcomes
    }

    async fn handle_event(&self, context: Context<S>) -> Arc<Outcome> {
        let outcome =
            contain(|| self.outcome(context.clone())).await.unwrap_or_else(Outcome::Panicked);
        let outcome = Arc::new(outcome);
        for after in &self.after {
            // What comes after sees panics, its own too: there is nobody left to tell.
            let _ = contain(|| after(context.clone(), Arc::clone(&outcome))).await;
        }
        outcome
    }

    async fn outcome(&self, context: Context<S>) -> Outcome {
        if self.is_duplicate(&context.event).await {
            return Outcome::Duplicate;
        }
        for before in &self.before {
            match before(context.clone()).await {
                Ok(ControlFlow::Continue(())) => {}
                Ok(ControlFlow::Break(())) => return Outcome::Stopped,
                Err(error) => return Outcome::Failed(error),
            }
        }
        let route = self.routes.iter().find(|(matcher, _)| matcher.matches(&context.event));
        match route.map(|(_, handler)| handler).or(self.default.as_ref()) {
            None => Outcome::Unhandled,
            Some(handler) => match handler(context).await {
                Ok(()) => Outcome::Handled,
                Err(error) => Outcome::Failed(error),
            },
        }
    }

    /// An event without an id, or with one that the store cannot tell about, is handled: twice is better than never.
    async fn is_duplicate(&self, event: &Event) -> bool {
        match (&self.seen, event.webhook_event_id()) {
            (Some(seen), Some(id)) => !seen.is_first(id).await.unwrap_or(true),
            _ => false,
        }
    }

    fn route<F>(
        mut self,
        matcher: Matcher,
        handler: impl Fn(Context<S>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        self.routes.push((matcher, boxed(handler)));
        self
    }
}

fn boxed<S, F>(handler: impl Fn(Context<S>) -> F + Send + Sync + 'static) -> Handler<S>
where
    F: Future<Output = Result<(), BoxError>> + Send + 'static,
{
    Box::new(move |context| Box::pin(handler(context)))
}

impl<S> fmt::Debug for Router<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Router").field("routes", &self.routes.len()).finish_non_exhaustive()
    }
}
