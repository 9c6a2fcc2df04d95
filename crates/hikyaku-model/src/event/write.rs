use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::value::RawValue;

use super::{Event, kind::Payload};

/// Writes the event as it was read. An event that did not fit its type is written unchanged.
impl<S: AsRef<str> + Serialize> Serialize for Event<S> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        if let Some(misfit) = self.misfit() {
            let json: &RawValue =
                serde_json::from_str(misfit.json.as_ref()).map_err(serde::ser::Error::custom)?;
            return json.serialize(serializer);
        }
        let mut map = serializer.serialize_map(None)?;
        let word = self.type_word();
        if !word.is_empty() {
            map.serialize_entry("type", word)?;
        }
        let payload = Payload(&self.kind);
        if let Some(key) = payload.key() {
            map.serialize_entry(key, &payload)?;
        }
        entry(&mut map, "webhookEventId", self.webhook_event_id.as_ref())?;
        entry(&mut map, "deliveryContext", self.delivery_context.as_ref())?;
        entry(&mut map, "timestamp", self.timestamp.as_ref())?;
        entry(&mut map, "source", self.source.as_ref())?;
        entry(&mut map, "replyToken", self.reply_token.as_ref())?;
        entry(&mut map, "mode", self.mode.as_ref())?;
        for (name, value) in self.extra.iter() {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

fn entry<M: SerializeMap, T: Serialize>(
    map: &mut M,
    key: &str,
    value: Option<&T>,
) -> Result<(), M::Error> {
    match value {
        Some(value) => map.serialize_entry(key, value),
        None => Ok(()),
    }
}
