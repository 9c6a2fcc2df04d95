use crate::boxed::BoxError;

/// The outcome of an event.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// A handler handled it.
    Handled,
    /// No handler matched, and there is no fallback.
    Unhandled,
    /// A duplicate; it was handled before.
    Duplicate,
    /// Skipped: another module channel acts for the account. See [`Router::standby`](crate::Router::standby).
    Standby,
    /// Skipped: a dummy event. LINE's console used to send such events to verify a URL.
    Dummy,
    /// A function [`before`](crate::Router::before) the handlers stopped it.
    Stopped,
    /// A handler, or a function before it, failed.
    Failed(BoxError),
    /// A handler, or a function before it, panicked with this text.
    Panicked(String),
    /// The handler exceeded the timeout and was dropped.
    TimedOut,
}
