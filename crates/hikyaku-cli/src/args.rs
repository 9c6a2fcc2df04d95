use clap::{ArgAction, Parser};

use crate::verb::Verb;

/// LINE messages from the command line, to LINE itself or to a simulator of it
#[derive(Debug, Parser)]
#[command(
    name = "hikyaku",
    version,
    arg_required_else_help = true,
    after_help = "\
Begin here:
  hikyaku demo                          see messages travel, no account needed
  hikyaku sim                           LINE's side of the wire on this machine
  export LINE_CHANNEL_ACCESS_TOKEN=…    your channel's token, from LINE's console
  hikyaku push U4af49806… --text hi     a message to one person
  hikyaku doctor                        why messages do not arrive

Exit codes:
  0 done                              5 the month's quota is used up
  2 wrong usage, or invalid           6 too many calls in too short a time
  3 unauthorized or forbidden         7 no network, or LINE failed
  4 rejected, not found or gone       1 anything else"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) verb: Verb,

    /// Print one JSON document instead of text; errors are JSON too
    #[arg(long, global = true)]
    pub(crate) json: bool,

    #[arg(
        short,
        long,
        global = true,
        action = ArgAction::Count,
        help = "Log to stderr; -vv logs more, HIKYAKU_LOG sets a filter"
    )]
    pub(crate) verbose: u8,
}
