//! The fields of an object that are not parsed yet, for JSON that did not fit when it was read at once.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, Visitor, value::MapDeserializer},
};
use serde_json::{Value, value::RawValue};

use super::Str;
use crate::Extra;

/// The fields of an object: an error in one does not affect the others.
#[derive(Default)]
pub(super) struct Fields<'a>(BTreeMap<Str<'a>, &'a RawValue>);

impl<'a> Fields<'a> {
    /// Reads the fields of an object. Of a field that occurs twice, the last one counts.
    pub(super) fn last(json: &'a str) -> Option<Self> {
        serde_json::from_str(json).ok().map(Self)
    }

    /// Reads the fields of an object in which none occurs twice.
    pub(super) fn distinct(json: &'a str) -> Option<Self> {
        serde_json::from_str::<Distinct<'a>>(json).ok().map(|Distinct(fields)| Self(fields))
    }

    /// Returns the value of a field, if it fits.
    pub(super) fn value<T: Deserialize<'a>>(&self, name: &'static str) -> Option<T> {
        serde_json::from_str(self.0.get(&Str::from(name))?.get()).ok()
    }

    /// Takes a field out.
    pub(super) fn take(&mut self, name: &'static str) -> Option<&'a str> {
        self.0.remove(&Str::from(name)).map(RawValue::get)
    }

    /// Takes those of the fields `all` out that are not among `own`.
    pub(super) fn take_foreign(
        &mut self,
        all: impl IntoIterator<Item = &'static str>,
        own: &[&str],
    ) -> Extra {
        let mut foreign = Extra::default();
        for name in all.into_iter().filter(|name| !own.contains(name)) {
            let value: Option<Value> =
                self.take(name).and_then(|json| serde_json::from_str(json).ok());
            if let Some(value) = value {
                foreign.insert(name, value);
            }
        }
        foreign
    }

    /// Returns the fields as those of an object that is being read.
    pub(super) fn into_access(self) -> impl MapAccess<'a, Error = serde_json::Error> {
        MapDeserializer::new(
            self.0.into_iter().map(|(name, json)| (name.as_str().to_owned(), json)),
        )
    }
}

struct Distinct<'a>(BTreeMap<Str<'a>, &'a RawValue>);

impl<'de> Deserialize<'de> for Distinct<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;

        impl<'de> Visitor<'de> for Each {
            type Value = Distinct<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = BTreeMap::new();
                while let Some((name, json)) = map.next_entry::<Str<'de>, &'de RawValue>()? {
                    if fields.insert(name, json).is_some() {
                        return Err(A::Error::custom("a field occurs twice"));
                    }
                }
                Ok(Distinct(fields))
            }
        }

        deserializer.deserialize_map(Each)
    }
}
