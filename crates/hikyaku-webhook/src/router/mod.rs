//! Dispatches each event to its handler.

mod contain;
mod context;
mod handled;
mod matcher;
mod outcome;
mod run;

use std::{
    fmt,
    future::{Future, ready},
    ops::ControlFlow,
    sync::Arc,
};

use hikyaku_model::event::{ContentType, Event, EventType};

pub use context::Context;
use handled::Handling;
pub use handled::{Handled, Passed};
use matcher::Matcher;
pub use outcome::Outcome;

use crate::{Seen, boxed::BoxFuture};

type Handler<S> = Box<dyn Fn(Context<S>) -> Handling + Send + Sync>;
type Before<S> = Box<dyn Fn(Context<S>) -> Handling<ControlFlow<()>> + Send + Sync>;
type After<S> = Box<dyn Fn(Context<S>, Arc<Outcome>) -> BoxFuture<'static, ()> + Send + Sync>;

/// A router that dispatches each event to the first handler that matches, in the order in which handlers were added.
///
/// Handlers are async functions of a [`Context`]: the event, your state (a client, a pool), and the reply token. They
/// return nothing, or a `Result` with any error ([`Handled`]); a closure that ends in `Ok` names the type:
/// `Ok::<(), BoxError>(())`. The router needs no specific runtime. If a handler fails or panics, only its own event
/// fails, and the error is logged (`tracing`, level error).
///
/// Two kinds of events reach no handler: those in [standby](Self::standby), which another module channel answers, and
/// the [dummies](Event::is_dummy) that LINE's console used to send to verify a URL.
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
///     .on_postback("buy", async |_| println!("sold"))
///     .on(EventType::Follow, greet)
///     .fallback(async |context: Context<Bot>| {
///         println!("a {} came", context.event.type_word());
///     });
/// ```
pub struct Router<S> {
    state: S,
    seen: Option<Arc<dyn Seen>>,
    before: Vec<Before<S>>,
    routes: Vec<(Matcher, Handler<S>)>,
    fallback: Option<Handler<S>>,
    standby: bool,
    after: Vec<After<S>>,
}

impl<S: Clone + Send + Sync + 'static> Router<S> {
    /// Creates a router without handlers. Each handler receives a clone of the state.
    pub fn new(state: S) -> Self {
        Self {
            state,
            seen: None,
            before: Vec::new(),
            routes: Vec::new(),
            fallback: None,
            standby: false,
            after: Vec::new(),
        }
    }

    /// Handles text messages with exactly this text, ignoring blanks around it. Edits of messages reach none of the
    /// handlers for messages, so that no command runs twice: take them with `on(EventType::MessageEdited, …)`.
    pub fn on_text<F>(
        self,
        text: impl Into<String>,
        handler: impl Fn(Context<S>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output: Handled> + Send + 'static,
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
        F: Future<Output: Handled> + Send + 'static,
    {
        self.route(Matcher::TextPrefix(prefix.into()), handler)
    }

    /// Handles text messages that contain a match of this expression.
    #[cfg(feature = "regex")]
    pub fn on_text_regex<F>(
        self,
        regex: regex_lite::Regex,
        handler: impl Fn(Context<S>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output: Handled> + Send + 'static,
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
        F: Future<Output: Handled> + Send + 'static,
    {
        self.route(Matcher::Message(content), handler)
    }

    /// Handles postbacks with this key: their data is the key, or begins with it and one of `= & : ? / ,` or a blank.
    /// `buy` matches `buy`, `buy=42`, `buy:42` and `buy&item=42`; `action=buy` matches `action=buy&item=42`.
    pub fn on_postback<F>(
        self,
        key: impl Into<String>,
        handler: impl Fn(Context<S>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output: Handled> + Send + 'static,
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
        F: Future<Output: Handled> + Send + 'static,
    {
        self.route(Matcher::Event(event), handler)
    }

    /// Handles events for which this function returns true.
    pub fn on_if<F>(
        self,
        is_for: impl Fn(&Event) -> bool + Send + Sync + 'static,
        handler: impl Fn(Context<S>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output: Handled> + Send + 'static,
    {
        self.route(Matcher::If(Box::new(is_for)), handler)
    }

    /// Handles events that no other handler matches.
    pub fn fallback<F>(mut self, handler: impl Fn(Context<S>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output: Handled> + Send + 'static,
    {
        self.fallback = Some(boxed(handler));
        self
    }

    /// Also passes events in [standby](Event::is_standby) to the handlers. By default they end as
    /// [`Outcome::Standby`]: another module channel acts for the account, and this bot should send nothing.
    ///
    /// Source: <https://developers.line.biz/en/docs/partner-docs/module-technical-using-messaging-api/#receiving-webhook-events>
    pub fn standby(mut self) -> Self {
        self.standby = true;
        self
    }

    /// Adds a function that sees each event before its handler, and may stop it. Several run in the order in which they
    /// were added. The function may also return a `Result` with any error ([`Passed`]), which ends the event like a
    /// handler's error.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    ///
    /// use hikyaku_webhook::{Context, Router};
    ///
    /// let router = Router::new(()).before(async |context: Context<()>| {
    ///     let stop = context.event.user_id().is_none(); // a member of a group who does not share their id
    ///     if stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    /// });
    /// ```
    pub fn before<F>(mut self, before: impl Fn(Context<S>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output: Passed> + Send + 'static,
    {
        self.before.push(Box::new(move |context| Handling::before(before(context))));
        self
    }

    /// In groups and rooms, passes only messages that mention this bot to the handlers, new or edited; others end as
    /// [`Outcome::Stopped`]. One-on-one chats, and events that are not messages, are not affected. The text still
    /// contains the mention: [`Event::without_my_mentions`] returns the question itself.
    ///
    /// ```
    /// use hikyaku_webhook::{Context, Router};
    ///
    /// let router = Router::new(()).only_when_mentioned().fallback(async |context: Context<()>| {
    ///     println!("{:?} was asked", context.event.without_my_mentions());
    /// });
    /// ```
    pub fn only_when_mentioned(self) -> Self {
        self.only_when_mentioned_or_quoted(|_, _| false)
    }

    /// Does the same as [`only_when_mentioned`](Self::only_when_mentioned), and also passes messages that quote one of
    /// the bot's own: `is_mine` returns whether a message id is one of those. LINE's response to a send contains the
    /// ids.
    pub fn only_when_mentioned_or_quoted(
        self,
        is_mine: impl Fn(&S, &str) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.before(move |context: Context<S>| {
            let event = &context.event;
            let is_message =
                matches!(event.event_type(), EventType::Message | EventType::MessageEdited);
            let is_for_me = !is_message
                || event.is_one_to_one()
                || event.mentions_me()
                || event.quoted_message_id().is_some_and(|quoted| is_mine(&context.state, quoted));
            ready(if is_for_me { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        })
    }

    /// Adds a function that sees every event last, with its outcome: to log and to count, or to tell the user of a
    /// failure. Several run in the order in which they were added.
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

    /// Deduplicates events: handles each one once, however often LINE sends it. An event whose handler fails is not
    /// handled again, even if LINE redelivers it, because its id has been seen.
    pub fn once(mut self, seen: impl Seen + 'static) -> Self {
        self.seen = Some(Arc::new(seen));
        self
    }

    fn route<F>(
        mut self,
        matcher: Matcher,
        handler: impl Fn(Context<S>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output: Handled> + Send + 'static,
    {
        self.routes.push((matcher, boxed(handler)));
        self
    }
}

fn boxed<S, F>(handler: impl Fn(Context<S>) -> F + Send + Sync + 'static) -> Handler<S>
where
    F: Future<Output: Handled> + Send + 'static,
{
    Box::new(move |context| Handling::new(handler(context)))
}

impl<S> fmt::Debug for Router<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Router").field("routes", &self.routes.len()).finish_non_exhaustive()
    }
}
