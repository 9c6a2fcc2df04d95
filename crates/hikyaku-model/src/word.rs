//! Enum values from lists that LINE may extend.

use serde::{Deserialize, Deserializer};

use crate::text::Str;

/// An enum value from a list that LINE may extend.
pub(crate) trait Word {
    /// The values that this version knows.
    const WORDS: &'static [&'static str];

    /// Returns the value.
    fn text(&self) -> &str;

    /// Returns the value if this version does not know it.
    fn unknown(&self) -> Option<&str>;
}

/// Reads a value of [`open_words`](crate::open_words). Borrowed if possible: a known value needs no copy.
#[doc(hidden)]
pub fn read_word<'de, D: Deserializer<'de>, W: for<'a> From<&'a str>>(
    deserializer: D,
) -> Result<W, D::Error> {
    Str::deserialize(deserializer).map(|word| W::from(word.as_str()))
}

/// Defines enums of known values and `Other(String)`, which keeps any other value unchanged. For this project's own
/// crates.
#[doc(hidden)]
#[macro_export]
macro_rules! open_words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $variant:ident = $word:literal),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$word_doc])* #[doc = ""] #[doc = concat!("`", $word, "`")] $variant,)*
            /// Any other value, kept unchanged.
            Other(String),
        }

        impl $name {
            /// Returns the value as LINE writes it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)*
                    Self::Other(text) => text,
                }
            }

            fn known(text: &str) -> Option<Self> {
                match text {
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::known(text).unwrap_or_else(|| Self::Other(text.to_owned()))
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::known(&text).unwrap_or(Self::Other(text))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::read_word(deserializer)
            }
        }
    )*};
}

/// Defines the model's own: those that a [`Checker`](crate::Checker) judges and an event may have.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $variant:ident = $word:literal),* $(,)? })*) => {
        $crate::open_words! {
            $($(#[$doc])* $name { $($(#[$word_doc])* $variant = $word),* })*
        }

        $(
            impl $crate::word::Word for $name {
                const WORDS: &'static [&'static str] = &[$($word),*];

                fn text(&self) -> &str {
                    self.as_str()
                }

                fn unknown(&self) -> Option<&str> {
                    match self {
                        Self::Other(text) => Some(text),
                        _ => None,
                    }
                }
            }

            $crate::text::read_plain!($name);
        )*
    };
}

pub(crate) use words;
