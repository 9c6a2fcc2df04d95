//! `traces` without the feature `otel`: nothing is exported.

use tokio::runtime::Handle;
use tracing_subscriber::{Layer, Registry};

pub(crate) const HELP: &str = "";

/// A layer of the subscriber.
pub(crate) type BoxedLayer = Box<dyn Layer<Registry> + Send + Sync>;

pub(crate) enum Traces {}

impl Traces {
    #[expect(clippy::unnecessary_wraps, reason = "with the feature it can fail")]
    pub(crate) fn start(_: &Handle) -> anyhow::Result<Option<(Self, BoxedLayer)>> {
        Ok(None)
    }

    #[expect(clippy::unused_async, reason = "with the feature it waits")]
    pub(crate) async fn end(self) {
        match self {}
    }
}
