use std::collections::BTreeMap;

use hikyaku_model::{
    Check, Checker, Message, MessageKind, SendKind,
    limits::{Dialect, Problem, Refusal},
    send::{self, AggregationUnit},
};
use http::{StatusCode, header};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use super::{Answer, Request};

/// A JSON object with its properties unread. Those that nobody asks for do not matter, as they do not to LINE.
#[derive(Debug)]
pub(crate) struct Body<'a>(BTreeMap<String, &'a RawValue>);

impl<'a> Body<'a> {
    /// Reads the body of a request.
    pub(crate) fn read(request: &'a Request) -> Result<Self, Answer> {
        let content_type = request.headers.get(header::CONTENT_TYPE);
        let content_type = content_type.map_or(Ok(""), |value| value.to_str()).unwrap_or("");
        let media_type = content_type.split(';').next().unwrap_or("").trim();
        if !media_type.eq_ignore_ascii_case("application/json") {
            let message = format!("The content type, {media_type}, is not supported");
            return Err(Answer::error(StatusCode::BAD_REQUEST, &message));
        }
        let text = str::from_utf8(&request.body).map_err(|error| {
            let before = &request.body[..error.valid_up_to()];
            let last = before.split(|byte| *byte == b'\n').enumerate().last();
            last.map_or(unreadable(1, 1), |(line, text)| unreadable(line + 1, text.len() + 1))
        })?;
        serde_json::from_str(text)
            .map(Self)
            .map_err(|error| unreadable(error.line(), error.column()))
    }

    /// Refuses properties other than these. LINE does not say whether it passes over them; where a misspelt one makes
    /// a request reach more people, the simulator does not.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), Answer> {
        match self.0.keys().find(|name| !known.contains(&name.as_str())) {
            Some(unknown) => Err(Answer::property_invalid(unknown)),
            None => Ok(()),
        }
    }

    /// A property of this type; absent and null are the same.
    pub(crate) fn optional<T: Deserialize<'a>>(&self, name: &str) -> Result<Option<T>, Answer> {
        match self.0.get(name) {
            None => Ok(None),
            Some(json) => {
                serde_json::from_str(json.get()).map_err(|_| Answer::property_invalid(name))
            }
        }
    }

    /// A text that must be there and must not be empty.
    pub(crate) fn text(&self, name: &'static str, errors: &mut Checker) -> Result<String, Answer> {
        let text: String = self.optional(name)?.unwrap_or_default();
        if text.is_empty() {
            errors.report_field(name, Problem::Required);
        }
        Ok(text)
    }

    pub(crate) fn flag(&self, name: &str) -> Result<bool, Answer> {
        Ok(self.optional(name)?.unwrap_or(false))
    }

    /// The name of the aggregation unit.
    pub(crate) fn unit(&self, errors: &mut Checker) -> Result<Option<String>, Answer> {
        let units: Option<Vec<AggregationUnit>> = self.optional("customAggregationUnits")?;
        let units = units.unwrap_or_default();
        send::check_aggregation_units(&units, errors);
        Ok(units.first().map(|unit| unit.as_str().to_owned()))
    }

    /// The messages, checked by all rules of LINE's for a way to send.
    pub(crate) fn messages(
        &self,
        kind: SendKind,
        errors: &mut Checker,
    ) -> Result<Messages, Answer> {
        let json: Option<Vec<Box<RawValue>>> = self.optional("messages")?;
        let Some(json) = json else {
            errors.report_field("messages", Problem::Required);
            return Ok(Messages::default());
        };
        let mut messages = Vec::new();
        // Far beyond the limit, more of them are only more work.
        for (index, json) in json.iter().take(100).enumerate() {
            let invalid = |_| Answer::property_invalid(&format!("messages[{index}]"));
            messages.push(serde_json::from_str::<Message>(json.get()).map_err(invalid)?);
        }
        send::check_messages(&messages, Some(kind), errors);
        let quotable = messages.iter().map(is_quotable).collect();
        Ok(Messages { json, quotable })
    }
}

/// Messages that keep all rules.
#[derive(Debug, Default)]
pub(crate) struct Messages {
    /// As they were written.
    pub(crate) json: Vec<Box<RawValue>>,
    /// For each, whether it gets a quote token.
    pub(crate) quotable: Vec<bool>,
}

/// Whether a message can be quoted.
///
/// Source: <https://developers.line.biz/en/docs/messaging-api/get-quote-tokens/>
fn is_quotable(message: &Message) -> bool {
    matches!(
        message.kind,
        MessageKind::Text(_)
            | MessageKind::TextV2(_)
            | MessageKind::Sticker(_)
            | MessageKind::Image(_)
            | MessageKind::Video(_)
            | MessageKind::Template(_)
            | MessageKind::Flex(_)
    )
}

/// Reads a body that is a value with rules of its own. Those of the names given that are missing, or null, are told first.
pub(crate) fn whole<T: DeserializeOwned + Check>(
    request: &Request,
    required: &[&'static str],
    dialect: Dialect,
) -> Result<T, Answer> {
    let value = parse(request, required, dialect)?;
    check(&value, dialect)?;
    Ok(value)
}

/// Reads such a body without asking its rules.
pub(crate) fn parse<T: DeserializeOwned>(
    request: &Request,
    required: &[&'static str],
    dialect: Dialect,
) -> Result<T, Answer> {
    let body = Body::read(request)?;
    let mut errors = Checker::strict();
    let missing = |name: &&&str| body.0.get(**name).is_none_or(|json| json.get() == "null");
    for name in required.iter().filter(missing) {
        errors.report_field(name, Problem::Required);
    }
    finish_in(errors, dialect)?;
    serde_json::from_slice(&request.body).map_err(|error| unreadable(error.line(), error.column()))
}

/// Asks the rules of a body.
pub(crate) fn check(value: &impl Check, dialect: Dialect) -> Result<(), Answer> {
    let mut errors = Checker::strict();
    value.check(&mut errors);
    finish_in(errors, dialect)
}

fn unreadable(line: usize, column: usize) -> Answer {
    let message =
        format!("The request body could not be parsed as JSON (line: {line}, column: {column})");
    Answer::error(StatusCode::BAD_REQUEST, &message)
}

/// Refuses a request with everything that was found to be wrong with it.
pub(crate) fn finish(errors: Checker) -> Result<(), Answer> {
    finish_in(errors, Dialect::Messages)
}

fn finish_in(errors: Checker, dialect: Dialect) -> Result<(), Answer> {
    errors.finish().map_err(|violations| Answer::refused(&Refusal::new(&violations, dialect)))
}
