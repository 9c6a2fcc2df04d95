use std::{fmt, sync::Arc};

use futures_core::future::BoxFuture;

type Hook = dyn Fn() -> BoxFuture<'static, ()> + Send + Sync;

/// Where a test stops a transaction: before each of its statements.
#[derive(Clone)]
pub(crate) struct Gate(Arc<Hook>);

impl Gate {
    pub(crate) fn new(hook: impl Fn() -> BoxFuture<'static, ()> + Send + Sync + 'static) -> Self {
        Self(Arc::new(hook))
    }

    pub(super) async fn pass(&self) {
        (self.0)().await;
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gate")
    }
}
