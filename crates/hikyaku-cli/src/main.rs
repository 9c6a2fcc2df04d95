//! `hikyaku`: LINE messages from the command line.
//!
//! This crate parses arguments, calls the client and prints; it contains none of LINE's rules. `docs/cli.md` is its
//! manual.

mod act;
mod args;
mod browser;
mod channel;
mod connect;
mod consent;
mod demo;
mod document;
mod download;
mod environment;
mod failure;
mod file;
mod folder;
mod invocation;
mod listener;
mod log;
mod messages;
mod metrics;
mod network;
mod output;
mod profile;
mod progress;
mod recipients;
mod report;
mod secret;
mod send;
mod served;
mod stop;
mod store;
mod table;
mod targeting;
#[cfg_attr(not(feature = "otel"), path = "no_traces.rs")]
mod traces;
mod verb;
mod word;
mod work;

use std::process::ExitCode;

use args::Args;
use clap::{CommandFactory, Parser};
use tokio::runtime::Builder;

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return report::usage(&error),
    };
    let output = output::Output::new(args.json);
    match run(args, output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => report::failure(&error, output),
    }
}

fn run(args: Args, output: output::Output) -> anyhow::Result<()> {
    let mut builder = if args.verb.serves() {
        Builder::new_multi_thread()
    } else {
        // One call needs no threads, and starting them would cost more than the call's own work.
        Builder::new_current_thread()
    };
    let runtime = builder.enable_all().build()?;
    let traces = log::start(args.verbose, args.json, args.verb.works_alone(), runtime.handle())?;
    let result = runtime.block_on(args.verb.run(output, Args::command));
    if let Some(traces) = traces {
        runtime.block_on(traces.end());
    }
    // A thread may wait for stdin; everything that matters is on disk.
    runtime.shutdown_background();
    result
}
