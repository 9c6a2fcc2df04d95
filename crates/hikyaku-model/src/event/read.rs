use std::{collections::BTreeMap, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, IgnoredAny, MapAccess},
};
use serde_json::value::RawValue;

use super::{Event, EventKind, EventType, Misfit, Str, Text, Unknown, kind::Payload};
use crate::Extra;

impl<'a, S: Text<'a>> Event<S> {
    /// Reads the event that `json` begins with, and returns it with what follows it.
    ///
    /// Any JSON value is an event: one of a known type that does not fit it is [`EventKind::Unknown`] with the reason.
    ///
    /// ```
    /// use hikyaku_model::event::{Event, Str};
    ///
    /// let (event, rest) = Event::<Str>::read(r#"{"type":"unsend","unsend":{}}, {"type":"join"}"#)?;
    /// assert_eq!(event.misfit().unwrap().reason, "missing field `messageId` at line 1 column 28");
    /// assert_eq!(rest, r#", {"type":"join"}"#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// # Errors
    /// What `json` begins with is no JSON.
    pub fn read(json: &'a str) -> Result<(Self, &'a str), serde_json::Error> {
        match read_one::<Self>(json) {
            Ok((mut event, raw, rest)) => {
                event.raw = Some(raw.into());
                Ok((event, rest))
            }
            Err(error) => {
                let (_, raw, rest) = read_one::<IgnoredAny>(json)?;
                Ok((Self::misfitting(raw, &error), rest))
            }
        }
    }

    /// The event for JSON that does not fit, with what of the shared fields does.
    fn misfitting(raw: &'a str, error: &serde_json::Error) -> Self {
        let fields: Fields<'a> = serde_json::from_str(raw).unwrap_or_default();
        let misfit = Misfit { reason: error.to_string(), json: raw.into() };
        let r#type = lenient(&fields, "type").unwrap_or_else(|| S::from(""));
        Self {
            kind: EventKind::Unknown(Unknown { r#type, misfit: Some(misfit) }),
            source: lenient(&fields, "source"),
            timestamp: lenient(&fields, "timestamp"),
            mode: lenient(&fields, "mode"),
            webhook_event_id: lenient(&fields, "webhookEventId"),
            delivery_context: lenient(&fields, "deliveryContext"),
            reply_token: lenient(&fields, "replyToken"),
            extra: Extra::default(),
            raw: Some(raw.into()),
        }
    }
}

/// The fields of an object, none of them read yet: what is wrong with one does not touch the others.
type Fields<'a> = BTreeMap<Str<'a>, &'a RawValue>;

fn lenient<'a, T: Deserialize<'a>>(fields: &Fields<'a>, name: &'static str) -> Option<T> {
    serde_json::from_str(fields.get(&Str::from(name))?.get()).ok()
}

/// Reads one JSON value: the value, its text, and what follows it.
fn read_one<'a, T: Deserialize<'a>>(
    json: &'a str,
) -> Result<(T, &'a str, &'a str), serde_json::Error> {
    let mut values = serde_json::Deserializer::from_str(json).into_iter::<T>();
    let value = match values.next() {
        Some(value) => value?,
        None => return Err(de::Error::custom("expected a value, found the end")),
    };
    let (raw, rest) = json.split_at_checked(values.byte_offset()).unwrap_or((json, ""));
    Ok((value, raw.trim_ascii_start(), rest))
}

/// Strict: JSON of a known type that does not fit it is an error. [`Event::read`] is not.
impl<'de, S: AsRef<str> + Serialize + Deserialize<'de>> Deserialize<'de> for Event<S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Visitor(PhantomData))
    }
}

struct Visitor<S>(PhantomData<S>);

impl<'de, S: AsRef<str> + Serialize + Deserialize<'de>> de::Visitor<'de> for Visitor<S> {
    type Value = Event<S>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a webhook event, which is an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Event<S>, A::Error> {
        let mut r#type: Option<S> = None;
        let mut payload: Option<EventKind<S>> = None;
        let mut source = None;
        let mut timestamp = None;
        let mut mode = None;
        let mut webhook_event_id = None;
        let mut delivery_context = None;
        let mut reply_token = None;
        let mut extra = Extra::default();
        while let Some(key) = map.next_key::<Str<'de>>()? {
            // The payload's field tells its type, wherever `type` comes, so nothing has to be set aside until it does.
            let next = match key.as_str() {
                "type" => set(&mut r#type, "type", &mut map)?,
                "source" => set(&mut source, "source", &mut map)?,
                "timestamp" => set(&mut timestamp, "timestamp", &mut map)?,
                "mode" => set(&mut mode, "mode", &mut map)?,
                "webhookEventId" => set(&mut webhook_event_id, "webhookEventId", &mut map)?,
                "deliveryContext" => set(&mut delivery_context, "deliveryContext", &mut map)?,
                "replyToken" => set(&mut reply_token, "replyToken", &mut map)?,
                "message" => map.next_value::<Option<_>>()?.map(EventKind::Message),
                "unsend" => map.next_value::<Option<_>>()?.map(EventKind::Unsend),
                "follow" => {
                    map.next_value::<Option<_>>()?.map(|follow| EventKind::Follow(Some(follow)))
                }
                "joined" => map.next_value::<Option<_>>()?.map(EventKind::MemberJoined),
                "left" => map.next_value::<Option<_>>()?.map(EventKind::MemberLeft),
                "postback" => map.next_value::<Option<_>>()?.map(EventKind::Postback),
                "videoPlayComplete" => {
                    map.next_value::<Option<_>>()?.map(EventKind::VideoPlayComplete)
                }
                "beacon" => map.next_value::<Option<_>>()?.map(EventKind::Beacon),
                "link" => map.next_value::<Option<_>>()?.map(EventKind::AccountLink),
                "membership" => map.next_value::<Option<_>>()?.map(EventKind::Membership),
                "module" => map.next_value::<Option<_>>()?.map(EventKind::Module),
                "chatControl" => map.next_value::<Option<_>>()?.map(EventKind::Activated),
                "delivery" => map.next_value::<Option<_>>()?.map(EventKind::Delivery),
                _ => {
                    extra.insert(key, map.next_value::<serde_json::Value>()?);
                    None
                }
            };
            if let Some(next) = next
                && let Some(former) = payload.replace(next)
            {
                keep_payload(&mut extra, &former);
            }
        }
        let kind = kind(r#type, payload, &mut extra).map_err(de::Error::missing_field)?;
        Ok(Event {
            kind,
            source,
            timestamp,
            mode,
            webhook_event_id,
            delivery_context,
            reply_token,
            extra,
            raw: None,
        })
    }
}

/// Reads a shared field. Returns that it is no payload.
fn set<'de, A: MapAccess<'de>, T: Deserialize<'de>, P>(
    slot: &mut Option<T>,
    name: &'static str,
    map: &mut A,
) -> Result<Option<P>, A::Error> {
    if slot.is_some() {
        return Err(de::Error::duplicate_field(name));
    }
    *slot = map.next_value()?;
    Ok(None)
}

/// Brings the type and the payload together, or tells which payload is missing. A payload that is not the type's is
/// kept with the fields that are not known: LINE may give one type tomorrow what another has today.
fn kind<S: AsRef<str> + Serialize>(
    r#type: Option<S>,
    payload: Option<EventKind<S>>,
    extra: &mut Extra,
) -> Result<EventKind<S>, &'static str> {
    let Some(r#type) = r#type else {
        return Err("type");
    };
    let former = match payload {
        Some(kind) if kind.type_word() == r#type.as_ref() => return Ok(kind),
        Some(EventKind::Message(message))
            if r#type.as_ref() == EventType::MessageEdited.as_str() =>
        {
            return Ok(EventKind::MessageEdited(message));
        }
        other => other,
    };
    if let Some(former) = former {
        keep_payload(extra, &former);
    }
    Ok(match r#type.as_ref() {
        "follow" => EventKind::Follow(None),
        "unfollow" => EventKind::Unfollow,
        "join" => EventKind::Join,
        "leave" => EventKind::Leave,
        "deactivated" => EventKind::Deactivated,
        "botSuspended" => EventKind::BotSuspended,
        "botResumed" => EventKind::BotResumed,
        "message" | "messageEdited" => return Err("message"),
        "unsend" => return Err("unsend"),
        "memberJoined" => return Err("joined"),
        "memberLeft" => return Err("left"),
        "postback" => return Err("postback"),
        "videoPlayComplete" => return Err("videoPlayComplete"),
        "beacon" => return Err("beacon"),
        "accountLink" => return Err("link"),
        "membership" => return Err("membership"),
        "module" => return Err("module"),
        "activated" => return Err("chatControl"),
        "delivery" => return Err("delivery"),
        _ => EventKind::Unknown(Unknown { r#type, misfit: None }),
    })
}

fn keep_payload<S: Serialize>(extra: &mut Extra, kind: &EventKind<S>) {
    let payload = Payload(kind);
    if let Some(key) = payload.key()
        && let Ok(value) = serde_json::to_value(&payload)
    {
        extra.insert(key, value);
    }
}
