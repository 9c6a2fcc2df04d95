//! What is wrong with a send before anything is stored, in LINE's words.

use hikyaku_model::{
    Checker, Message, SendKind,
    limits::{Dialect, Problem, Refusal, Violations},
    send::{AggregationUnit, check_aggregation_units, check_messages},
};
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::answers::{OrAnswer, plain, refused};
use crate::{LineCheck, answer::Answer};

/// A request's own rules; those of its recipients are the outbox's.
pub(super) fn check(kind: SendKind, json: &str, how: LineCheck) -> OrAnswer<()> {
    if how == LineCheck::Shape {
        return Ok(());
    }
    let body: Body<'_> =
        serde_json::from_str(json).map_err(|why| unreadable(why.line(), why.column()))?;
    let mut checker = Checker::default();
    match list(body.messages, "messages")? {
        Some(items) => {
            let read = |(index, json): (usize, &RawValue)| {
                let place = || invalid(&format!("messages[{index}]"));
                serde_json::from_str::<Message>(json.get()).map_err(|_| place())
            };
            // Far beyond the limit, more of them are only more work.
            let items = items.into_iter().take(100).enumerate();
            let messages = items.map(read).collect::<Result<Vec<_>, _>>()?;
            check_messages(&messages, Some(kind), &mut checker);
        }
        None => checker.report_field("messages", Problem::Required),
    }
    if matches!(kind, SendKind::Push | SendKind::Multicast)
        && let Some(units) = body.units.filter(|json| json.get() != "null")
    {
        let units: Vec<AggregationUnit> =
            serde_json::from_str(units.get()).map_err(|_| invalid("customAggregationUnits"))?;
        check_aggregation_units(&units, &mut checker);
    }
    checker.finish().map_err(|broken| Box::new(refusal(&broken)))
}

/// Broken rules as an answer.
pub(super) fn refusal(broken: &Violations) -> Answer {
    refused(&Refusal::new(broken, Dialect::Messages))
}

/// JSON, whatever its parameters say: the Go SDK names a charset.
pub(super) fn check_content_type(headers: &HeaderMap) -> OrAnswer<()> {
    let content_type = headers.get(header::CONTENT_TYPE).map_or(Ok(""), |value| value.to_str());
    let media_type = content_type.unwrap_or("").split(';').next().unwrap_or("").trim();
    if media_type.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    let message = format!("The content type, {media_type}, is not supported");
    Err(Box::new(plain(StatusCode::BAD_REQUEST, &message)))
}

/// The body as text.
pub(super) fn text(body: &[u8]) -> OrAnswer<&str> {
    str::from_utf8(body).map_err(|why| {
        let before = body.get(..why.valid_up_to()).unwrap_or(body);
        let last = before.split(|byte| *byte == b'\n').enumerate().last();
        last.map_or(unreadable(1, 1), |(line, text)| unreadable(line + 1, text.len() + 1))
    })
}

/// Whether it is one JSON value, and where it stops being one.
pub(super) fn check_json(json: &str) -> OrAnswer<()> {
    match serde_json::from_str::<&RawValue>(json) {
        Ok(_) => Ok(()),
        Err(why) => Err(unreadable(why.line(), why.column())),
    }
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow, default)]
    messages: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "customAggregationUnits")]
    units: Option<&'a RawValue>,
}

fn list<'a>(json: Option<&'a RawValue>, name: &str) -> OrAnswer<Option<Vec<&'a RawValue>>> {
    match json {
        None => Ok(None),
        Some(json) => serde_json::from_str(json.get()).map_err(|_| invalid(name)),
    }
}

fn unreadable(line: usize, column: usize) -> Box<Answer> {
    let message =
        format!("The request body could not be parsed as JSON (line: {line}, column: {column})");
    Box::new(plain(StatusCode::BAD_REQUEST, &message))
}

fn invalid(property: &str) -> Box<Answer> {
    let message =
        format!("The property, '{property}', in the request body is invalid (line: -, column: -)");
    Box::new(plain(StatusCode::BAD_REQUEST, &message))
}
