use std::{fmt, sync::Arc};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error as _, IgnoredAny, MapAccess, Visitor},
};
use serde_json::de::StrRead;

use super::{
    Event, EventKind, EventType, MessageContent, Misfit, Str, Text, Unknown,
    fields::Fields,
    kind::Payload,
    object::{self, FromFields},
};
use crate::Extra;

impl<'a, S: Text<'a>> Event<S> {
    /// Reads the event at the beginning of `json`, and returns it with the text that follows.
    ///
    /// Any JSON value is an event: one that does not fit its known type becomes [`EventKind::Unknown`] with the reason.
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
    /// `json` does not begin with valid JSON.
    pub fn read(json: &'a str) -> Result<(Self, &'a str), serde_json::Error> {
        let mut events = Vec::with_capacity(1);
        let rest = Self::read_into(json, &mut events)?;
        match events.pop() {
            Some(event) => Ok((event, rest)),
            None => Err(serde_json::Error::custom("expected a value")),
        }
    }

    /// Reads the event at the beginning of `json`, appends it to `events` and returns the text that follows. Unlike
    /// [`read`](Self::read), it does not move the event, which is some hundred bytes.
    ///
    /// # Errors
    /// `json` does not begin with valid JSON.
    pub fn read_into(json: &'a str, events: &mut Vec<Self>) -> Result<&'a str, serde_json::Error> {
        Self::read_part(json, events, None)
    }

    fn read_part(
        json: &'a str,
        events: &mut Vec<Self>,
        body: Option<&Arc<str>>,
    ) -> Result<&'a str, serde_json::Error> {
        let before = events.len();
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let (raw, rest) = match deserializer.deserialize_map(Push { events, body }) {
            Ok(()) => split(json, deserializer),
            Err(error) => {
                events.truncate(before); // it may fit and lack its closing brace
                let mut deserializer = serde_json::Deserializer::from_str(json);
                IgnoredAny::deserialize(&mut deserializer)?;
                let (raw, rest) = split(json, deserializer);
                let known = Self::knowing_its_type(raw, body);
                events.push(known.unwrap_or_else(|| Self::misfitting(raw, &error, body)));
                (raw, rest)
            }
        };
        if let Some(event) = events.last_mut() {
            event.raw = Some(S::keep(raw.into(), body));
        }
        Ok(rest)
    }

    /// Reads an event again that did not fit, with its type known from the start: the fields that hold the payloads of
    /// other types may have any form, since LINE may add a field of that name to this one.
    fn knowing_its_type(raw: &'a str, body: Option<&Arc<str>>) -> Option<Self> {
        let mut fields = Fields::distinct(raw)?;
        let own = EventType::of(&fields.value::<String>("type")?).payload_key();
        let all = EventType::ALL.into_iter().filter_map(EventType::payload_key);
        let foreign = fields.take_foreign(all, own.as_slice());
        let payload = match own {
            Some("message") => {
                let message = MessageContent::knowing_its_kind(fields.take("message")?, body)?;
                Some(EventKind::Message(Box::new(message)))
            }
            _ => None,
        };
        let mut event = Self::from_fields_and(payload, fields.into_access(), body).ok()?;
        for (name, value) in foreign.iter() {
            event.extra.insert(name, value.clone());
        }
        Some(event)
    }

    /// Builds the event for JSON that does not fit, with those shared fields that do.
    fn misfitting(raw: &'a str, error: &serde_json::Error, body: Option<&Arc<str>>) -> Self {
        let fields = Fields::last(raw).unwrap_or_default();
        let misfit =
            Box::new(Misfit { reason: error.to_string(), json: S::keep(raw.into(), body) });
        let text = |name| fields.value(name).map(|text| S::keep(text, body));
        let r#type = text("type").unwrap_or_else(|| S::keep("".into(), None));
        Self {
            kind: EventKind::Unknown(Unknown { r#type, misfit: Some(misfit) }),
            source: fields.value("source"),
            timestamp: fields.value("timestamp"),
            mode: fields.value("mode"),
            webhook_event_id: text("webhookEventId"),
            delivery_context: fields.value("deliveryContext"),
            reply_token: text("replyToken"),
            extra: Extra::default(),
            raw: None,
        }
    }
}

impl Event {
    /// Reads an event from a text that all its events share, and appends it to `events`. The event begins at byte `at`;
    /// the result is the byte at which it ends. The event's texts and [`raw`](Self::raw) are slices of the body, which
    /// is freed with the last of them.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use hikyaku_model::Event;
    ///
    /// let body: Arc<str> = r#"[ {"type":"join"},{"type":"leave"}]"#.into();
    /// let mut events = Vec::new();
    /// let end = Event::read_shared(&body, 1, &mut events)?;
    /// assert_eq!((&body[end..], events[0].raw()), (r#",{"type":"leave"}]"#, Some(r#"{"type":"join"}"#)));
    /// assert!(Event::read_shared(&body, body.len(), &mut events).is_err());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// # Errors
    /// The text at `at` is not JSON, or `at` lies within a character.
    #[inline]
    pub fn read_shared(
        json: &Arc<str>,
        at: usize,
        events: &mut Vec<Self>,
    ) -> Result<usize, serde_json::Error> {
        let Some(text) = json.get(at..) else {
            return Err(serde_json::Error::custom("the middle of a character is no JSON"));
        };
        let rest = Self::read_part(text, events, Some(json))?;
        Ok(json.len() - rest.len())
    }
}

/// Returns the text that was read, and the text that follows.
fn split<'a>(json: &'a str, read: serde_json::Deserializer<StrRead<'a>>) -> (&'a str, &'a str) {
    let end = read.into_iter::<IgnoredAny>().byte_offset();
    let (raw, rest) = json.split_at_checked(end).unwrap_or((json, ""));
    (raw.trim_ascii_start(), rest)
}

/// Appends an event to others.
struct Push<'v, S> {
    events: &'v mut Vec<Event<S>>,
    body: Option<&'v Arc<str>>,
}

impl<'de, S: Text<'de>> Visitor<'de> for Push<'_, S> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Event::<S>::EXPECTED)
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<(), A::Error> {
        self.events.push(Event::from_fields(fields, self.body)?);
        Ok(())
    }
}

/// Strict: JSON that does not fit its known type is an error. [`Event::read`] is lenient.
impl<'de, S: Text<'de>> Deserialize<'de> for Event<S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        object::read(deserializer, None)
    }
}

impl<'de, S: Text<'de>> FromFields<'de> for Event<S> {
    const EXPECTED: &'static str = "a webhook event, which is an object";

    fn from_fields<A: MapAccess<'de>>(
        fields: A,
        body: Option<&Arc<str>>,
    ) -> Result<Self, A::Error> {
        Self::from_fields_and(None, fields, body)
    }
}

impl<'de, S: Text<'de>> Event<S> {
    /// Reads all fields of an event, of which a payload may have been read before.
    #[inline]
    fn from_fields_and<A: MapAccess<'de>>(
        mut payload: Option<EventKind<S>>,
        fields: A,
        body: Option<&Arc<str>>,
    ) -> Result<Self, A::Error> {
        let mut r#type: Option<Str<'de>> = None;
        let mut former = Vec::new();
        let mut source = None;
        let mut timestamp = None;
        let mut mode = None;
        let mut webhook_event_id = None;
        let mut delivery_context = None;
        let mut reply_token = None;
        let mut extra = object::each(fields, |name, fields| {
            // The payload's field reveals its type, wherever `type` comes, so nothing has to be buffered.
            let next = match name {
                "type" => return object::once(&mut r#type, "type", fields, body),
                "source" => return object::once(&mut source, "source", fields, body),
                "timestamp" => return object::once(&mut timestamp, "timestamp", fields, body),
                "mode" => return object::once(&mut mode, "mode", fields, body),
                "webhookEventId" => {
                    return object::once(&mut webhook_event_id, "webhookEventId", fields, body);
                }
                "deliveryContext" => {
                    return object::once(&mut delivery_context, "deliveryContext", fields, body);
                }
                "replyToken" => return object::once(&mut reply_token, "replyToken", fields, body),
                "message" => object::value::<_, Option<_>>(fields, body)?.map(EventKind::Message),
                "unsend" => object::value::<_, Option<_>>(fields, body)?.map(EventKind::Unsend),
                "follow" => object::value::<_, Option<_>>(fields, body)?
                    .map(|follow| EventKind::Follow(Some(follow))),
                "joined" => {
                    object::value::<_, Option<_>>(fields, body)?.map(EventKind::MemberJoined)
                }
                "left" => object::value::<_, Option<_>>(fields, body)?.map(EventKind::MemberLeft),
                "postback" => object::value::<_, Option<_>>(fields, body)?.map(EventKind::Postback),
                "videoPlayComplete" => {
                    object::value::<_, Option<_>>(fields, body)?.map(EventKind::VideoPlayComplete)
                }
                "beacon" => object::value::<_, Option<_>>(fields, body)?.map(EventKind::Beacon),
                "link" => object::value::<_, Option<_>>(fields, body)?.map(EventKind::AccountLink),
                "membership" => {
                    object::value::<_, Option<_>>(fields, body)?.map(EventKind::Membership)
                }
                "module" => object::value::<_, Option<_>>(fields, body)?.map(EventKind::Module),
                "chatControl" => {
                    object::value::<_, Option<_>>(fields, body)?.map(EventKind::Activated)
                }
                "delivery" => object::value::<_, Option<_>>(fields, body)?.map(EventKind::Delivery),
                _ => return Ok(false),
            };
            if let Some(next) = next {
                former.extend(payload.replace(next));
            }
            Ok(true)
        })?;
        for former in &former {
            keep_payload(&mut extra, former);
        }
        let kind = kind(r#type, payload, &mut extra, body).map_err(A::Error::missing_field)?;
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

/// Combines the type and the payload. Fails if the payload is missing. A payload of another type is kept with the
/// unknown fields: LINE may add a field of one type to another.
fn kind<'a, S: Text<'a>>(
    r#type: Option<Str<'a>>,
    payload: Option<EventKind<S>>,
    extra: &mut Extra,
    body: Option<&Arc<str>>,
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
        _ => EventKind::Unknown(Unknown { r#type: S::keep(r#type, body), misfit: None }),
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
