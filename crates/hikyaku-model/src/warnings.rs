//! Finds problems that break no rule but deserve a warning.

use std::fmt;

use serde::{Serialize, Serializer, ser};

use crate::{
    Check, Checker, Violation,
    extra::UNKNOWN_FIELD,
    limits::{Problem, Segment},
};

/// Returns warnings for a value: fields, enum values and types that this version does not know, and content that LINE's
/// documentation forbids although LINE accepts it.
///
/// None of these stops a send, since LINE may know more than this version; but a misspelt field or value is among them.
/// The content of an object of an unknown type is not checked.
///
/// ```
/// use hikyaku_model::{Message, warnings};
///
/// let message: Message = serde_json::from_str(r#"{"type":"text","text":"hi","qouteToken":"abc"}"#)?;
/// let [warning] = warnings(&message).try_into().unwrap();
/// assert_eq!(warning.to_string(), "qouteToken: is a field that this version does not know");
///
/// let message: Message = serde_json::from_str(r#"{"type":"hologram"}"#)?;
/// let [warning] = warnings(&message).try_into().unwrap();
/// assert!(warning.to_string().starts_with("type: is a word that this version does not know; known are text,"));
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn warnings<T: Check + Serialize + ?Sized>(value: &T) -> Vec<Violation> {
    let mut found = unknown_fields(value);
    let mut checker = Checker::of_warnings();
    value.check(&mut checker);
    if let Err(warnings) = checker.finish() {
        found.extend(warnings.iter().cloned());
    }
    found
}

/// Returns the fields of a value that this version does not know, in the order of the JSON. They are kept, never read.
pub fn unknown_fields(value: &(impl Serialize + ?Sized)) -> Vec<Violation> {
    let mut walk = Walk::default();
    // A value that fails to serialise ends the walk early, and has no JSON to report on.
    let _ = value.serialize(&mut walk);
    walk.found
}

/// A serializer that writes nothing: it tracks its position, and finds the markers of [`Extra`](crate::Extra).
#[derive(Default)]
struct Walk {
    path: Vec<Segment>,
    found: Vec<Violation>,
}

impl Walk {
    fn inside(
        &mut self,
        segment: Segment,
        value: &(impl Serialize + ?Sized),
    ) -> Result<(), fmt::Error> {
        self.path.push(segment);
        value.serialize(&mut *self)?;
        self.path.pop();
        Ok(())
    }
}

/// Values that hold no other values.
macro_rules! leaves {
    ($($method:ident($($of:ty),*);)*) => {
        $(fn $method(self, $(_: $of),*) -> Result<(), fmt::Error> {
            Ok(())
        })*
    };
}

impl<'a> Serializer for &'a mut Walk {
    type Ok = ();
    type Error = fmt::Error;
    type SerializeSeq = Items<'a>;
    type SerializeTuple = Items<'a>;
    type SerializeTupleStruct = Items<'a>;
    type SerializeTupleVariant = Items<'a>;
    type SerializeMap = Fields<'a>;
    type SerializeStruct = Fields<'a>;
    type SerializeStructVariant = Fields<'a>;

    leaves! {
        serialize_bool(bool);
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_i32(i32);
        serialize_i64(i64);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
        serialize_u64(u64);
        serialize_f32(f32);
        serialize_f64(f64);
        serialize_char(char);
        serialize_str(&str);
        serialize_bytes(&[u8]);
        serialize_none();
        serialize_unit();
        serialize_unit_struct(&'static str);
        serialize_unit_variant(&'static str, u32, &'static str);
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), fmt::Error> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<(), fmt::Error> {
        if name == UNKNOWN_FIELD {
            let problem = Problem::Rule("is a field that this version does not know");
            self.found.push(Violation { path: self.path.clone(), problem });
            return Ok(());
        }
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), fmt::Error> {
        self.inside(Segment::Field(variant), value)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'a>, fmt::Error> {
        Ok(Items { walk: self, index: 0 })
    }

    fn serialize_tuple(self, _: usize) -> Result<Items<'a>, fmt::Error> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Items<'a>, fmt::Error> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Items<'a>, fmt::Error> {
        self.serialize_seq(None)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Fields<'a>, fmt::Error> {
        Ok(Fields { walk: self, key: String::new() })
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Fields<'a>, fmt::Error> {
        self.serialize_map(None)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Fields<'a>, fmt::Error> {
        self.serialize_map(None)
    }
}

struct Items<'a> {
    walk: &'a mut Walk,
    index: usize,
}

/// The four kinds of list differ only in their names.
macro_rules! items {
    ($($kind:ident::$method:ident),*) => {
        $(impl ser::$kind for Items<'_> {
            type Ok = ();
            type Error = fmt::Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), fmt::Error> {
                self.walk.inside(Segment::Index(self.index), value)?;
                self.index += 1;
                Ok(())
            }

            fn end(self) -> Result<(), fmt::Error> {
                Ok(())
            }
        })*
    };
}

items!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

struct Fields<'a> {
    walk: &'a mut Walk,
    key: String,
}

impl ser::SerializeMap for Fields<'_> {
    type Ok = ();
    type Error = fmt::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), fmt::Error> {
        let key = serde_json::to_value(key).map_err(ser::Error::custom)?;
        self.key = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), fmt::Error> {
        self.walk.inside(Segment::Key(std::mem::take(&mut self.key)), value)
    }

    fn end(self) -> Result<(), fmt::Error> {
        Ok(())
    }
}

macro_rules! fields {
    ($($kind:ident),*) => {
        $(impl ser::$kind for Fields<'_> {
            type Ok = ();
            type Error = fmt::Error;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), fmt::Error> {
                self.walk.inside(Segment::Field(key), value)
            }

            fn end(self) -> Result<(), fmt::Error> {
                Ok(())
            }
        })*
    };
}

fields!(SerializeStruct, SerializeStructVariant);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Message, flex::Container};

    fn paths(value: &impl Serialize) -> Vec<String> {
        unknown_fields(value).iter().map(Violation::property).collect()
    }

    #[test]
    fn fields_are_found_at_every_depth() {
        let json = r#"[{"type":"flex","altText":"a","new":{"deep":1},"contents":{"type":"bubble","body":{"type":"box",
            "layout":"vertical","contents":[{"type":"text","text":"a"},{"type":"text","text":"b","kind":0}]}},
            "quickReply":{"items":[{"type":"action","action":{"type":"message","label":"a","text":"b","x":null}}]}}]"#;
        let messages: Vec<Message> = serde_json::from_str(json).unwrap();
        let expected =
            ["[0].contents.body.contents[1].kind", "[0].new", "[0].quickReply.items[0].action.x"];
        let mut found = paths(&messages);
        found.sort();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_known_or_of_an_unknown_type_is_not_told() {
        let known = Container::from_json(
            r#"{"type":"bubble","hero":{"type":"image","url":"https://example.com/"}}"#,
        );
        assert_eq!(paths(&known.unwrap()), [""; 0]);
        let unknown: Message = serde_json::from_str(r#"{"type":"hologram","depth":3}"#).unwrap();
        assert_eq!(paths(&unknown), [""; 0]);
    }
}
