//! Reads objects field by field and keeps unknown fields.
//!
//! Serde's derived `flatten` does the same through a buffer, at a cost in time for each webhook and in code size.

use std::{fmt, marker::PhantomData, sync::Arc};

use serde::{
    Deserializer,
    de::{Error, MapAccess, Visitor},
};

use super::Str;
use crate::{
    Extra,
    text::{Read, Seed},
};

/// A type that is read from the fields of an object.
pub(super) trait FromFields<'de>: Sized {
    /// The name of the type, for errors.
    const EXPECTED: &'static str;

    /// Reads all fields.
    fn from_fields<A: MapAccess<'de>>(fields: A, body: Option<&Arc<str>>)
    -> Result<Self, A::Error>;
}

/// Reads an object.
pub(super) fn read<'de, T: FromFields<'de>, D: Deserializer<'de>>(
    deserializer: D,
    body: Option<&Arc<str>>,
) -> Result<T, D::Error> {
    deserializer.deserialize_map(ObjectVisitor { body, what: PhantomData })
}

struct ObjectVisitor<'b, T> {
    body: Option<&'b Arc<str>>,
    what: PhantomData<T>,
}

impl<'de, T: FromFields<'de>> Visitor<'de> for ObjectVisitor<'_, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<T, A::Error> {
        T::from_fields(fields, self.body)
    }
}

/// Iterates over the fields: `known` reads the values of the fields it knows and returns true; the rest are kept.
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

/// Reads the value of a field that may occur once. `null` counts as absent.
pub(super) fn once<'de, A: MapAccess<'de>, T: Read<'de>>(
    slot: &mut Option<T>,
    name: &'static str,
    fields: &mut A,
    body: Option<&Arc<str>>,
) -> Result<bool, A::Error> {
    if slot.is_some() {
        return Err(A::Error::duplicate_field(name));
    }
    *slot = value(fields, body)?;
    Ok(true)
}

/// Reads the value of a field.
pub(super) fn value<'de, A: MapAccess<'de>, T: Read<'de>>(
    fields: &mut A,
    body: Option<&Arc<str>>,
) -> Result<T, A::Error> {
    fields.next_value_seed(Seed::new(body))
}

/// Implements reading for a type with [`FromFields`].
macro_rules! readable {
    ($name:ident $(<$text:ident>)?) => {
        impl<'de $(, $text: crate::text::Text<'de>)?> crate::text::Read<'de> for $name $(<$text>)? {
            fn read<D: serde::Deserializer<'de>>(
                deserializer: D,
                body: Option<&std::sync::Arc<str>>,
            ) -> Result<Self, D::Error> {
                $crate::event::object::read(deserializer, body)
            }
        }

        impl<'de $(, $text: crate::text::Text<'de>)?> serde::Deserialize<'de> for $name $(<$text>)? {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::event::object::read(deserializer, None)
            }
        }
    };
}

/// Implements reading for a struct with these fields, `required` or `optional`, and `extra` for all others.
macro_rules! object {
    ($name:ident $(<$text:ident>)? is $expected:literal { $($need:ident $field:ident = $key:literal),* $(,)? }) => {
        $crate::event::object::readable!($name $(<$text>)?);

        impl<'de $(, $text: crate::text::Text<'de>)?> $crate::event::object::FromFields<'de> for $name $(<$text>)? {
            const EXPECTED: &'static str = $expected;

            fn from_fields<A: serde::de::MapAccess<'de>>(
                fields: A,
                body: Option<&std::sync::Arc<str>>,
            ) -> Result<Self, A::Error> {
                $(let mut $field = None;)*
                let extra = $crate::event::object::each(fields, |name, fields| match name {
                    $($key => $crate::event::object::once(&mut $field, $key, fields, body),)*
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

pub(super) use {object, readable};
