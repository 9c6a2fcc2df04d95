//! Reads a type from a JSON object in memory, and reports the path at which it does not fit.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{
        DeserializeOwned, DeserializeSeed, Error, Expected, IntoDeserializer, MapAccess, SeqAccess,
        Unexpected, Visitor,
        value::{BorrowedStrDeserializer, StrDeserializer},
    },
    forward_to_deserialize_any,
};
use serde_json::{Value, map, value::Number};

use crate::{Checker, Object, limits::Problem, limits::Segment};

/// A mismatch between JSON and a type: its path and the reason.
#[derive(Debug)]
pub(crate) struct Misfit {
    /// The path, innermost segment first.
    path: Vec<Segment>,
    problem: Problem,
}

impl Misfit {
    /// Reports the mismatch at the value that was read.
    pub(crate) fn report(self, checker: &mut Checker) {
        checker.report_at(self.path, self.problem);
    }

    fn inside(mut self, segment: Segment) -> Self {
        self.path.push(segment);
        self
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)
    }
}

impl std::error::Error for Misfit {}

impl Error for Misfit {
    fn custom<T: fmt::Display>(reason: T) -> Self {
        Self { path: Vec::new(), problem: Problem::Shape(reason.to_string()) }
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let found = match unexpected {
            Unexpected::Unit => Unexpected::Other("null"),
            other => other,
        };
        Self::custom(format_args!("invalid type: {found}, expected {expected}"))
    }

    fn missing_field(field: &'static str) -> Self {
        Self { path: vec![Segment::Field(field)], problem: Problem::Required }
    }
}

/// The maximum number of nested objects and lists that are read into types, so that no JSON can exhaust the stack.
///
/// A box of a Flex Message takes two levels. The largest one allowed needs some 60 KB of a thread's stack in a build
/// without optimisation.
const DEPTH: usize = 40;

/// Refuses JSON that is nested too deeply to be read into types.
pub(crate) fn check_depth(object: &Object) -> Result<(), Misfit> {
    if object.values().any(|value| is_deeper(value, DEPTH)) {
        let what = "must not be nested deeper than 40 levels";
        return Err(Misfit { path: Vec::new(), problem: Problem::Rule(what) });
    }
    Ok(())
}

fn is_deeper(value: &Value, levels: usize) -> bool {
    let Some(below) = levels.checked_sub(1) else { return true };
    match value {
        Value::Array(items) => items.iter().any(|item| is_deeper(item, below)),
        Value::Object(object) => object.values().any(|value| is_deeper(value, below)),
        _ => false,
    }
}

/// Reads a type from an object, as a variant of its union.
pub(crate) fn read_variant<T: DeserializeOwned, U: From<T>>(
    object: &Object,
) -> Result<Option<U>, Misfit> {
    T::deserialize(ObjectReader(object)).map(|value| Some(U::from(value)))
}

/// Reads the value of a key, if it is present and not `null`.
pub(crate) fn read_key<'de, T: Deserialize<'de>>(
    object: &'de Object,
    key: &'static str,
) -> Result<Option<T>, Misfit> {
    match object.get(key) {
        None => Ok(None),
        Some(value) => {
            Option::deserialize(Reader(value)).map_err(|misfit| misfit.inside(Segment::Field(key)))
        }
    }
}

/// The prefix in the name of a newtype that is read only from objects of one `type`; the `type` follows.
pub(crate) const TYPE_MARK: &str = "$hikyaku::type::";

/// Checks an object's `type` before the object is read, so that a wrong type is not reported as missing fields.
fn check_type(value: &Value, word: &str) -> Result<(), Misfit> {
    let Value::Object(object) = value else { return Ok(()) };
    match object.get("type") {
        None | Some(Value::Null) => Err(Misfit::missing_field("type")),
        Some(Value::String(actual)) if actual == word => Ok(()),
        Some(actual) => {
            Err(Misfit::custom(format_args!("its type is {actual}, \"{word}\" belongs here")))
        }
    }
}

struct ObjectReader<'de>(&'de Object);

impl<'de> Deserializer<'de> for ObjectReader<'de> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_map(Fields { fields: self.0.iter(), current: None })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct Reader<'de>(&'de Value);

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = Misfit;

    #[inline(never)]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(value) => visit_number(value, visitor),
            Value::String(value) => visitor.visit_borrowed_str(value),
            Value::Array(items) => visitor.visit_seq(Items { items: items.iter(), index: 0 }),
            Value::Object(object) => ObjectReader(object).deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        if let Some(word) = name.strip_prefix(TYPE_MARK) {
            check_type(self.0, word)?;
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        match self.0 {
            Value::String(word) => BorrowedStrDeserializer::<Misfit>::new(word)
                .deserialize_enum(name, variants, visitor),
            _ => self.deserialize_any(visitor),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map struct identifier ignored_any
    }
}

fn visit_number<'de, V: Visitor<'de>>(number: &Number, visitor: V) -> Result<V::Value, Misfit> {
    if let Some(number) = number.as_u64() {
        visitor.visit_u64(number)
    } else if let Some(number) = number.as_i64() {
        visitor.visit_i64(number)
    } else if let Some(number) = number.as_f64() {
        visitor.visit_f64(number)
    } else {
        Err(Misfit::custom("number out of range"))
    }
}

struct Items<'de> {
    items: std::slice::Iter<'de, Value>,
    index: usize,
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Misfit;

    #[inline(never)]
    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Misfit> {
        let Some(item) = self.items.next() else { return Ok(None) };
        let index = self.index;
        self.index += 1;
        seed.deserialize(Reader(item))
            .map(Some)
            .map_err(|misfit| misfit.inside(Segment::Index(index)))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

struct Fields<'de> {
    fields: map::Iter<'de>,
    current: Option<(&'de str, &'de Value)>,
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = Misfit;

    #[inline(never)]
    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Misfit> {
        let Some((key, value)) = self.fields.next() else { return Ok(None) };
        self.current = Some((key, value));
        let key: StrDeserializer<'_, Misfit> = key.as_str().into_deserializer();
        seed.deserialize(key).map(Some)
    }

    #[inline(never)]
    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Misfit> {
        let Some((key, value)) = self.current.take() else {
            return Err(Misfit::custom("a value was asked for before its key"));
        };
        seed.deserialize(Reader(value))
            .map_err(|misfit| misfit.inside(Segment::Key(key.to_owned())))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.fields.len())
    }
}
