use tracing_subscriber::{EnvFilter, fmt::format::FmtSpan};

use crate::failure::usage;

const VARIABLE: &str = "HIKYAKU_LOG";

/// Begins to write what happens to stderr, where the user asked for it: as text, or as one JSON object a line. What goes
/// wrong in a verb that works on its own is told unasked. Nobody else pays for a subscriber.
pub(crate) fn start(verbosity: u8, json: bool, alone: bool) -> anyhow::Result<()> {
    let filter = match (std::env::var(VARIABLE), verbosity) {
        (Ok(filter), 0) if !filter.is_empty() => filter,
        (_, 0) if alone => "hikyaku=warn".to_owned(),
        (_, 0) => return Ok(()),
        // All crates of this project begin so.
        (_, 1) => "hikyaku=debug".to_owned(),
        (_, _) => "trace".to_owned(),
    };
    let filter = EnvFilter::try_new(filter).map_err(|error| {
        usage(format!("{VARIABLE} is no filter: {error}; set one such as hikyaku=debug"))
    })?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_span_events(FmtSpan::CLOSE)
        .with_writer(std::io::stderr)
        .with_ansi(anstream::stderr().current_choice() != anstream::ColorChoice::Never);
    if json {
        log.json().init();
    } else {
        log.init();
    }
    Ok(())
}
