use std::{
    future::Future,
    ops::ControlFlow,
    pin::Pin,
    task::{self, Poll},
};

use crate::boxed::BoxError;

/// The return value of a handler: nothing, or a `Result` with any error that converts into [`BoxError`], that is, any
/// error that implements [`Error`](std::error::Error) and is `Send + Sync + 'static`.
#[diagnostic::on_unimplemented(
    message = "a handler cannot return `{Self}`",
    label = "handlers return `()` or `Result<(), E>`",
    note = "the error `E` is any that converts into `BoxError`, such as `hikyaku::Error`; text becomes one by `.into()`"
)]
pub trait Handled {
    /// Converts the value.
    ///
    /// # Errors
    /// The handler's own error.
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

/// The return value of a function before the handlers: whether the event continues, or a `Result` of that with any
/// error that a handler may return.
#[diagnostic::on_unimplemented(
    message = "a function before the handlers cannot return `{Self}`",
    label = "it returns `ControlFlow<()>` or `Result<ControlFlow<()>, E>`",
    note = "the error `E` is any that converts into `BoxError`, such as `hikyaku::Error`; text becomes one by `.into()`"
)]
pub trait Passed {
    /// Converts the value.
    ///
    /// # Errors
    /// The function's own error.
    fn into_result(self) -> Result<ControlFlow<()>, BoxError>;
}

impl Passed for ControlFlow<()> {
    fn into_result(self) -> Result<ControlFlow<()>, BoxError> {
        Ok(self)
    }
}

#[diagnostic::do_not_recommend]
impl<E: Into<BoxError>> Passed for Result<ControlFlow<()>, E> {
    fn into_result(self) -> Result<ControlFlow<()>, BoxError> {
        self.map_err(Into::into)
    }
}

/// A running handler, on the heap, exactly as the handler made it: an async block around the future would drop it while
/// its panic unwinds, and a second panic would then end the program.
pub(super) struct Handling<T = ()>(Pin<Box<dyn PollAs<T> + Send>>);

impl Handling {
    pub(super) fn new(future: impl Future<Output: Handled> + Send + 'static) -> Self {
        Self(Box::pin(future))
    }
}

impl Handling<ControlFlow<()>> {
    pub(super) fn before(future: impl Future<Output: Passed> + Send + 'static) -> Self {
        Self(Box::pin(future))
    }
}

impl<T> Future for Handling<T> {
    type Output = Result<T, BoxError>;

    fn poll(self: Pin<&mut Self>, context: &mut task::Context<'_>) -> Poll<Self::Output> {
        self.get_mut().0.as_mut().poll_as(context)
    }
}

/// A future whose output converts into a result of `T`.
trait PollAs<T> {
    fn poll_as(self: Pin<&mut Self>, context: &mut task::Context<'_>) -> Poll<Result<T, BoxError>>;
}

impl<F: Future<Output: Handled>> PollAs<()> for F {
    fn poll_as(
        self: Pin<&mut Self>,
        context: &mut task::Context<'_>,
    ) -> Poll<Result<(), BoxError>> {
        self.poll(context).map(Handled::into_result)
    }
}

impl<F: Future<Output: Passed>> PollAs<ControlFlow<()>> for F {
    fn poll_as(
        self: Pin<&mut Self>,
        context: &mut task::Context<'_>,
    ) -> Poll<Result<ControlFlow<()>, BoxError>> {
        self.poll(context).map(Passed::into_result)
    }
}
