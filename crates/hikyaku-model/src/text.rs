use std::{borrow::Cow, fmt, marker::PhantomData, ops::Deref, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, de};

/// The text of an event: owned as [`SharedStr`](crate::event::SharedStr), or borrowed from its JSON as [`Str`].
pub trait Text<'a>: AsRef<str> + Serialize + Read<'a> {
    /// Keeps a text that was read, as a slice of the body if the events share one.
    fn keep(text: Str<'a>, body: Option<&Arc<str>>) -> Self;
}

/// A value in the JSON of an event. Its texts are slices of the body that the events share, if there is one; serde's
/// own `Deserialize` has no way to pass that body.
pub trait Read<'de>: Sized {
    /// Reads the value.
    fn read<D: Deserializer<'de>>(
        deserializer: D,
        body: Option<&Arc<str>>,
    ) -> Result<Self, D::Error>;
}

/// [`Read`] as serde needs it inside objects and arrays.
pub(crate) struct Seed<'b, T> {
    body: Option<&'b Arc<str>>,
    what: PhantomData<T>,
}

impl<'b, T> Seed<'b, T> {
    pub(crate) fn new(body: Option<&'b Arc<str>>) -> Self {
        Self { body, what: PhantomData }
    }
}

impl<'de, T: Read<'de>> de::DeserializeSeed<'de> for Seed<'_, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::read(deserializer, self.body)
    }
}

/// Implements [`Read`] for values without text.
macro_rules! read_plain {
    ($($name:ty),*) => {$(
        impl<'de> $crate::text::Read<'de> for $name {
            fn read<D: serde::Deserializer<'de>>(
                deserializer: D,
                _body: Option<&std::sync::Arc<str>>,
            ) -> Result<Self, D::Error> {
                serde::Deserialize::deserialize(deserializer)
            }
        }
    )*};
}

pub(crate) use read_plain;

read_plain!(bool, u64, i64, f64, serde_json::Value);

impl<'de, T: Read<'de>> Read<'de> for Box<T> {
    fn read<D: Deserializer<'de>>(
        deserializer: D,
        body: Option<&Arc<str>>,
    ) -> Result<Self, D::Error> {
        T::read(deserializer, body).map(Box::new)
    }
}

impl<'de, T: Read<'de>> Read<'de> for Option<T> {
    fn read<D: Deserializer<'de>>(
        deserializer: D,
        body: Option<&Arc<str>>,
    ) -> Result<Self, D::Error> {
        deserializer.deserialize_option(Seed::<T>::new(body))
    }
}

impl<'de, T: Read<'de>> de::Visitor<'de> for Seed<'_, T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("option")
    }

    fn visit_none<E>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        T::read(deserializer, self.body).map(Some)
    }
}

impl<'de, T: Read<'de>> Read<'de> for Vec<T> {
    fn read<D: Deserializer<'de>>(
        deserializer: D,
        body: Option<&Arc<str>>,
    ) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Items(Seed::new(body)))
    }
}

struct Items<'b, T>(Seed<'b, T>);

impl<'de, T: Read<'de>> de::Visitor<'de> for Items<'_, T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence")
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element_seed(Seed::new(self.0.body))? {
            all.push(item);
        }
        Ok(all)
    }
}

/// Text borrowed from its JSON. It owns a copy only if an escape (`\n`, `\u3042`) makes the text differ from the JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Str<'a>(Cow<'a, str>);

impl<'a> Str<'a> {
    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the text if it is borrowed.
    pub(crate) fn borrowed(&self) -> Option<&'a str> {
        match self.0 {
            Cow::Borrowed(text) => Some(text),
            Cow::Owned(_) => None,
        }
    }
}

impl<'a> Text<'a> for Str<'a> {
    fn keep(text: Str<'a>, _body: Option<&Arc<str>>) -> Self {
        text
    }
}

impl<'de: 'a, 'a> Read<'de> for Str<'a> {
    fn read<D: Deserializer<'de>>(
        deserializer: D,
        _body: Option<&Arc<str>>,
    ) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

impl Deref for Str<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Str<'_> {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Str<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'a> From<&'a str> for Str<'a> {
    fn from(text: &'a str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl From<String> for Str<'_> {
    fn from(text: String) -> Self {
        Self(Cow::Owned(text))
    }
}

impl From<Str<'_>> for String {
    fn from(text: Str<'_>) -> Self {
        text.0.into_owned()
    }
}

impl PartialEq<str> for Str<'_> {
    fn eq(&self, other: &str) -> bool {
        *self.0 == *other
    }
}

impl PartialEq<&str> for Str<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self.0 == **other
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Str<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Visitor)
    }
}

struct Visitor;

impl<'de> de::Visitor<'de> for Visitor {
    type Value = Str<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Str<'de>, E> {
        Ok(Str(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Str<'de>, E> {
        Ok(Str(Cow::Owned(text.to_owned())))
    }

    fn visit_string<E>(self, text: String) -> Result<Str<'de>, E> {
        Ok(Str(Cow::Owned(text)))
    }
}
