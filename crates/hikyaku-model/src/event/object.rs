//! Reads objects field by field, and keeps the fields that are not known.
//!
//! Serde's derived `flatten` does the same by way of a buffer, which costs a webhook time and a program code.

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

/// Makes a struct readable from the object with these fields, `required` or `optional`, and `extra` for all others.
macro_rules! object {
    ($name:ident $(<$text:ident>)? is $expected:literal { $($need:ident $field:ident = $key:literal),* $(,)? }) => {
        impl<'de $(, $text: serde::Deserialize<'de>)?> serde::Deserialize<'de> for $name $(<$text>)? {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::event::object::deserialize(deserializer)
            }
        }

        impl<'de $(, $text: serde::Deserialize<'de>)?> $crate::event::object::FromFields<'de> for $name $(<$text>)? {
            const EXPECTED: &'static str = $expected;

            fn from_fields<A: serde::de::MapAccess<'de>>(fields: A) -> Result<Self, A::Error> {
                $(let mut $field = None;)*
                let extra = $crate::event::object::each(fields, |name, fields| match name {
                    $($key => $crate::event::object::once(&mut $field, $key, fields),)*
                    _ => Ok(false),
                })?;
                Ok(Self { $($field: $crate::event::object::object!(@$need $field, $key, A),)* extra })
            }
        }
    };
    (@required $field:ident, $key:literal, $access:ident) => {
        $field.ok_or_else(|| <$access::Error as serde::de::Error>::missing_field($key))?
    };
    (@optional $field:ident, $key:literal, $access:ident) => {
        $field
    };
}

pub(super) use object;
