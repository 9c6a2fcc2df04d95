use hikyaku::model::{
    Check, Checker, InvalidJson, Message, Object, flex::Container, limits::Segment,
    message::from_json,
};
use serde::Serialize;

use crate::{failure::usage, file};

/// The content of a file of messages.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Document {
    Flex(Box<Container>),
    One(Box<Message>),
    Many(Vec<Message>),
}

impl Document {
    /// Reads a file that the user named; `-` is stdin.
    pub(crate) fn read(path: &str) -> anyhow::Result<Self> {
        let json = file::read(path)?;
        Self::parse(&json)
            .map_err(|why| usage(format!("{path} is no JSON of messages: {why}; mend it there")))
    }

    fn parse(json: &str) -> Result<Self, InvalidJson> {
        let mut messages = from_json(json)?;
        if let Ok(object) = serde_json::from_str::<Object>(json) {
            let kind = object.get("type").and_then(|kind| kind.as_str()).unwrap_or_default();
            if Container::TYPES.contains(&kind) {
                return Ok(Self::Flex(Box::new(object.into())));
            }
            if let Some(message) = messages.pop() {
                return Ok(Self::One(Box::new(message)));
            }
        }
        Ok(Self::Many(messages))
    }
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
