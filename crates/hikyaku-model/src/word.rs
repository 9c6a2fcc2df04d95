//! Enum values from lists that LINE may extend.

/// An enum value from a list that LINE may extend.
pub(crate) trait Word {
    /// The values that this version knows.
    const WORDS: &'static [&'static str];

    /// Returns the value.
    fn text(&self) -> &str;

    /// Returns the value if this version does not know it.
    fn unknown(&self) -> Option<&str>;
}

/// Defines an enum of known values and `Other(String)`, which keeps any other value unchanged.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $variant:ident = $word:literal),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $(#[doc = concat!("`", $word, "`")] $(#[$word_doc])* $variant,)*
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

        $crate::text::read_plain!($name);

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                // Borrowed if possible: a known value needs no copy.
                let word = <$crate::text::Str as serde::Deserialize>::deserialize(deserializer)?;
                Ok(Self::from(word.as_str()))
            }
        }
    )*};
}

pub(crate) use words;
