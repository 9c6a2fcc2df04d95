use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use hikyaku::model::{Message, Object, message, send::message_warnings};
use serde::Deserialize;

use crate::{failure::usage, file, output::Output};

/// The messages of a send, in the order of their flags.
#[derive(Clone, Debug)]
pub(crate) struct MessageArgs(Vec<Part>);

#[derive(Clone, Debug)]
struct Part {
    flag: Flag,
    value: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flag {
    Text,
    Sticker,
    Image,
    Flex,
    AltText,
    Message,
}

impl Flag {
    const ALL: [Self; 6] =
        [Self::Text, Self::Sticker, Self::Image, Self::Flex, Self::AltText, Self::Message];

    fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Sticker => "sticker",
            Self::Image => "image",
            Self::Flex => "flex",
            Self::AltText => "alt-text",
            Self::Message => "message",
        }
    }

    fn arg(self) -> Arg {
        let (value, help) = match self {
            Self::Text => ("TEXT", "A text"),
            Self::Sticker => ("PKG:ID", "A sticker, by its package and its own number"),
            Self::Image => ("URL[,PREVIEW]", "A picture by its https address, and a smaller one"),
            Self::Flex => {
                ("@FILE", "Flex: a bubble or carousel from LINE's designer (@- is stdin)")
            }
            Self::AltText => ("TEXT", "What the chat list shows of the Flex message before it"),
            Self::Message => ("JSON|@FILE", "Any message of LINE's in JSON, or a list of them"),
        };
        Arg::new(self.name())
            .long(self.name())
            .value_name(value)
            .help(help)
            .help_heading("Messages (1 to 5, sent in this order)")
            .action(ArgAction::Append)
            .allow_hyphen_values(true)
    }
}

impl Args for MessageArgs {
    fn augment_args(command: Command) -> Command {
        command.args(Flag::ALL.map(Flag::arg))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for MessageArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut parts = Vec::new();
        for flag in Flag::ALL {
            let indices = matches.indices_of(flag.name()).into_iter().flatten();
            let values = matches.get_many::<String>(flag.name()).into_iter().flatten();
            parts.extend(indices.zip(values).map(|(index, value)| (index, flag, value)));
        }
        parts.sort_by_key(|(index, ..)| *index);
        let part = |(_, flag, value): (usize, Flag, &String)| Part { flag, value: value.clone() };
        Ok(Self(parts.into_iter().map(part).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl MessageArgs {
    /// Reads the messages. The client checks whether LINE accepts them; unknown content is reported here.
    pub(crate) fn read(&self, output: Output) -> anyhow::Result<Vec<Message>> {
        let messages = self.parse()?;
        for warning in message_warnings(&messages) {
            output.warn(&warning);
        }
        Ok(messages)
    }

    fn parse(&self) -> anyhow::Result<Vec<Message>> {
        let mut messages = Vec::new();
        let mut parts = self.0.iter().peekable();
        while let Some(Part { flag, value }) = parts.next() {
            match flag {
                Flag::Text => messages.push(Message::text(value)),
                Flag::Sticker => messages.push(sticker(value)?),
                Flag::Image => messages.push(image(value)),
                Flag::Flex => {
                    let alt_text = parts.next_if(|part| part.flag == Flag::AltText);
                    messages.push(flex(value, alt_text.map(|part| part.value.as_str()))?);
                }
                Flag::AltText => match parts.next_if(|part| part.flag == Flag::Flex) {
                    Some(flex_part) => messages.push(flex(&flex_part.value, Some(value))?),
                    None => return Err(usage("--alt-text belongs to a --flex; put it beside one")),
                },
                Flag::Message => {
                    let (json, name) = file::read_argument("--message", value)?;
                    messages.extend(message::from_json(&json).map_err(|why| {
                        let step = file::next_step(value);
                        usage(format!("{name} is no JSON of messages: {why}; {step}"))
                    })?);
                }
            }
        }
        if messages.is_empty() {
            return Err(usage(
                "no message; add --text, --sticker, --image, --flex or --message, up to 5 in all",
            ));
        }
        Ok(messages)
    }
}

fn sticker(value: &str) -> anyhow::Result<Message> {
    match value.split_once(':') {
        Some((package, id)) if !package.is_empty() && !id.is_empty() && !id.contains(':') => {
            Ok(Message::sticker(package, id))
        }
        _ => Err(usage(format!("--sticker {value}: expected PACKAGE:ID, such as 446:1988"))),
    }
}

fn image(value: &str) -> Message {
    // A comma may be part of a URL, so only one before another URL separates the two.
    let preview = value
        .match_indices(',')
        .map(|(at, _)| (&value[..at], &value[at + 1..]))
        .find(|(_, preview)| preview.starts_with("https://") || preview.starts_with("http://"));
    match preview {
        Some((original, preview)) => message::ImageMessage::new(original).preview(preview).into(),
        None => Message::image(value),
    }
}

/// Builds a Flex Message from the JSON of LINE's Flex Message Simulator: a container, or a whole message.
fn flex(value: &str, alt_text: Option<&str>) -> anyhow::Result<Message> {
    let (mut object, name) = file::read_json::<Object>("--flex", value)?;
    if object.get("type").is_none_or(|kind| kind != "flex") {
        let contents = std::mem::take(&mut object);
        object.insert("type".to_owned(), "flex".into());
        object.insert("contents".to_owned(), contents.into());
    }
    if let Some(alt_text) = alt_text {
        object.insert("altText".to_owned(), alt_text.into());
    } else if !object.contains_key("altText") {
        return Err(usage(format!(
            "the Flex message of {name} has no text for the chat list; add --alt-text TEXT after it"
        )));
    }
    Ok(Message::deserialize(object)?)
}
