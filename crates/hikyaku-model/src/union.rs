//! Objects with a `type`, and the sets of them that LINE may extend.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{Error, Visitor},
};
use serde_json::Value;

use crate::{
    Extra, Object,
    extra::read_object,
    shape::{self, Misfit},
};

/// An object whose `type` never varies.
pub(crate) trait Tagged {
    /// The value of `type`.
    const TYPE: &'static str;

    /// The value of `type`, prefixed with [`TYPE_MARK`](crate::shape::TYPE_MARK).
    const MARK: &'static str;
}

/// Reads the unknown fields of a tagged object, and checks its `type`.
///
/// The types are `#[serde(tag = "type")]`, which writes the `type` but ignores it when reading.
pub(crate) fn extra<'de, D: Deserializer<'de>, T: Tagged>(
    deserializer: D,
) -> Result<Extra, D::Error> {
    extra_of(read_object(deserializer)?, T::TYPE)
}

fn extra_of<E: Error>(mut object: Object, word: &str) -> Result<Extra, E> {
    match object.remove("type") {
        Some(Value::String(actual)) if actual == word => Ok(object.into()),
        None => Err(E::missing_field("type")),
        Some(actual) => {
            Err(E::custom(format_args!("its type is {actual}, \"{word}\" belongs here")))
        }
    }
}

/// An object of the only type allowed. A wrong type is reported as such, not as missing fields.
struct OfType<T>(T);

impl<'de, T: Tagged + Deserialize<'de>> Deserialize<'de> for OfType<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(T::MARK, OfTypeVisitor(PhantomData))
    }
}

struct OfTypeVisitor<T>(PhantomData<T>);

impl<'de, T: Tagged + Deserialize<'de>> Visitor<'de> for OfTypeVisitor<T> {
    type Value = OfType<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::TYPE)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Self::Value, D::Error> {
        T::deserialize(deserializer).map(OfType)
    }
}

/// Reads an optional object of one type.
pub(crate) fn optional<'de, D: Deserializer<'de>, T: Tagged + Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(Option::<OfType<T>>::deserialize(deserializer)?.map(|OfType(value)| value))
}

/// Reads a list of objects of one type.
pub(crate) fn list<'de, D: Deserializer<'de>, T: Tagged + Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    let items = Vec::<OfType<T>>::deserialize(deserializer)?;
    Ok(items.into_iter().map(|OfType(value)| value).collect())
}

/// Reads an optional list of objects of one type.
pub(crate) fn optional_list<'de, D: Deserializer<'de>, T: Tagged + Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Vec<T>>, D::Error> {
    let items = Option::<Vec<OfType<T>>>::deserialize(deserializer)?;
    Ok(items.map(|items| items.into_iter().map(|OfType(value)| value).collect()))
}

/// A variant of a union: its `type`, and its reader.
pub(crate) type Variant<U> = (&'static str, fn(&Object) -> Result<Option<U>, Misfit>);

/// Reads the variant that an object's `type` names; `None` if there is no such variant.
pub(crate) fn read<U>(variants: &[Variant<U>], object: &Object) -> Result<Option<U>, Misfit> {
    shape::check_depth(object)?;
    let word: Option<&str> = shape::read_key(object, "type")?;
    let word = word.ok_or_else(|| Misfit::missing_field("type"))?;
    match variants.iter().find(|(known, _)| *known == word) {
        Some((_, read)) => read(object),
        None => Ok(None),
    }
}

/// Declares the `type` of a struct that is `#[serde(tag = "type", rename = ...)]`.
macro_rules! tagged {
    ($($name:ident = $word:literal),* $(,)?) => {
        $(impl $crate::union::Tagged for $name {
            const TYPE: &'static str = $word;
            const MARK: &'static str = concat!("$hikyaku::type::", $word);
        })*
    };
}

/// Implements reading for an enum of tagged structs and `Unknown(Unknown)`, and conversion from each of the structs.
///
/// JSON of a known `type` that fits is read as its variant. Everything else is kept as `Unknown`, and `explain` reports
/// why.
///
/// All functions that read are `#[inline]`, so that they are compiled only in programs that read. Without it they would
/// be compiled with this crate, at the cost of every program that depends on it.
macro_rules! union {
    ($name:ident { $($variant:ident($of:ty)),* $(,)? }) => {
        impl $name {
            /// The values of `type` that this version knows.
            pub const TYPES: &'static [&'static str] =
                &[$(<$of as $crate::union::Tagged>::TYPE),*];

            #[inline]
            fn read(object: &$crate::Object) -> Result<Option<Self>, $crate::shape::Misfit> {
                const VARIANTS: &[$crate::union::Variant<$name>] = &[$((
                    <$of as $crate::union::Tagged>::TYPE,
                    $crate::shape::read_variant::<$of, $name>,
                )),*];
                $crate::union::read(VARIANTS, object)
            }

            /// Reports why an object was kept as unknown.
            #[inline]
            fn explain(object: &$crate::Object, checker: &mut $crate::Checker) {
                match Self::read(object) {
                    Ok(Some(_)) => {}
                    Ok(None) => checker.unknown_word("type", Self::TYPES),
                    Err(misfit) => misfit.report(checker),
                }
            }
        }

        impl From<$crate::Object> for $name {
            #[inline]
            fn from(object: $crate::Object) -> Self {
                match Self::read(&object) {
                    Ok(Some(known)) => known,
                    Ok(None) | Err(_) => {
                        Self::Unknown($crate::Unknown::new(object, Self::explain))
                    }
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Ok($crate::extra::read_object(deserializer)?.into())
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
