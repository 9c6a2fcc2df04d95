use clap::{Args, Subcommand};

use super::preview::Preview;
use crate::output::Output;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hikyaku flex preview bubble.json -o bubble.html
  hikyaku flex preview carousel.json -o carousel.png --width 360")]
pub(crate) struct Flex {
    #[command(subcommand)]
    verb: FlexVerb,
}

#[derive(Debug, Subcommand)]
enum FlexVerb {
    Preview(Preview),
}

impl Flex {
    pub(crate) fn run(self, output: Output) -> anyhow::Result<()> {
        match self.verb {
            FlexVerb::Preview(verb) => verb.run(output),
        }
    }
}
