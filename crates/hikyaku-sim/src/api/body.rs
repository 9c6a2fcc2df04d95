use std::collections::BTreeMap;

use hikyaku_model::{
    Check, Checker, Message,
    limits::{self, Problem, Segment},
};
use http::{StatusCode, header};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Answer, Request, violation};

/// The types that a message can have.
///
/// Source: <https://developers.line.biz/en/reference/messaging-api/#message-objects>
const MESSAGE_TYPES: &[&str] = &[
    "text", "textV2", "sticker", "image", "video", "audio", "location", "imagemap", "template",
    "flex", "coupon",
];

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
        let unreadable = |line, column| {
            let message = format!(
                "The request body could not be parsed as JSON (line: {line}, column: {column})"
            );
            Answer::error(StatusCode::BAD_REQUEST, &message)
        };
        let text = str::from_utf8(&request.body).map_err(|error| {
            let before = &request.body[..error.valid_up_to()];
            let last = before.split(|byte| *byte == b'\n').enumerate().last();
            last.map_or(unreadable(1, 1), |(line, text)| unreadable(line + 1, text.len() + 1))
        })?;
        serde_json::from_str(text)
            .map(Self)
            .map_err(|error| unreadable(error.line(), error.column()))
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
    ///
    /// Source: <https://developers.line.biz/en/docs/messaging-api/unit-based-statistics-aggregation/>
    pub(crate) fn unit(&self, errors: &mut Checker) -> Result<Option<String>, Answer> {
        const NAME: &str = "^[a-zA-Z0-9_]{1,30}$";
        let field = "customAggregationUnits";
        let mut units: Vec<String> = self.optional(field)?.unwrap_or_default();
        errors.at(Segment::Field(field), |errors| {
            errors.count(units.len(), limits::Count { min: 0, max: 1 });
            for (index, unit) in units.iter().enumerate() {
                let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
                if !(1..=30).contains(&unit.len()) || !unit.bytes().all(word) {
                    errors
                        .at(Segment::Index(index), |errors| errors.report(Problem::Pattern(NAME)));
                }
            }
        });
        Ok(units.pop())
    }

    /// The messages, checked by all rules of LINE's.
    pub(crate) fn messages(&self, errors: &mut Checker) -> Result<Vec<Box<RawValue>>, Answer> {
        let Some(messages) = self.optional::<Vec<Box<RawValue>>>("messages")? else {
            errors.report_field("messages", Problem::Required);
            return Ok(Vec::new());
        };
        let mut invalid = None;
        errors.at(Segment::Field("messages"), |errors| {
            errors.count(messages.len(), limits::MESSAGES);
            for (index, json) in messages.iter().enumerate() {
                errors.at(Segment::Index(index), |errors| {
                    if !check_message(json, errors) {
                        invalid.get_or_insert(index);
                    }
                });
            }
        });
        match invalid {
            None => Ok(messages),
            Some(index) => Err(Answer::property_invalid(&format!("messages[{index}]"))),
        }
    }
}

/// Reports what is wrong with a message; says whether it is an object at all.
fn check_message(json: &RawValue, errors: &mut Checker) -> bool {
    #[derive(Deserialize)]
    struct Typed<'a> {
        #[serde(borrow, rename = "type")]
        name: Option<&'a RawValue>,
    }
    let Ok(Typed { name }) = serde_json::from_str(json.get()) else {
        return false;
    };
    let name: Option<String> = name.and_then(|name| serde_json::from_str(name.get()).ok());
    match name.as_deref() {
        None | Some("") => errors.report_field("type", Problem::Required),
        Some(name) if !MESSAGE_TYPES.contains(&name) => {
            errors.report_field("type", Problem::OneOf(MESSAGE_TYPES));
        }
        Some(_) => match serde_json::from_str::<Message>(json.get()) {
            Ok(message) => message.check(errors),
            Err(_) => return false,
        },
    }
    true
}

/// Refuses a request with everything that was found to be wrong with it.
pub(crate) fn finish(errors: Checker) -> Result<(), Answer> {
    errors.finish().map_err(|violations| {
        let violations: Vec<_> = violations.iter().cloned().collect();
        violation::refusal(&violations)
    })
}
