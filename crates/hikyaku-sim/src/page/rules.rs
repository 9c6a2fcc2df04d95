//! Which rules of LINE's a request breaks, where, and where LINE says so.

use hikyaku_model::{Checker, Message, SendKind, send};
use serde::Deserialize;
use serde_json::Value;

use crate::state::{log::LoggedRequest, send_kind};

/// One broken rule.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Broken {
    /// Where in the request's body, as a JSON pointer.
    pub(super) pointer: String,
    pub(super) words: String,
    /// The page of LINE's reference about the object that has it.
    pub(super) source: Option<String>,
}

/// The rules that a request breaks that LINE refused with 400. Those of messages are told in full by the rules that the
/// client has, too; of all others there is what LINE's answer says.
pub(super) fn broken(request: &LoggedRequest) -> Vec<Broken> {
    if request.status != Some(400) {
        return Vec::new();
    }
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let mut found = of_messages(request, &body);
    if found.is_empty() {
        found = of_answer(request);
    }
    for broken in &mut found {
        broken.source = source(&body, &broken.pointer);
    }
    found
}

fn of_messages(request: &LoggedRequest, body: &Value) -> Vec<Broken> {
    let word = request.path.rsplit('/').next().unwrap_or_default();
    let kind = if request.path == "/bot/pnp/push" {
        Some(SendKind::PhoneNumber)
    } else {
        send_kind::of(word)
    };
    let messages = body.get("messages").cloned();
    let messages = messages.and_then(|json| serde_json::from_value::<Vec<Message>>(json).ok());
    let (Some(kind), Some(messages)) = (kind, messages) else { return Vec::new() };
    let mut checker = Checker::strict();
    send::check_messages(&messages, Some(kind), &mut checker);
    let Err(violations) = checker.finish() else { return Vec::new() };
    let broken = violations.iter().map(|violation| Broken {
        pointer: violation.pointer(),
        words: violation.problem.to_string(),
        source: None,
    });
    broken.collect()
}

fn of_answer(request: &LoggedRequest) -> Vec<Broken> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Refusal {
        details: Vec<Detail>,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Detail {
        message: String,
        property: String,
    }
    let Refusal { details } = serde_json::from_slice(&request.answer).unwrap_or_default();
    let broken = details.into_iter().map(|Detail { message, property }| Broken {
        pointer: pointer(&property),
        words: message,
        source: None,
    });
    broken.collect()
}

/// LINE's path of a property, `areas[0].action` or `hero/url`, as a JSON pointer.
fn pointer(property: &str) -> String {
    let mut pointer = String::new();
    for step in property.split(['.', '[', '/']).map(|step| step.trim_end_matches(']')) {
        if !step.is_empty() {
            pointer.push('/');
            pointer.push_str(step);
        }
    }
    pointer
}

/// LINE's reference of the innermost object that has a place and says its type.
fn source(body: &Value, pointer: &str) -> Option<String> {
    let mut place = pointer;
    loop {
        let name =
            body.pointer(place).and_then(|object| object.get("type")).and_then(Value::as_str);
        if let Some(anchor) = name.and_then(|name| anchor(name, place)) {
            return Some(format!(
                "https://developers.line.biz/en/reference/messaging-api/#{anchor}"
            ));
        }
        place = place.rsplit_once('/')?.0;
    }
}

/// Where LINE's reference speaks of a type. Some names mean one thing in a message and another in a Flex layout.
fn anchor(name: &str, place: &str) -> Option<&'static str> {
    let is_message = place.rsplit_once('/').is_some_and(|(list, _)| list == "/messages");
    let is_action = place.ends_with("ction") || place.contains("/actions/");
    Some(match name {
        "text" if is_message => "text-message",
        "textV2" => "text-message-v2",
        "sticker" => "sticker-message",
        "image" if is_message => "image-message",
        "video" if is_message => "video-message",
        "audio" => "audio-message",
        "location" if is_message => "location-message",
        "imagemap" => "imagemap-message",
        "template" => "template-messages",
        "flex" => "flex-message",
        "coupon" => "coupon-message",
        "buttons" => "buttons",
        "confirm" => "confirm",
        "image_carousel" => "image-carousel",
        "carousel" if place.ends_with("/template") => "carousel",
        "carousel" => "f-carousel",
        "bubble" => "bubble",
        "box" => "box",
        "button" => "button",
        "text" => "f-text",
        "image" => "f-image",
        "video" => "f-video",
        "icon" => "icon",
        "span" => "span",
        "separator" => "separator",
        "filler" => "filler",
        "postback" => "postback-action",
        "message" if is_action => "message-action",
        "uri" => "uri-action",
        "datetimepicker" => "datetime-picker-action",
        "camera" => "camera-action",
        "cameraRoll" => "camera-roll-action",
        "location" => "location-action",
        "richmenuswitch" => "richmenu-switch-action",
        "clipboard" => "clipboard-action",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_paths_become_pointers() {
        for (property, expected) in [
            ("messages[0].text", "/messages/0/text"),
            (
                "messages[1].template.columns[2].actions[0].label",
                "/messages/1/template/columns/2/actions/0/label",
            ),
            ("/hero/url", "/hero/url"),
            ("to", "/to"),
            ("", ""),
        ] {
            assert_eq!(pointer(property), expected);
        }
    }

    #[test]
    fn a_rule_leads_to_the_object_that_has_it() {
        let body = serde_json::json!({"messages": [{"type": "flex", "contents": {"type": "bubble", "body": {"type": "box",
            "contents": [{"type": "button", "action": {"type": "uri", "uri": "x"}}]}}}]});
        let ends =
            |pointer: &str| source(&body, pointer).unwrap().rsplit_once('#').unwrap().1.to_owned();
        assert_eq!(ends("/messages/0/contents/body/contents/0/action/uri"), "uri-action");
        assert_eq!(ends("/messages/0/contents/body/contents/0/height"), "button");
        assert_eq!(ends("/messages/0/altText"), "flex-message");
        assert_eq!(source(&body, "/to"), None);
    }
}
