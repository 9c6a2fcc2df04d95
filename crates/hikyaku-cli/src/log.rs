use tokio::runtime::Handle;
use tracing_subscriber::{
    Layer, filter::Targets, fmt::format::FmtSpan, layer::SubscriberExt, util::SubscriberInitExt,
};

use crate::{
    environment,
    failure::usage,
    traces::{BoxedLayer, Traces},
};

const VARIABLE: &str = "HIKYAKU_LOG";

/// Starts logging to stderr if the user asked for it, and the export of spans if the environment names a collector. No
/// other command pays for a subscriber.
pub(crate) fn start(
    verbosity: u8,
    json: bool,
    alone: bool,
    runtime: &Handle,
) -> anyhow::Result<Option<Traces>> {
    let lines = lines(verbosity, json, alone)?;
    let (traces, spans) = Traces::start(runtime)?.unzip();
    let layers: Vec<_> = lines.into_iter().chain(spans).collect();
    if !layers.is_empty() {
        tracing_subscriber::registry().with(layers).init();
    }
    Ok(traces)
}

/// The log as text, or as one JSON object per line. A verb that runs unattended logs warnings by default.
fn lines(verbosity: u8, json: bool, alone: bool) -> anyhow::Result<Option<BoxedLayer>> {
    let filter = match (environment::text(VARIABLE)?, verbosity) {
        (Some(filter), 0) => filter,
        (_, 0) if alone => "hikyaku=warn".to_owned(),
        (_, 0) => return Ok(None),
        // The names of all crates of this project begin like this.
        (_, 1) => "hikyaku=debug".to_owned(),
        (_, _) => "debug".to_owned(),
    };
    // Not `EnvFilter`: the tables of its regular expressions are more than a third of what must be relocated at each start.
    let filter: Targets = filter.parse().map_err(|error| {
        usage(format!("{VARIABLE} is no filter: {error}; set one such as hikyaku=debug"))
    })?;
    let lines = tracing_subscriber::fmt::layer()
        .with_span_events(FmtSpan::CLOSE)
        .with_writer(std::io::stderr)
        .with_ansi(anstream::stderr().current_choice() != anstream::ColorChoice::Never);
    let lines = if json { lines.json().boxed() } else { lines.boxed() };
    Ok(Some(lines.with_filter(filter).boxed()))
}
