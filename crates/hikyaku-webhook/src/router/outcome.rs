use crate::boxed::BoxError;

/// What became of an event.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// A handler took it.
    Handled,
    /// No handler matched, and there is no fallback.
    Unhandled,
    /// It was handled before.
    Duplicate,
    /// It was passed by: another module channel speaks for the account. See [`Router::standby`](crate::Router::standby).
    Standby,
    /// It was passed by: nobody did this. LINE's console once sent such events to verify a URL.
    Dummy,
    /// A function that runs [`before`](crate::Router::before) the handlers stopped it.
    Stopped,
    /// A handler, or a function before it, failed.
    Failed(BoxError),
    /// A handler, or a function before it, panicked with this text.
    Panicked(String),
    /// The time limit ended first, and the handler was dropped where it waited.
    TimedOut,
}
