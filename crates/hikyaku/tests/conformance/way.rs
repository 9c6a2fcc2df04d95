//! The ways there and back.

use std::fmt::Debug;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// What became of an instance.
pub(crate) struct Back {
    pub(crate) json: Value,
    /// What the Rust value looks like, which tells whether all of it was understood.
    pub(crate) debug: String,
}

/// Reads a type from JSON text and writes it again.
pub(crate) fn typed<T: DeserializeOwned + Serialize + Debug>(
    instance: &Value,
) -> Result<Back, String> {
    let value: T = serde_json::from_str(&instance.to_string()).map_err(|why| why.to_string())?;
    let json = serde_json::to_value(&value).map_err(|why| why.to_string())?;
    Ok(Back { json, debug: format!("{value:?}") })
}

/// Types that stand only inside an event.
pub(crate) mod within {
    use hikyaku::model::Event;
    use serde_json::{Value, json};

    use super::{Back, typed};

    /// Puts the instance into the event, reads and writes that, and takes the instance out again.
    fn event(mut event: Value, place: &str, instance: &Value) -> Result<Back, String> {
        event["timestamp"] = json!(1);
        *event.pointer_mut(place).ok_or("the event has no such place")? = instance.clone();
        let back = typed::<Event>(&event)?;
        let json = back.json.pointer(place).ok_or("it was not written")?.clone();
        Ok(Back { json, ..back })
    }

    macro_rules! within {
        ($($name:ident: $place:literal in $event:tt;)*) => {$(
            pub(crate) fn $name(instance: &Value) -> Result<Back, String> {
                event(json!($event), $place, instance)
            }
        )*};
    }

    within! {
        content_provider: "/message/contentProvider" in
            { "type": "message", "message": { "type": "image", "id": "1", "contentProvider": 0 } };
        image_set: "/message/imageSet" in {
            "type": "message",
            "message": { "type": "image", "id": "1", "contentProvider": { "type": "line" }, "imageSet": 0 }
        };
        emoji: "/message/emojis/0" in
            { "type": "message", "message": { "type": "text", "id": "1", "text": "t", "emojis": [0] } };
        mention: "/message/mention" in
            { "type": "message", "message": { "type": "text", "id": "1", "text": "t", "mention": 0 } };
        mentionee: "/message/mention/mentionees/0" in {
            "type": "message",
            "message": { "type": "text", "id": "1", "text": "t", "mention": { "mentionees": [0] } }
        };
        unsend: "/unsend" in { "type": "unsend", "unsend": 0 };
        follow: "/follow" in { "type": "follow", "follow": 0 };
        joined: "/joined" in { "type": "memberJoined", "joined": 0 };
        left: "/left" in { "type": "memberLeft", "left": 0 };
        postback: "/postback" in { "type": "postback", "postback": 0 };
        video_play_complete: "/videoPlayComplete" in
            { "type": "videoPlayComplete", "videoPlayComplete": 0 };
        beacon: "/beacon" in { "type": "beacon", "beacon": 0 };
        link: "/link" in { "type": "accountLink", "link": 0 };
        membership: "/membership" in { "type": "membership", "membership": 0 };
        module: "/module" in { "type": "module", "module": 0 };
        chat_control: "/chatControl" in { "type": "activated", "chatControl": 0 };
        delivery: "/delivery" in { "type": "delivery", "delivery": 0 };
    }

    /// A webhook's body is read by another crate; its events are read here.
    pub(crate) fn callback(instance: &Value) -> Result<Back, String> {
        let mut body = instance.clone();
        let mut debug = String::new();
        for event in body["events"].as_array_mut().ok_or("no events")? {
            let back = typed::<Event>(event)?;
            *event = back.json;
            debug.push_str(&back.debug);
        }
        Ok(Back { json: body, debug })
    }
}

/// Whether two JSON values are the same. Numbers are when they have the same value, and with `nulls_are_absent` a
/// property that is `null` is the same as none.
pub(crate) fn equal(a: &Value, b: &Value, nulls_are_absent: bool) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b, nulls_are_absent))
        }
        (Value::Object(a), Value::Object(b)) => {
            let absent = |value: Option<&Value>| match value {
                None => true,
                Some(value) => nulls_are_absent && value.is_null(),
            };
            let same = |name: &String| match (a.get(name), b.get(name)) {
                (Some(a), Some(b)) => equal(a, b, nulls_are_absent),
                (a, b) => absent(a) && absent(b),
            };
            a.keys().chain(b.keys()).all(same)
        }
        _ => a == b,
    }
}

/// What of an instance the Rust value keeps without understanding it: an object of a kind that it does not know, a
/// property that has no field, a word that has no variant. The instances' own texts begin with `text`.
pub(crate) fn not_understood(debug: &str, has_extra: bool) -> Option<&'static str> {
    if debug.contains("Unknown(") {
        return Some("a kind is not known");
    }
    if !has_extra && debug.contains("Extra({\"") {
        return Some("a property is not known");
    }
    let word = debug.split("Other(\"").skip(1).find(|word| !word.starts_with("text"));
    word.map(|_| "a word is not known")
}
