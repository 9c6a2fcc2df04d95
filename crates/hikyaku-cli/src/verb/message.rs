use clap::{Args, Subcommand};
use hikyaku::model::{Check, Violations, warnings};

use super::preview::Preview;
use crate::{
    document::Document,
    output::{self, Output},
};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hikyaku message fmt receipt.json
  hikyaku message preview receipt.json -o receipt.html
  pbpaste | hikyaku message fmt - > bubble.json")]
pub(crate) struct Message {
    #[command(subcommand)]
    verb: MessageVerb,
}

#[derive(Debug, Subcommand)]
enum MessageVerb {
    Fmt(Fmt),
    Preview(Preview),
}

/// Print messages or Flex as they are understood, and warn of what is not
#[derive(Debug, Args)]
#[command(after_help = "\
What this version does not know is kept and printed; warnings of it, and of broken limits, go to stderr.

Examples:
  hikyaku message fmt receipt.json
  hikyaku message fmt - < bubble.json")]
struct Fmt {
    /// A message, a list of messages, or a bubble or carousel of LINE's designer (- is stdin)
    file: String,
}

impl Message {
    pub(crate) fn run(self, output: Output) -> anyhow::Result<()> {
        match self.verb {
            MessageVerb::Fmt(verb) => verb.run(output),
            MessageVerb::Preview(verb) => verb.run(output),
        }
    }
}

impl Fmt {
    fn run(self, output: Output) -> anyhow::Result<()> {
        let document = Document::read(&self.file)?;
        let broken = document.validate().err();
        for warning in warnings(&document).iter().chain(broken.iter().flat_map(Violations::iter)) {
            output.warn(warning);
        }
        let json = if output.is_json() {
            serde_json::to_string(&document)?
        } else {
            serde_json::to_string_pretty(&document)?
        };
        output::print(json)
    }
}
