//! Reads objects field by field.
//!
//! Serde's derived `flatten` does the same for most types here, by way of a buffer. The few objects that every event
//! has are read with this: they are most of the time that a webhook takes.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};

use super::Str;
use crate::Extra;

/// A type that is read from the fields of an object.
pub(super) trait FromFields<'de>: Sized {
    /// What it is, for errors.
    const EXPECTED: &'static str;

    /// Reads all the fields.
    fn from_fields<A: MapAccess<'de>>(fields: A) -> Result<Self, A::Error>;
}

/// Reads an object.
pub(super) fn deserialize<'de, T: FromFields<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    deserializer.deserialize_map(ObjectVisitor(PhantomData))
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: FromFields<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<T, A::Error> {
        T::from_fields(fields)
    }
}

/// Goes through the fields: `known` reads the value of those it knows and says so, the others are kept.
pub(super) fn each<'de, A: MapAccess<'de>>(
    mut fields: A,
    mut known: impl FnMut(&str, &mut A) -> Result<bool, A::Error>,
) -> Result<Extra, A::Error> {
    let mut extra = Extra::default();
    while let Some(name) = fields.next_key::<Str<'de>>()? {
        if !known(&name, &mut fields)? {
            extra.insert(name, fields.next_value::<serde_json::Value>()?);
        }
    }
    Ok(extra)
}

/// Reads the value of a field that may be there once. `null` is as good as nothing.
pub(super) fn once<'de, A: MapAccess<'de>, T: Deserialize<'de>>(
    slot: &mut Option<T>,
    name: &'static str,
    fields: &mut A,
) -> Result<bool, A::Error> {
    if slot.is_some() {
        return Err(A::Error::duplicate_field(name));
    }
    *slot = fields.next_value()?;
    Ok(true)
}
