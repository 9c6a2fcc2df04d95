use clap::{Args, Subcommand};
use hikyaku::model::{
    Check, Checker, Message as LineMessage, Object, Violations, flex::Container, limits::Segment,
    message::from_json, warnings,
};
use serde::Serialize;

use crate::{
    failure::usage,
    file,
    output::{self, Output},
};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hikyaku message fmt receipt.json
  pbpaste | hikyaku message fmt - > bubble.json")]
pub(crate) struct Message {
    #[command(subcommand)]
    verb: MessageVerb,
}

#[derive(Debug, Subcommand)]
enum MessageVerb {
    Fmt(Fmt),
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

/// What a file of messages holds.
#[derive(Serialize)]
#[serde(untagged)]
enum Document {
    Flex(Box<Container>),
    One(Box<LineMessage>),
    Many(Vec<LineMessage>),
}

impl Message {
    pub(crate) fn run(self, output: Output) -> anyhow::Result<()> {
        match self.verb {
            MessageVerb::Fmt(verb) => verb.run(output),
        }
    }
}

impl Fmt {
    fn run(self, output: Output) -> anyhow::Result<()> {
        let json = file::read(&self.file)?;
        let document = read(&json).map_err(|why| {
            usage(format!("{} is no JSON of messages: {why}; mend it there", self.file))
        })?;
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

fn read(json: &str) -> Result<Document, hikyaku::model::InvalidJson> {
    let mut messages = from_json(json)?;
    if let Ok(object) = serde_json::from_str::<Object>(json) {
        let kind = object.get("type").and_then(|kind| kind.as_str()).unwrap_or_default();
        if Container::TYPES.contains(&kind) {
            return Ok(Document::Flex(Box::new(object.into())));
        }
        if let Some(message) = messages.pop() {
            return Ok(Document::One(Box::new(message)));
        }
    }
    Ok(Document::Many(messages))
}

impl Check for Document {
    fn check(&self, checker: &mut Checker) {
        match self {
            Self::Flex(container) => container.check(checker),
            Self::One(message) => message.check(checker),
            Self::Many(messages) => {
                for (index, message) in messages.iter().enumerate() {
                    checker.at(Segment::Index(index), |checker| message.check(checker));
                }
            }
        }
    }
}
