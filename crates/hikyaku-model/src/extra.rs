use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
    ser::SerializeMap,
};

/// A JSON object in its original form, for data that has no type in this version.
pub type Object = serde_json::Map<String, serde_json::Value>;

/// Reads an object and nothing else: `Object::deserialize` reads `null` as an empty object.
pub(crate) fn read_object<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Object, D::Error> {
    struct Fields;

    impl<'de> Visitor<'de> for Fields {
        type Value = Object;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a map")
        }

        fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Object, A::Error> {
            Object::deserialize(MapAccessDeserializer::new(fields))
        }
    }

    deserializer.deserialize_map(Fields)
}

/// The fields of an object that this version does not know. They are kept and written back into the same object.
///
/// LINE adds properties without notice. A program can also set such a property before this crate has a field for it:
///
/// ```
/// use hikyaku_model::message::TextMessage;
///
/// let mut text = TextMessage::new("hi");
/// text.extra.insert("brandNew", true);
/// assert_eq!(serde_json::to_string(&text).unwrap(), r#"{"type":"text","text":"hi","brandNew":true}"#);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Extra(Object);

impl Extra {
    /// Sets a field.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<serde_json::Value>) {
        self.0.insert(name.into(), value.into());
    }

    /// Returns the value of a field.
    pub fn get(&self, name: &str) -> Option<&serde_json::Value> {
        self.0.get(name)
    }

    /// Iterates over names and values, in alphabetical order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &serde_json::Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Returns whether every field was known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Writes each field under a marker that no format shows; [`warnings`](crate::warnings) looks for it.
impl Serialize for Extra {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, &Marked(value))?;
        }
        map.end()
    }
}

/// The marker name under which the value of an unknown field is written.
pub(crate) const UNKNOWN_FIELD: &str = "$hikyaku::UnknownField";

struct Marked<'a>(&'a serde_json::Value);

impl Serialize for Marked<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(UNKNOWN_FIELD, self.0)
    }
}

impl From<Object> for Extra {
    fn from(object: Object) -> Self {
        Self(object)
    }
}
