use std::sync::Arc;

use hikyaku_model::{
    Extra,
    event::{Event, SharedStr, Str, Text},
};
use serde::{Deserialize, Serialize};

use crate::Error;

/// The bytes of body required for each event beyond the first [`FREE_EVENTS`]. LINE's own events have more than 100;
/// without this bound a body of `{},{},{}` would take a hundred times its length in memory.
const BYTES_PER_EVENT: usize = 32;
const FREE_EVENTS: usize = 256;

/// The approximate length of LINE's own events, for the initial capacity.
const USUAL_EVENT: usize = 512;

/// The body of a webhook: its destination and its events.
///
/// # Source
/// <https://developers.line.biz/en/reference/messaging-api/#request-body>
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(bound(serialize = "S: AsRef<str> + Serialize"))]
#[non_exhaustive]
pub struct Webhook<S = SharedStr> {
    /// The user id of the bot to which the events are addressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination: Option<S>,
    /// The events. The list is empty when LINE only tests the URL.
    pub events: Vec<Event<S>>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Webhook {
    /// Reads a body into events that own their text, so that they can be kept and sent between threads. Their texts and
    /// their [`raw`](Event::raw) JSON are slices of one copy of the body, which is freed with the last of them: see
    /// [`SharedStr`] before you keep one for long.
    ///
    /// # Errors
    /// The body is not UTF-8, or not a JSON object with an array `events`. An event that does not fit its type is not
    /// an error: it becomes [`EventKind::Unknown`](hikyaku_model::EventKind::Unknown), and the other events are
    /// unaffected. A body with more events than 256 plus one for each 32 bytes is refused as well.
    pub fn parse(body: &[u8]) -> Result<Self, Error> {
        let text: Arc<str> = utf8(body)?.into();
        read(&text, Some(&text), |rest, events| {
            let end = Event::read_shared(&text, text.len() - rest.len(), events)?;
            Ok(text.get(end..).unwrap_or(""))
        })
    }
}

impl<'a> Webhook<Str<'a>> {
    /// Reads a body into events that borrow their text from it, the fastest way.
    ///
    /// # Errors
    /// Those of [`parse`](Webhook::parse).
    pub fn borrow(body: &'a [u8]) -> Result<Self, Error> {
        read(utf8(body)?, None, Event::read_into)
    }
}

fn utf8(body: &[u8]) -> Result<&str, Error> {
    std::str::from_utf8(body).map_err(|error| Error::NotUtf8 { at: error.valid_up_to() })
}

/// Reads a body, and each event with `read_event`, which appends the event and returns the rest of the text.
fn read<'a, S: Text<'a>>(
    text: &'a str,
    shared: Option<&Arc<str>>,
    read_event: impl Fn(&'a str, &mut Vec<Event<S>>) -> Result<&'a str, serde_json::Error>,
) -> Result<Webhook<S>, Error> {
    let mut cursor = Cursor { text, rest: text };
    let mut destination = None;
    let mut events = None;
    let mut extra = Extra::default();
    cursor.expect('{')?;
    if !cursor.eat('}') {
        loop {
            let key: Str<'a> = cursor.value()?;
            cursor.expect(':')?;
            match key.as_str() {
                "destination" => {
                    let id: Option<Str<'a>> = cursor.value()?;
                    destination = id.map(|id| S::keep(id, shared));
                }
                "events" if events.is_some() => return Err(cursor.error("`events` comes twice")),
                "events" => events = Some(cursor.events(&read_event)?),
                _ => extra.insert(key, cursor.value::<serde_json::Value>()?),
            }
            if cursor.eat('}') {
                break;
            }
            cursor.expect(',')?;
        }
    }
    if !cursor.at_end() {
        return Err(cursor.error("expected the end"));
    }
    let events = events.ok_or_else(|| cursor.error("there is no `events`"))?;
    Ok(Webhook { destination, events, extra })
}

/// Returns the destination in a body that is not verified yet.
pub(crate) fn destination(body: &[u8]) -> Option<Str<'_>> {
    #[derive(Deserialize)]
    struct Destination<'a> {
        #[serde(borrow)]
        destination: Str<'a>,
    }
    serde_json::from_slice(body).ok().map(|Destination { destination }| destination)
}

/// A cursor over the few tokens around the events, which are read one by one: each event thus has its own text and its
/// own errors, and none is read twice.
struct Cursor<'a> {
    text: &'a str,
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    fn events<S: Text<'a>>(
        &mut self,
        read_event: impl Fn(&'a str, &mut Vec<Event<S>>) -> Result<&'a str, serde_json::Error>,
    ) -> Result<Vec<Event<S>>, Error> {
        let most = FREE_EVENTS + self.text.len() / BYTES_PER_EVENT;
        let mut events = Vec::new();
        self.expect('[')?;
        if self.eat(']') {
            return Ok(events);
        }
        events.reserve(1 + self.rest.len() / USUAL_EVENT);
        loop {
            if events.len() == most {
                return Err(self.error("there are more events than a body of this length can have"));
            }
            self.rest = read_event(self.rest, &mut events).map_err(|error| self.error(error))?;
            if self.eat(']') {
                return Ok(events);
            }
            self.expect(',')?;
        }
    }

    fn value<T: Deserialize<'a>>(&mut self) -> Result<T, Error> {
        let mut values = serde_json::Deserializer::from_str(self.rest).into_iter();
        let value = match values.next() {
            Some(value) => value.map_err(|error| self.error(error))?,
            None => return Err(self.error("expected a value, found the end")),
        };
        self.rest = self.rest.get(values.byte_offset()..).unwrap_or("");
        Ok(value)
    }

    fn expect(&mut self, token: char) -> Result<(), Error> {
        if self.eat(token) { Ok(()) } else { Err(self.error(format_args!("expected `{token}`"))) }
    }

    fn eat(&mut self, token: char) -> bool {
        self.skip_space();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn at_end(&mut self) -> bool {
        self.skip_space();
        self.rest.is_empty()
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn error(&self, reason: impl std::fmt::Display) -> Error {
        Error::NotWebhook { at: self.text.len() - self.rest.len(), reason: reason.to_string() }
    }
}
