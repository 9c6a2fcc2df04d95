//! Objects that say in `type` what they are, and the sets of them that LINE may extend.

use serde::{Deserialize, Deserializer, de::Error};
use serde_json::Value;

use crate::{Extra, Object, shape::Misfit};

/// An object whose `type` is always the same word.
pub(crate) trait Tagged {
    /// The word.
    const TYPE: &'static str;
}

/// Reads the fields that a tagged object does not know, and makes sure of its `type`.
///
/// The types are `#[serde(tag = "type")]`, which writes the word but does not look at it when reading.
pub(crate) fn extra<'de, D: Deserializer<'de>, T: Tagged>(
    deserializer: D,
) -> Result<Extra, D::Error> {
    let mut object = Object::deserialize(deserializer)?;
    match object.remove("type") {
        Some(Value::String(word)) if word == T::TYPE => Ok(object.into()),
        None => Err(D::Error::missing_field("type")),
        Some(other) => {
            Err(D::Error::custom(format_args!("its type is {other}, \"{}\" belongs here", T::TYPE)))
        }
    }
}

/// The `type` of an object.
pub(crate) fn word(object: &Object) -> Result<&str, Misfit> {
    crate::shape::read_key(object, "type")?.ok_or_else(|| Misfit::missing_field("type"))
}

/// Names the `type` of a struct that is `#[serde(tag = "type", rename = ...)]`.
macro_rules! tagged {
    ($($name:ident = $word:literal),* $(,)?) => {
        $(impl $crate::union::Tagged for $name {
            const TYPE: &'static str = $word;
        })*
    };
}

/// Makes an enum of tagged structs and `Unknown(Object)` readable, and buildable from each of the structs.
///
/// What it writes for each: JSON of a known `type` that fits is read as its variant; everything else is kept as
/// `Unknown`, and `misfit` tells why where the type is a known one.
macro_rules! union {
    ($name:ident { $($variant:ident($of:ty)),* $(,)? }) => {
        impl $name {
            /// The words that this version knows for `type`.
            pub const TYPES: &'static [&'static str] =
                &[$(<$of as $crate::union::Tagged>::TYPE),*];

            fn read(object: &$crate::Object) -> Result<Option<Self>, $crate::shape::Misfit> {
                $crate::shape::check_depth(object)?;
                match $crate::union::word(object)? {
                    $(<$of as $crate::union::Tagged>::TYPE => {
                        $crate::shape::read_variant::<$of, Self>(object)
                    })*
                    _ => Ok(None),
                }
            }

            /// Reports why an object was kept as unknown.
            fn check_unknown(object: &$crate::Object, checker: &mut $crate::Checker) {
                match Self::read(object) {
                    Ok(Some(_)) => {}
                    Ok(None) => checker.unknown_word("type", Self::TYPES),
                    Err(misfit) => misfit.report(checker),
                }
            }
        }

        impl From<$crate::Object> for $name {
            fn from(object: $crate::Object) -> Self {
                match Self::read(&object) {
                    Ok(Some(known)) => known,
                    Ok(None) | Err(_) => Self::Unknown(object),
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Ok($crate::Object::deserialize(deserializer)?.into())
            }
        }

        $(impl From<$of> for $name {
            fn from(value: $of) -> Self {
                Self::$variant(value)
            }
        })*
    };
}

pub(crate) use {tagged, union};
