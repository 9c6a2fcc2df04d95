use std::{
    any::Any,
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::Poll,
};

/// The reason why a future did not complete.
pub(super) enum Ended {
    /// It panicked with this text.
    Panicked(String),
    /// It exceeded the limit.
    TimedOut,
}

/// Runs a future until it completes, panics, or reaches `limit`.
///
/// A panic may leave shared state half changed, which `Mutex` shows by its poison; handling that is up to the authors
/// of handlers, as with any thread that panics.
pub(super) async fn contain<F: Future>(
    start: impl FnOnce() -> F,
    limit: impl Future<Output = ()>,
) -> Result<F::Output, Ended> {
    let mut future = pin!(Some(catch(start)?));
    let mut limit = pin!(limit);
    let end = poll_fn(|context| {
        let poll = catch(|| future.as_mut().as_pin_mut().map(|future| future.poll(context)));
        match poll {
            Ok(Some(Poll::Ready(output))) => Poll::Ready(Ok(output)),
            Ok(_) => limit.as_mut().poll(context).map(|()| Err(Ended::TimedOut)),
            Err(panicked) => Poll::Ready(Err(panicked)),
        }
    })
    .await;
    // The future is dropped here, because a destructor can panic as well.
    let dropped = catch(|| future.set(None));
    end.and_then(|output| dropped.map(|()| output))
}

fn catch<T>(act: impl FnOnce() -> T) -> Result<T, Ended> {
    catch_unwind(AssertUnwindSafe(act)).map_err(|panic| Ended::Panicked(text(&*panic)))
}

fn text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no text".to_owned())
}
