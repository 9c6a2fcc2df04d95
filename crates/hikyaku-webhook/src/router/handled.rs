use std::{
    future::Future,
    pin::Pin,
    task::{self, Poll},
};

use crate::boxed::BoxError;

/// What a handler may return: nothing, or a `Result` with any error that converts into [`BoxError`], which are all that
/// implement [`Error`](std::error::Error) and are `Send + Sync + 'static`.
#[diagnostic::on_unimplemented(
    message = "a handler cannot return `{Self}`",
    label = "handlers return `()` or `Result<(), E>`",
    note = "the error `E` is any that converts into `BoxError`, such as `hikyaku::Error`; text becomes one by `.into()`"
)]
pub trait Handled {
    /// Converts it.
    ///
    /// # Errors
    /// The handler's own.
    fn into_result(self) -> Result<(), BoxError>;
}

impl Handled for () {
    fn into_result(self) -> Result<(), BoxError> {
        Ok(())
    }
}

#[diagnostic::do_not_recommend]
impl<E: Into<BoxError>> Handled for Result<(), E> {
    fn into_result(self) -> Result<(), BoxError> {
        self.map_err(Into::into)
    }
}

/// A handler at work, on the heap. The future stands there as the handler made it: an async block around it would drop it
/// while its panic unwinds, and a second panic then would end the program.
pub(super) struct Handling(Pin<Box<dyn PollHandled + Send>>);

impl Handling {
    pub(super) fn new(future: impl Future<Output: Handled> + Send + 'static) -> Self {
        Self(Box::pin(future))
    }
}

impl Future for Handling {
    type Output = Result<(), BoxError>;

    fn poll(self: Pin<&mut Self>, context: &mut task::Context<'_>) -> Poll<Self::Output> {
        self.get_mut().0.as_mut().poll_handled(context)
    }
}

trait PollHandled {
    fn poll_handled(
        self: Pin<&mut Self>,
        context: &mut task::Context<'_>,
    ) -> Poll<Result<(), BoxError>>;
}

impl<F: Future<Output: Handled>> PollHandled for F {
    fn poll_handled(
        self: Pin<&mut Self>,
        context: &mut task::Context<'_>,
    ) -> Poll<Result<(), BoxError>> {
        self.poll(context).map(Handled::into_result)
    }
}
