//! Messages among the arguments, and their drawings.

use hikyaku::model::{
    Check, Checker, Message, Object, Violation, Violations,
    flex::Container,
    message::from_json,
    send::{check_messages, message_warnings},
    warnings,
};
use hikyaku_page::{Lang, Look, Preview, Shown};
use serde_json::{Value, json};

use super::tool::Given;
use crate::failure::usage;

/// The description of `text` and `messages`.
pub(super) fn arguments() -> Vec<(&'static str, Value, bool)> {
    let text = json!({ "type": "string", "description": "A text, instead of messages; at most 5,000 UTF-16 code units" });
    let messages = json!({
        "type": "array",
        "minItems": 1,
        "maxItems": 5,
        "items": { "type": "object" },
        "description": "1 to 5 message objects of LINE's Messaging API, instead of text",
    });
    vec![("text", text, false), ("messages", messages, false)]
}

pub(super) fn read(given: &Given<'_>) -> anyhow::Result<Vec<Message>> {
    match (given.text("text")?, given.0.get("messages")) {
        (Some(text), None) => Ok(vec![Message::text(text)]),
        (None, Some(messages @ Value::Array(_))) => from_json(&messages.to_string())
            .map_err(|why| usage(format!("messages are no messages of LINE's: {why}"))),
        (None, Some(_)) => Err(usage("messages must be a list of message objects")),
        _ => Err(usage("give either text or messages")),
    }
}

/// Returns the problems with messages, and their unknown content.
pub(super) fn judge(messages: &[Message]) -> Value {
    let mut checker = Checker::default();
    check_messages(messages, None, &mut checker);
    judged(checker.finish().err().as_ref(), &message_warnings(messages))
}

fn judged(broken: Option<&Violations>, unknown: &[Violation]) -> Value {
    let told =
        |it: &Violation| json!({ "property": it.property(), "message": it.problem.to_string() });
    let problems: Vec<_> = broken.into_iter().flat_map(Violations::iter).map(told).collect();
    let warnings: Vec<_> = unknown.iter().map(told).collect();
    json!({ "valid": problems.is_empty(), "problems": problems, "warnings": warnings })
}

/// Returns a page that shows a Flex layout as on a phone, with its problems.
pub(super) fn draw(given: &Given<'_>) -> anyhow::Result<Value> {
    let Some(Value::Object(object)) = given.0.get("flex") else {
        return Err(usage("flex must be a bubble or a carousel, as a JSON object"));
    };
    let word = object.get("type").and_then(Value::as_str).unwrap_or_default();
    if !Container::TYPES.contains(&word) {
        return Err(usage(
            "flex.type must be bubble or carousel; for a whole message, give its contents",
        ));
    }
    let object: Object = object.clone();
    let container = Container::from(object);
    let mut checker = Checker::default();
    container.check(&mut checker);
    let broken = checker.finish().err();
    let unknown = warnings(&container);
    let notes: Vec<String> =
        broken.iter().flat_map(Violations::iter).chain(&unknown).map(ToString::to_string).collect();
    let look = Look::new(Lang::English);
    let page = Preview::new("Flex", &look).notes(&notes).draw(Shown::Flex(&container));
    let judged = judged(broken.as_ref(), &unknown);
    let html =
        json!({ "uri": "hikyaku://flex.html", "mimeType": "text/html", "text": page.as_str() });
    Ok(json!({
        "content": [
            { "type": "text", "text": judged.to_string() },
            { "type": "resource", "resource": html },
        ],
        "structuredContent": judged,
        "isError": false,
    }))
}
