use std::fmt;

use super::{Count, Length, SUBSTITUTION_KEY, Unit};
use crate::InvalidId;

/// One step of a JSON path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// A field of an object.
    Field(&'static str),
    /// A key that the data chose, such as the name of a substitution.
    Key(String),
    /// An item of a list.
    Index(usize),
}

/// The problem with one value.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Problem {
    /// A required value is absent or empty.
    Required,
    /// A text is too long or too short.
    Length {
        /// The allowed range.
        rule: Length,
        /// The actual length.
        actual: usize,
    },
    /// A list has too many items or too few.
    Count {
        /// The allowed range.
        rule: Count,
        /// The actual number.
        actual: usize,
    },
    /// A number is out of range.
    Range {
        /// The minimum, formatted.
        min: String,
        /// The maximum, formatted.
        max: String,
    },
    /// A number is not a multiple of the required step.
    MultipleOf(u32),
    /// A value is not among the allowed ones.
    OneOf(&'static [&'static str]),
    /// This version does not know the value. A warning, since LINE may know it.
    UnknownWord(&'static [&'static str]),
    /// The object has no such field.
    UnknownField(&'static [&'static str]),
    /// A text does not match the pattern.
    Pattern(&'static str),
    /// The text is not a SHA-256 in 64 lower-case hexadecimal digits.
    Sha256,
    /// The text is not an absolute, percent-encoded URI.
    Uri,
    /// The scheme of the URI is not among the allowed ones.
    UriScheme(&'static [&'static str]),
    /// The name of a `{key}` in a text does not match [`SUBSTITUTION_KEY`].
    PlaceholderName(String),
    /// A `{key}` in a text has no substitution.
    PlaceholderUndefined(String),
    /// A brace in a text has no partner.
    Brace,
    /// The value is not allowed here; the text gives the reason.
    Forbidden(&'static str),
    /// A malformed id.
    Id(InvalidId),
    /// The JSON does not fit its known type; the text is serde's.
    Shape(String),
    /// The JSON of a container exceeds LINE's limit.
    Bytes {
        /// The maximum, in bytes.
        max: usize,
        /// The actual size, in bytes.
        actual: usize,
    },
    /// Any other rule, as a sentence that says what to do.
    Rule(&'static str),
}

impl Problem {
    pub(crate) fn range(min: impl fmt::Display, max: impl fmt::Display) -> Self {
        Self::Range { min: min.to_string(), max: max.to_string() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Required => f.write_str("must not be empty"),
            Self::Length { rule, actual } => {
                let unit = match rule.unit {
                    Unit::Utf16 => "UTF-16 code units",
                    Unit::Grapheme => "characters",
                };
                if rule.min > 1 {
                    write!(f, "must have {} to {} {unit}, has {actual}", rule.min, rule.max)
                } else {
                    write!(f, "must have at most {} {unit}, has {actual}", rule.max)
                }
            }
            Self::Count { rule: Count { min, max }, actual } if min == max => {
                write!(f, "must have exactly {max} items, has {actual}")
            }
            Self::Count { rule: Count { min, max }, actual } => {
                write!(f, "must have {min} to {max} items, has {actual}")
            }
            Self::Range { min, max } => write!(f, "must be between {min} and {max}"),
            Self::MultipleOf(step) => write!(f, "must be a multiple of {step}"),
            Self::OneOf(words) => write!(f, "must be one of {}", words.join(", ")),
            Self::UnknownWord(known) => {
                write!(
                    f,
                    "is a word that this version does not know; known are {}",
                    known.join(", ")
                )
            }
            Self::UnknownField(known) => {
                write!(f, "is no field that belongs here; known are {}", known.join(", "))
            }
            Self::Pattern(pattern) => write!(f, "must match {pattern}"),
            Self::Sha256 => {
                f.write_str("must be a SHA-256 digest in 64 lower-case hexadecimal digits")
            }
            Self::Uri => f.write_str("must be an absolute URI, percent-encoded"),
            Self::UriScheme(schemes) => {
                write!(f, "must be a URI that begins with {}", schemes.join(", "))
            }
            Self::PlaceholderName(key) => {
                write!(f, "has the placeholder {{{key}}}, whose name must match {SUBSTITUTION_KEY}")
            }
            Self::PlaceholderUndefined(key) => {
                write!(f, "has the placeholder {{{key}}}, which the substitution does not define")
            }
            Self::Brace => {
                f.write_str("has a brace without its partner; a literal brace is written {{ or }}")
            }
            Self::Forbidden(why) => write!(f, "must not be set: {why}"),
            Self::Id(why) => why.fmt(f),
            Self::Shape(why) => write!(f, "does not fit its type: {why}"),
            Self::Bytes { max, actual } => {
                write!(f, "must be at most {max} bytes of JSON, has {actual}")
            }
            Self::Rule(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for Problem {}

/// One broken rule, with its path.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// The path in the JSON.
    pub path: Vec<Segment>,
    /// The problem.
    pub problem: Problem,
}

impl Violation {
    /// Returns the path as LINE writes it: `messages[0].text`.
    pub fn property(&self) -> String {
        use fmt::Write;

        let mut text = String::new();
        for segment in &self.path {
            if !text.is_empty() && !matches!(segment, Segment::Index(_)) {
                text.push('.');
            }
            match segment {
                Segment::Field(name) => text.push_str(name),
                Segment::Key(name) => text.push_str(name),
                Segment::Index(index) => write!(text, "[{index}]").expect("a string takes all"),
            }
        }
        text
    }

    /// Returns the path as a JSON Pointer (RFC 6901): `/messages/0/text`.
    pub fn pointer(&self) -> String {
        let mut text = String::new();
        for segment in &self.path {
            text.push('/');
            match segment {
                Segment::Field(name) => text.push_str(name),
                Segment::Key(name) => {
                    text.push_str(&name.replace('~', "~0").replace('/', "~1"));
                }
                Segment::Index(index) => text.push_str(&index.to_string()),
            }
        }
        text
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.property())?;
        }
        self.problem.fmt(f)
    }
}

/// Every broken rule of a value; never empty.
#[derive(Clone, Debug, PartialEq)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// Creates a list of violations, or `None` if it would be empty.
    pub fn new(violations: Vec<Violation>) -> Option<Self> {
        (!violations.is_empty()).then_some(Self(violations))
    }

    /// Iterates over the broken rules, in the order of the JSON.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Violation> {
        self.0.iter()
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, violation) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            violation.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Violations {}
